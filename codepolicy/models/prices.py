"""What a reply costs, from a small table that a user can override."""

from __future__ import annotations

import math
from importlib.resources import files
from pathlib import Path

import msgspec

from codepolicy.models.protocol import Usage
from primitives.errors import ConfigurationError
from primitives.toml_file import toml_table


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """USD per million tokens."""

    input: float
    output: float
    cached: float | None = None
    """Of input that the provider had cached; `input` when left out."""

    def __post_init__(self) -> None:
        for value in (self.input, self.output, self.cached):
            if value is not None and not 0 <= value < math.inf:
                raise ValueError(f"a price is {value:g}; it is a number of USD from 0")


def price_table(override: str | None = None) -> dict[str, Price]:
    """Prices by the beginning of a model's name.

    Args:
        override: path of a TOML file whose tables replace or extend the built-in ones.

    Raises:
        ConfigurationError: the file cannot be read or has a mistake in it.
    """
    built_in = Path(str(files("codepolicy.models").joinpath("prices.toml")))
    table = _parse(toml_table(built_in, "prices"), built_in.name)
    if override is not None:
        table |= _parse(toml_table(Path(override), "prices"), override)
    return table


def cost(model: str, usage: Usage, table: dict[str, Price]) -> float | None:
    """USD for `usage` of `model`; None when the model has no price or the server reports no usage."""
    known = price(model, table)
    if known is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    cached = usage.cached_tokens or 0
    fresh = max(0, usage.input_tokens - cached)
    cached_price = known.input if known.cached is None else known.cached
    return (fresh * known.input + cached * cached_price + usage.output_tokens * known.output) / 1e6


def price(model: str, table: dict[str, Price]) -> Price | None:
    """The price of `model`: of the longest entry that its name starts with."""
    entry = max((name for name in table if model.startswith(name)), key=len, default=None)
    return table[entry] if entry is not None else None


def _parse(table: dict[str, object], name: str) -> dict[str, Price]:
    try:
        return msgspec.convert(table, dict[str, Price])
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"prices {name!r}: {error}. Each table is [model] with input, output and perhaps cached."
        ) from error
