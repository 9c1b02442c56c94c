"""Whether a goal check that held from the start shows that there was nothing to do.

What holds may have nothing to do with what was asked: that a block exists, that there are four of them, that another
block is on the table. It shows something when its clauses rest on measured relations or places of every thing and
region that the instruction names; when the instruction asks that nothing moves; or when it names a condition, and the
check looked for something that is not there. An instruction in which nothing is named by words that are known here, and
which is not English, needs measured relations of things in every clause.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from codepolicy.episode import GoalCheck
from codepolicy.loop.named_things import named_things
from codepolicy.prompting.instruction_kind import is_conditional, leaves_all
from primitives.scene import REGION_NAMES, SceneObject

_WORD = re.compile(r"[^\W_]+")
_ENGLISH = frozenset(
    _WORD.findall(
        "the put move bring set make take get give push slide stack sort clean tidy clear line turn lift open "
        "close all every each everything with and up is are it its of them into onto away you"
    )
)
"""Words of which an English instruction has one, and hardly any other language."""


def shows_it_is_done(check: GoalCheck, instruction: str, scene: Sequence[SceneObject]) -> bool:
    """Whether `check`, which holds, shows that there is nothing to do for `instruction`.

    Args:
        check: a goal check that held before anything moved.
        instruction: what was asked.
        scene: what was seen before anything moved.
    """
    if check.found_nothing and is_conditional(instruction):
        return True
    if not check.clauses:
        return False
    return leaves_all(instruction) or _measures_all(check, instruction, scene)


def _measures_all(check: GoalCheck, instruction: str, scene: Sequence[SceneObject]) -> bool:
    measured = {name for clause in check.clauses for relation in clause.relations for name in relation.of}
    named = named_things(instruction, scene)
    if not named and not _is_english(instruction):
        return all(clause.relations for clause in check.clauses)
    if not named or not _regions(instruction) <= measured:
        return False
    return all(n.meant & measured and (not (n.every or n.plural) or n.meant <= measured) for n in named)


def _is_english(instruction: str) -> bool:
    return not _ENGLISH.isdisjoint(word.lower() for word in _WORD.findall(instruction))


def _regions(instruction: str) -> set[str]:
    """The regions of the table that `instruction` names; not the table itself, on which all things are."""
    text = " ".join(_WORD.findall(instruction.lower()))
    return {name for name in REGION_NAMES if f" {name} " in f" {text} "}
