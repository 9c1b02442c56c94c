"""What a wrapper round a model passes on."""

from __future__ import annotations

from codepolicy.models.protocol import Model, keeps_cost


class DelegatingModel:
    """Is in everything but its replies as `model`."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def id(self) -> str:
        """The wrapped model's."""
        return self._model.id

    @property
    def vision(self) -> bool:
        """The wrapped model's."""
        return self._model.vision

    @property
    def priced(self) -> bool:
        """The wrapped model's."""
        return keeps_cost(self._model)
