"""Words for places, measures and orders, and what is dropped. How to write an entry: see `lexicon`."""

# ruff: noqa: E501 - tables of phrases
from __future__ import annotations

PLACES: dict[str, dict[str, str]] = {
    "IN": {"in": "in, into, inside, inside of, within, in to, to the inside of, to within, in the inside of"},
    "ON": {"on": "on, onto, on top of, upon, atop, on to, on the top of, over, over onto"},
    "TO": {
        "to": "to, towards, toward, at, over to, up to, against, until, all the way to, along, into contact with, up against"
    },
    "UNDER": {"under": "under, underneath, beneath, supporting, at the bottom of the stack"},
    "BESIDE": {
        "beside": "next to, as close to, as near to, as close as possible to, as near as possible to,  beside, near to, close to, by, alongside, adjacent to, right next to, close by, besides the, "
        "in the vicinity of, directly next to, just next to, to the side of, at the side of, very close to, "
        "around the side of, right beside, immediately next to, nearby, touching, right by, on the side of"
    },
    "NEAR": {"near": "near"},
    "BETWEEN": {
        "between": "middle between, the middle between, to the middle between, in the middle between, midpoint between, between, in between, in the middle of, halfway between, midway between, in the middle between, "
        "among, amid, at the midpoint of, at the midpoint between, at the middle of, right between, "
        "exactly between, half way between, at the center of, in the center of, to the middle of, to the center of, "
        "in the space between, at the middle point between, in the gap between, into the middle of, into the center of, "
        "to the midpoint between, to the midpoint of, on the middle of, on the center of"
    },
    "AROUND": {"around": "around, surrounding, about, round"},
    "AWAY": {
        "away": "as far away from, as far from, as far as possible from, as far away as possible from,  counted from, counting from, starting from, when counted from, when counting from, away from, far from, far away from, off from, from, well away from, a distance from"
    },
    "OUTOF": {
        "out": "out of, off of, off, out from, outside of, outside, from inside, from on top of, from out of, out from under, from the inside of"
    },
    "OUT": {"out": "out"},
    "DIR": {
        "left": "left, left hand, west, leftward, leftwards, lefthand",
        "right": "right, right hand, east, rightward, rightwards, righthand",
        "top": "top, upper, rear, north, up, upward, upwards, forward, forwards, upside, higher, away from you, away from the robot",
        "bottom": "bottom, lower, front, south, down, downward, downwards, backward, backwards, closer to you, towards you, "
        "toward you, towards the robot, toward the robot, downside, closer to the robot, towards me, nearer to you",
    },
    "DIROF": {
        "top": "behind, in back of, beyond, above, further than, north of, in the back of, farther than, at the back of, on the back of, "
        "on the far side of, past",
        "bottom": "in front of, before the, below, south of, at the front of, in the front of, on the near side of",
        "left": "left from, west of",
        "right": "right from, east of",
    },
    "FAR": {"top": "far"},
    "BACK": {
        "back": "back, back where it was, where it was, to where it was, where they were, back to where it was, back where they were, "
        "to its original position, back to its original position, to its place, back to its place, back in its place, "
        "to their original positions, back to their original positions, back where it came from, to its original place, "
        "back to its original place, to its starting position, back to its starting position, back to where they were, "
        "to its initial position, back to its initial position, to its start position, in its original position, "
        "in its original place, at its original position, where you found it, back where you found it, to its previous position, "
        "to its former position, back to its old place, where it was before, back where it was before, back to where it started, "
        "back where it started, back to where it was before, in its place, back again, "
        "where it was at the start, where it was in the beginning, to its original location, back to its original location, "
        "back to its starting place, at its old place, to their places, back to their places, back to its spot, to its spot, "
        "back to where you got it, where you took it from, back to where you took it from, where it stood, back where it stood, "
        "where it was originally, back where it belongs, where it came from, to where it came from, where it was picked up, "
        "back to where it came from, back at its place, to the place where it was, back in its original place"
    },
    "CORNER": {"corner": "corner", "corners": "corners"},
    "SIDE": {
        "side": "side, edge, border, end, part, margin, side edge, boundary, strip, hand side, portion, section, rim",
        "sides": "sides, edges",
    },
    "MIDDLE": {
        "middle": "very center, very middle, exact center, exact middle, dead center, dead middle, precise center, middle, center, middle part, central part, center area, middle area, central area, center part, midpoint, centre point, "
        "center point, middle point, central region, middle region, heart"
    },
    "OF": {"of": "of, for"},
    "WITH": {"with": "with, using, made of, consisting of, having, containing, comprising, made from, made out of"},
    "MAGNITUDE": {
        "little": "a little, a bit, slightly, a little bit, a small distance, a tad, somewhat, a short distance, a touch, "
        "a little way, a small bit, a short way, a small amount, shortly, a tiny bit, marginally, a hair",
        "lot": "a lot, much, a long way, a large distance, considerably, a great deal, a long distance, a big distance, "
        "quite far, very far, a good distance, a fair distance, a large amount, quite a lot, quite a bit, a good deal, "
        "substantially, significantly",
    },
    "UNIT": {
        "0.01": "cm high, centimeters high, centimetres high, cm, centimeter, centimeters, centimetre, centimetres, cms",
        "0.001": "mm, millimeter, millimeters, millimetre, millimetres",
        "1": "m, meter, meters, metre, metres",
        "0.1": "dm, decimeter, decimeters, decimetre, decimetres",
        "0.0254": "inches high, inch, inches",
    },
    "NUMBER": {
        str(n): word
        for n, word in enumerate(
            ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=2
        )
    }
    | {"15": "fifteen", "20": "twenty", "30": "thirty", "0.5": "half a"},
    "COUPLE": {"2": "a couple of, a pair of, the two, couple of, pair of"},
    "MORE": {
        "larger": "bigger than, larger than, taller than, wider than, greater than",
        "smaller": "smaller than, shorter than, tinier than, littler than",
        "higher": "higher than",
        "lower": "lower than",
    },
    "COMPARE": {
        ">": "more than",
        "<": "fewer than, less than",
        ">=": "at least, no fewer than, no less than",
        "<=": "at most, no more than",
        "==": "exactly, precisely, only",
    },
    "BYSIZE": {
        "large": "from largest to smallest the largest at the bottom, in order of size the smallest on top, in order of size the largest at the bottom, that gets smaller towards the top, that get smaller towards the top, larger ones below smaller ones, with larger ones below smaller ones, no block lies on a smaller one, with no block on a smaller one, bigger ones below smaller ones, smaller ones on larger ones, smaller ones on top of larger ones, from largest to smallest, from biggest to smallest, from large to small, in order of decreasing size, "
        "by decreasing size, largest to smallest, biggest to smallest, from big to small, in descending order of size, "
        "with the largest at the bottom, with the biggest at the bottom, sorted by size, ordered by size, by size, "
        "in order of size, according to size, according to their size, in descending order, with the largest on the bottom, "
        "with the biggest on the bottom, with the smallest on top, with the smallest at the top, largest first, biggest first, "
        "by their size, large to small, big to small, largest at the bottom, from the largest to the smallest, "
        "from the biggest to the smallest, based on size, in decreasing size, in decreasing order of size, by size descending, "
        "in size order, with the largest block at the bottom, with the biggest block at the bottom, "
        "with the smallest block on top, with the smallest block at the top, with the largest block on the bottom, "
        "with the biggest block on the bottom, starting with the largest, starting with the biggest, from tallest to shortest, "
        "in the order of their size, in order of their size, descending by size, biggest at the bottom, "
        "with the largest one at the bottom, with the biggest one at the bottom, with the smallest one on top, smallest on top, "
        "starting from the largest, starting from the biggest, smallest at the top, in order from largest to smallest, "
        "in order from biggest to smallest",
        "small": "from smallest to largest, from smallest to biggest, from small to large, in order of increasing size, "
        "by increasing size, smallest to largest, smallest to biggest, from small to big, in ascending order of size, "
        "in ascending order, smallest first, with the smallest at the bottom, with the smallest on the bottom, small to large, "
        "small to big, smallest at the bottom, from the smallest to the largest, from the smallest to the biggest, "
        "in increasing size, in increasing order of size, with the largest on top, with the biggest on top, "
        "with the largest at the top, with the biggest at the top, starting with the smallest, from shortest to tallest, "
        "ascending by size, with the smallest block at the bottom, with the largest block on top, starting from the smallest, "
        "in order from smallest to largest, in order from smallest to biggest",
    },
    "UPWARD": {
        "up": "from bottom to top, bottom to top, from the bottom to the top, from the bottom up, bottom up",
        "down": "from top to bottom, from the top to the bottom, from the top down, top down",
    },
    "BYCOLOR": {"color": "by the color, in color order, by their own color"},
    "POSITIONS": {
        "positions": "positions of, places of, locations of, position of, place of, location of, positions, places, locations, "
        "spots of, spots, contents of"
    },
    "FILLER": {
        "": "as possible, as high as possible, as tall as possible, please, could you, can you, would you, will you, kindly, i want you to, i would like you to, you should, "
        "your task is to, go ahead and, now, carefully, gently, slowly, robot, hey, hi, hello, ok, okay, for me, thanks, "
        "thank you, the robot should, let us, try to, make sure to, be sure to, you need to, i need you to, help me, simply, "
        "quickly, directly, currently, could you please, can you please, would you please, would you mind, colored, "
        "all right, alright, dear robot, i would like to, you must, you have to, i want to, your job is to, "
        "help me to, in order to, too, as well, immediately, i ask you to, would you be so kind as to, do me a favor and, "
        "the task is to, you are asked to, nicely, safely, individually please, one by one, one at a time, one after the other, "
        "one after another, actually, perhaps, maybe, again, i wonder if you could, if possible, if you can, well then, so, first off, "
        "precisely please, i would love you to, may i ask you to, might you, do, start by, begin by, proceed to, "
        "you are to, if you would, whatever happens, completely, fully, back up, properly, right now, firmly, the arm should, "
        "robot arm, use the gripper to, use your gripper to, with your gripper, with the gripper, i am asking you to, "
        "i need to, we need to, we want to, im trying to, for us, once again, located somewhere, named, called, "
        "remember to, do not forget to, want you to, using the gripper, using your gripper, it would be great if you could, "
        "it would be nice if you could, just please, yourself, simultaneously, at once, hello robot, hey robot, mister robot, "
        "could u, can u, pls, plz, kindly please, down there, right there, over there, over here, here, the color, as shown, "
        "as you can see, in one go, no more and no fewer, no more no less, no more and no less, and do not let go, and do not let go of it, and do not let it go, without letting go, without letting it go, and do not release it, without releasing it, and keep holding it, and do not drop it, without dropping it, of the tower, of the stack, in the stack, in the tower, from the tower, from the stack, the order of, each exactly, in this way, of the pile, colored ones, shaped, that you find, you find, you can, that you can, as you can, as possible please, very, right away, again please, go and, come on and, just, well, further, farther, more, of where it is, from where it is, of where it is now, "
        "from where it is now, of its current position, from its current position, of its position, from its position, "
        "from its current place, of its current place, of its current location, from its current location, in the air, into the air, "
        "mix them up, high up, above the table, in midair, mid air, relative to where it is, relative to its position, "
        "asap, as soon as possible, would it be possible to, is it possible to, as for, wooden, plastic, every time, of you, again now, will, shall, up in the air, up into the air, that there is, which there is"
    },
}
