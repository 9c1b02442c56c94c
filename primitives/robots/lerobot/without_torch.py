"""Lets LeRobot's motor drivers be imported where torch and its like are not installed.

LeRobot imports them at the top of modules that its robots share with training; driving motors uses nothing of them.
What stands in here is empty and fails as soon as it is used. Packages that are installed are left alone.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from importlib.util import find_spec

HEAVY = ("torch", "torchvision", "torchcodec", "accelerate", "datasets", "diffusers", "wandb", "rerun", "einops")


class _Anything:
    def __class_getitem__(cls, _: object) -> type:
        return cls


class _Empty(types.ModuleType):
    __path__: Sequence[str] = ()  # pyright: ignore[reportIncompatibleVariableOverride]

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (_Anything,), {})
        setattr(self, name, made)
        return made


class _StandsIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, missing: frozenset[str]) -> None:
        self._missing = missing

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        if fullname.partition(".")[0] not in self._missing:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        del module


def stand_in() -> None:
    """Stand in for what is missing, in this process."""
    missing = frozenset(name for name in HEAVY if find_spec(name) is None)
    sys.meta_path.insert(0, _StandsIn(missing))
    processor = types.ModuleType("lerobot.processor")  # of it, robots use two names of types
    processor.__dict__.update(RobotAction=dict, RobotObservation=dict)
    if "torch" in missing:
        sys.modules["lerobot.processor"] = processor
