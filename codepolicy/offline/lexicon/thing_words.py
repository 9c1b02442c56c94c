"""Words for things: determiners, adjectives, nouns, shapes. How to write an entry: see `lexicon`."""

# ruff: noqa: E501 - tables of phrases
from __future__ import annotations

THINGS: dict[str, dict[str, str]] = {
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
        "it": "it, it all the way, itself, that one, this one, that object, this object",
        "them": "them, they, those ones, these ones, all of them, them all, both of them, each of them, themselves, "
        "every one of them, they all, all of these, all of those",
    },
    "EVERYTHING": {
        "any": "anything",
        "everything": "whatever is, whatever lies, everything, all of it, every thing, it all, all things",
    },
    "OTHER": {
        "other": "other, another, remaining, rest of, rest of the, others, rest, leftover, other half, other half of, everything else, all else, anything else"
    },
    "EXCEPT": {
        "except": "but, except, except for, but not, apart from, other than, excluding, besides, save for, without, "
        "with the exception of, aside from, leaving out, ignoring, but for, minus, and not"
    },
    "EVERYBUT": {
        "all": "all but, all except, all except for, all apart from, all besides, all other than, all save, all save for",
        "everybut": "everything but, everything except, everything except for, everything apart from, everything other than",
    },
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
    "NEAREST": {"near": "closest, nearest, closer, nearer, most near, closest by, most close"},
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
        "so that no block is in a bowl of its color, so that no block is in a bowl of its own color, such that no block is in a bowl of its color, "
        "so that no block is in the bowl of its color, that mismatch their color, that mismatches its color, not of its color, not of their color, of a different color than the block, "
        "of a different color than itself, of a different color than its own, that do not share its color, that does not share its color, "
        "different colored, other colored, of a non matching color",
    },
    "DIFFERENT": {
        "different": "different, separate, distinct, various, own, its own, their own, individual, a different, separate ones, "
        "a separate, its own separate, different ones, unique, own separate, alternate, four different"
    },
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
        "box": "box, tray, basket, bin, crate, carton, trash can, trash, garbage can",
        "box*": "boxes, trays, baskets, bins, crates, cartons",
        "drawer": "drawer, cabinet",
        "drawer*": "drawers, cabinets",
        "door": "door, sliding door, panel, sliding panel, cupboard door, cupboard",
        "door*": "doors, sliding doors, panels",
        "button": "button, push button, pushbutton",
        "button*": "buttons",
        "handle": "handle, knob",
        "handle*": "handles, knobs",
        "nut": "nut, square nut",
        "nut*": "nuts",
        "peg": "peg, post, pole",
        "peg*": "pegs, posts, poles",
        "container": "container, receptacle, vessel",
        "container*": "containers, receptacles, vessels",
        "mug": "mug, cup, coffee cup, coffee mug, glass, beaker",
        "mug*": "mugs, cups, glasses, coffee mugs",
        "object": "something, object, thing, item, toy, piece, element, stuff, toys item",
        "object*": "crumbs, dirt, mess, spill, rubbish, junk, objects, things, items, toys, pieces, elements, bits",
    },
    "TOWERS": {"towers": "towers, stacks, piles, columns of blocks"},
    "ONE": {"one": "one, 1", "ones": "ones"},
    "TABLE": {
        "table": "table, tabletop, table top, workspace, desk, board, surface, work area, work surface, scene, ground, workbench, counter"
    },
    "TOWER": {
        "tower": "highest tower, tallest tower, highest possible tower, tallest possible tower, largest tower, tower, single tower, single stack, single pile, one tower, one stack, one pile, column tower, high tower, "
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
        "pyramid": "pyramid, as a pyramid, pyramid shape, small pyramid, little pyramid",
    },
    "ORIENTATION": {
        "leftward": "from right to left, right to left, from the right to the left",
        "horizontal": "horizontal, horizontally, left to right, from left to right, from the left to the right, sideways, side by side",
        "vertical": "vertical, vertically, front to back, one behind the other, behind each other",
        "diagonal": "diagonally, slanted, from the top left corner to the bottom right corner, from the top left to the bottom right, "
        "from the upper left to the lower right, from top left to bottom right",
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
        "of spacing, between each block, between the blocks, gap, side length, sides of, side lengths of, a side, long sides"
    },
    "TOGETHER": {
        "together": "together, close together, next to each other, beside each other, near each other, close to each other, "
        "next to one another, adjacent to each other, side to side, touching each other, close to one another, so that they touch, "
        "so that they touch each other, so they touch, such that they touch, so that they are touching, as close together as possible"
    },
    "STACKED": {
        "stacked": "on top of each other, on top of one another, one on top of the other, onto each other, on each other, "
        "on one another, one on top of another, atop each other, atop one another, one above the other, one over the other, "
        "one upon the other, over each other, above each other, on top of the other, one onto the other, upon each other, "
        "one atop the other, one atop another, over one another, upon one another"
    },
}
