"""Writing conditionals, and telling in the scene of the prompt which branch will be taken."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace

from codepolicy.offline.codegen.program_writer import quoted, tuple_of
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.furniture_parts import STATES
from codepolicy.offline.grounding.selection import candidates, choose, holds, ranked
from codepolicy.offline.parser.meaning import Order, Place, SceneCondition, Thing, ThingGroup, Where
from codepolicy.offline.parser.traversal import things_in

_CALLS = {
    "in": "inside",
    "on": "on",
    "left": "left_of",
    "right": "right_of",
    "top": "behind",
    "bottom": "in_front_of",
    "near": "near",
}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
}


_COUNTED = {">": "more than ", "<": "fewer than ", ">=": "at least ", "<=": "at most ", "==": ""}


def is_true(condition: SceneCondition, belief: Belief) -> bool:
    """Whether a condition holds in the scene as it is believed to be.

    Raises:
        Declined: something that it speaks of is not there.
    """
    unknown = next((t.unknown for t in things_in(condition) if t.unknown), "")
    if unknown:
        raise Declined(f"I do not know what {unknown!r} is; I see: {belief.names}.")
    value = _simple(condition, belief) != condition.negated
    if condition.other is None:
        return value
    other = is_true(condition.other, belief)
    return (value and other) if condition.conjunction == "and" else (value or other)


def _simple(condition: SceneCondition, belief: Belief) -> bool:
    if condition.compare:
        count = len(_all(condition.than, belief)) if condition.than else condition.count
        return _COMPARE[condition.compare](len(_all(condition.subject, belief)), count)
    if not condition.test:
        return bool(_all(condition.subject, belief))
    subjects = choose(condition.subject, belief)
    test = condition.test[0]
    if isinstance(test, Order):
        pool = [o for o in belief.objects.values() if o.category == subjects[0].category]
        return subjects[0] in ranked(test, pool, belief)
    truth = [holds(o, test, belief) != test.negated for o in subjects]
    return any(truth) if condition.subject.either else all(truth)


def _all(group: ThingGroup, belief: Belief) -> list[str]:
    found: list[str] = []
    for item in group.items:
        if isinstance(item, Thing):
            found += [o.name for o in candidates(item, belief) if o.name not in found]
    return found


def code(condition: SceneCondition, belief: Belief) -> str | None:
    """The condition as an expression of fresh perception, or None when there is no plain one."""
    mine = _simple_code(condition, belief)
    if mine is None:
        return None
    mine = f"not {mine}" if condition.negated else mine
    if condition.other is None:
        return mine
    other = code(condition.other, belief)
    return f"{mine} {condition.conjunction} {other}" if other else None


def _simple_code(condition: SceneCondition, belief: Belief) -> str | None:
    item = condition.subject.items[0]
    if len(condition.subject.items) != 1 or not isinstance(item, Thing):
        subjects = choose(condition.subject, belief)
        item = None
    else:
        subjects = []
    if condition.compare or not condition.test:
        if (
            item is None
            or item.where
            or item.orders
            or item.size
            or item.category in ("", "object", "container")
            or len(item.colors) > 1
        ):
            return None
        query = " ".join([*item.colors, phrasing.plural(item.category)])
        if condition.than:
            other = condition.than.items[0]
            plain = (
                isinstance(other, Thing) and replace(other, where=(), orders=(), size="") == other and other.category
            )
            if not plain or not isinstance(other, Thing) or len(other.colors) > 1:
                return None
            against = quoted(" ".join([*other.colors, phrasing.plural(other.category)]))
            return f"len(detect({quoted(query)})) {condition.compare} len(detect({against}))"
        if condition.compare:
            return f"len(detect({quoted(query)})) {condition.compare} {condition.count}"
        return f"bool(detect({quoted(query)}))"
    test = condition.test[0]
    subjects = subjects or choose(condition.subject, belief)
    if len(subjects) != 1 or isinstance(test, Order):
        return None
    subject = quoted(subjects[0].name)
    if test.relation == "color":
        text = (
            f"find({subject}).color in {tuple_of(test.colors)}"
            if len(test.colors) != 1
            else f"find({subject}).color == {quoted(test.colors[0])}"
        )
    elif test.relation in STATES:
        text = "(" + STATES[test.relation].format(v=f"find({subject})") + ")"
    elif isinstance(test.to, Place):
        if test.to.name in ("corner", "side"):
            return None
        text = f"in_region({subject}, {quoted(test.to.name)})"
    elif test.relation in ("larger", "smaller") and isinstance(test.to, ThingGroup):
        others = choose(test.to, belief)
        sign = ">" if test.relation == "larger" else "<"
        text = f"max(find({subject}).size) {sign} max(find({quoted(others[0].name)}).size)"
    elif test.relation in _CALLS and isinstance(test.to, ThingGroup):
        others = choose(test.to, belief)
        if len(others) != 1:
            return None
        call = (
            "on"
            if test.relation == "in" and others[0].category not in ("bowl", "box", "mug", "plate", "zone")
            else _CALLS[test.relation]
        )
        text = f"{call}({subject}, {quoted(others[0].name)})"
    else:
        return None
    return f"not {text}" if test.negated else text


def text(condition: SceneCondition) -> str:
    """The condition in words."""
    subject, items = phrasing.group(condition.subject), condition.subject.items
    if condition.than:
        more = {">": "more", "<": "fewer"}[condition.compare]
        said = f"there are {more} of {subject} than of {phrasing.group(condition.than)}"
    elif condition.compare:
        some = phrasing.group(ThingGroup(tuple(replace(i, quantity="") if isinstance(i, Thing) else i for i in items)))
        said = f"there are {_COUNTED[condition.compare]}{condition.count} {some}"
    elif not condition.test:
        some = tuple(
            replace(i, quantity="") if isinstance(i, Thing) and i.plural else i for i in condition.subject.items
        )
        many = any(i.plural for i in condition.subject.items)
        said = f"there {'are' if many else 'is'} {phrasing.group(replace(condition.subject, items=some))}"
    else:
        test = condition.test[0]
        words = phrasing.where(test) if isinstance(test, Where) else phrasing.SUPERLATIVES.get(test.key, test.key)
        said = f"{subject} is {'not ' if isinstance(test, Where) and test.negated else ''}{words}"
    said = f"not ({said})" if condition.negated else said
    return f"{said} {condition.conjunction} {text(condition.other)}" if condition.other else said
