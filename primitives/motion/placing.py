"""Placing: choose where and how to put the held object down, let it go, and measure where it came to rest."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from primitives.context import Context
from primitives.failures import BadArgument, Blocked, Dropped, Failure, Unreachable
from primitives.motion.collision import Checker
from primitives.motion.hand import Held
from primitives.motion.kinematics import upright
from primitives.motion.mover import APPROACH, NEAR, Mover
from primitives.motion.obstacles import HOLLOW, inner_radius
from primitives.motion.picking import LOST
from primitives.motion.resting import verify
from primitives.motion.spot import Spot
from primitives.motion.spots import spots
from primitives.motion.targets import describe
from primitives.scene import Region, SceneObject, Target, Vector2, Vector3

MAX_TRIES = 240
"""Poses tried before a target counts as full."""
MARGINS = (0.006, 0.001)
"""Distances to neighbours, in m; the first at which some way works is used."""
RELEASE = 0.016
"""How much wider than the object the fingers open to let it go beside neighbours, in m."""


@dataclass(frozen=True, slots=True)
class FeasiblePlace:
    """A spot with the joint motion that gets there."""

    spot: Spot
    yaw: float
    down: NDArray[np.float64]
    """(N, dof) rad from above the spot down to it."""
    release: float
    """Width to which the fingers open there, m."""


def place(ctx: Context, obj: SceneObject, target: Target) -> None:
    """Put the held object down at `target`.

    Raises:
        BadArgument: nothing is held, or the target is no place.
        Unreachable, Blocked: no spot at the target can be reached; the object is still held.
        Dropped: the object was lost on the way.
        NotPlaced: measured after a fresh look: it lies elsewhere, or what is under it was displaced.
    """
    mover = ctx.mover
    held = mover.hand.held
    if held is None:
        raise BadArgument(f"{obj.name} is not held", hint="Pick it first.")
    refuse(mover, held.object, target)
    before = {o.name: o for o in mover.memory.objects if o.name != obj.name}
    chosen, path = _choose(mover, held, target)
    mover.follow(path)
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
    mover.hand.move(chosen.release)
    mover.hand.let_go()
    released = msgspec.structs.replace(held.object, position=chosen.spot.position, yaw=chosen.yaw)
    mover.follow(chosen.down[::-1], scale=NEAR)
    if not mover.hand.is_open:
        mover.hand.move(mover.hand.info.max_width)
    with suppress(Blocked):  # from above the place the cameras see enough
        mover.home(objects=[*before.values(), released])
    verify(ctx, held.object, target, chosen.spot, before)


def suitable(mover: Mover, held: Held, target: Target) -> bool:
    """Whether something held like that could be placed at `target`."""
    return next(_feasible(mover, held, target, MARGINS[1]), None) is not None


def refuse(mover: Mover, obj: SceneObject, target: Target) -> None:
    """What can be said against a target before anything moves.

    Raises:
        BadArgument: a point beside the table.
        Blocked: something else rests on the target already, or it is too small.
    """
    match target:
        case Region():
            return
        case SceneObject() if target.category in HOLLOW:
            _refuse_too_large(obj, target)
        case SceneObject() if target.category not in ("plate", "zone"):
            _refuse_taken(mover, obj, target)
        case SceneObject():
            return
        case _:
            _refuse_outside(mover, target)


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
    above = tuple(o.name for o in mover.memory.objects if o.on == target.name and o.name != obj.name)
    if above:
        raise Blocked(
            f"{above[0]} already rests on {target.name}",
            expected=f"a free top of {target.name}",
            measured=f"{', '.join(above)} on it",
            candidates=above,
            hint=f"Place on {above[0]}, or move it first.",
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


def _choose(mover: Mover, held: Held, target: Target) -> tuple[FeasiblePlace, NDArray[np.float64]]:
    """The first way to put it down that can also be travelled to, and the path there."""
    for margin in MARGINS:
        for n, found in enumerate(_feasible(mover, held, target, margin)):
            path = mover.plan_joints(found.down[0])
            if path is not None:
                return found, path
            if n >= 3:
                break
    raise _no_place(mover, held, target)


def _feasible(mover: Mover, held: Held, target: Target, margin: float) -> Iterator[FeasiblePlace]:
    """Ways to the spots at `target` on which neither the arm nor the object touches anything but the support."""
    kinematics = mover.kinematics
    T_object_tool = np.linalg.inv(held.T_tool_object)
    checkers: dict[str, Checker] = {}
    tries = 0
    for spot in spots(held.object, target, mover.memory.objects):
        if spot.support not in checkers:
            checkers[spot.support] = mover.checker(held_ignore={spot.support, "table"}, margin=margin, held=held)
        checker = checkers[spot.support]
        for yaw in spot.yaws:
            tries += 1
            if tries > MAX_TRIES:
                return
            q = kinematics.solve(upright(spot.position, yaw) @ T_object_tool, mover.q, 2)
            if q is None or checker.collides(q, held.width):
                continue
            release = _release(mover, held, q, checker)
            down = mover.raised(q, APPROACH)
            if release is None or down is None or checker.first_contact(down, held.width) is not None:
                continue
            yield FeasiblePlace(spot, yaw, down, release)


def _release(mover: Mover, held: Held, q: NDArray[np.float64], checker: Checker) -> float | None:
    """How far the fingers can open at `q`: wholly, or just enough to let go."""
    most = mover.info.gripper.max_width
    for width in (most, min(most, held.width + RELEASE), min(most, held.width + RELEASE / 2)):
        if not checker.collides(q, width):
            return width
    return None


def _no_place(mover: Mover, held: Held, target: Target) -> Failure:
    name = describe(target)
    still = f"{held.object.name} is still held."
    places = list(itertools.islice(spots(held.object, target, mover.memory.objects), 12))
    reached = False
    for spot in places:
        checker = mover.checker(held_ignore={spot.support, "table"}, held=held, margin=0.0)
        for yaw in spot.yaws[:4]:
            T = upright(spot.position, yaw) @ np.linalg.inv(held.T_tool_object)
            q = mover.kinematics.solve(T, mover.q, 6)
            hit = None if q is None else checker.contact(q, held.width)
            reached = reached or q is not None
            if hit is not None:
                return Blocked(
                    f"no room for {held.object.name} at {name}: {hit[0]} would touch {hit[1]}",
                    expected="room for the object and the fingers",
                    measured=f"{hit[0]} touches {hit[1]}",
                    candidates=(hit[1],),
                    hint=f"Move {hit[1]} away first, or choose another place. {still}",
                )
    if reached or not places:
        return Blocked(
            f"no free spot for {held.object.name} at {name}",
            expected="a free spot and a free way down to it",
            measured="every spot is taken" if not places else "every way down is blocked",
            hint=f"Choose another place, or clear this one. {still}",
        )
    return Unreachable(
        f"no joint configuration puts {held.object.name} down at {name}",
        expected="a pose within the joint limits",
        measured=f"{len(places)} spots tried",
        hint=f"Choose a place closer to the middle of the workspace. {still}",
    )
