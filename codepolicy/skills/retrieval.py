"""Which of many skills bear on an instruction, by the words they share.

BM25 after Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), on instructions.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from codepolicy.models.token_estimate import estimated_tokens
from codepolicy.skills.skill import Skill

LIMIT = 3
MAX_TOKENS = 500
"""Longer programs are left out: they would cost more than they teach."""
SHARE = 0.4
"""More than this part of the instruction's words must be in a skill's, too."""
_EMPTY = re.compile(r"an?|the|of|in(to)?|on(to)?|to|from|at|by|with|and|it|is|are|be|there|all")
_K1, _B = 1.2, 0.75


def relevant(skills: Sequence[Skill], instruction: str, *, surface: str, limit: int = LIMIT) -> tuple[Skill, ...]:
    """The skills of `surface` nearest to `instruction`, best first; the same whatever order they come in.

    Of several for the same words, the shortest one.
    """
    candidates: dict[tuple[str, ...], Skill] = {}
    for skill in sorted(skills, key=lambda s: (len(s.program), s.id)):
        usable = skill.surface == surface and "```" not in skill.text
        if usable and estimated_tokens(skill.program + skill.goal) <= MAX_TOKENS:
            candidates.setdefault(tuple(_words(skill.instruction)), skill)
    asked = Counter(_words(instruction))
    if not candidates or not asked:
        return ()
    mean = sum(map(len, candidates)) / len(candidates)
    found_in = Counter(word for words in candidates for word in set(words))
    weight = {w: math.log(1 + (len(candidates) - found_in[w] + 0.5) / (found_in[w] + 0.5)) for w in asked}
    ranked: list[tuple[float, str, Skill]] = []
    for words, skill in candidates.items():
        shared = {w: n for w, n in Counter(words).items() if w in asked}
        if len(shared) <= SHARE * len(asked):
            continue
        norm = _K1 * (1 - _B + _B * len(words) / mean)
        score = sum(weight[w] * n * (_K1 + 1) / (n + norm) for w, n in shared.items())
        ranked.append((-score, skill.id, skill))
    return tuple(skill for _, _, skill in sorted(ranked, key=lambda r: r[:2])[:limit])


def _words(text: str) -> list[str]:
    """Lower-case words without those that say little, and without a plural's s."""
    words: list[str] = re.findall(r"[a-z0-9]+", text.lower())
    return [w[:-1] if len(w) > 3 and w.endswith("s") else w for w in words if not _EMPTY.fullmatch(w)]
