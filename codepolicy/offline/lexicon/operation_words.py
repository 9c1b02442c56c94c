"""Words for working what is fixed to the table: opening, closing, pressing. How to write an entry: see `lexicon`."""

# ruff: noqa: E501 - tables of phrases
from __future__ import annotations

OPERATIONS: dict[str, dict[str, str]] = {
    "OPEN": {
        "open": "open, open up, pull open, slide open, push open, draw open, roll open, unclose, opening, opened, wide open, "
        "ajar, to its open position, in its open position",
    },
    "CLOSE": {
        "closed": "close, shut, close up, closing, shutting, closed, push closed, push shut, slide shut, slide closed, "
        "pull shut, pull closed, roll shut, to its closed position, in its closed position",
    },
    "PRESS": {
        "pressed": "press, press down, press on, press down on, push down on, hit, tap, depress, push in, press in, trigger, "
        "activate, click, pressing, pressed, pressed down, press once",
    },
    "POUR": {
        "pour": "pour, pour the contents of, tip the contents of, pour out the contents of, pour out, tip, tip out, tip over, decant, pouring, tipping, spill out"
    },
    "USE": {"use": "use"},
    "SHARE": {
        "0.5": "halfway, half way, half the way, half of the way, by half, partly, partially, midway",
        "0.33": "a third of the way, one third of the way, by a third",
        "0.67": "two thirds of the way, by two thirds",
        "0.25": "a quarter of the way, one quarter of the way, by a quarter",
        "0.75": "three quarters of the way, by three quarters",
    },
    "PERCENT": {"percent": "percent, %"},
    "FILLER": {
        "": "like a sponge, as a sponge, like a broom, as a broom, once, to a height of, at a height of, up to a height of, higher than the table, over the table, in the gripper, in your gripper, "
        "in the hand, in your hand, in its hand, in the air , all the way, the whole way, as far as it goes, as far as it will go, as far as possible open, by its handle, by the handle, using its handle, using the handle, with its handle, at its handle, "
        "at the handle, by its knob, by the knob, holding its handle, holding the handle",
    },
}
