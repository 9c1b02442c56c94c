"""A wrapper that keeps what any model was asked and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codepolicy.models import recorded_exchange
from codepolicy.models.delegating import DelegatingModel
from codepolicy.models.protocol import Message, Model, Reply
from primitives.errors import ConfigurationError


class RecordingModel(DelegatingModel):
    """Answers as `model` does, and writes each exchange into `folder` for `replay:`.

    Raises:
        ConfigurationError: `folder` cannot be written to.
    """

    def __init__(self, model: Model, folder: Path) -> None:
        super().__init__(model)
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise ConfigurationError(f"cannot record into {str(folder)!r}: {error.strerror or error}") from error

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """Ask and keep. Raises what the wrapped model raises."""
        reply = self._model.complete(messages, sample=sample)
        recorded_exchange.write(self._folder, messages, sample, reply)
        return reply
