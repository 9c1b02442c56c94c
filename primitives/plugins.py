"""Plug-ins: other packages that register tasks, primitives, detectors, models or environments as entry points.

What they register is code of theirs that runs in our process; when it breaks, the person is told whose it is.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from primitives.errors import ConfigurationError

GROUPS = tuple(f"codepolicy.{kind}" for kind in ("tasks", "primitives", "detectors", "models", "environments", "twins"))
OWN = frozenset({"codepolicy", "primitives", "sim_envs"})
"""Import packages that are no plug-ins."""


def load_every(group: str) -> None:
    """Import what plug-ins register under `group`, e.g. "codepolicy.tasks", so that it enters our registries.

    Raises:
        ConfigurationError: a plug-in does not load; says which one and why, each time.
    """
    why = _loaded(group)
    if why is not None:
        raise ConfigurationError(why)


@cache
def _loaded(group: str) -> str | None:
    """Why one of the group does not load; once, since a second import of half a plug-in finds its names taken."""
    for point in entry_points(group=group):
        if _package(point) in OWN:
            continue
        try:
            point.load()
        except Exception as error:  # somebody else's code
            return not_loading(point, error)
    return None


def not_loading(point: EntryPoint, error: Exception) -> str:
    """The sentence about an entry point that does not load."""
    return (
        f"plug-in {_name(point)!r} registers {point.name!r} as {point.value!r} in {point.group}, "
        f"but that does not load: {type(error).__name__}: {error}. Mend, update or uninstall {_name(point)!r}"
    )


def broke(what: str, error: BaseException) -> str:
    """The sentence about code that raised what it should not; names the plug-in where it is one's.

    Args:
        what: what was under way, e.g. "find".
        error: with its traceback.
    """
    blamed = culprit(error)
    who = f"{what} broke" if blamed is None else f"plug-in {blamed} broke in {what}"
    return f"{who}: {type(error).__name__}: {error}"


def culprit(error: BaseException) -> str | None:
    """The plug-in that `error` comes from, as "'codepolicy-wave' (wave.py, line 12)"; None where it is ours.

    It is the last plug-in on the way from here to where the error was raised: what it called was called by it.
    """
    names = {_package(point): _name(point) for group in GROUPS for point in entry_points(group=group)}
    found: str | None = None
    trace = error.__traceback__
    while trace is not None:
        package = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if package in names and package not in OWN:
            file = Path(trace.tb_frame.f_code.co_filename).name
            found = f"{names[package]!r} ({file}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return found


def owner(module: str) -> str | None:
    """The plug-in that the module is of; None where it is ours or nobody's."""
    package = module.partition(".")[0]
    points = (point for group in GROUPS for point in entry_points(group=group) if _package(point) == package)
    return next((_name(point) for point in points if package not in OWN), None)


def packages(*groups: str) -> tuple[str, ...]:
    """Import packages of the plug-ins that register under `groups`, sorted."""
    return tuple(sorted({_package(p) for group in groups for p in entry_points(group=group)} - OWN))


def _package(point: EntryPoint) -> str:
    return point.module.partition(".")[0]


def _name(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else _package(point)
