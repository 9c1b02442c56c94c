"""`codepolicy/Tabletop-v0` for `gymnasium.make`, registered when both packages are there, whichever is imported first.

Gymnasium takes a fifth of a second and numpy to import, which a command line that prints its help need not wait for,
and it reads no entry points any more. So where it is not loaded yet, a finder waits for its import.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

ID = "codepolicy/Tabletop-v0"
LONGEST = 300
"""Actions in an episode, at 10 Hz."""


def announce() -> None:
    """Register the environment now, or as soon as gymnasium is imported."""
    if "gymnasium" in sys.modules:
        _register(sys.modules["gymnasium"])
    elif not any(isinstance(finder, _Awaiting) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Awaiting())


def _register(gymnasium: ModuleType) -> None:
    registered = getattr(gymnasium, "registry", None)  # None amid its own import, which ends with the finder's turn
    if registered is not None and ID not in registered:
        gymnasium.register(id=ID, entry_point="sim_envs.gym_env:Tabletop", max_episode_steps=LONGEST)


class _Awaiting(MetaPathFinder):
    """Finds gymnasium as it would be found, once, with a loader that registers."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Of gymnasium alone."""
        if fullname != "gymnasium":
            return None
        sys.meta_path.remove(self)
        found = PathFinder.find_spec(fullname, path, target)
        if found is None or found.loader is None:
            return None
        found.loader = _Registering(found.loader)
        return found


class _Registering(Loader):
    """Loads as `within` does, and registers."""

    def __init__(self, within: Loader) -> None:
        self._within = within

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As `within` does."""
        return self._within.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As `within` does; then gymnasium looks as if nothing had waited for it."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._within
        module.__loader__ = self._within
        self._within.exec_module(module)
        _register(module)
