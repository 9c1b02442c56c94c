"""The primitives, grouped by file; importing this package registers every one, in the order of the prompt."""
# ruff: noqa: I001 - the order of the prompt

from primitives.library import perception as perception
from primitives.library import motion as motion
from primitives.library import tool as tool
from primitives.library import joint as joint
from primitives.library import other as other

from primitives.errors import unknown_name
from primitives.registry import LEVELS, Level, Surface, registered


def surface(level: str) -> Surface:
    """The primitives of a level.

    Raises:
        ConfigurationError: `level` is none of `LEVELS`.
    """
    if level not in LEVELS:
        raise unknown_name("surface", level, LEVELS)
    known: Level = level
    return Surface(known, tuple(p for p in registered() if known in p.surfaces))
