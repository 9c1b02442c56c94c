"""The vocabulary: which words and phrases stand for which terminal of `grammar.lark`, and what they mean.

Each terminal lists its values; each value lists the phrases, separated by commas, that a person may write for it. The longest
phrase wins ("on top of" before "on"). A noun value that ends in `*` is plural.
"""

# ruff: noqa: E501 - tables of phrases
from __future__ import annotations

from collections.abc import Iterator
from itertools import product

WORDS: dict[str, dict[str, str]] = {
    # verbs ------------------------------------------------------------------------------------------------
    "PUT": {
        "put": "put, place, set, drop, lay, position, deposit, leave, bring, transfer, carry, relocate, insert, stick, load, "
        "toss, deliver, store, stow, throw, put down, set down, drop off, putting, placing, dropping, setting, balance, "
        "plop, park, tuck, release, situate, shove in, send, pop, locate, add, plunk, dump, transport, bringing, fit, pack, serve, fill in, slot, lodge, squeeze, deposit in",
        "return": "return",
    },
    "MOVE": {"move": "move, shift, moving, move over, displace"},
    "PUSH": {"push": "push, slide, shove, nudge, drag, sweep, pushing, sliding, pull, scoot, poke, roll"},
    "PUSHING": {
        "pushing": "by pushing it, by pushing, by sliding it, by sliding, without lifting it, without grasping it, without picking it up"
    },
    "TAKE": {"take": "take, get, fetch, retrieve, taking, remove, pull out, withdraw, wipe, brush, wipe up"},
    "PICK": {
        "pick": "pick up, pick, grab, grasp, lift, lift up, grip, raise, picking up, grabbing, get hold of, take hold of, hoist, "
        "hold, lifting, pluck, seize, snatch, clutch, pick out, grab hold of, choose, select, scoop up"
    },
    "GATHER": {
        "gather": "gather, collect, gather up, gathering, cluster, bunch, herd, regroup, combine, group together"
    },
    "STACK": {"stack": "stack, stack up, pile, pile up, stacking, heap, heap up"},
    "UNSTACK": {
        "unstack": "unstack, disassemble, take apart, take down, dismantle, unpile, break up, knock down, undo the stack, undo the tower, undo the pile"
    },
    "BUILD": {"build": "build, make, create, construct, form, erect, building, build up, forming, draw"},
    "ARRANGE": {
        "arrange": "arrange, organize, organise, order, lay out, space, space out, arranging, rearrange, lay down, spread out, "
        "spread, rank, configure"
    },
    "LINEUP": {"lineup": "line up, align, lining up, queue up"},
    "SORT": {"sort": "sort, group, classify, sorting, categorize, categorise, sort out"},
    "DISTRIBUTE": {"distribute": "distribute, divide, split, divide up, scatter, share out, spread evenly"},
    "MATCH": {"match": "match, pair, pair up, match up, matching up"},
    "SWAP": {"swap": "swap, exchange, let swap, switch, interchange, trade, swap around, swap over, swapping"},
    "CLEAR": {"clear": "clear, clear off, clean, clean up, tidy, tidy up, clear up, clear away, put away, clean off"},
    "EMPTY": {
        "empty": "empty, empty out, unload, there should be nothing left on, there should be nothing left in, there should be nothing on, there should be nothing in, nothing should be left on, nothing should be on, nothing should be in, nothing should remain on, nothing should remain in, there must be nothing on, there must be nothing in"
    },
    "FILL": {"fill": "fill, fill up"},
    "HOME": {
        "home": "go home, home, return home, move home, go to home, move to home, go to the home position, home position, "
        "return to the home position, go back home, move the arm home, return to home, move to the home position, "
        "go to your home position, move back home, return the arm home, send the arm home, go back to the home position, "
        "go to rest, move to your home position, return to your home position, retract, go to the start position, "
        "move the robot home, home the robot, home the arm, go to home position, return to home position, park the arm"
    },
    "UNDO": {
        "undo": "undo, undo that, undo it, undo this, undo the last step, revert, revert that, undo the last move, "
        "undo the last instruction, undo what you did, reverse that, take that back, undo the previous step, undo your last move"
    },
    "SAME": {"again": "do the same, the same, same, do it, do that, repeat that, repeat, do this, do likewise"},
    "KEEP": {
        "keep": "do not move, do not touch, without touching, without moving, keep, leave alone, ignore, don t touch, never touch, never move"
    },
    "STAY": {
        "stay": "where it is, where they are, alone, untouched, in place, as it is, as they are, unmoved, there as it is, "
        "where it stands, where it lies, where it is now, at its place, in its place as it is"
    },
    "REVERSE": {"reverse": "reverse, restack, rebuild, flip, invert, turn, turn over, flip over"},
    "REVERSED": {
        "reversed": "upside down, in reverse order, the other way up, the other way round, in reverse, in the reverse order, "
        "in opposite order, in the opposite order, with the blocks in reverse order, the other way around"
    },
    "HALF": {"half": "half of, one half of, half, 50 percent of, 50 % of, fifty percent of, exactly half of"},
    "SEPARATELY": {
        "each": "separately, individually, one each, one block each, one in each, one apiece, one to each, one for each, one on each, "
        "one per bowl, one block per bowl, one per corner, one block per corner, one in each bowl, one in each corner, one per plate, "
        "one block in each, one object each, one per container, one block for each, a different one for each, one to a bowl, "
        "one to a corner, one block in each corner, one block in each bowl, one block to a corner, one block to a bowl, one per side, "
        "one block per side, one per zone, one block per zone, one block per plate"
    },
    "GIVE": {"give": "give, assign, grant, give to"},
    # states and questions ---------------------------------------------------------------------------------
    "WANT": {
        "want": "there should be, there must be, there has to be, there shall be, i want, i would like, i need, make sure, make sure that, ensure, ensure that, see to it that, let, "
        "i wish, i want that, i would like that, we want, we need, see that, make it so that, guarantee that, "
        "the goal is that, the goal is, i want to see, i would like to see"
    },
    "SHOULD": {
        "should": "stands, stand, should come, must come, has to come, must stand, should stand on, should be, must be, needs to be, need to be, has to be, have to be, should go, belongs, belong, goes, go, "
        "should end up, to be, should all be, should lie, needs to go, need to go, must go, should be placed, should be put, "
        "ends up, end up, should sit, should rest, should stand, must end up, to go, shall be, has to go, have to go, "
        "should be moved, must be placed, must be put, needs to be put, should be located, to end up, must all be, ought to be, "
        "should all end up, should all go, are all, sits, sit, lie, lies, needs to be moved, needs to be placed, to sit, "
        "must sit, must lie, must be moved, should be stacked, should be dropped, should be inside"
    },
    "IS": {"is": "is, are, be, was, were, has, have"},
    "NOT": {"not": "not, no longer, never"},
    "THERE": {"there": "there, there at all"},
    "HOWMANY": {
        "count": "how many, what number of, count, what is the number of, tell me how many, count how many, say how many"
    },
    "WHERE": {"where": "where, tell me where, say where"},
    "WHICH": {"which": "what, which one, which one of, tell me which, tell me what, say which, name"},
    "WHATCOLOR": {
        "color": "what color, which color, what is the color of, what are the colors of, tell me the color of, "
        "what colors, which colors, name the color of, say the color of"
    },
    "HOWFAR": {
        "distance": "how far, how far apart, how far away, what is the distance between, what is the distance from, "
        "how far is it between, how far is it from, what is the distance of, how close, measure the distance between"
    },
    "DESCRIBE": {
        "describe": "what do you see, what can you see, describe the scene, list the objects, list all objects, "
        "what is on the table, describe the table, what objects are there, what is there, describe what you see, "
        "list everything, what objects do you see, tell me what you see, what objects are on the table, list all the objects, "
        "what things are on the table, what is in the scene, which objects are there, which objects do you see, look around"
    },
    "SEEN": {
        "seen": "do you see, can you see, can be seen, exist, do we have, are visible, is visible, are present, "
        "do you have, do i have, in total, altogether, you see, you can see, that you see, that you can see, available, "
        "in the scene, in view"
    },
    "TELL": {
        "tell": "tell me, say, tell, check whether or not, tell me if, tell me whether, say whether, say if, check if, check whether, find out if"
    },
    # structure --------------------------------------------------------------------------------------------
    "IF": {
        "if": "if, in case, when, whenever, provided that, provided, as long as, in the event that, assuming, should, in case that",
        "unless": "unless",
    },
    "IFSO": {"so": "if so, if yes, if it is so, if that is the case, in that case"},
    "ELSE": {
        "else": "if no, if it does not, otherwise, else, or else, if not, if that is not the case, if it is not, if this is not the case, in the other case"
    },
    "THEN": {
        "then": "then, so that, such that, and then, after that, afterwards, next, finally, lastly, and finally, and after that, subsequently, "
        "secondly, thirdly, and next, once done, when done, when you are done, before finally, and afterwards, and lastly, "
        "after which, followed by, at last, last of all, firstly, first of all, to start, to begin with, to finish, "
        "after this, once that is done, then finally, also then, and subsequently, as a last step, later, step"
    },
    "BEFORE": {"before": "before, prior to, but before that, but first"},
    "AFTER": {"after": "after, once you have, as soon as you have, after you have"},
    "AND": {"and": "and, plus, as well as, and also, along with, together with, also, while"},
    "OR": {"or": "or, and or"},
    "COMMA": {"comma": ",, :, and please"},
    "STOP": {"stop": "., ;"},
    "RESPECTIVELY": {"respectively": "respectively, in that order, in this order, in order"},
    # determiners ------------------------------------------------------------------------------------------
    "THE": {"the": "the, this, these, those, my, your, his, her, said, whatever"},
    "ITS": {"its": "its, their"},
    "A": {"a": "a, an, some, any, any one of, one of, either of, either"},
    "ALL": {
        "all": "all, all of, the whole of, whole, entire, every single one of",
        "each": "every, each, each of, every one of, every single, each and every, each one of, any and all",
        "both": "both, both of",
        "none": "none of, no",
    },
    "PRONOUN": {
        "it": "it, itself, that one, this one, that object, this object",
        "them": "them, they, those ones, these ones, all of them, them all, both of them, each of them, themselves, "
        "every one of them, they all, all of these, all of those",
    },
    "EVERYTHING": {"everything": "everything, all of it, anything, every thing, it all, all things"},
    "OTHER": {"other": "other, another, remaining, rest of, rest of the, others, rest, leftover"},
    "EXCEPT": {
        "except": "but, except, except for, but not, apart from, other than, excluding, besides, save for, without, "
        "with the exception of, all but, aside from, leaving out, ignoring, but for, minus, and not"
    },
    "EVERYBUT": {
        "everybut": "everything but, everything except, everything except for, everything apart from, everything other than"
    },
    # adjectives -------------------------------------------------------------------------------------------
    "COLOR": {
        "red": "red, crimson, scarlet, ruby, reddish",
        "maroon": "maroon, burgundy, dark red",
        "green": "green, emerald, greenish",
        "lime": "lime, light green, lime green",
        "olive": "olive, dark green, olive green",
        "blue": "blue, azure, bluish, cobalt",
        "navy": "navy, navy blue, dark blue",
        "yellow": "yellow, golden, gold, lemon, yellowish",
        "orange": "orange, orangish, tangerine",
        "purple": "purple, violet, indigo, purplish, plum",
        "lavender": "lavender, lilac, light purple, mauve",
        "pink": "pink, rose, salmon, rosy, pinkish",
        "magenta": "magenta, fuchsia, hot pink",
        "cyan": "cyan, aqua, light blue, sky blue, baby blue",
        "teal": "teal, turquoise",
        "brown": "brown, brownish, chocolate",
        "beige": "beige, tan, cream, sand",
        "gray": "gray, grey, silver, grayish, greyish, light gray, dark gray, light grey, dark grey",
        "white": "white, whitish",
        "black": "black",
    },
    "SIZE": {
        "large": "large, big, huge, tall, wide, larger, bigger, taller, wider, great, giant, thick",
        "small": "small, little, tiny, short, mini, smaller, littler, shorter, thin, narrow",
    },
    "SUPER": {
        "large": "largest, biggest, tallest, widest, greatest, most large",
        "small": "smallest, tiniest, littlest, shortest, narrowest",
        "left": "leftmost, left most, furthest left, farthest left, most left, most to the left, furthest to the left, "
        "farthest to the left, furthest on the left, far left most, farthest on the left, the furthest to the left",
        "right": "rightmost, right most, furthest right, farthest right, most right, most to the right, furthest to the right, "
        "farthest to the right, furthest on the right, farthest on the right, the furthest to the right",
        "top": "topmost, top most, uppermost, furthest back, rearmost, backmost, farthest from you, furthest from you, "
        "farthest from the robot, furthest from the robot, farthest away, furthest away, farthest back",
        "bottom": "bottommost, bottom most, lowermost, frontmost, closest to you, nearest to you, closest to the robot, "
        "nearest to the robot, nearest the robot, furthest front, foremost",
        "high": "highest, uppermost one",
        "low": "lowest",
    },
    "CLOSEPAIR": {
        "pair": "closest to each other, nearest to each other, nearest each other, closest together, nearest together, closest to one another, "
        "nearest to one another, nearest one another, with the smallest distance between them, closest pair of, nearest pair of, with the least distance between them, closest two, nearest two"
    },
    "NEAREST": {"near": "closest, nearest, most near, closest by, most close"},
    "FARTHEST": {"far": "farthest, furthest, most distant, most far, remotest, least close"},
    "ORDINAL": {
        "1": "first, 1st",
        "2": "second, 2nd",
        "3": "third, 3rd",
        "4": "fourth, 4th",
        "5": "fifth, 5th",
        "6": "sixth, 6th",
        "7": "seventh, 7th",
        "8": "eighth, 8th",
        "-1": "last",
    },
    "MATCHING": {
        "same": "matching, corresponding, same colored, like colored, matched, with matching colors, with matching color, "
        "of matching color, of matching colors, with the same color, with the same colors, of the same color, "
        "of the same colors, of the corresponding color, with corresponding colors, that match, that matches, "
        "that match their color, that matches its color, that match their colors, matching their color, matching their colors, "
        "matching its color, whose color matches, with the corresponding color, matching color, matching colored, same color, "
        "of its color, of their color, of its own color, of their own color, that has the same color, that have the same color, "
        "which match, which matches, according to color, according to their color, by color, by their color, "
        "in the same color, with colors that match, of equal color, according to their colors, which matches its color, "
        "which match their color, having the same color, that share its color, that shares its color, that share their color, "
        "with its color, with their color, sharing its color, whose color is the same, identically colored, "
        "of the color of the block, that is the same color, that are the same color, with the color of the block, "
        "that matches the color of the block, that matches the block, that has its color, that has the matching color, by colors, "
        "of identical color, of like color, based on color, based on their color, based on their colors, by matching colors, "
        "by matching color, with equal color, of the same color as the block, of the same color as the blocks, "
        "with the same color as the block, that match in color, that matches in color, of the matching color, of its same color, "
        "with the matching color, in color, that correspond to their color, that corresponds to its color, "
        "of corresponding color, of corresponding colors, that matches their color, whose color matches theirs, color matched, "
        "whose colors match, with identical color, with identical colors, of the color it has, for its color, for their color, "
        "that match the blocks, that match the color of the blocks, that match the colors of the blocks, color matching, "
        "matching in color, same as its color, that is of the same color, which is the same color, which has the same color",
    },
    "MISMATCHED": {
        "different": "mismatched, mismatching, non matching, nonmatching, not matching, with mismatched colors, "
        "with mismatching colors, with mismatched color, of mismatched color, with a different color, with different colors, "
        "of a different color, of different colors, of different color, of another color, that do not match, "
        "that does not match, that do not match their color, that does not match its color, with non matching colors, "
        "with another color, differently colored, of mismatched colors, of a color different from the block, unmatched, "
        "that are not the same color, that is not the same color, whose color does not match, with the wrong color, "
        "that have a different color, that has a different color, with different color, of a non matching color, "
        "with not matching colors, with a mismatched color, that do not match their colors, which do not match, "
        "which does not match, of the wrong color, wrong, not of the same color, with colors that do not match, "
        "that is a different color, that are a different color, of non matching colors, of a mismatched color, "
        "that does not match the block, that does not have the same color, that do not have the same color, "
        "not matching their color, not matching its color, in a different color, with other colors, of other colors, "
        "of some other color, with unmatched colors, with mis matched colors, mis matched, of unmatched color, "
        "of a color other than their own, of a color other than its own, whose color differs, whose color is different, "
        "whose colors do not match, that differ in color, that differs in color, that does not match in color, "
        "which is not the same color, which has a different color, that mismatch, with unmatching colors, unmatching, "
        "that mismatch their color, that mismatches its color, not of its color, not of their color, of a different color than the block, "
        "of a different color than itself, of a different color than its own, that do not share its color, that does not share its color, "
        "different colored, other colored, of a non matching color",
    },
    "DIFFERENT": {
        "different": "different, separate, distinct, various, own, its own, their own, individual, a different, separate ones, "
        "a separate, its own separate, different ones, unique, own separate, alternate, four different"
    },
    # nouns ------------------------------------------------------------------------------------------------
    "NOUN": {
        "block": "block, cube, brick, box block, toy block, cuboid, wooden block, dice, die, building block",
        "block*": "blocks, cubes, bricks, cuboids, toy blocks, wooden blocks, building blocks",
        "bowl": "bowl, basin, dish bowl, pot",
        "bowl*": "bowls, basins, pots",
        "plate": "plate, dish, saucer, platter, disk, disc",
        "plate*": "plates, dishes, saucers, platters, disks, discs",
        "zone": "zone, area, pad, patch, marker, mat, target, target zone, goal zone, goal, field, tile, target area, square zone",
        "zone*": "zones, areas, pads, patches, markers, mats, targets, tiles, target zones, goals",
        "cylinder": "cylinder, can, tin, drum, soda can, tube, cylindrical block",
        "cylinder*": "cylinders, cans, tins, drums, tubes, soda cans",
        "ball": "ball, sphere, marble, orb",
        "ball*": "balls, spheres, marbles, orbs",
        "box": "box, tray, basket, bin, crate, carton, trash can, trash, garbage can, drawer",
        "box*": "boxes, trays, baskets, bins, crates, cartons",
        "container": "container, receptacle, vessel",
        "container*": "containers, receptacles, vessels",
        "mug": "mug, cup, coffee cup, coffee mug, glass, beaker",
        "mug*": "mugs, cups, glasses, coffee mugs",
        "object": "object, thing, item, toy, piece, element, stuff, toys item",
        "object*": "crumbs, dirt, mess, spill, rubbish, junk, objects, things, items, toys, pieces, elements, bits",
    },
    "ONE": {"one": "one, 1", "ones": "ones"},
    "TABLE": {
        "table": "table, tabletop, table top, workspace, desk, board, surface, work area, work surface, scene, ground, workbench, counter"
    },
    "TOWER": {
        "tower": "tower, single tower, single stack, single pile, one tower, one stack, one pile, column tower, high tower, "
        "one single tower, one single stack, vertical stack, vertical tower, tall tower, single column, vertical pile, "
        "big tower, skyscraper, totem, one big tower, one tall tower"
    },
    "SHAPE": {
        "line": "line, single line, one line, straight line, line formation, straight row line",
        "row": "row, single row, straight row, one row",
        "column": "column, straight column, one column",
        "circle": "circle, ring, circular arrangement, circular formation, circle shape, ring shape, circular shape, circular pattern",
        "triangle": "corners of a triangle, the corners of a triangle, the corners of an equilateral triangle, corners of an equilateral triangle, triangle with equal sides, triangle, triangular formation, triangular shape, triangle shape, triangular pattern, equilateral triangle",
        "square": "corners of a square, the corners of a square, square formation, square shape, square pattern, rectangle, square",
        "diagonal": "diagonal, diagonal row",
    },
    "ORIENTATION": {
        "horizontal": "horizontal, horizontally, left to right, from left to right, from the left to the right, from right to left, sideways, side by side",
        "vertical": "vertical, vertically, front to back, one behind the other, behind each other",
        "diagonal": "diagonally, slanted",
        "": "straight, neat, nice, evenly spaced, equally spaced, even, perfect, regular, neatly, regularly, evenly, "
        "equally, with equal spacing, with even spacing, with equal distances, with equal gaps, at equal distances, "
        "spaced evenly, equidistant, spaced equally, uniformly spaced, at regular intervals, with regular spacing, "
        "with equal distance between them, with equal spacing between them, with the same spacing, at even spacing, "
        "with even gaps, with the same distance between neighbors, with the same distance between neighbours, with the same distance between them, with equal distances between neighbors, at equal intervals, at even intervals, in equal distances",
    },
    "APART": {
        "apart": "apart, between them, between each, spacing, between neighbors, from each other, of space between them, "
        "between each other, gaps, between two neighbors, distance between them, of distance between them, "
        "center to center, between adjacent blocks, between blocks, of space, intervals, gap between them, from one another, "
        "of spacing, between each block, between the blocks, gap"
    },
    "TOGETHER": {
        "together": "together, close together, next to each other, beside each other, near each other, close to each other, "
        "next to one another, adjacent to each other, side to side, touching each other, close to one another"
    },
    "STACKED": {
        "stacked": "on top of each other, on top of one another, one on top of the other, onto each other, on each other, "
        "on one another, one on top of another, atop each other, atop one another, one above the other, one over the other, "
        "one upon the other, over each other, above each other, on top of the other, one onto the other, upon each other, "
        "one atop the other, one atop another, over one another, upon one another"
    },
    # prepositions -----------------------------------------------------------------------------------------
    "IN": {"in": "in, into, inside, inside of, within, in to, to the inside of, to within, in the inside of"},
    "ON": {"on": "on, onto, on top of, upon, atop, on to, on the top of, over, over onto"},
    "TO": {
        "to": "to, towards, toward, at, over to, up to, against, until, all the way to, along, into contact with, up against"
    },
    "UNDER": {"under": "under, underneath, beneath, supporting, at the bottom of the stack"},
    "BESIDE": {
        "beside": "next to, beside, near to, close to, by, alongside, adjacent to, right next to, close by, besides the, "
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
        "away": "counted from, counting from, starting from, when counted from, when counting from, away from, far from, far away from, off from, from, well away from, a distance from"
    },
    "OUTOF": {
        "out": "out of, off of, off, out from, outside of, outside, from inside, from on top of, from out of, out from under, from the inside of"
    },
    "OUT": {"out": "out"},
    "DIR": {
        "left": "left, left hand, west, leftward, leftwards, lefthand",
        "right": "right, right hand, east, rightward, rightwards, righthand",
        "top": "top, upper, rear, north, up, upward, upwards, forward, forwards, upside, higher",
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
        "middle": "middle, center, middle part, central part, center area, middle area, central area, center part, midpoint, centre point, "
        "center point, middle point, central region, middle region, heart"
    },
    "OF": {"of": "of, for"},
    "WITH": {"with": "with, using, made of, consisting of, having, containing, comprising, made from, made out of"},
    # measures ---------------------------------------------------------------------------------------------
    "MAGNITUDE": {
        "little": "a little, a bit, slightly, a little bit, a small distance, a tad, somewhat, a short distance, a touch, "
        "a little way, a small bit, a short way, a small amount, shortly, a tiny bit, marginally, a hair",
        "lot": "a lot, much, a long way, a large distance, considerably, a great deal, a long distance, a big distance, "
        "quite far, very far, a good distance, a fair distance, a large amount, quite a lot, quite a bit, a good deal, "
        "substantially, significantly",
    },
    "UNIT": {
        "0.01": "cm, centimeter, centimeters, centimetre, centimetres, cms",
        "0.001": "mm, millimeter, millimeters, millimetre, millimetres",
        "1": "m, meter, meters, metre, metres",
        "0.1": "dm, decimeter, decimeters, decimetre, decimetres",
        "0.0254": "inch, inches",
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
    # dropped ----------------------------------------------------------------------------------------------
    "FILLER": {
        "": "please, could you, can you, would you, will you, kindly, i want you to, i would like you to, you should, "
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
        "as you can see, in one go, no more and no fewer, no more no less, no more and no less, of the tower, of the stack, in the stack, in the tower, from the tower, from the stack, the order of, each exactly, in this way, of the pile, colored ones, shaped, that you find, you find, right away, again please, go and, come on and, just, well, further, farther, more, of where it is, from where it is, of where it is now, "
        "from where it is now, of its current position, from its current position, of its position, from its position, "
        "from its current place, of its current place, of its current location, from its current location, in the air, into the air, "
        "mix them up, high up, above the table, in midair, mid air, relative to where it is, relative to its position, "
        "does, every time, of you, again now, will, shall, up in the air, up into the air, that there is, which there is"
    },
}

_VERBS_OF_LYING = (
    "located, sitting, lying, resting, standing, situated, placed, found, positioned, stacked, that is it, being"
)


_SIZES = {"smallest": "small", "largest": "large", "biggest": "large"}
_ENDS = {
    "on the left": "left", "at the left": "left", "leftmost": "left", "on the left side": "left", "on the left end": "left",
    "at the left end": "left", "to the left": "left", "on the right": "right", "at the right": "right", "rightmost": "right",
    "on the right side": "right", "on the right end": "right", "at the right end": "right", "to the right": "right",
}  # fmt: skip
_OTHER_COLOR = (
    "not its own", "not their own", "not the same", "different", "different from its own", "different from their own", "other than its own",
    "other than their own", "not the block color", "unlike its own", "different than its own", "not that of the block",
    "different from the block", "different from that of the block", "unlike their own", "that is not its own", "that is not their own",
)  # fmt: skip


def product_of(*parts: tuple[str, ...]) -> Iterator[str]:
    """Every combination, joined by spaces."""
    return (" ".join(p) for p in product(*parts))


def phrases() -> Iterator[tuple[str, str, str]]:
    """Every (phrase, terminal, value) of the vocabulary."""
    for terminal, values in WORDS.items():
        for value, listed in values.items():
            for phrase in listed.replace(",,", "\0,").split(","):
                yield phrase.strip().replace("\0", ","), terminal, value
    for start in ("starting on the", "starting from the", "starting at the", "beginning on the", "beginning at the"):
        yield from (
            (f"{start} {side}{end}", "SIZEEND", f":{side}")
            for side, end in product(("left", "right"), ("", " side", " end"))
        )
    for article, size, noun in product(
        ("with the", "the", "with", "", "starting with the"), _SIZES, ("", " one", " block", " object")
    ):
        name = f"{article} {size}{noun}".strip()
        for place, side in _ENDS.items():
            yield f"{name} {place}", "SIZEEND", f"{_SIZES[size]}:{side}"
        for place, first in (
            ("at the bottom", True),
            ("on the bottom", True),
            ("on top", False),
            ("at the top", False),
            ("on the top", False),
        ):
            larger = (_SIZES[size] == "large") == first
            yield f"{name} {place}", "BYSIZE", "large" if larger else "small"
    verbs = [v.strip() for v in _VERBS_OF_LYING.split(",")]
    yield from ((v, "THATIS", "is") for v in verbs)
    for pronoun, verb in product(
        ("that", "which", "who"), ("", " is", " are", " was", " were", " lies", " lie", " sits", " sit")
    ):
        yield pronoun + verb, "THATIS", "is"
        yield from ((f"{pronoun}{verb} {v}", "THATIS", "is") for v in verbs)
    colors = [
        f"{owner} {noun}"
        for owner, noun in product(
            ("its", "their", "the same", "its own", "their own", "the block"), ("color", "colors")
        )
    ]
    for pronoun, color in product(("that", "which"), colors):
        yield from (
            (f"{pronoun} {verb} {color}", "MATCHING", "same")
            for verb in ("has", "have", "shares", "share", "matches", "match")
        )
        yield from (
            (f"{pronoun} {verb} {color}", "MISMATCHED", "different")
            for verb in product_of(("does not", "do not"), ("have", "share", "match"))
        )
    for noun, other in product(
        ("whose color is", "whose colors are", "with a color", "of a color", "with colors"), _OTHER_COLOR
    ):
        yield f"{noun} {other}", "MISMATCHED", "different"
    yield from (
        (w, "THATIS", "is")
        for w in ("whose color is", "of color", "with the color", "of the color", "whose colors are")
    )
    yield from ((w, "THATISNOT", "not") for w in ("whose color is not", "whose colors are not", "that is anything but"))
    for pronoun, verb in product(("that", "which", "who"), (" is not", " are not", " does not lie", " do not lie")):
        yield pronoun + verb, "THATISNOT", "not"
