"""Picking: choose a grasp that can be carried out, take the object, and measure that it came along."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives import relations
from primitives.categories import CONTAINERS, FIXED, FLAT, MARKINGS
from primitives.failures import BadArgument, Blocked, Dropped, Failure, GraspMissed, Unreachable
from primitives.kinematics.poses import matrix_pose
from primitives.motion.grasping.grasp_candidates import GraspCandidate, grasp_candidates
from primitives.motion.hand import GRIP_FORCE, LADEN_FORCE
from primitives.motion.mover import NEAR, Mover
from primitives.motion.planning.collision import TABLE
from primitives.motion.preconditions import candidates as named
from primitives.motion.preconditions import clear, direction, finger_room, refuse_bolted
from primitives.perception.heightmap.height_profile import HeightProfile
from primitives.perception.tracking.held_object import HeldObject, held_at
from primitives.scene import Grasp, SceneObject
from primitives.seen_as_one import cubes_in

TOUCHING = 0.004
"""m between things within which they may be one."""
HOLDS = 20
"""Ways of holding the object that may turn out not to suit what comes next before any is taken."""
AS_GOOD = 0.002
"""Difference in score below which one grasp is as good as another: that of sides whose lengths differ by 3 mm. Of sides
that differ more the longer may have been measured too long."""
LISTED = 12
"""Most grasps that `grasps` returns."""
STAYED = 0.02
"""How near in m to where it was a thing is still seen there."""
LOST = 0.004
"""How much the fingers may close during the lift before the object counts as lost, in m."""
EFFORTS = ((0.006, 2), (0.002, 2), (0.0, 8))
"""Distances to neighbours in m, with the arm configurations tried per grasp; the first with which some grasp works is
used. Beside a tower a grasp may be free only with the elbow far to one side."""


@dataclass(frozen=True, slots=True)
class FeasibleGrasp:
    """A grasp with the joint motion that carries it out."""

    candidate: GraspCandidate
    down: NDArray[np.float64]
    """(N, dof) rad from the pre-grasp to the grasp."""


def pick(mover: Mover, obj: SceneObject, *, suits: Callable[[HeldObject], bool] | None = None) -> None:
    """Take `obj` and lift it.

    Args:
        mover: moves the arm that is to take it.
        obj: as it was last seen.
        suits: whether what is to be done with the object can be done with it held like that; grasps that do not suit
            are taken only when none does.

    Raises:
        BadArgument: the hand is full, or the gripper cannot take such a thing.
        Unreachable, Blocked: no grasp can be carried out.
        GraspMissed, Dropped: measured after closing and after lifting.
    """
    if mover.hand.held is not None and mover.hand.held.object.name == obj.name:
        return  # what is held already is held
    if mover.hand.held is not None:
        raise BadArgument(
            f"the gripper already holds {mover.hand.held.object.name}",
            hint="Put it down first, with place(target).",
        )
    refuse_bolted(obj)
    contents = relations.contained(obj, mover.memory.objects)
    _refuse_covered(mover, obj, contents)
    chosen, path = _choose(mover, obj, suits)
    grip = chosen.candidate
    mover.hand.recover()
    if not mover.hand.is_at(grip.opening):
        mover.hand.move(grip.opening)
    mover.approach(path)
    mover.descend(chosen.down)
    measured = mover.hand.move(0.0, force=LADEN_FORCE if contents and grip.rim else GRIP_FORCE)
    by_width = mover.hand.info.measures == "width"
    mover.measured["held, by"] = mover.hand.rests_on
    if (several := cubes_in(obj)) > 1:
        mover.measured["may be touching blocks seen as one"] = several
    if by_width:
        mover.measured["finger width (m)"] = round(measured, 4)
        mover.measured["expected width (m)"] = round(grip.width, 4)
    if not mover.hand.took(grip.width, grip.slack):
        _missed(mover, obj, grip, measured)
    mover.hand.attach(obj, aligned=not grip.shaped)
    mover.follow(chosen.down[::-1], scale=NEAR)
    after = mover.hand.width
    if by_width:
        mover.measured["finger width after the lift (m)"] = round(after, 4)
    if mover.hand.info.measures == "nothing":
        _look_whether_it_stayed(mover, obj)
    elif mover.hand.lost(LOST):
        mover.hand.move(mover.hand.info.max_width)
        mover.withdraw()
        mover.hand.let_go(lost=True)
        raise Dropped(
            f"{obj.name} left the fingers while it was lifted",
            expected=f"fingers {measured:.3f} m apart",
            measured=f"{after:.3f} m apart",
            hint="Look again with detect(), and pick it once more.",
        )
    if _may_be_part(obj, mover.memory.objects) and mover.memory.measure_held():
        mover.memory.invalidate()  # what it was taken for a neighbour of has come along


def _may_be_part(obj: SceneObject, others: Sequence[SceneObject]) -> bool:
    """Whether something of the same colour touches `obj`, and could be one with it."""
    outline, low = relations.footprint(obj), relations.bottom(obj)
    return any(
        other.color == obj.color
        and other.category not in CONTAINERS | FLAT | FIXED
        and relations.bottom(other) < obj.top + TOUCHING
        and other.top > low - TOUCHING
        and relations.footprint(other).distance(outline) < TOUCHING
        for other in others
        if other.name != obj.name
    )


def grasps(mover: Mover, obj: SceneObject) -> list[Grasp]:
    """Grasps of `obj` that can be carried out with open fingers, best first; raises what `pick` would when none can."""
    candidates = [c for c in _ranked(mover, obj) if c.rim or c.opening >= mover.info.gripper.max_width]
    for effort in EFFORTS:
        if found := list(itertools.islice(_feasible(mover, obj, candidates, *effort), LISTED)):
            listed = [
                Grasp(
                    object=obj.name,
                    pose=matrix_pose(g.candidate.T),
                    pre_grasp=mover.kinematics.pose(g.down[0]),
                    width=g.candidate.width,
                    score=max(0.0, g.candidate.score),
                )
                for g in found
            ]
            mover.postures = {a.pre_grasp: g.down[0] for a, g in zip(listed, found, strict=True)}
            return listed
    raise _no_grasp(mover, obj, candidates)


def _refuse_covered(mover: Mover, obj: SceneObject, contents: Sequence[SceneObject]) -> None:
    """Refuse what carries something; what lies in a container goes along."""
    inside = {o.name for o in contents}
    above = tuple(o.name for o in mover.memory.objects if o.on == obj.name and o.name not in inside)
    if above:
        raise Blocked(
            f"{' and '.join(above)} rest{'s' if len(above) == 1 else ''} on or in {obj.name}",
            expected="nothing on it",
            measured=", ".join(above),
            candidates=above,
            hint=f"Move {above[0]} first.",
        )


def _choose(
    mover: Mover, obj: SceneObject, suits: Callable[[HeldObject], bool] | None
) -> tuple[FeasibleGrasp, NDArray[np.float64]]:
    """The best grasp that can be travelled to and suits what comes next, and the path to its pre-grasp."""
    candidates = _ranked(mover, obj)
    contents = relations.contained(obj, mover.memory.objects)
    for effort in EFFORTS:
        fallback: tuple[FeasibleGrasp, NDArray[np.float64]] | None = None
        unsuited: set[tuple[float, ...]] = set()
        for grasp in _feasible(mover, obj, candidates, *effort):
            hold = grasp.candidate.hold
            if hold in unsuited:
                continue
            if len(unsuited) >= HOLDS:
                break
            fits = suits is None or suits(would_hold(obj, grasp.candidate, contents))
            if not fits:
                unsuited.add(hold)
                if fallback is not None:
                    continue
            path = mover.plan_joints(grasp.down[0], width=grasp.candidate.opening)
            if path is None:
                continue
            if fits:
                return grasp, path
            fallback = grasp, path
        if fallback is not None:
            return fallback
    raise _no_grasp(mover, obj, candidates)


def _ranked(mover: Mover, obj: SceneObject) -> list[GraspCandidate]:
    """Grasps of `obj`, best first; of those as good, the one for which the hand turns least."""
    candidates = grasp_candidates(obj, mover.info.gripper, _profile(mover, obj))
    return sorted(candidates, key=lambda c: (-round(c.score / AS_GOOD), mover.turn(c.T)))


def _profile(mover: Mover, obj: SceneObject) -> HeightProfile | None:
    """The measured surface of a thing of no known shape."""
    return mover.memory.profile(obj) if obj.category == "object" else None


def _with_columns(mover: Mover, obj: SceneObject) -> list[SceneObject] | None:
    """What was seen, with columns as high as the surface of `obj` in place of the box around it, where that is known:
    beside its highest part the palm may be lower."""
    profile = _profile(mover, obj)
    if profile is None:
        return None
    return [o for o in mover.memory.objects if o.name != obj.name] + profile.columns(obj)


def would_hold(obj: SceneObject, candidate: GraspCandidate, contents: Sequence[SceneObject] = ()) -> HeldObject:
    """What would be between the fingers after this grasp, with `contents` in it."""
    return held_at(obj, candidate.T, candidate.width, contents)


def _feasible(
    mover: Mover, obj: SceneObject, candidates: list[GraspCandidate], margin: float, configurations: int
) -> Iterator[FeasibleGrasp]:
    """Those candidates that the arm reaches straight from above without touching anything but the object."""
    checker = mover.checker(grasped=obj.name, margin=margin, objects=_with_columns(mover, obj))
    for candidate in candidates:
        for q in itertools.islice(
            mover.kinematics.solutions(candidate.T, mover.info.home, 2 * configurations), configurations
        ):
            if checker.collides(q, candidate.opening):
                continue
            down = mover.raised(q, mover.info.approach)
            if down is not None and checker.first_contact(down, candidate.opening) is None:
                yield FeasibleGrasp(candidate, down)
                break


def _missed(mover: Mover, obj: SceneObject, grip: GraspCandidate, measured: float) -> None:
    """Leave safely, and say what the fingers met."""
    mover.hand.move(mover.hand.info.max_width)
    mover.withdraw()
    mover.memory.invalidate()
    if mover.hand.info.measures != "width":
        raise GraspMissed(
            f"nothing is in the hand where {obj.name} was seen",
            expected="a hand that something keeps from closing whole",
            measured="it closed whole, or drew no vacuum",
            hint="Look again with detect(): it may have moved, or not be what it seemed.",
        )
    if measured < grip.width:
        what = "nothing" if measured < 0.003 else "something thinner"
    else:
        what = "something wider, or could not close"
    raise GraspMissed(
        f"the fingers closed on {what} where {obj.name} was seen",
        expected=f"fingers {grip.width:.3f} m apart, give or take {grip.slack:.3f} m",
        measured=f"{measured:.3f} m apart",
        hint="Look again with detect(): it may have moved, or not be what it seemed.",
    )


def _look_whether_it_stayed(mover: Mover, obj: SceneObject) -> None:
    """For a hand that measures nothing: what was taken is not seen any more where it stood.

    Raises:
        GraspMissed: the cameras show something like it there.
    """
    mover.memory.invalidate()
    for seen in mover.memory.look():
        if math.dist(seen.position, obj.position) < max(STAYED, min(obj.size[:2]) / 2) and seen.color == obj.color:
            mover.hand.let_go()
            mover.hand.move(mover.hand.info.max_width)
            mover.withdraw()
            mover.memory.invalidate()
            raise GraspMissed(
                f"{obj.name} is still seen where it was",
                expected="that it comes along with the hand",
                measured=f"{100 * math.dist(seen.position, obj.position):.1f} cm from where it was",
                hint="Look again with detect(), and pick it once more.",
            )


def _around(mover: Mover, obj: SceneObject) -> str:
    """What stands nearest to `obj`."""
    others = [o for o in mover.memory.objects if o.name != obj.name and o.category not in MARKINGS]
    return min(others, key=lambda o: math.dist(o.position, obj.position)).name if others else "what stands around it"


def _no_grasp(mover: Mover, obj: SceneObject, candidates: list[GraspCandidate]) -> Failure:
    checker = mover.checker(grasped=obj.name, margin=0.0)
    things = {TABLE, *(o.name for o in mover.memory.objects)} - {obj.name}
    reached = False
    for candidate in candidates:
        q = mover.kinematics.solve(candidate.T, mover.info.home)
        if q is None:
            continue
        reached = True
        hit = checker.contact(q, candidate.opening)
        if hit is not None and hit[1] in things:
            room = f"{100 * finger_room(mover.info.gripper):.1f} cm"
            along = direction(candidate.T[:2, 1])
            return Blocked(
                f"every grasp of {obj.name} collides: {hit[0]} would touch {hit[1]}",
                expected=f"{room} of room for a finger on two opposite sides, as along {along}",
                measured=f"{len(candidates)} grasps tried",
                candidates=named(hit[1]),
                hint="Push it: it is too low for the fingers." if hit[1] == TABLE else f"{clear(hit[1])}.",
            )
    if reached:
        return Blocked(
            f"no straight way down to {obj.name} is free",
            expected="a free way from above",
            measured=f"{len(candidates)} grasps tried",
            hint=f"Move {_around(mover, obj)} away first.",
        )
    position = "(" + ", ".join(f"{v:.3f}" for v in obj.position) + ") m"
    return Unreachable(
        f"no joint configuration grasps {obj.name} at {position}",
        expected="a grasp within the joint limits",
        measured=f"{len(candidates)} grasps tried",
        hint="Choose an object closer to the middle of the workspace.",
    )
