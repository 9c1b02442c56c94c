"""Clauses of requests that cannot be carried out: nothing is moved, and the person is told why.

A reason is judged by its words, because ground truth has no other ear: it refuses ("no", "cannot", "too far", …), names
what is in the way and does not say that it was done. Silence is no reason.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.truth_geometry import tipped_over

STILL = 0.01
"""How far in m something may shift when nothing is to move: settling takes a millimetre."""
_REFUSAL = re.compile(
    r"n't\b|\b(?:no|not|none|nothing|nowhere|neither|cannot|cant|unable|impossible|missing|absent|unavailable|"
    r"unreachable|lack|lacks|without|too|beyond|outside|out of|more than|exceeds?|off|only|sorry|refuse|decline|wider|"
    r"larger|bigger|smaller|narrower)\b"
)
_HARMLESS = re.compile(
    r"\b(?:no (?:problems?|errors?|trouble|issues?|collisions?)|not (?:a|an) (?:problem|issue)|not too \w+|not only|"
    r"(?:nothing|anything|no one|nobody) else|without (?:\w+ing\b|any\b|problems?|errors?|trouble))"
)
"""Words that refuse, in phrases that do not."""
_CLAIM = re.compile(
    r"\b(?:done|finished|completed?|accomplished|succeeded|successful(?:ly)?|fits|(?:i|i've|have|has|was|been) "
    r"(?:now )?(?:put|placed|moved|dropped|set|stacked))\b"
)
"""Saying that it was done; where what comes before it does not deny it."""
_DENIED = re.compile(
    r"(?:n't|\b(?:no|not|nothing|never|neither|nor|cannot|none|unable|impossible|if|until|nobody|hardly))\b"
)
_PART = re.compile(r";|\.(?!\d)|\n")
_WORD = re.compile(r"[a-z0-9.]+")


def declined(case: Case, about: Collection[str], *, close: bool = False) -> list[Condition]:
    """Nothing moved, from the start to the end, and a reason was given.

    Args:
        case: the case.
        about: words (or beginnings of words, with a final "*") of which a reason has to use one. Of several in one
            string it has to use all, and none that a "-" stands before.
        close: whether that has to be in the same sentence, or between the same semicolons, as the refusal.
    """
    return [told_why(case, about, close=close), still(case)]


def told_why(case: Case, about: Collection[str], *, close: bool = False) -> Condition:
    """The person was told why not; see `declined` for the arguments."""
    reason = next(
        (
            said
            for said in case.said
            if any(_refuses(part, about) for part in (_PART.split(said) if close else (said,)))
        ),
        None,
    )
    if reason is not None:
        text = f"the person was told why: {_quoted(reason)}"
    elif case.said:
        text = f"what was said gives no reason: {_quoted(case.said[-1])}"
    else:
        text = "nobody was told why it cannot be done"
    return Condition(reason is not None, text, "reason given", reason is not None)


def still(case: Case) -> Condition:
    """Nothing moved more than `STILL`, was tipped over or taken into the hand, neither in the end nor on the way."""
    worlds = [*(moment.world for moment in case.moments), case.now]
    furthest = {
        name: max(math.dist(state.position, world[name].position) for world in worlds)
        for name, state in case.start.items()
    }
    worst = max(furthest, key=lambda name: furthest[name])
    tipped = next((n for n in case.start for world in worlds if tipped_over(case.start[n], world[n])), None)
    held = next((n for hand in (*(moment.held for moment in case.moments), case.held) for n in sorted(hand)), None)
    text = f"the furthest move is {furthest[worst]:.3f} m, of {worst}"
    text += (f"; {tipped} was tipped" if tipped else "") + (f"; {held} was taken into the hand" if held else "")
    holds = furthest[worst] <= STILL and tipped is None and held is None
    return Condition(holds, text, "furthest move (m)", round(furthest[worst], 4))


def _refuses(said: str, about: Collection[str]) -> bool:
    text = _HARMLESS.sub(" ", said.lower().replace("’", "'"))
    claims = (text[: claim.start()] for claim in _CLAIM.finditer(text))
    if any(_DENIED.search(_clause(before)) is None for before in claims):
        return False
    return _REFUSAL.search(text) is not None and any(_names(text, key) for key in about)


def _names(text: str, key: str) -> bool:
    words = [word.rstrip(".") for word in _WORD.findall(text)]
    return all(_occurs(part.removeprefix("-"), words) != part.startswith("-") for part in key.split())


def _occurs(part: str, words: Sequence[str]) -> bool:
    return any(word.startswith(part[:-1]) if part.endswith("*") else word == part for word in words)


def _clause(before: str) -> str:
    """What was said in the same breath."""
    return re.split(r"[;:!?]|\.(?!\d)|\b(?:but|and|so|because)\b", before)[-1]


def _quoted(said: str) -> str:
    line = " ".join(said.split())
    return f"{line[:160]!r}" + ("…" if len(line) > 160 else "")
