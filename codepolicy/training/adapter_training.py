"""From rows to an adapter that `--model local` loads: training, the threshold of its limits, its card."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from codepolicy.learned.adapter_card import AdapterCard, file_hash, signatures
from codepolicy.learned.compact_prompt import VERSION
from codepolicy.learned.shapes import shapes
from codepolicy.learned.vocabulary import words_of
from codepolicy.training.adapted_model import LoraSettings
from codepolicy.training.adapter_file import write_adapter
from codepolicy.training.lora import ADAPTER, LoraTraining, Step
from codepolicy.training.sft_rows import TrainingRow

FILE: Final = "adapter.gguf"
WORD_ROWS: Final = 3
"""Rows that must have a word for it to count as learned."""
CHECKED: Final = 32
"""Rows whose likelihood sets the threshold."""
MARGIN: Final = 2.5
"""A reply may be so many times less likely than the least likely of these."""
LEAST_MARGIN: Final = -2.0
"""But the threshold is never nearer to certainty than this, in nats for a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """An adapter, or what there is of it."""

    whole: bool
    """Whether the training came to its end; if not, the same call goes on."""
    adapter: Path | None = None
    held_out: float | None = None
    """Mean log-likelihood of a token of the held-out rows' answers, in nats."""


def train_adapter(
    rows: Sequence[TrainingRow],
    base: Path,
    out: Path,
    settings: LoraSettings,
    *,
    start: Path | None = None,
    held_out: Sequence[TrainingRow] = (),
    minutes: float | None = None,
    within: float | None = None,
    words: Sequence[str] = (),
    progress: Callable[[Step], None],
) -> Trained:
    """Train an adapter of `base` on `rows` and write it into `out`, for llama.cpp and for PEFT.

    Args:
        rows: what to learn.
        base: GGUF file.
        out: folder.
        settings: how to train.
        start: PEFT adapter to go on from.
        held_out: rows whose likelihood is told at the end.
        minutes: to stop after, so that a later call goes on.
        within: minutes in which to come to the end.
        words: that an adapter to go on from has learned.
        progress: called after each step.

    Raises:
        ConfigurationError: something is missing, does not load or does not fit.
    """
    training = LoraTraining(base, out, settings, start=start)
    if not training.fit(rows, minutes=minutes, within=within, progress=progress):
        return Trained(whole=False)
    sample = random.Random(settings.seed).sample(list(rows), min(CHECKED, len(rows)))
    least = min(training.likelihoods(sample))
    counted = Counter(word for row in rows for word in words_of(row.instruction))
    learned = {word for word, n in counted.items() if n >= WORD_ROWS} | set(words)
    card = AdapterCard(
        base=base.name,
        base_sha256=file_hash(base),
        prompt=VERSION,
        functions=signatures(),
        words=tuple(sorted(learned)),
        least_likely=round(min(LEAST_MARGIN, MARGIN * least), 4),
        rows=dict(Counter(row.kind or "row" for row in rows)),
        tasks=tuple(sorted({row.task for row in rows if row.task})),
        shapes=shapes(row.completion for row in rows),
        held_out={},
        trained=f"LoRA of rank {settings.rank}, {settings.epochs:g} epochs of {len(rows)} rows, seed {settings.seed}"
        + (", on top of another adapter" if start is not None else ""),
    )
    heads, key_heads = training.heads
    write_adapter(out / ADAPTER, out / FILE, card, heads=heads, key_heads=key_heads)
    known = training.likelihoods(held_out)
    return Trained(whole=True, adapter=out / FILE, held_out=sum(known) / len(known) if known else None)
