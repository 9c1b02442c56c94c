"""Embodied code as policy: from a sentence to a program to a verified result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codepolicy.agent import Agent as Agent
    from codepolicy.episode import Episode as Episode
    from codepolicy.settings import Settings as Settings

_HOMES = {"Agent": "codepolicy.agent", "Settings": "codepolicy.settings", "Episode": "codepolicy.episode"}


def __getattr__(name: str) -> object:
    """Import what is asked for, so that `codepolicy --help` does not wait for all of it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
