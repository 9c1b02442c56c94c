"""Things that a refusal says are not there, and that are in view."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from codepolicy.loop.named_things import Named, named_things
from primitives.scene import SceneObject

_BEFORE: Final = re.compile(
    r"(?:\b(?:no|not (?:see|find|have|detect|any|a|the)|n't (?:see|find|have|detect|any|a|the)"
    r"|cannot (?:see|find|detect)|without"
    r"|kein\w{0,2}|nicht|no (?:hay|veo|encuentro|existe)|ning[uú]n\w?|(?:n'y a|vois|trouve) (?:pas|aucune?)|aucune?"
    r"|non (?:c'è|ci sono|vedo|trovo)|nessun\w?|não (?:há|vejo|encontro|existe)|nenhum\w?|geen|нет"
    r"|не (?:вижу|нахожу)|nie (?:ma|widzę))"
    r"|没有|沒有|没看到|看不到|看不见|找不到)"
    r"(?:\W+(?:a|an|any|the|such|in|of|me|ein\w{0,2}|den|die|das|une?|un[oa]?|le|la|l|les|el|los|las|il"
    r"|lo|de|d|des|du|o|os|uma?"
    r"|visible|single|\w*(?:ed|ing))\b)*[\W]*(?:\w+\W+)?$",
    re.IGNORECASE,
)
"""What ends right before the words for a thing that is said not to be there; a colour may stand between."""
_AFTER: Final = re.compile(
    r"^\W*(?:\w+\W+){0,2}?(?:(?:is|are|was)(?: not|n't) (?:there|here|visible|in view|present"
    r"|on the table|available)|(?:is|are) missing"
    r"|(?:could|can)(?: not|not|n't) be (?:found|seen)|(?:ist|sind) nicht|fehl\w+|no (?:está|existe"
    r"|se ve)|n'(?:est|existe) pas|non c'è"
    r"|não (?:está|existe)|ontbreekt|отсутству\w+|не (?:видно|найден\w*))\b"
    r"|^[^、。,.]{0,4}(?:は|が)?[^、。,.]{0,6}(?:ありません|見つかりません|見当たりません|ない)"
    r"|^[이가은는]?\s*(?:없|보이지 않)|^[^，。]{0,3}(?:不在|不存在)",
    re.IGNORECASE,
)
"""What begins right after them."""


def denied(text: str, instruction: str, scene: Sequence[SceneObject]) -> tuple[str, ...]:
    """Names of the things in view that `instruction` names and `text` says are not there.

    Args:
        text: why something is not done.
        instruction: what was asked.
        scene: what is seen.
    """
    wanted = {name for n in named_things(instruction, scene) for name in n.meant}
    found: dict[str, None] = {}
    for thing in named_things(text, scene):
        if thing.color is not None and thing.meant & wanted and _is_denied(thing, text):
            found |= dict.fromkeys(sorted(thing.meant))
    return tuple(found)


def _is_denied(thing: Named, text: str) -> bool:
    before, after = text[: thing.start], text[thing.end :]
    return _BEFORE.search(before[-60:]) is not None or _AFTER.search(after[:60]) is not None
