"""What makes a driver: an entry point, or "package.module:function"."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import cast

from primitives.errors import ConfigurationError, unknown_name

ROBOTS = "codepolicy.robots"
CAMERAS = "codepolicy.cameras"


def made(what: str, name: str, make: Callable[[], object]) -> object:
    """What a driver's factory returns. Raises ConfigurationError for options that it does not take."""
    try:
        return make()
    except TypeError as error:
        raise ConfigurationError(f"{what} {name!r} does not take these options: {error}") from error


def factory(group: str, what: str, name: str) -> Callable[..., object]:
    """What makes a driver: an entry point of `group`, or "package.module:function". Raises ConfigurationError."""
    module, _, function = factory_path(group, what, name).partition(":")
    try:
        return cast("Callable[..., object]", getattr(importlib.import_module(module), function))
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f"{what} {name!r} does not load: {error}. Install what is missing.") from error


def factory_path(group: str, what: str, name: str) -> str:
    """The same as "package.module:function", without loading it."""
    if ":" in name:
        return name
    known = {point.name: point.value for point in entry_points(group=group)}
    if name not in known:
        raise ConfigurationError(
            f"{unknown_name(what, name, known)} A driver of your own is given as 'package.module:function'."
        )
    return known[name]
