"""Models by name: `offline`, `openai:gpt-4.1`, `replay:runs/…`, or what another package registers."""

from __future__ import annotations

import sys
from dataclasses import replace

from codepolicy import plugins
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Model, keeps_cost
from codepolicy.settings import Settings
from primitives.errors import ConfigurationError

GROUP = "codepolicy.models"


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


def effective(spec: str) -> frozenset[str] | None:
    """Which fields of `ModelOptions` mean something to the model that `spec` names; None where it does not say.

    Raises:
        ConfigurationError: unknown model.
    """
    factory = plugins.load(GROUP, "model", spec.partition(":")[0])
    told = getattr(sys.modules.get(factory.__module__), "OPTIONS", None)
    return None if told is None else frozenset(told)


def suited(model: Model | str, settings: Settings, options: ModelOptions, *, sees: bool = False) -> Model:
    """`model`, by name or as an object, that can do what `settings` ask of it.

    Args:
        model: to be used.
        settings: vision and budget.
        options: of a model given by name.
        sees: whether its use involves pictures.

    Raises:
        ConfigurationError: `max_cost` is set and nothing says what the model costs; or vision is on and it has none.
    """
    if isinstance(model, str):
        model = load(model, options if settings.vision == "auto" else replace(options, vision=settings.vision))
    if settings.max_cost is not None and not keeps_cost(model):
        name = model.id.partition(":")[2] or model.id
        raise ConfigurationError(
            f"--max-cost needs to know what {name!r} costs; give --prices FILE.toml with a table "
            f'["{name}"] that has input and output in USD per million tokens. A model object of your own says '
            "`priced = True` and the cost in each Reply's usage; or set --max-tokens instead"
        )
    if sees and settings.vision == "on" and not model.vision:
        raise ConfigurationError(f"--vision on: model {model.id!r} takes no pictures; leave it at auto")
    return model
