"""The primitives, grouped by file; importing this package registers every one, in the order of the prompt."""
# ruff: noqa: I001 - the order of the prompt

from primitives.api import perception as perception
from primitives.api import manipulation as manipulation
from primitives.api import tool_level as tool_level
from primitives.api import joint_level as joint_level
from primitives.api import speech as speech

from primitives.errors import unknown_name
from primitives.plugins import load_every
from primitives.registry import LEVELS, Level, Surface, registered


def surface(level: str, *, alone: bool = False) -> Surface:
    """The primitives of a level and of all below it: joint includes tool, tool includes skill.

    Ours come in the order of the prompt, then those of plug-ins.

    Args:
        level: one of `LEVELS`.
        alone: only what is meant for this very level.

    Raises:
        ConfigurationError: `level` is none of `LEVELS`, or a plug-in does not load.
    """
    if level not in LEVELS:
        raise unknown_name("surface", level, LEVELS)
    load_every("codepolicy.primitives")
    known: Level = level
    levels = {known} if alone else set(LEVELS[: LEVELS.index(known) + 1])
    return Surface(known, tuple(p for p in registered() if p.surfaces & levels))
