"""The embedded model: a rule-based writer of programs for tabletop sentences. No language model is involved."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codepolicy.models.options import ModelOptions
    from codepolicy.offline.model import OfflineModel

OPTIONS: tuple[str, ...] = ()
"""Those of `ModelOptions` that have an effect here."""


def make(argument: str, options: ModelOptions) -> OfflineModel:
    """The offline model; it takes no argument.

    Raises:
        ConfigurationError: something follows "offline:".
    """
    del options
    from codepolicy.offline.model import OfflineModel

    if argument:
        from primitives.errors import ConfigurationError

        raise ConfigurationError(f"the offline model takes no argument, got {argument!r}; write --model offline.")
    return OfflineModel()
