"""What a user can set for any model given by name. Light on purpose: its fields are flags, which `--help` imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tyro.conf import arg

from codepolicy.number_bounds import bounded
from codepolicy.settings import VisionSettings


@dataclass(frozen=True, kw_only=True)
class ModelOptions(VisionSettings):
    """How a model is reached and sampled; a model ignores what it has no use for.

    Raises:
        ConfigurationError: a number is out of bounds.
    """

    base_url: Annotated[str | None, arg(metavar="URL")] = None
    """Server that speaks OpenAI's Chat Completions, e.g. http://localhost:11434/v1; left out, the provider's own."""
    timeout: float = 120.0
    """Longest wait in s for the next piece of a reply."""
    max_reply_tokens: int = 4096
    """Longest reply, in tokens."""
    temperature: float | None = None
    """Sampling temperature; left to the server when not given."""
    retries: int = 4
    """How often a request is repeated after 429, 5xx or a lost connection."""
    prices: Annotated[str | None, arg(metavar="FILE.toml")] = None
    """Prices that override the built-in table."""

    def __post_init__(self) -> None:
        bounded("timeout", self.timeout, above=True, most=86_400, unit=" s")
        bounded("temperature", self.temperature, most=100)
        bounded("retries", self.retries, most=1000)
        bounded("the longest reply", self.max_reply_tokens, least=1, unit=" tokens")
