"""What an adapter was made from: a JSON file beside it, without which it is not loaded."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import msgspec

from codepolicy.learned.compact_prompt import VERSION
from primitives.api import surface
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_bytes
from primitives.stub import render


class AdapterCard(msgspec.Struct, frozen=True, kw_only=True):
    """Of one adapter."""

    base: str
    """Name of the base model's file."""
    base_sha256: str
    prompt: int
    """Version of the compact prompt."""
    functions: dict[str, str]
    """Signatures of what a program could call, by name."""
    words: tuple[str, ...]
    """Words that several instructions of its training had, without colours and numbers."""
    least_likely: float
    """Mean log-likelihood of a reply's token, in nats, below which a request is taken for one of another kind."""
    rows: dict[str, int]
    """How many rows it was trained with, by kind."""
    tasks: tuple[str, ...]
    """Whose episodes those were."""
    held_out: dict[str, str]
    """What training never saw."""
    trained: str
    """How, in a sentence."""
    shapes: tuple[str, ...] = ()
    """Programs with places for names, to which its replies are bound; any program where there are none."""
    license: str = "Apache-2.0"


@cache
def signatures() -> dict[str, str]:
    """Signatures of what programs may call, by name."""
    text = "\n".join(render(surface(level), examples=False) for level in ("skill", "tool"))
    return {m[1]: m[2] for m in re.finditer(r"^def (\w+)(\(.*\) -> .*):$", text, re.MULTILINE)}


def card_path(adapter: Path) -> Path:
    """Where the card of an adapter lies."""
    return adapter.with_suffix(".json")


def read_card(adapter: Path, base: Path) -> AdapterCard:
    """The card of `adapter`, which fits `base` and this version of the API.

    Raises:
        ConfigurationError: there is none, or it is an adapter for another base model, prompt or API.
    """
    file = card_path(adapter)
    if not file.is_file():
        raise ConfigurationError(f"adapter {str(adapter)!r} has no card; {file.name} has to lie beside it")
    try:
        card = msgspec.json.decode(regular_bytes(file, "card", 10_000_000), type=AdapterCard)
    except msgspec.MsgspecError as error:
        raise ConfigurationError(f"the card {str(file)!r} is damaged: {error}") from error
    again = "train it again (codepolicy train)"
    if card.prompt != VERSION:
        raise ConfigurationError(
            f"adapter {adapter.name!r} was made for version {card.prompt} of the compact prompt, this is {VERSION}; "
            f"{again}"
        )
    changed = [name for name, told in card.functions.items() if signatures().get(name) != told]
    if changed:
        raise ConfigurationError(
            f"adapter {adapter.name!r} was made for another version of the API, in which {', '.join(changed)} "
            f"{'was' if len(changed) == 1 else 'were'} called otherwise; {again}"
        )
    if card.base_sha256 != file_hash(base):
        raise ConfigurationError(
            f"adapter {adapter.name!r} was made for the base model {card.base!r} (sha256 {card.base_sha256[:12]}), "
            f"and {base.name!r} is another one; {again}, or give the base model it was made for"
        )
    return card


@cache
def file_hash(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()
