"""A program that worked once, made to fit other scenes: names that instruction and program share are parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from codepolicy.skills.skill import Skill
from primitives.categories import NOUNS
from primitives.colors import COLORS, SYNONYMS
from primitives.scene import REGION_NAMES

SHARE: Final = 0.5
"""So large a part of the words beside the names must two instructions have in common."""
_THINGS: Final = "|".join(sorted(NOUNS, key=len, reverse=True))
_COLORS: Final = "|".join((*COLORS, *SYNONYMS))
_PLACES: Final = "|".join(sorted(REGION_NAMES, key=len, reverse=True))
_NAME: Final = re.compile(rf"\b(?:(?:{_COLORS}) (?:{_THINGS})|{_PLACES})\b", re.IGNORECASE)
_LITTLE: Final = frozenset(
    "a an the of in into inside on onto to at it and then please up down should i want could you pick".split()  # noqa: SIM905
)

_PUT: Final = frozenset("put place move drop set lay bring transfer insert deposit goes go".split())  # noqa: SIM905
"""Verbs that ask for the same: what counts is where the thing is in the end."""


@dataclass(frozen=True, slots=True)
class SkillPattern:
    """A skill whose names are parameters."""

    skill: Skill
    names: tuple[str, ...]
    """What the instruction names, in its order; all of them stand in the program or the goal check."""
    words: frozenset[str]
    """The other words of the instruction that say something."""

    def fitted(self, instruction: str) -> tuple[str, str] | None:
        """Program and goal check for another instruction of the same kind; None where it does not fit."""
        given = _names(instruction)
        asked = _words(instruction)
        common = len(asked & self.words) / max(1, len(asked | self.words))
        if common < SHARE or len(given) != len(self.names):
            return None
        for pairs in (tuple(zip(self.names, given, strict=True)), tuple(zip(self.names, reversed(given), strict=True))):
            if all(_kind(own) == _kind(other) for own, other in pairs):
                exchanged = dict(pairs)
                return _exchanged(self.skill.program, exchanged), _exchanged(self.skill.goal, exchanged)
        return None


def pattern(skill: Skill) -> SkillPattern | None:
    """`skill` made general; None where its program holds nothing of what the instruction names, or names of its own."""
    names = _names(skill.instruction)
    code = f"{skill.program}\n{skill.goal}".lower()
    if not names or len(set(names)) < len(names) or any(name not in code for name in names):
        return None
    if set(_names(code)) - set(names):  # it knows things of its one scene
        return None
    return SkillPattern(skill, names, _words(skill.instruction))


def _names(text: str) -> tuple[str, ...]:
    return tuple(m[0].lower() for m in _NAME.finditer(text))


def _words(instruction: str) -> frozenset[str]:
    rest = _NAME.sub(" ", instruction)
    found = re.findall(r"[a-z']+", rest.lower())
    return frozenset("put" if w in _PUT else w for w in found if w not in _LITTLE)


def _kind(name: str) -> str:
    return "place" if re.fullmatch(_PLACES, name) else name.rsplit(maxsplit=1)[-1]


def _exchanged(code: str, names: dict[str, str]) -> str:
    """`code` with all names exchanged at once."""
    found = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    return re.sub(rf"\b(?:{found})\b", lambda m: names[m[0].lower()], code, flags=re.IGNORECASE)
