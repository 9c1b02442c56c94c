"""Placing: carry the held object to a place, let it go, and measure where it came to rest."""

from __future__ import annotations

import math
from contextlib import suppress

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives import relations
from primitives.categories import CONTAINERS, FLAT, NUT_HOLE, PEG_POST
from primitives.drawer import tray
from primitives.failures import BadArgument, Blocked, Dropped, Unreachable
from primitives.motion.grasping import picking
from primitives.motion.grasping.picking import LOST
from primitives.motion.mover import NEAR, Mover
from primitives.motion.placing.occupancy import refuse_unsupported
from primitives.motion.placing.place_search import FeasiblePlace, another_grasp_suits, choose_place, suitable
from primitives.motion.placing.rest_check import verify
from primitives.motion.planning.obstacles import POST_MARGIN, inner_radius
from primitives.motion.spillage import lost_contents
from primitives.motion.targets import describe
from primitives.perception.tracking.held_object import HeldObject
from primitives.scene import Region, SceneObject, Target, Vector2, Vector3

FULL_TURNS = 4 * math.pi
"""rad; a larger yaw was meant in degrees."""
THREADED_PLAY = 0.003
"""Least room on every side of a peg in the hole of a nut that is put on it, in m: what perception may be off."""

JAMMED = 0.0007
"""Width in m by which fingers that press against something from inside stay short of where they were to open to."""
EASED = 0.004
"""m by which they close again."""


def place(mover: Mover, obj: SceneObject, target: Target, yaw: float | None = None) -> None:
    """Put the held object down at `target`.

    Args:
        mover: the arm.
        obj: what is held.
        target: where.
        yaw: how it is to lie, in rad, where that matters.

    Raises:
        BadArgument: nothing is held, or the target is no place.
        Unreachable, Blocked: no spot at the target can be reached; the object is still held.
        Dropped: the object was lost on the way.
        NotPlaced: measured after a fresh look: it lies elsewhere, or what is under it was displaced.
    """
    held = mover.hand.held
    if held is None:
        raise BadArgument(f"{obj.name} is not held", hint="Pick it first.")
    refuse(mover, held.object, target, yaw)
    try:
        way = choose_place(mover, held, target, yaw)
    except (Blocked, Unreachable):
        again = _regrasp(mover, held, target, yaw) if another_grasp_suits(mover, held, target, yaw) else None
        if again is None:
            raise
        held = again
        way = choose_place(mover, held, target, yaw)
    _carry_out(mover, held, target, yaw, *way)


def _carry_out(
    mover: Mover, held: HeldObject, target: Target, yaw: float | None, chosen: FeasiblePlace, path: NDArray[np.float64]
) -> None:
    """Go there, let go, and measure where it came to rest."""
    others = [o for o in mover.memory.objects if o.name not in held.names]
    mover.approach(path)
    if mover.hand.lost(LOST):
        measured = mover.hand.width
        mover.hand.move(mover.hand.info.max_width)
        mover.withdraw()
        mover.hand.let_go(lost=True)
        raise Dropped(
            f"{held.object.name} left the fingers on the way to {describe(target)}",
            expected=f"fingers {held.width:.3f} m apart",
            measured=f"{measured:.3f} m apart",
            hint="Look again with detect(), and pick it once more.",
        )
    mover.descend(chosen.down)
    opened = mover.hand.move(chosen.release)
    if opened < chosen.release - JAMMED:
        # what the fingers press against from inside would be lifted with them
        mover.hand.move(max(opened - EASED, (opened + held.width) / 2))
    mover.hand.let_go()
    released = msgspec.structs.replace(held.object, position=chosen.spot.position, yaw=chosen.yaw)
    mover.follow(chosen.down[::-1], scale=NEAR)
    if not mover.hand.is_open:
        mover.hand.move(mover.hand.info.max_width)
    with suppress(Blocked):  # from above the place the cameras see enough
        mover.home(objects=[*others, released])
    verify(mover, released, target, chosen.spot, yaw)
    if spilt := lost_contents(released, [o for o, _ in held.contents], mover.memory.objects):
        raise spilt


