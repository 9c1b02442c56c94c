"""Which of many skills bear on an instruction, by the words they share.

BM25 after Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), on instructions.
"""

from __future__ import annotations

import math
import re
import unicodedata
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
_WITHOUT_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
"""Thai, Lao, Burmese, Khmer, kana, Chinese characters and Hangul."""
_STEM = 5
"""Characters of a word in another alphabet that carry its meaning; its ending changes with the sentence."""
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
    """What two instructions in one language have in common when they ask for something similar.

    English words without those that say little, and without a plural's s; the stems of words in other alphabets, whose
    endings change; pairs of neighbouring characters in scripts without spaces (Chinese, Japanese, Thai, …)
    and in Korean, whose words carry particles.
    """
    found: list[str] = []
    for word in re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()):
        runs: list[str] = re.findall(rf"[{_WITHOUT_SPACES}]+|[^{_WITHOUT_SPACES}]+", word)
        for run in runs:
            if re.match(rf"[{_WITHOUT_SPACES}]", run):
                found += [run[i : i + 2] for i in range(max(1, len(run) - 1))]
            elif not run.isascii():
                found.append(run[:_STEM])
            elif not _EMPTY.fullmatch(run):
                found.append(run[:-1] if len(run) > 3 and run.endswith("s") else run)
    return found
