"""A model that answers from recordings, to repeat a run without its model."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from codepolicy.models import recorded_exchange
from codepolicy.models.delegating import DelegatingModel
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, Model, ModelError, Reply, Usage
from codepolicy.models.recorded_exchange import RecordedExchange
from primitives.errors import ConfigurationError

OPTIONS: tuple[str, ...] = ()
"""Those of `ModelOptions` that have an effect here."""


class ReplayModel:
    """Answers what was recorded in `folder`, or in a run folder, for the very same conversation and sample.

    Raises:
        ConfigurationError: there is no recording in `folder`, or one is damaged.
    """

    def __init__(self, folder: Path) -> None:
        if (folder / "conversation").is_dir():
            folder = folder / "conversation"
        self._folder = folder
        self._recordings: dict[str, RecordedExchange] = {}
        self.used = False
        """Whether a request has been found."""
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            found = recorded_exchange.read(path)
            self._recordings[recorded_exchange.key(found.messages, found.sample)] = found
        if not self._recordings:
            raise ConfigurationError(
                f"no recording in {str(folder)!r}; give the folder of a run with at least one reply, or of --record DIR"
            )

    @property
    def id(self) -> str:
        """ "replay:" and the folder's name."""
        return f"replay:{self._folder.name}"

    @property
    def vision(self) -> bool:
        """Whether the recorded conversations hold images."""
        return any(m.images for r in self._recordings.values() for m in r.messages)

    @property
    def priced(self) -> bool:
        """Its replies hold what they cost when they were recorded."""
        return True

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """The recorded reply. Raises ModelError that names the nearest recording when there is none."""
        reply = self.recorded(messages, sample)
        if reply is None:
            raise ModelError(
                f"no recording {recorded_exchange.key(messages, sample)} for this request in {str(self._folder)!r}; "
                f"{self.difference(messages, sample)}. Record it with --record."
            )
        return reply

    def recorded(self, messages: Sequence[Message], sample: int = 0) -> Reply | None:
        """The recorded reply, if there is one."""
        found = self._recordings.get(recorded_exchange.key(messages, sample))
        self.used = self.used or found is not None
        return found.reply if found is not None else None

    def difference(self, messages: Sequence[Message], sample: int = 0) -> str:
        """How the nearest recording differs from a request that was not recorded, and which it is."""
        asked = _lines(messages)
        nearest = max(
            self._recordings.values(),
            key=lambda r: difflib.SequenceMatcher(None, asked, _lines(r.messages), autojunk=False).ratio(),
        )
        difference = [
            line
            for line in difflib.unified_diff(_lines(nearest.messages), asked, n=0, lineterm="")
            if not line.startswith(("---", "+++", "@@"))
        ]
        if difference:
            how = f"it differs in {len(difference)} lines, first {difference[0][:120]!r}"
        elif sample != nearest.sample:
            how = f"it is sample {nearest.sample}, and sample {sample} was asked for"
        else:
            how = "it differs in its images"
        return f"the nearest is {nearest.key}.json: {how}"


class ResumedModel(DelegatingModel):
    """Answers from the record of a run that was cut short as far as that goes, and asks `model` from there on.

    Worlds are deterministic, so the same command comes to the same requests, and nothing is paid for twice. All
    models of an agent share one `record`.
    """

    def __init__(self, model: Model, record: ReplayModel) -> None:
        super().__init__(model)
        self._record = record

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """The recorded reply, at no cost, or a new one.

        Raises:
            ConfigurationError: the record does not even hold the first request, so it is of another run.
            ModelError: as the model does.
        """
        reply = self._record.recorded(messages, sample)
        if reply is None:
            if not self._record.used:
                how = self._record.difference(messages, sample)
                raise ConfigurationError(
                    f"--resume names a run that began with another request ({how}); "
                    "give the same instruction, scene, seed and settings again, or leave --resume out"
                )
            return self._model.complete(messages, sample=sample)
        return msgspec.structs.replace(reply, latency_s=0.0, usage=Usage(input_tokens=0, output_tokens=0))


def _lines(messages: Sequence[Message]) -> list[str]:
    return [line for m in messages for line in m.text.split("\n")]


def make(argument: str, options: ModelOptions) -> ReplayModel:
    """`replay:DIR`."""
    del options
    if not argument:
        raise ConfigurationError("say which recordings to use: --model replay:DIR")
    return ReplayModel(Path(argument))
