"""The card beside exported rows: what is in them, what was left out and why, how they are split, whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from codepolicy.training.row_export import Exported, ExportSettings, license_of
from codepolicy.training.split import CELLS
from primitives.errors import ConfigurationError


def write_rows(exported: Exported, settings: ExportSettings, runs: Sequence[str], out: Path) -> list[Path]:
    """Write a file of lines of JSON for each cell that has rows, and the card; returns the files.

    Raises:
        ConfigurationError: the folder cannot be written, or holds rows already.
    """
    if any(out.glob("*.jsonl")):
        raise ConfigurationError(f"{str(out)!r} holds rows already; give another folder with --out")
    written: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for cell in CELLS:
            if exported.rows[cell]:
                path = out / f"{cell}.jsonl"
                path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in exported.rows[cell]))
                written.append(path)
        card = out / "README.md"
        card.write_text(card_text(exported, settings, runs), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot write rows into {str(out)!r}: {error.strerror or error}") from error
    return [*written, card]


def card_text(exported: Exported, settings: ExportSettings, runs: Sequence[str]) -> str:
    """The card, in Markdown."""
    split, weights = settings.split, settings.weights
    held = {
        "seeds": f"seed {split.seeds_from} and above",
        "wordings": f"one wording in {split.wordings}, by its hash" if split.wordings else "none",
        "colors": f"whatever names {', '.join(split.colors)}" if split.colors else "none",
        "tasks": ", ".join(split.tasks) or "none",
    }
    licenses = Counter[str]()
    for model, n in exported.models.items():
        licenses[f"{model}: {license_of(model)}"] += n
    lines = [
        "# Rows from execution",
        "",
        f"Format {settings.format} (TRL), prompts {settings.profile}. Every answer was run and judged on ground truth.",
        "",
        "| file | rows | what |",
        "|---|---|---|",
        f"| train.jsonl | {len(exported.rows['train'])} | to train on |",
        *(f"| {c}.jsonl | {len(exported.rows[c])} | held out: {held[c]} |" for c in CELLS[1:]),
        "",
        "No prompt and no scene (task and seed) of train.jsonl is in another file; this was checked.",
        "",
        *_section("Rows by kind", exported.kinds),
        *_section("Rows by surface", exported.surfaces),
        *_section("Rows by prompt prefix", exported.prompts),
        *_section("Left out", exported.left_out),
        *_section("Who wrote the answers, and their licence", licenses),
        "## Reward",
        "",
        f"{weights.success} for success, {weights.progress} for the part of the goal that came to hold, less "
        f"{weights.cost} times the part of the time limit that a program that won took; 0 for one that only ran.",
        "",
        "Ground truth in the reward: " + ("rows of privileged runs are in, marked." if settings.privileged else
        "judging alone; runs that used it otherwise are left out."),
        "",
        *_section("Tasks", exported.tasks),
        "## Runs",
        "",
        *(f"- {run}" for run in runs),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _section(title: str, counts: Counter[str]) -> list[str]:
    told = [f"- {name or '(none)'}: {n}" for name, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])) if n]
    return [f"## {title}", "", *(told or ["- none"]), ""]
