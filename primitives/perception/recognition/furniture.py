"""Furniture, pegs and nuts: what several plain things found together are parts of.

A drawer or a sliding door is a low cupboard with a handle of another colour in front of one side; a button a disc in
the middle of a square housing; a peg a thin round post on a square plate; a nut a thick square ring. What they are
made of stays the same from one to the next, so sizes that a camera cannot see are assumed, as for bowls.
"""

from __future__ import annotations

from collections.abc import Sequence

from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.cupboards import cupboard
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.small_fixtures import button, nut, peg

_CAPS = frozenset({"cylinder", "ball", "object", "block"})
_PARTS = frozenset({"block", "box", "object", "cylinder", "plate", "bowl", "ball", "mug"})
"""Categories that the cap of a button, and part of a nut, may have been taken for."""


def furniture(view: TopView, found: Sequence[Detection]) -> list[Detection]:
    """`found` with the parts of furniture, pegs and nuts put together."""
    things = list(found)
    for body in sorted(found, key=lambda f: -f.size[0] * f.size[1]):
        if not any(body is t for t in things):
            continue
        if body.top > 0.06 and min(body.size) > 0.075 and max(body.size) > 0.11:
            things = cupboard(view, body, things)
    for cap in [t for t in things if t.category in _CAPS and 0.03 < t.top < 0.1 and 0.035 < max(t.size) < 0.075]:
        if any(cap is t for t in things):
            things = button(view, cap, things)
    for post in [t for t in things if t.category in ("cylinder", "block") and t.top > 0.04 and max(t.size) < 0.032]:
        things = peg(view, post, things)
    for ring in [t for t in things if t.category in _PARTS and max(t.size) < 0.085 and t.top < 0.12]:
        if any(ring is t for t in things):
            things = nut(view, ring, things)
    return things
