"""Where, how turned and with which arm configuration a held object can be put down."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.failures import Blocked, Failure, Unreachable
from primitives.kinematics.poses import upright
from primitives.motion.grasping.grasp_candidates import grasp_candidates
from primitives.motion.grasping.picking import would_hold
from primitives.motion.mover import APPROACH, Mover
from primitives.motion.placing.placement_spot import PlacementSpot
from primitives.motion.placing.spots import spots
from primitives.motion.planning.collision import Checker
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
LONG = 1.2
"""Length over width of an object from which on it matters which way round it lies."""
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


def choose_place(mover: Mover, held: HeldObject, target: Target) -> tuple[FeasiblePlace, NDArray[np.float64]]:
    """The first way to put it down that can also be travelled to, and the path there.

    Raises:
        Unreachable, Blocked: there is none.
    """
    for margin, configurations in EFFORTS:
        for n, found in enumerate(_feasible(mover, held, target, margin, configurations)):
            path = mover.plan_joints(found.down[0])
            if path is not None:
                return found, path
            if n >= 3:
                break
    raise _no_place(mover, held, target)


def _feasible(
    mover: Mover, held: HeldObject, target: Target, margin: float, configurations: int, *, tries: int = MAX_TRIES
) -> Iterator[FeasiblePlace]:
    """Ways to the spots at `target` on which neither the arm nor the object touches anything but the support."""
    kinematics = mover.kinematics
    T_object_tool = np.linalg.inv(held.T_tool_object)
    checkers: dict[str, Checker] = {}
    left = tries
    for spot in spots(held.object, target, mover.memory.objects):
        if spot.support not in checkers:
            checkers[spot.support] = mover.checker(
                held_ignore={spot.support, "table"}, margin=margin, close={spot.support}, held=held
            )
        checker = checkers[spot.support]
        for yaw in _ordered(mover, held, spot):
            if left == 0:
                return
            left -= 1
            T = upright(spot.position, yaw) @ T_object_tool
            for q in itertools.islice(kinematics.solutions(T, mover.q, 2 * configurations), configurations):
                if checker.collides(q, held.width):
                    continue
                release = _release(mover, held, q, checker)
                down = mover.raised(q, APPROACH)
                if release is None or down is None or checker.first_contact(down, held.width) is not None:
                    continue
                yield FeasiblePlace(spot, yaw, down, release)
                break


def _ordered(mover: Mover, held: HeldObject, spot: PlacementSpot) -> list[float]:
    """The yaws of `spot`, the tidiest first; of those as tidy, the one for which the hand turns least."""
    long = max(held.object.size[:2]) > LONG * min(held.object.size[:2])
    T_object_tool = np.linalg.inv(held.T_tool_object)

    def key(at: tuple[int, float]) -> tuple[int, int, float]:
        k, yaw = at  # quarter turns come in fours, see `turns`
        return k // 4, k % 2 if long else 0, round(mover.turn(upright(spot.position, yaw) @ T_object_tool), 3)

    return [yaw for _, yaw in sorted(enumerate(spot.yaws), key=key)]


def _release(mover: Mover, held: HeldObject, q: NDArray[np.float64], checker: Checker) -> float | None:
    """How far the fingers can open at `q`, with `ROOM` to spare: wholly, or just enough to let go. Fingers that press
    against the inside of a bowl take it along."""
    most = mover.info.gripper.max_width
    least = min(most, held.width + RELEASE / 2)
    for width in (most, min(most, held.width + RELEASE), least):
        if not checker.collides(q, width + 2 * ROOM):
            return width
    return None if checker.collides(q, least) else least


def suitable(mover: Mover, held: HeldObject, target: Target) -> bool:
    """Whether something held like that could be placed at `target`."""
    margin, _ = EFFORTS[1]
    return next(_feasible(mover, held, target, margin, 1, tries=SUITED_TRIES), None) is not None


def another_grasp_suits(mover: Mover, held: HeldObject, target: Target) -> bool:
    """Whether the object could be put down at `target` if it were held in another way."""
    if next(spots(held.object, target, mover.memory.objects), None) is None:
        return False
    ways: dict[tuple[float, ...], HeldObject] = {}
    for candidate in grasp_candidates(held.object, mover.info.gripper):
        other = would_hold(held.object, candidate)
        if np.abs(other.T_tool_object - held.T_tool_object).max() > 0.005:
            ways.setdefault(candidate.hold, other)
    return any(suitable(mover, other, target) for other in itertools.islice(ways.values(), REGRASPS))


def _no_place(mover: Mover, held: HeldObject, target: Target) -> Failure:
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
