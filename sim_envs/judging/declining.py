"""Clauses of requests that cannot be carried out: nothing is moved, and the person is told why.

What counts is the call, `decline(reason)` or a refusal in words alone, and what its reason names: the thing, the colour
or the measure that makes it impossible. Names are read in English; a reason in another language stands as it is. To
decline and to say that it was done is a contradiction. What a program only says declines nothing, and neither does
silence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence

from sim_envs.judging.case import Case, Condition
from sim_envs.judging.reason_names import is_foreign, named_missing
from sim_envs.judging.truth_geometry import tipped_over

STILL = 0.01
"""How far in m something may shift when nothing is to move: settling takes a millimetre."""
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
_WORD = re.compile(r"[a-z0-9.]+")


def declined(case: Case, about: Collection[str], *, missing: Collection[str] = ()) -> list[Condition]:
    """Nothing moved, from the start to the end, and it was declined for a reason.

    Args:
        case: the case.
        about: words (or beginnings of words, with a final "*") of which a reason has to use one. Of several in one
            string it has to use all, and none that a "-" stands before.
        missing: "<color> <category>" of what is not there, of which the reason has to name one instead.
    """
    return [told_why(case, about, missing=missing), still(case)]


def told_why(case: Case, about: Collection[str], *, missing: Collection[str] = ()) -> Condition:
    """It was declined for a reason; see `declined` for the arguments."""
    if case.declined is not None:
        return _called(case.said, case.declined, about, missing)
    text = "nobody was told why it cannot be done"
    if case.said:
        text = f"it was not declined: {_quoted(case.said[-1])} was said, and what is only said gives no reason"
    return Condition(False, text, "reason given", False)


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


def _called(said: Sequence[str], reason: str, about: Collection[str], missing: Collection[str]) -> Condition:
    """What was declined for `reason`."""
    claim = next((words for words in (*said, reason) if _claims(_plain(words))), None)
    if claim is not None:
        return Condition(
            False, f"it was declined, and yet {_quoted(claim)} says that it was done", "reason given", False
        )
    named = named_missing(reason, missing) if missing else any(_names(_plain(reason), key) for key in about)
    if named or is_foreign(reason):
        return Condition(True, f"the person was told why: {_quoted(reason)}", "reason given", True)
    text = f"it was declined, but the reason names nothing that makes it impossible: {_quoted(reason)}"
    return Condition(False, text, "reason given", False)


def _plain(said: str) -> str:
    return _HARMLESS.sub(" ", said.lower().replace("’", "'"))


def _claims(text: str) -> bool:
    """Whether `text` says that it was done, where what comes before does not deny it."""
    claims = (text[: claim.start()] for claim in _CLAIM.finditer(text))
    return any(_DENIED.search(_clause(before)) is None for before in claims)


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
