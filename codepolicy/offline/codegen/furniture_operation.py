"""Writing programs that work what is fixed to the table: drawers, sliding doors, buttons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from codepolicy.offline.codegen.handling import remember
from codepolicy.offline.codegen.object_expressions import refer
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number, quoted
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.furniture_parts import SLIDERS, axis, gain, is_worked, travel, whole_of
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.parser.meaning import (
    Back,
    Direction,
    Free,
    Operate,
    Place,
    Pronoun,
    Put,
    Shift,
    Thing,
    ThingGroup,
    Toward,
    Where,
    only,
    with_category,
)
from primitives.scene import SceneObject

_ENDS: dict[str, Direction] = {
    "left side": "left", "right side": "right", "top side": "top", "bottom side": "bottom"
}  # fmt: skip
_SLIDING = ("drawer", "door", "handle")
"""What "it" may be, where nothing else was said and no button is to be pressed."""
_MARGIN = 0.008
"""How far in m from the stop at either end a part is left, so that the hand does not run against it."""
_CLOSED = 0.004
"""Joint in m to which a drawer is pushed in."""
_OPEN = 0.6
"""Share of the whole way from which on something that was to be opened counts as open."""
_CLOSE_TO = 0.015
"""How far in m the joint may be from a position that was asked for."""


@dataclass(frozen=True, slots=True)
class _Aim:
    """Where a joint is to go, and what must hold of it then."""

    joint: float
    code: str
    test: str
    message: str
    low: float
    high: float


def as_operation(command: Put, belief: Belief) -> Operate | None:
    """A command to bring something somewhere, where that something only slides; None when it can be moved freely."""
    try:
        objects = [whole_of(o, belief) for o in choose(command.what, belief.copy())]
    except Declined:
        return None
    if not objects or any(o.category not in SLIDERS for o in objects):
        return None
    match command.to:
        case Place(name=name) if name in _ENDS:
            return Operate(command.what, _ENDS[name])
        case Shift(direction, distance) | Toward(direction, _, distance):
            return Operate(command.what, direction, distance=distance)
        case Free(None):
            return Operate(command.what, "open")
        case Back():
            return Operate(command.what, "back")
        case _:
            return None


def write_operation(writer: Writer, command: Operate) -> None:
    """Add what opens, closes, slides or presses.

    Raises:
        Declined: it cannot be worked like that.
    """
    what = _told_apart(command, writer.belief)
    ref = refer(writer, what)
    wholes = [whole_of(o, writer.belief) for o in ref.objects]
    if isinstance(item := what.items[0], Thing) and item.many and item.category in ("", "object"):
        wholes = [o for o in wholes if o.joint is not None]
    remember(writer, wholes)
    for obj in wholes:
        code = ref.code if len(ref.objects) == 1 and obj == ref.one else f"find({quoted(obj.name)})"
        if command.how == "pressed":
            _press(writer, obj, code)
        else:
            _slide(writer, obj, code, _aim(writer, obj, command))
    verb = {"open": "open", "closed": "close", "pressed": "press", "back": "slide back"}.get(command.how, "slide")
    side = f" to the {command.how}" if verb == "slide" else ""
    writer.summary.append(f"{verb} {phrasing.listed([f'the {o.name}' for o in wholes])}{side}")


def _told_apart(command: Operate, belief: Belief) -> ThingGroup:
    """What is meant; of several alike, the only one that is not yet as it is to become."""
    said, kinds = [command.what], ("button",) if command.how == "pressed" else _SLIDING
    item = command.what.items[0] if len(command.what.items) == 1 else None
    if isinstance(item, Thing) and item.category in ("", "object") and item.many:  # "everything"
        there = [k for k in kinds if k != "handle" and any(o.category == k for o in belief.objects.values())]
        return ThingGroup(tuple(replace(item, category=kind) for kind in there)) if there else command.what
    if isinstance(item, Thing) and item.category in ("", "object"):  # "the red one"
        said = [*(with_category(only(replace(item, category="")), kind) for kind in kinds), *said]
    if isinstance(item, Pronoun):  # "shut it", where nothing was spoken of
        said += [only(Thing(kind, quantity="the", plural=item.plural)) for kind in kinds]
    if command.how in ("open", "closed", "pressed"):
        fresh = Where(command.how, negated=True)
        said += [
            only(replace(i, where=(*i.where, fresh))) for g in said for i in g.items if isinstance(i, Thing) and item
        ]
    refusals: list[Declined] = []
    for what in said:
        try:
            if choose(what, belief.copy()):
                return what
        except Declined as declined:
            refusals.append(declined)
    raise refusals[-1 if isinstance(item, Pronoun) else 0] if refusals else Declined("There is nothing to be worked.")


def _press(writer: Writer, obj: SceneObject, code: str) -> None:
    if obj.category != "button":
        raise Declined(f"The {obj.name} cannot be pressed: it is no button.")
    if not is_worked("pressed", obj):
        writer.write(f"press_down({code})")
        _worked(writer, obj, 0.02)
    writer.must(GoalClause(obj.name, "find({a}).joint > 0.012", "the {a} is down"))


def _slide(writer: Writer, obj: SceneObject, code: str, aim: _Aim) -> None:
    assert obj.joint is not None
    if not aim.low <= obj.joint <= aim.high:
        if code.startswith("find(") and "thing" in aim.code:
            code = writer.define(obj.category, code)
        writer.write(f"slide({code}, {aim.code.replace('thing', code)})")
        _worked(writer, obj, aim.joint)
    writer.must(GoalClause(obj.name, aim.test, aim.message))


def _worked(writer: Writer, obj: SceneObject, joint: float) -> None:
    writer.moved(obj.name)
    writer.belief.objects[obj.name] = msgspec.structs.replace(writer.belief[obj.name], joint=joint)


def _aim(writer: Writer, obj: SceneObject, command: Operate) -> _Aim:
    if obj.category not in SLIDERS or obj.joint is None:
        raise Declined(f"The {obj.name} can be neither opened nor closed, and does not slide.")
    whole, how = travel(obj), command.how
    if how == "back":
        before = _joint_before(obj, writer.belief)
        if abs(before - obj.joint) < _CLOSE_TO:
            raise Declined(f"The {obj.name} has not been moved, so it is where it was.")
        return _at(before, "back where it was")
    sign = 1 if how == "open" else -1 if how == "closed" else gain(obj, how) if how != "pressed" else 0
    if not sign:
        ways = " or ".join(f"to the {d}" for d in _ENDS.values() if gain(obj, d))
        raise Declined(f"The {obj.name} does not slide to the {how}; it goes {ways}.")
    if command.distance is not None:
        # "open it 5 cm" says how far it is open in the end, "slide it 5 cm to the left" how far it goes
        joint = command.distance if how == "open" else obj.joint + sign * command.distance
        if not -_CLOSE_TO <= joint <= whole + _CLOSE_TO:
            raise Declined(f"The {obj.name} slides {whole:.2f} m in all and is at {obj.joint:.2f} m; that is too far.")
        return _at(min(max(joint, _CLOSED), whole - _CLOSED), f"{joint:.2f} m from its closed end")
    if command.share is not None and command.share < 1.0:
        joint = command.share * whole if how in ("open", "closed") else obj.joint + sign * command.share * whole
        return _at(min(max(joint, _CLOSED), whole - _CLOSED), f"{command.share:.0%} of the way to its open end")
    if how == "open":
        least = _OPEN * whole
        test, message = f"find({{a}}).joint > {number(least)}", "the {a} is open"
        return _Aim(whole - 2 * _MARGIN, "travel(thing) - 0.016", test, message, least, 1.0)
    if how == "closed":
        return _Aim(_CLOSED, number(_CLOSED), "find({a}).joint < 0.01", "the {a} is closed", -1.0, 0.0099)
    if sign > 0:
        test = f"find({{a}}).joint > {number(whole - 0.02)}"
        return _Aim(
            whole - _MARGIN, "travel(thing) - 0.008", test, f"the {{a}} is all the way to the {how}", whole - 0.02, 1.0
        )
    return _Aim(
        _MARGIN, number(_MARGIN), "find({a}).joint < 0.02", f"the {{a}} is all the way to the {how}", -1.0, 0.02
    )


def _joint_before(obj: SceneObject, belief: Belief) -> float:
    """Where the joint was at the start; what a session tells is where the handle was."""
    joint, before = obj.joint or 0.0, belief.start[obj.name].joint
    if before is not None and abs(before - joint) >= _CLOSE_TO:
        return before
    handles = [o for o in belief.objects.values() if o.category == "handle" and whole_of(o, belief) == obj]
    for handle in handles:
        (x, y, _), (u, v, _) = handle.position, belief.start[handle.name].position
        along = axis(obj)
        joint += (u - x) * along[0] + (v - y) * along[1]
    return joint


def _at(joint: float, words: str) -> _Aim:
    """A position between the ends."""
    test = f"abs(find({{a}}).joint - {number(joint)}) < {number(_CLOSE_TO)}"
    return _Aim(joint, number(joint), test, f"the {{a}} is {words}", joint - _CLOSE_TO / 2, joint + _CLOSE_TO / 2)
