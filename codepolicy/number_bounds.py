"""Numbers that a person sets: finite, and within bounds, or a sentence."""

from __future__ import annotations

import math

from primitives.errors import ConfigurationError


def bounded(
    name: str, value: float | None, *, least: float = 0.0, above: bool = False, most: float = 1e12, unit: str = ""
) -> None:
    """Refuse a `value` that is no number within its bounds; None is one that was left out.

    Args:
        name: what it is called where it was set.
        value: what was given.
        least: smallest value.
        above: whether it must be more than `least`.
        most: largest value.
        unit: for the message, with a space before it.

    Raises:
        ConfigurationError: NaN, infinite or out of bounds.
    """
    if value is None:
        return
    if math.isfinite(value) and least <= value <= most and not (above and value == least):
        return
    low = f"more than {least:g}" if above else f"at least {least:g}"
    high = f" and at most {most:g}" if most < 1e12 else ""
    raise ConfigurationError(f"{name} is {value:g}{unit}; it must be {low}{high}")
