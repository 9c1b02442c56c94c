"""What a goal is judged on, and the clauses it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from primitives.environment import ObjectState
from sim_envs.language.templates import Values

World = Mapping[str, ObjectState]
"""Ground truth by object name."""

FactValue = float | int | bool


class Unclear(Exception):
    """The world does not settle what the instruction means, so there can be no verdict."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause of a goal, as it is in the world."""

    holds: bool
    text: str
    """The clause with its measured values, e.g. "red block is 0.310 m from the centre of green bowl"."""
    fact: str
    """What was measured, with unit, e.g. "red block to green bowl (m)"."""
    value: FactValue


@dataclass(frozen=True, slots=True)
class WorldSnapshot:
    """The world when a motion of the robot had ended and something was elsewhere than before."""

    world: World
    held: frozenset[str] = frozenset()
    """Names of what was in the hand."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a goal is judged on: the instruction's values, the world before and after, and what happened between."""

    values: Values
    start: World
    now: World
    said: Sequence[str] = ()
    """What the program told the person."""
    moments: Sequence[WorldSnapshot] = ()
    """Oldest first, for tasks that are about the way and not only the end."""
    held: frozenset[str] = frozenset()
    """Names of what is in the hand now."""
    declined: str | None = None
    """Why it was declined: the reason of `decline(reason)`, or a refusal in words alone; None when it was not."""

    def resting(self) -> list[World]:
        """The worlds, from the start to the end, in which the hand was empty."""
        return [self.start, *(m.world for m in self.moments if not m.held), self.now]

    def named(self, slot: str) -> str:
        """Name of the one object that the slot means, e.g. "red block".

        Raises:
            Unclear: there is no such object, or more than one.
        """
        return only(self.start, self.values[slot])

    def of(self, *categories: str) -> list[str]:
        """Names of the objects of these categories, in order of name."""
        return sorted(name for name, state in self.start.items() if state.category in categories)


def only(world: World, description: str) -> str:
    """Name of the one object that "<color> <category>" means in `world`.

    Raises:
        Unclear: there is no such object, or more than one.
    """
    color, category = description.split(" ", 1)
    names = [name for name, state in world.items() if (state.color, state.category) == (color, category)]
    if len(names) != 1:
        raise Unclear(f"{len(names)} objects are called {description!r}")
    return names[0]
