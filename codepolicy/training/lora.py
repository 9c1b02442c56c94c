"""Low-rank adaptation of a language model to rows of request and answer.

It can be stopped at any step and goes on from there: rows, seed and step decide all that follows.
"""

from __future__ import annotations

import hashlib
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import msgspec

from codepolicy.learned.compact_prompt import PALETTE
from codepolicy.training.adapted_model import AdaptedModel, LoraSettings
from codepolicy.training.sft_rows import TrainingRow, recolored_row
from primitives.errors import ConfigurationError

STATE: Final = "state.pt"
LOG: Final = "loss.jsonl"
ADAPTER: Final = "peft"
KEEP_EVERY_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step came to."""

    step: int
    of: int
    loss: float
    """Mean negative log-likelihood of an answer's token, in nats; of preferences, the loss of DPO."""
    tokens_per_s: float


class LoraTraining:
    """One adapter in the making.

    Args:
        base: a GGUF file, or a folder of Hugging Face's format.
        out: folder of the adapter, its state and the loss of each step; an unfinished training in it goes on.
        settings: how to train.
        start: a PEFT adapter to go on from; None starts from the base model.

    Raises:
        ConfigurationError: something is not installed, or the base model does not load.
    """

    def __init__(self, base: Path, out: Path, settings: LoraSettings, *, start: Path | None = None) -> None:
        self._model = AdaptedModel(base, settings, start=start)
        self._settings, self._out = settings, out

    def fit(
        self,
        rows: Sequence[TrainingRow],
        *,
        minutes: float | None = None,
        within: float | None = None,
        progress: Callable[[Step], None],
    ) -> bool:
        """Train on `rows`; whether it came to its end.

        Args:
            rows: what to learn; one with a rejected answer is a preference, and all are or none.
            minutes: to stop after, so that a later call goes on.
            within: minutes in which to come to the end: the clock decides how many steps there are, so that the
                result is not the same to the bit another time.
            progress: called after each step.

        Raises:
            ConfigurationError: too few rows, or the folder holds the training of other rows.
        """
        plan = self._plan(rows)
        content = msgspec.json.encode((asdict(self._settings), [(r.prompt, r.completion, r.rejected) for r in rows]))
        identity = hashlib.sha256(content).hexdigest()
        done = self._resumed(identity, len(plan))
        started = kept = time.monotonic()
        number = done
        while number < len(plan):
            began = time.monotonic()
            batch = plan[number]
            chance = random.Random(f"{self._settings.seed}:{number}")
            recolored = [recolored_row(rows[i], PALETTE, chance) for i in batch]
            encoded = [
                self._model.encoded(row) for row in recolored[self._model.rank :: self._model.world] or recolored[:1]
            ]
            of = len(plan) if within is None else self._steps_within(within, number, done, began - started, len(plan))
            loss = self._model.step(encoded, self._rate(number, of))
            tokens = self._model.world * sum(len(ids) for pair in encoded for ids, _ in pair)
            now = time.monotonic()
            told = Step(step=number + 1, of=of, loss=loss, tokens_per_s=tokens / (now - began))
            if self._model.rank == 0:
                with (self._out / LOG).open("ab") as log:
                    log.write(msgspec.json.encode(told) + b"\n")
                progress(told)
            number += 1
            if within is not None and self._model.agreed(now - started >= within * 60):
                break
            over = self._model.agreed(minutes is not None and now - started > minutes * 60 and number < len(plan))
            if self._model.rank == 0 and (over or now - kept > KEEP_EVERY_S or number == len(plan)):
                self._model.save_state(self._out / STATE, identity, number)
                kept = now
            if over:
                return False
        if self._model.rank == 0:
            self._model.save_adapter(self._out / ADAPTER)
        return True

    def likelihoods(self, rows: Sequence[TrainingRow]) -> list[float]:
        """Mean log-likelihood of a token of each row's answer, in nats."""
        return [self._model.log_likelihood(recolored_row(row, PALETTE, random.Random(0))) for row in rows]

    @property
    def heads(self) -> tuple[int, int]:
        """Of the base model's attention: all, and those of keys and values."""
        return self._model.heads

    def _plan(self, rows: Sequence[TrainingRow]) -> list[list[int]]:
        """The rows of each step: shuffled, neighbours in length together."""
        settings, chance = self._settings, random.Random(self._settings.seed)
        lengths = [max(len(ids) for ids, _ in self._model.encoded(row)) for row in rows]
        usable = [i for i, length in enumerate(lengths) if length <= settings.longest]
        if len(usable) < settings.batch:
            raise ConfigurationError(
                f"{len(usable)} rows of at most {settings.longest} tokens are too few to train on; "
                f"give at least {settings.batch}, or export more runs"
            )
        steps: list[list[int]] = []
        for epoch in range(math.ceil(settings.epochs)):
            order = usable[:]
            chance.shuffle(order)
            order = order[: round(len(order) * min(1.0, settings.epochs - epoch))]
            batches: list[list[int]] = []
            for at in range(0, len(order), settings.batch * 8):
                near = sorted(order[at : at + settings.batch * 8], key=lambda i: lengths[i])
                batches += [near[k : k + settings.batch] for k in range(0, len(near), settings.batch)]
            chance.shuffle(batches)
            steps += batches
        return steps

    def _rate(self, step: int, of: int) -> float:
        s = self._settings
        return s.learning_rate * min((step + 1) / max(1, s.warmup), max(0.05, 1 - step / of))

    @staticmethod
    def _steps_within(minutes: float, step: int, first: int, took_s: float, most: int) -> int:
        """How many steps there will be, going by how long those since `first` took."""
        if step == first or took_s <= 0:
            return most
        return min(most, max(step + 1, round(first + (step - first) * minutes * 60 / took_s)))

    def _resumed(self, identity: str, of: int) -> int:
        """The steps that were done before."""
        self._out.mkdir(parents=True, exist_ok=True)
        file = self._out / STATE
        return min(self._model.load_state(file, identity), of) if file.is_file() else 0
