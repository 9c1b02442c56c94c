"""What every command that moves things needs: refusals, making way, one put, and what must hold after it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number, quoted
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.spatial_relations import rests_in, touching
from primitives.categories import CONTAINERS, FIXED, FLAT
from primitives.scene import SceneObject, Vector2


def check_movable(obj: SceneObject) -> None:
    """Raises Declined when nobody can move it."""
    if obj.category == "zone":
        raise Declined(f"The {obj.name} is an area of the table; it cannot be moved.")
    if obj.category in FIXED:
        raise Declined(f"The {obj.name} is fixed in its place; I only move what stands loose on the table.")


def check_fits(obj: SceneObject, target: SceneObject, relation: str) -> None:
    """Raises Declined when `obj` cannot be in or on `target`."""
    check_movable(obj)
    if obj.name == target.name:
        raise Declined(f"The {obj.name} cannot be put {relation if relation != 'to' else 'on'} itself.")
    if target.category in FIXED - {"peg"}:
        raise Declined(f"Nothing can be put {relation if relation != 'to' else 'on'} the {target.name} by rule.")
    if target.category == "ball":
        raise Declined(f"Nothing stays on the {target.name}: it is a ball.")
    if relation == "in" and target.category not in CONTAINERS | FLAT | {"block"}:
        raise Declined(
            f"Nothing can be put in the {target.name}: a {target.category} has no inside. It could go on top."
        )
    big, room = max(obj.size[:2]), max(target.size[:2])
    if target.category in CONTAINERS and big > room - 0.01:
        raise Declined(f"The {obj.name} ({big:.2f} m wide) does not fit in the {target.name} ({room:.2f} m).")
    if obj.category in CONTAINERS | FLAT and target.category not in FLAT | CONTAINERS and big > 1.5 * room:
        raise Declined(f"The {obj.name} ({big:.2f} m wide) would not stay on the {target.name} ({room:.2f} m).")


def make_way(writer: Writer, obj: SceneObject, *, but: Sequence[str] = ()) -> None:
    """Take off what lies on a thing that is to be lifted, or built upon."""
    riders = [o for o in writer.belief.carried(obj.name) if o.name not in but]
    if obj.category in CONTAINERS | FLAT or not riders:
        return
    writer.write(f"uncover(find({quoted(obj.name)}))")
    for rider in reversed(riders):
        make_belief_free(writer, rider)


def make_belief_free(writer: Writer, obj: SceneObject) -> None:
    """The object, and whatever is on it, is taken aside."""
    for rider in reversed(writer.belief.carried(obj.name)):
        make_belief_free(writer, rider)
    writer.moved_to(obj.name, writer.belief.free(obj.name))


def make_room(writer: Writer, obj: SceneObject, xy: Vector2, *, but: Sequence[str] = ()) -> None:
    """Put aside what stands where a thing is to go, other than `but`."""
    belief = writer.belief
    for other in belief.others(obj.name, *but):
        if other.on == "table" and math.dist(other.position[:2], xy) < touching(obj, other) + 0.005:
            make_way(writer, other)
            writer.write(f"aside(find({quoted(other.name)}), ({number(xy[0])}, {number(xy[1])}))")
            make_belief_free(writer, other)
            writer.summary.append(f"put the {other.name} aside, for it stands where the {obj.name} is to go")


def put_one(
    writer: Writer,
    obj: SceneObject,
    code: str,
    target: SceneObject,
    target_code: str,
    relation: str,
    *,
    push: bool = False,
) -> None:
    """Add one `put` with what it needs before and what must hold after it."""
    check_fits(obj, target, relation)
    if rests_in(obj, target) and not writer.belief.carried(obj.name):
        state_in(writer, obj, target)
        return
    make_way(writer, obj)
    if target.category not in CONTAINERS | FLAT:
        make_way(writer, target, but=[obj.name])
    verb = "push" if push and target.category in FLAT else "put"
    writer.write(f"{verb}({code}, {target_code})")
    writer.moved(obj.name)
    writer.belief.set_on(obj.name, target.name)
    state_in(writer, obj, target)


def state_in(writer: Writer, obj: SceneObject, target: SceneObject) -> None:
    """State that the object is in or on the target in the end."""
    call, word = ("inside", "in") if target.category in CONTAINERS else ("on", "on")
    writer.must(
        GoalClause(
            obj.name,
            f"{call}({{a}}, {quoted(target.name)})",
            f"the {{a}} is {word} the {target.name}",
            about=(target.name,),
        )
    )


def state_at(writer: Writer, obj: SceneObject, xy: Vector2, message: str) -> None:
    """State that the object is at a point in the end."""
    point = f"({number(xy[0])}, {number(xy[1])})"
    writer.must(GoalClause(obj.name, f"math.dist(find({{a}}).position[:2], {point}) < 0.025", message))


def remember(writer: Writer, subjects: Sequence[SceneObject], targets: Sequence[SceneObject] = ()) -> None:
    """What "it" and "them" mean from now on."""
    writer.belief.subjects = tuple(o.name for o in subjects)
    writer.belief.company = ()
    if targets:
        writer.belief.targets = tuple(o.name for o in targets)
