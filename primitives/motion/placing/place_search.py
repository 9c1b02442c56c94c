"""Where, how turned and with which arm configuration a held object can be put down."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.failures import Blocked, Failure, Unreachable
from primitives.kinematics.poses import upright
from primitives.motion.grasping.grasp_candidates import RIM_OPENING, grasp_candidates
from primitives.motion.grasping.picking import would_hold
from primitives.motion.mover import Mover
from primitives.motion.placing.placement_spot import PlacementSpot
from primitives.motion.placing.spots import spots
from primitives.motion.planning.collision import TABLE, Checker
from primitives.motion.preconditions import candidates, clear, direction, finger_room
from primitives.motion.targets import describe
from primitives.perception.tracking.held_object import HeldObject
from primitives.scene import Target

MAX_TRIES = 240
"""Poses tried before a target counts as full."""
SUITED_TRIES = 64
"""The same where it is asked whether a grasp would suit."""
EFFORTS = ((0.006, 1), (0.001, 1), (0.001, 6))
"""Distances to neighbours in m, with the arm configurations tried per pose; the first with which some way works is
used."""
REGRASPS = 20
"""Other ways of holding it that are considered when there is no way to put a thing down as it is held."""
ROOM = 0.003
"""m that fingers which open keep from what is beside them, since it may be a little nearer than it was measured."""
RELEASE = 0.016
"""How much wider than the object the fingers open to let it go beside neighbours, in m."""


@dataclass(frozen=True, slots=True)
class FeasiblePlace:
    """A spot with the joint motion that gets there."""

    spot: PlacementSpot
    yaw: float
    down: NDArray[np.float64]
    """(N, dof) rad from above the spot down to it."""
    release: float
    """Width to which the fingers open there, m."""


def choose_place(
    mover: Mover, held: HeldObject, target: Target, yaw: float | None = None
) -> tuple[FeasiblePlace, NDArray[np.float64]]:
    """The first way to put it down that can also be travelled to, and the path there.

    Args:
        mover: the arm.
        held: what is put down.
        target: where.
        yaw: how it is to lie, in rad, where that was asked for.

    Raises:
        Unreachable, Blocked: there is none.
    """
    for margin, configurations in EFFORTS:
        for n, found in enumerate(_feasible(mover, held, target, yaw, margin, configurations)):
            path = mover.plan_joints(found.down[0])
            if path is not None:
                return found, path
            if n >= 3:
                break
    raise _no_place(mover, held, target, yaw)


def _feasible(
    mover: Mover,
    held: HeldObject,
    target: Target,
    wanted: float | None,
    margin: float,
    configurations: int,
    *,
    tries: int = MAX_TRIES,
) -> Iterator[FeasiblePlace]:
    """Ways to the spots at `target` on which neither the arm nor the object touches anything but the support."""
    kinematics = mover.kinematics
    T_object_tool = np.linalg.inv(held.T_tool_object)
    checkers: dict[tuple[str, ...], Checker] = {}
    left = tries
    known = [o for o in mover.memory.objects if o.name not in held.names]
    for spot in spots(held.object, target, known, wanted):
        if spot.supports not in checkers:
            checkers[spot.supports] = mover.checker(
                held_ignore={*spot.supports, TABLE}, margin=margin, close=set(spot.supports), held=held
            )
        checker = checkers[spot.supports]
        for yaw in _ordered(mover, held, spot):
            if left == 0:
                return
            left -= 1
            T = upright(spot.position, yaw) @ T_object_tool
            for q in itertools.islice(kinematics.solutions(T, mover.q, 2 * configurations), configurations):
                if checker.collides(q, held.width):
                    continue
                release = _release(mover, held, q, checker)
                down = mover.raised(q, mover.info.approach)
                if release is None or down is None or checker.first_contact(down, held.width) is not None:
                    continue
                yield FeasiblePlace(spot, yaw, down, release)
                break


def _ordered(mover: Mover, held: HeldObject, spot: PlacementSpot) -> list[float]:
    """The yaws of `spot`, the tidiest first; of those as tidy, the one for which the hand turns least."""
    T_object_tool = np.linalg.inv(held.T_tool_object)

    def turn(yaw: float) -> float:
        return round(mover.turn(upright(spot.position, yaw) @ T_object_tool), 3)

    return [yaw for group in spot.yaws for yaw in sorted(group, key=turn)]


def _release(mover: Mover, held: HeldObject, q: NDArray[np.float64], checker: Checker) -> float | None:
    """How far the fingers can open at `q`, with `ROOM` to spare: wholly, or just enough to let go. Fingers that press
    against the inside of a bowl take it along."""
    most = mover.info.gripper.max_width
    if held.contents:  # what is inside was not in the way of fingers that far apart
        most = RIM_OPENING
    least = min(most, held.width + RELEASE / 2)
    for width in (most, min(most, held.width + RELEASE), least):
        if not checker.collides(q, width + 2 * ROOM):
            return width
    return None if checker.collides(q, least) else least


def suitable(mover: Mover, held: HeldObject, target: Target, yaw: float | None = None) -> bool:
    """Whether something held like that could be placed at `target`."""
    margin, _ = EFFORTS[1]
    return next(_feasible(mover, held, target, yaw, margin, 1, tries=SUITED_TRIES), None) is not None


def another_grasp_suits(mover: Mover, held: HeldObject, target: Target, yaw: float | None = None) -> bool:
    """Whether the object could be put down at `target` if it were held in another way."""
    if next(spots(held.object, target, mover.memory.objects, yaw), None) is None:
        return False
    ways: dict[tuple[float, ...], HeldObject] = {}
    for candidate in grasp_candidates(held.object, mover.info.gripper):
        other = would_hold(held.object, candidate, [o for o, _ in held.contents])
        if np.abs(other.T_tool_object - held.T_tool_object).max() > 0.005:
            ways.setdefault(candidate.hold, other)
    return any(suitable(mover, other, target, yaw) for other in itertools.islice(ways.values(), REGRASPS))


def _no_place(mover: Mover, held: HeldObject, target: Target, yaw: float | None) -> Failure:
    name = describe(target)
    still = f"{held.object.name} is still held."
    places = list(itertools.islice(spots(held.object, target, mover.memory.objects, yaw), 12))
    reached = False
    for spot in places:
        checker = mover.checker(held_ignore={*spot.supports, TABLE}, held=held, margin=0.0)
        for turned in spot.yaws[0]:
            T = upright(spot.position, turned) @ np.linalg.inv(held.T_tool_object)
            q = mover.kinematics.solve(T, mover.q, 6)
            if q is None:
                continue
            reached = True
            hit = checker.contact(q, held.width)
            if hit is not None:
                room = f"{100 * finger_room(mover.info.gripper):.1f} cm"
                along = direction(mover.kinematics.tool(q)[:2, 1])
                return Blocked(
                    f"no room for {held.object.name} at {name}: {hit[0]} would touch {hit[1]}",
                    expected=f"room for the object, and {room} for a finger on both sides of it, as along {along}",
                    measured=f"{hit[0]} touches {hit[1]}",
                    candidates=candidates(hit[1]),
                    hint=f"{clear(hit[1])}, or choose another place. {still}",
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
