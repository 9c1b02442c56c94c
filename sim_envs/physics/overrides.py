"""Departures from the ordinary physics of a scene."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Physics:
    """What a disturbed world does differently."""

    friction: tuple[float, ...] = ()
    """Factor per object; all 1 where empty."""
    mass: tuple[float, ...] = ()
    """Factor per object; all 1 where empty."""
    slips: tuple[int, ...] = ()
    """Steps at which the fingers start to slip."""
    slip_steps: int = 0
    slip_friction: float = 0.0

    def slipping(self, step: int) -> bool:
        """Whether the fingers slip follows from the clock alone, so that a restored world needs no memory of it."""
        return any(0 <= step - start < self.slip_steps for start in self.slips)


ORDINARY = Physics()
