"""What a reply costs, from a small table that a user can override."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec

from codepolicy.models.protocol import Usage
from primitives.errors import ConfigurationError


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """USD per million tokens."""

    input: float
    output: float
    cached: float | None = None
    """Of input that the provider had cached; `input` when left out."""


def price_table(override: str | None = None) -> dict[str, Price]:
    """Prices by the beginning of a model's name.

    Args:
        override: path of a TOML file whose tables replace or extend the built-in ones.

    Raises:
        ConfigurationError: the file cannot be read or has a mistake in it.
    """
    table = _parse(files("codepolicy.models").joinpath("prices.toml").read_text(encoding="utf-8"), "prices.toml")
    if override is not None:
        try:
            text = Path(override).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"cannot read prices {override!r}: {error}") from error
        table |= _parse(text, override)
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


def _parse(text: str, name: str) -> dict[str, Price]:
    try:
        return msgspec.convert(tomllib.loads(text), dict[str, Price])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(
            f"prices {name!r}: {error}. Each table is [model] with input, output and perhaps cached."
        ) from error
