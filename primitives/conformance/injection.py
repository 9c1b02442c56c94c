"""Faults that the kit can bring about: those that a robot offers, and those of a driver's process, which any has."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, cast, runtime_checkable

from primitives.environment import World
from primitives.errors import ConfigurationError
from primitives.robot import Arm

FAULTS = {
    "freeze": "the robot tells nothing of itself any more",
    "corrupt": "what it tells is damaged",
    "drop": "the connection is gone",
    "kill": "the driver's process is killed",
    "pause": "the driver's process does not run any more",
    "hang": "its stop() does not return",
    "estop": "somebody presses the emergency or user stop",
    "protective_stop": "the robot stops itself, as on a collision",
    "fault": "the robot reports a fault of its own",
    "stuck_joint": "a joint does not move",
    "silent_gripper": "the hand never says that it is done",
}


@runtime_checkable
class Injector(Protocol):
    """A driver, a world, or a stand-in for the robot, in which something can be made to go wrong."""

    @property
    def faults(self) -> Sequence[str]:
        """Which of `FAULTS` it offers."""
        ...

    def inject(self, fault: str) -> None:
        """Have it go wrong until `mend`."""
        ...

    def mend(self) -> None:
        """What was wrong is right again; the robot may wait for its operator. No effect where nothing was wrong."""
        ...


@runtime_checkable
class InProcesses(Protocol):
    """An arm whose driver has processes of its own."""

    @property
    def processes(self) -> tuple[int, ...]:
        """Their ids, while connected."""
        ...


class ProcessFaults:
    """Faults of a driver's processes.

    Args:
        arm: whose they are.
    """

    faults = ("kill", "pause")

    def __init__(self, arm: InProcesses) -> None:
        self._arm = arm
        self._paused: tuple[int, ...] = ()

    def inject(self, fault: str) -> None:
        """Kill the processes, or pause them."""
        processes = self._arm.processes
        if fault == "pause":
            self._paused = processes
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP if fault == "pause" else signal.SIGKILL)

    def mend(self) -> None:
        """Let those run again that do not."""
        for process in self._paused:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
        self._paused = ()


class Injectors:
    """Several as one; the first that offers a fault brings it about."""

    def __init__(self, injectors: Sequence[Injector]) -> None:
        self._injectors = injectors

    @property
    def faults(self) -> tuple[str, ...]:
        """Of all of them."""
        return tuple(dict.fromkeys(fault for injector in self._injectors for fault in injector.faults))

    def inject(self, fault: str) -> None:
        """Have something go wrong."""
        next(i for i in self._injectors if fault in i.faults).inject(fault)

    def mend(self) -> None:
        """Whatever was wrong."""
        for injector in self._injectors:
            injector.mend()


def injector_of(world: World, arm: Arm, factory: str | None) -> Injectors:
    """What can go wrong with a robot.

    Args:
        world: it may be an injector.
        arm: it may be one, and what its joints are mapped from.
        factory: "package.module:function" that takes the world and returns one, as `--injector` names it.

    Raises:
        ConfigurationError: the factory does not load, or an injector offers a fault that the kit does not know.
    """
    inner = getattr(arm, "inner", arm)
    found: list[object] = [_made(factory, world)] if factory is not None else []
    found += [world, inner]
    injectors = [i for i in found if isinstance(i, Injector)]
    if isinstance(inner, InProcesses):
        injectors.append(ProcessFaults(inner))
    for name in Injectors(injectors).faults:
        if name not in FAULTS:
            raise ConfigurationError(f"an injector offers {name!r}; the kit knows {', '.join(FAULTS)}")
    return Injectors(injectors)


def _made(factory: str, world: World) -> Injector:
    module, _, name = factory.partition(":")
    what = f"--injector {factory!r}"
    try:
        make = cast("Callable[[World], object]", getattr(importlib.import_module(module), name))
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"{what} does not load: {error}; it is package.module:function") from error
    made = make(world)
    if not isinstance(made, Injector):
        raise ConfigurationError(f"{what} gives {type(made).__name__}; it needs faults, inject and mend")
    return made
