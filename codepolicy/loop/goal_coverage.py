"""What a goal check rests on, beside what the instruction names: a check of half the sentence shows half of it.

A goal check that holds and does not look at a thing which is in view and which the instruction names may ask for too
little. Whether it does is for the model to say, once; what is left is told to the person.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from codepolicy.episode import GoalCheck
from codepolicy.loop.named_things import Named, named_things
from codepolicy.prompting.instruction_kind import is_conditional
from codepolicy.prompting.primitive_names import every_name
from codepolicy.static_checks.parsing import parsed
from primitives.failures import FailureKind
from primitives.scene import Region, Relation, SceneObject
from primitives.trace import CallRecord, Clause, ExecutionReport

_PART: Final = re.compile(
    r"\b(?:except|but|half|most|as many|other than|außer|bis auf|hälfte|excepto|menos|salvo|mitad|sauf"
    r"|moitié|tranne|eccetto|metà"
    r"|exceto|metade|behalve|helft|кроме|половин\w|oprócz|połow\w)\b|除了|以外|一半|半分|제외|빼고|절반",
    re.IGNORECASE,
)
"""That not all of a group are meant."""
_ONTO: Final = re.compile(
    r"\s*(?:\w+\s+){0,2}(?:on|onto|upon|atop|in|into|inside|auf|sobre|encima|sur|sopra|sul\w*|op|на|в"
    r"|dans|dentro|nel\w*|en|em|na|w)"
    r"\s+(?:\w+\s+){0,4}",
    re.IGNORECASE,
)
"""What stands between a thing and the one that it is to be on or in."""


def about(report: ExecutionReport, clauses: Sequence[Clause], goal: str) -> tuple[str, ...]:
    """Names of the things and regions that the clauses of a goal check rest on.

    Those of a clause's relations; where it has none, those that were looked up for it; and those that the conditions
    name themselves.

    Args:
        report: how the goal check went.
        clauses: its clauses, with what was measured for them.
        goal: its source.
    """
    names: dict[str, None] = {}
    seen, asked, index = dict[str, None](), dict[str, None](), 0
    for call in report.calls:
        if call.name != "expect":
            found = dict.fromkeys(_names(call))
            seen |= found
            asked |= found
            continue
        if index < len(clauses):
            own = [name for relation in clauses[index].relations for name in relation.of]
            names |= dict.fromkeys(own) if own else asked or seen
        asked, index = {}, index + 1
    known = set(_condition_texts(goal))
    return tuple(names | {name: None for name in seen if name in known})


def found_nothing(report: ExecutionReport) -> bool:
    """Whether it looked for something that is not there."""
    looked = (c for c in report.calls if c.name in ("detect", "find"))
    return any(c.result == [] or (c.failure is not None and c.failure.kind is FailureKind.NOT_FOUND) for c in looked)


def overlooked(
    check: GoalCheck, instruction: str, scene: Sequence[SceneObject], calls: Sequence[CallRecord] = ()
) -> tuple[str, ...]:
    """What `instruction` names and `check` does not look at, in words; nothing where a condition was not met.

    What the program looked up and left alone told it what to do, as in "the block closest to the bowl".

    Args:
        check: a goal check that holds.
        instruction: what was asked.
        scene: what was seen before anything moved.
        calls: of the program.
    """
    if check.found_nothing and is_conditional(instruction):
        return ()
    named, seen = named_things(instruction, scene), {*check.about, *_looked_up(calls)}
    under = {o.on for o in scene if o.name in seen}  # "out of the bowl": where it was before
    wider = seen | under | {name for call in calls for name in _names(call)}
    partly = _PART.search(instruction) is not None
    words = [n.words for n in named if n.meant and not _is_seen(n, seen, under, wider, partly=partly)]
    return tuple(dict.fromkeys((*words, *_unrelated(check, instruction, named))))


def _is_seen(thing: Named, seen: set[str], under: set[str], wider: set[str], *, partly: bool) -> bool:
    """Whether a thing that is named was looked at.

    Args:
        thing: what is named.
        seen: names of what the check rests on, and of what the program looked up and left alone.
        under: names of what these were on before.
        wider: names of everything that the program or the check saw.
        partly: whether the instruction leaves some out of all.
    """
    if thing.meant & under:
        return True
    if not partly and (thing.every or (thing.plural and thing.color is not None)):
        return thing.meant <= seen
    if thing.color is None and thing.category is not None:  # a group, of which the program chose
        return bool(thing.meant & wider) or any(thing.category in name.split() for name in seen)
    return bool(thing.meant & seen)


def _unrelated(check: GoalCheck, instruction: str, named: Sequence[Named]) -> Iterator[str]:
    """Things that are to be on or in others and that the check has the other way round, or on others instead."""
    related = {r.of[:2] for clause in check.clauses for r in clause.relations if len(r.of) > 1}
    for a, b in pairwise(named):
        if len(a.meant) != 1 or len(b.meant) != 1 or a.meant == b.meant:
            continue
        (one,), (two,) = a.meant, b.meant
        if (one, two) in related or _ONTO.fullmatch(instruction[a.end : b.start]) is None:
            continue
        if (two, one) in related or any(first == one for first, _ in related):
            yield f"{one} with {two}"


def _looked_up(calls: Sequence[CallRecord]) -> set[str]:
    """What a program found by itself or compared, and gave to no motion."""
    single = [c for c in calls if isinstance(c.result, SceneObject | Relation) or len(list(_names(c))) == 1]
    found = {name for c in single for name in _names(c)}
    handled = [c.call for c in calls if c.name in every_name("motion")]
    return {name for name in found if not any(repr(name) in call for call in handled)}


def _names(call: CallRecord) -> Iterator[str]:
    for value in call.result if isinstance(call.result, list) else [call.result]:
        if isinstance(value, SceneObject | Region):
            yield value.name
        elif isinstance(value, Relation):
            yield from value.of


def _condition_texts(goal: str) -> Iterator[str]:
    """Texts in a goal check that are no messages."""
    tree = parsed(goal)
    if tree is None:
        return
    messages = {id(m) for node in ast.walk(tree) for m in _messages(node)}
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if id(node) in messages:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        waiting += ast.iter_child_nodes(node)


def _messages(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id="expect"), args=[_, message, *_]):
            yield message
        case ast.Call(func=ast.Name(id="expect"), keywords=keywords):
            yield from (k.value for k in keywords if k.arg == "message")
        case ast.Assert(msg=ast.expr() as message):
            yield message
        case ast.Expr(value=ast.Constant() as text):  # a docstring
            yield text
        case _:
            pass