def _regrasp(mover: Mover, held: HeldObject, target: Target, yaw: float | None) -> HeldObject | None:
    """Put the object back where it was, and take it so that it can be placed at `target`; None, and it is still held,
    where it cannot be put back."""
    back: Target = held.object.position
    try:
        way = choose_place(mover, held, back)
    except (Blocked, Unreachable):
        return None
    _carry_out(mover, held, back, None, *way)
    picking.pick(mover, mover.memory.current(held.object), suits=lambda other: suitable(mover, other, target, yaw))
    mover.measured["regrasped"] = 1.0
    return mover.hand.held


def refuse(mover: Mover, obj: SceneObject, target: Target, yaw: float | None = None) -> None:
    """What can be said against a target before anything moves.

    Raises:
        BadArgument: a point beside the table or in mid-air, a yaw in degrees, or a peg for what is no nut.
        Blocked: something else rests on the target already, or is at the point, or it is too small.
    """
    if yaw is not None and abs(yaw) > FULL_TURNS:
        raise BadArgument(
            f"yaw = {yaw:g} is no angle in rad",
            expected=f"within {FULL_TURNS:.2f} rad",
            measured=f"{yaw:g}",
            hint=f"Give yaw in rad: {yaw:g} deg are {math.radians(yaw):.3f} rad.",
        )
    match target:
        case Region():
            return
        case SceneObject() if target.category in CONTAINERS:
            _refuse_too_large(obj, target)
        case SceneObject() if (opened := tray(target)) is not None:
            _refuse_too_large(obj, opened)
        case SceneObject() if target.category == "peg":
            _refuse_unthreadable(obj, target)
            _refuse_taken(mover, obj, target)
        case SceneObject() if target.category not in FLAT:
            _refuse_taken(mover, obj, target)
        case SceneObject():
            return
        case _:
            _refuse_outside(mover, target)
            with_it = {obj.name, *(o.name for o in relations.contained(obj, mover.memory.objects))}
            others = [o for o in mover.memory.objects if o.name not in with_it]
            refuse_unsupported(obj, target, others, yaw, mover.robot.workspace.table)


def _refuse_outside(mover: Mover, point: Vector2 | Vector3) -> None:
    x, y = point[0], point[1]
    table = mover.robot.workspace.table
    if not table.contains((x, y)):
        raise BadArgument(
            f"({x:.3f}, {y:.3f}) is outside the workspace",
            expected=f"x in {table.low[0]:.2f}..{table.high[0]:.2f} m, y in {table.low[1]:.2f}..{table.high[1]:.2f} m",
            measured=f"x = {x:.3f} m, y = {y:.3f} m",
            hint="Choose a point on the table, or a region.",
        )


def _refuse_taken(mover: Mover, obj: SceneObject, target: SceneObject) -> None:
    above = tuple(
        o.name
        for o in mover.memory.objects
        if o.name not in (obj.name, target.name) and (o.on == target.name or relations.on(o, target))
    )
    if above:
        raise Blocked(
            f"{above[0]} already rests on {target.name}",
            expected=f"a free top of {target.name}",
            measured=f"{', '.join(above)} on it",
            candidates=above,
            hint=f"Place on {above[0]}, or move it first.",
        )


def _refuse_unthreadable(obj: SceneObject, peg: SceneObject) -> None:
    if obj.category != "nut":
        raise BadArgument(
            f"{obj.name} cannot be put on {peg.name}, which goes through nuts only",
            expected="a nut",
            measured=f"a {obj.category}",
            hint="Put a nut on it, or choose another place.",
        )
    hole, post = NUT_HOLE * min(obj.size[:2]), POST_MARGIN * PEG_POST * min(peg.size[:2])
    if hole - post < 2 * THREADED_PLAY:
        raise Blocked(
            f"{peg.name} is too thick for {obj.name}",
            expected=f"a hole of at least {post + 2 * THREADED_PLAY:.3f} m",
            measured=f"{hole:.3f} m",
            hint="Choose a thinner peg, or a larger nut.",
        )


def _refuse_too_large(obj: SceneObject, target: SceneObject) -> None:
    opening = 2 * inner_radius(target)
    narrowest = min(obj.size[0], obj.size[1])
    if narrowest > opening:
        raise Blocked(
            f"{obj.name} is too large for {target.name}",
            expected=f"at most {opening:.3f} m across",
            measured=f"{narrowest:.3f} m",
            hint="Choose a larger container, or a place on the table.",
        )
