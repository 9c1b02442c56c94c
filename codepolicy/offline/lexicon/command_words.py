"""Words for what is to be done, asked and joined. How to write an entry: see `lexicon`."""

# ruff: noqa: E501 - tables of phrases
from __future__ import annotations

COMMANDS: dict[str, dict[str, str]] = {
    "PUT": {
        "put": "put, let go of, place, set, drop, lay, position, deposit, leave, bring, transfer, carry, relocate, insert, stick, load, "
        "toss, deliver, store, stow, throw, put down, set down, drop off, putting, placing, dropping, setting, balance, "
        "slip, thread, plop, park, tuck, release, situate, shove in, send, pop, locate, add, plunk, dump, transport, bringing, fit, pack, serve, fill in, slot, lodge, squeeze, deposit in",
        "return": "return",
    },
    "MOVE": {"move": "move, shift, moving, move over, displace"},
    "PUSH": {
        "push": "push, shove, nudge, pushing, scoot, poke, roll",
        "slide": "slide, sliding",
        "sweep": "sweep, sweeping, sweep away",
        "pull": "pull, pull on, pull at, pulling, drag, tug, tug on, tug at, yank, yank on",
    },
    "PUSHING": {
        "pushing": "by pushing it, by pushing, by sliding it, by sliding, without lifting it, without grasping it, without picking it up"
    },
    "TAKE": {
        "take": "take, get, fetch, retrieve, taking, remove",
        "wipe": "wipe, brush, wipe up, wipe away, brush away, wiping",
        "pull": "pull out, withdraw, draw out, slide out, pulling out",
    },
    "PICK": {
        "pick": "pick up, pick, grab, grasp, lift, lift up, grip, raise, picking up, grabbing, get hold of, take hold of, hoist, "
        "hold, keep hold of, hold on to, hold up, lifting, raising, holding, pluck, seize, snatch, clutch, pick out, grab hold of, choose, select, scoop up"
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
        "spread, rank, configure, set out"
    },
    "LINEUP": {"lineup": "line up, align, lining up, queue up"},
    "SORT": {"sort": "sort, group, classify, sorting, categorize, categorise, sort out"},
    "DISTRIBUTE": {"distribute": "distribute, divide, split, divide up, scatter, share out, spread evenly"},
    "MATCH": {"match": "match, pair, pair up, match up, matching up"},
    "SWAP": {
        "swap": "swap, exchange, let swap, switch, interchange, trade, change places, change positions, trade places, switch places, swap places, change the places of, change the positions of, swap around, swap over, swapping"
    },
    "CLEAR": {
        "clear": "clear, clear off, tidy, tidy up, clear up, clear away, put away, make space in, make room in, make space on, make room on, make some room in, make some space in, free up",
        "clean": "clean, clean up, clean off, cleaning",
    },
    "EMPTY": {
        "empty": "empty, empty out, dump out, unload, there should be nothing left on, there should be nothing left in, there should be nothing on, there should be nothing in, nothing should be left on, nothing should be on, nothing should be in, nothing should remain on, nothing should remain in, there must be nothing on, there must be nothing in"
    },
    "FILL": {"in": "fill, fill up", "on": "cover", "around": "surround, encircle, enclose"},
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
    "HALF": {"half": "half the, half of, one half of, half, 50 percent of, 50 % of, fifty percent of, exactly half of"},
    "SEPARATELY": {
        "each": "separately, individually, one each, one block each, one in each, one apiece, one to each, one for each, one on each, "
        "one per bowl, one block per bowl, one per corner, one block per corner, one in each bowl, one in each corner, one per plate, "
        "one block in each, one object each, one per container, one block for each, a different one for each, one to a bowl, "
        "one to a corner, one block in each corner, one block in each bowl, one block to a corner, one block to a bowl, one per side, "
        "one block per side, one per zone, one block per zone, one block per plate"
    },
    "GIVE": {"give": "give, assign, grant, give to"},
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
        "should all end up, should all go, sits, sit, lie, lies, needs to be moved, needs to be placed, to sit, "
        "must sit, must lie, must be moved, should be dropped, should be inside, should all go",
        "stacked": "should be stacked, must be stacked, need to be stacked, have to be stacked, should all be stacked, "
        "should be stacked up",
    },
    "CONTAIN": {
        "contain": "should contain, must contain, contains, should hold, must hold, has to contain, needs to contain, gets, "
        "should get, receives, should have, should receive, should all contain, contain, containing only"
    },
    "FORMS": {
        "form": "should form, must form, shall form, need to form, have to form, should make, should make up, should be arranged"
    },
    "SCATTER": {"scatter": "spread apart, pull apart, move apart, set apart, keep apart, isolate"},
    "FARAPART": {
        "apart": "far apart, far apart from each other, far away from each other, far from each other, as far apart as possible, "
        "far from one another, well apart"
    },
    "DOES": {"does": "does"},
    "OUTNUMBER": {">": "outnumber", "<": "outnumberfewer, outnumberless"},
    "THAN": {"than": "than"},
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
    "HELP": {
        "help": "help, what can you do, what do you understand, what do you know, what can i say, what can i ask, who are you, "
        "what are you, how does this work, what should i say, what else can you do, show me examples, give me examples, examples"
    },
    "SEEN": {
        "seen": "do you see, can you see, can be seen, exist, do we have, are visible, is visible, are present, "
        "do you have, do i have, in total, altogether, you see, you can see, that you see, that you can see, available, "
        "in the scene, in view"
    },
    "TELL": {
        "tell": "tell me, say, tell, check whether or not, tell me if, tell me whether, say whether, say if, check if, check whether, find out if"
    },
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
    "RESPECTIVELY": {
        "respectively": "respectively, in that order, in this order, in order, in the order, in the sequence, in the following order"
    },
}
