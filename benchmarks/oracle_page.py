"""Writes docs/oracle_table.md from two runs: every task's oracle, and its decoys.

codepolicy eval all --oracle --trials 100 --out runs/oracle
codepolicy eval all --decoys --trials 3 --out runs/decoys
python benchmarks/oracle_page.py runs/oracle runs/decoys --note "at commit 41a1742, on two shared cores"
"""

from __future__ import annotations

import argparse
import shlex
import statistics
from collections.abc import Sequence
from pathlib import Path

from codepolicy.evaluation.records import Record
from codepolicy.evaluation.run_store import EvaluationRun, read_run

PAGE = Path(__file__).parents[1] / "docs" / "oracle_table.md"


def command(run: EvaluationRun) -> str:
    """How the run was started."""
    return f"`{shlex.join([Path(run.file.command[0]).name, *run.file.command[1:]])}`"


def page(oracles: EvaluationRun, decoys: EvaluationRun, note: str) -> str:
    """The table as Markdown."""
    lines = [
        "# Oracle table",
        "",
        f"Made by {command(oracles)} and {command(decoys)} {note}".rstrip() + ".",
        "",
        "An oracle is a program that must win its task, a decoy a plausible one that must lose, as doing nothing must;",
        "all run through the same confinement, guard and primitives as every policy, on what the cameras see. Robot",
        "time is the oracle's median.",
        "",
        "| task | oracle won | decoys and do-nothing won | robot time (s) | oracle's losses |",
        "|---|---|---|---|---|",
    ]
    for task in sorted({r.task for r in oracles.records}):
        own, others = of(task, oracles.records), of(task, decoys.records)
        lost = ", ".join(f"seed {r.seed}" for r in sorted(own, key=lambda r: r.seed) if not r.won)
        shown = f"{sum(r.won for r in others)}/{len(others)}" if others else "not run"
        time = statistics.median(r.timings.robot for r in own)
        lines.append(f"| {task} | {sum(r.won for r in own)}/{len(own)} | {shown} | {time:.1f} | {lost} |")
    won, fooled = (sum(r.won for r in run.records) for run in (oracles, decoys))
    total = f"All oracles: {won}/{len(oracles.records)}. All decoys and doing nothing: {fooled}/{len(decoys.records)}."
    return "\n".join([*lines, "", total, ""])


def of(task: str, records: Sequence[Record]) -> list[Record]:
    """The records of one task."""
    return [r for r in records if r.task == task]


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracles", type=Path)
    parser.add_argument("decoys", type=Path)
    parser.add_argument("--note", default="", help="what is written after the commands: commit and cores")
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    args.page.write_text(page(read_run(args.oracles), read_run(args.decoys), args.note), encoding="utf-8")


if __name__ == "__main__":
    main()
