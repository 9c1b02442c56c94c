"""Loading by name what other packages register as entry points: models, environments, detectors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, cast

from primitives.errors import ConfigurationError, unknown_name
from primitives.plugins import not_loading

if TYPE_CHECKING:
    from primitives.environment import World
    from primitives.perception.detector import Detector
    from primitives.twin import Twin


_SIMULATOR = (
    "pip install 'codepolicy[sim]' (a wheel for Python 3.11 on x86-64 Linux; elsewhere it is compiled, a quarter of an "
    "hour). --env fake and robot files (--robot FILE.toml) need no simulator."
)


def names(group: str) -> tuple[str, ...]:
    """Every name registered under the entry-point group, sorted."""
    return tuple(sorted({e.name for e in entry_points(group=group)}))


def load(group: str, what: str, name: str) -> Callable[..., Any]:
    """The factory registered as `name`.

    Args:
        group: entry-point group, e.g. "codepolicy.models".
        what: the kind of thing, for the error message, e.g. "model".
        name: what the user wrote.

    Raises:
        ConfigurationError: nobody registered `name`, or its package does not import.
    """
    found = _registered(entry_points, group, tuple(sys.path))
    if name not in found:
        found = {e.name: e for e in entry_points(group=group)}  # as of now
    if name not in found:
        raise unknown_name(what, name, found)
    try:
        return found[name].load()
    except (ImportError, AttributeError) as error:
        simulator = isinstance(error, ImportError) and error.name in ("pybullet", "pybullet_data")
        raise ConfigurationError(
            f"{what} {name!r} is registered as {found[name].value!r}, but that does not load: {error}. "
            f"{_SIMULATOR if simulator else 'Install what is missing.'}"
        ) from error
    except Exception as error:  # somebody else's code
        raise ConfigurationError(not_loading(found[name], error)) from error


@cache
def _registered(find: Callable[..., Iterable[EntryPoint]], group: str, path: tuple[str, ...]) -> dict[str, EntryPoint]:
    """What is installed on `path`: reading it takes 10 ms, and an evaluation asks for every episode."""
    del path
    return {e.name: e for e in find(group=group)}


def load_environment(name: str) -> World:
    """The environment registered as `name`, or the world of a robot file (NAME.toml). Raises ConfigurationError."""
    if name.endswith(".toml"):
        from primitives.robots.file_world import load_world

        return load_world(name)
    return cast("World", load("codepolicy.environments", "environment", name)())


def load_detector(name: str, environment: World) -> Detector:
    """The detector registered as `name`. Raises ConfigurationError."""
    return cast("Detector", load("codepolicy.detectors", "detector", name)(environment))


def twin_factory(environment: World, arm: str) -> str | None:
    """What makes a twin of the robot of `environment`, as "module:name"; None where nobody offers one.

    Args:
        environment: which may say so itself (`Twinned`).
        arm: name of its arm, by which plug-ins register twins.
    """
    from primitives.twin import Twinned

    if isinstance(environment, Twinned):
        return environment.twin
    return next((e.value for e in entry_points(group="codepolicy.twins") if e.name == arm), None)


def load_twin(factory: str) -> Twin:
    """The twin that the callable `factory`, written "module:name", makes. Raises ConfigurationError."""
    point = EntryPoint(factory, factory, "codepolicy.twins")
    try:
        return cast("Twin", point.load()())
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f"the twin {factory!r} does not load: {error}") from error
