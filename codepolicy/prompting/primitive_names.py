"""The names of all primitives, whatever the level."""

from __future__ import annotations

from functools import cache

from primitives.api import surface
from primitives.registry import LEVELS, Kind


@cache
def every_name(*kinds: Kind) -> frozenset[str]:
    """Names of the primitives of all levels, of the given kinds alone where any are given."""
    surfaces = (surface(level) for level in LEVELS)
    return frozenset(name for s in surfaces for name in (s.only(*kinds) if kinds else s).names)
