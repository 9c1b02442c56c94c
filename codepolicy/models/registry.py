"""Models by name: `offline`, `openai:gpt-4.1`, `replay:runs/…`, or what another package registers."""

from __future__ import annotations

import msgspec

from codepolicy import plugins
from codepolicy.models.protocol import Model
from codepolicy.number_bounds import bounded

GROUP = "codepolicy.models"


class ModelOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a user can set for any model; a model ignores what it has no use for."""

    base_url: str | None = None
    """Address of the server, e.g. "http://localhost:11434/v1"; None is the provider's own."""
    timeout_s: float = 120.0
    """Longest wait for the next piece of a reply."""
    max_tokens: int = 4096
    """Longest reply, in tokens."""
    temperature: float | None = None
    """None leaves it to the server."""
    retries: int = 4
    """How often a request is repeated after 429, 5xx or a lost connection."""
    vision: bool | None = None
    """Whether to send images; None decides by the model's name."""
    prices: str | None = None
    """TOML file of prices that override the built-in table."""
    priced: bool = False
    """Whether a model without a price is refused, because a budget in money is to be kept."""

    def __post_init__(self) -> None:
        bounded("timeout", self.timeout_s, above=True, most=86_400, unit=" s")
        bounded("temperature", self.temperature, most=100)
        bounded("retries", self.retries, most=1000)
        bounded("the longest reply", self.max_tokens, least=1, unit=" tokens")


def load(spec: str, options: ModelOptions | None = None) -> Model:
    """The model that `spec` names.

    Args:
        spec: name of an entry point, then a colon and what that model wants to know, e.g. "openai:gpt-4.1".
        options: common settings.

    Raises:
        ConfigurationError: unknown model, or one that cannot be set up as asked.
    """
    name, _, argument = spec.partition(":")
    factory = plugins.load(GROUP, "model", name)
    return factory(argument, options or ModelOptions())
