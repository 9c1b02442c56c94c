"""What selection by rehearsal is worth, with a writer that errs on purpose.

Each trial is one instruction and one turn: N programs are written, each spoilt with a given chance, rehearsed in the
twin of what is seen, and the best is run. Success is the ground-truth verdict, which nothing here sees before.

    python benchmarks/selection.py --seeds 10 --rate 0.6 --resume selection.jsonl
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from erring_writer import ErringWriter
from outcomes import kept

from codepolicy.agent import Agent
from codepolicy.evaluation.statistics import wilson
from codepolicy.plugins import load_environment
from codepolicy.settings import Settings
from primitives.environment import World

TASKS = ("put-block-in-bowl", "cap-put-object-on-object", "manip-put-block-on-plate", "cap-put-blocks-in-bowl")


class Outcome(msgspec.Struct, frozen=True):
    """Of one trial."""

    task: str
    seed: int
    candidates: int
    won: bool
    ran: bool
    """Whether the robot moved for it."""
    wall_s: float


def trial(world: World, task: str, seed: int, candidates: int, rate: float) -> Outcome:
    """One instruction, one turn."""
    settings = Settings(candidates=candidates, rehearsals=1, turns=1)
    began = time.perf_counter()
    episode = Agent(model=ErringWriter(rate, seed), env=world, settings=settings).run(task=task, seed=seed)
    won = episode.verdict is not None and episode.verdict.status == "achieved"
    ran = any(turn.report is not None for turn in episode.turns)
    return Outcome(task, seed, candidates, won, ran, time.perf_counter() - began)


def table(outcomes: Sequence[Outcome]) -> None:
    """Success with its 95 % interval, and wall time, by number of candidates."""
    print("| candidates | success | 95 % interval | nothing was run | wall time a trial |\n|---|---|---|---|---|")
    for count in sorted({o.candidates for o in outcomes}):
        mine = [o for o in outcomes if o.candidates == count]
        won = sum(o.won for o in mine)
        low, high = wilson(won, len(mine))
        kept_back = sum(not o.ran for o in mine)
        wall = sum(o.wall_s for o in mine) / len(mine)
        print(f"| {count} | {won}/{len(mine)} | {low:.0%} to {high:.0%} | {kept_back} | {wall:.1f} s |")


def main() -> None:
    """Play what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rate", type=float, default=0.6, help="chance that a program is spoilt")
    parser.add_argument("--candidates", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--resume", type=Path, default=None, help="file of outcomes; what is in it is not played again")
    chosen = parser.parse_args()
    done = kept(chosen.resume, Outcome)
    known = {(o.task, o.seed, o.candidates) for o in done}
    world = load_environment("pybullet")
    for seed in range(chosen.seeds):
        for task in TASKS:
            for count in chosen.candidates:
                if (task, seed, count) in known:
                    continue
                outcome = trial(world, task, seed, count, chosen.rate)
                done.append(outcome)
                if chosen.resume is not None:
                    with chosen.resume.open("ab") as file:
                        file.write(msgspec.json.encode(outcome) + b"\n")
    world.close()
    table(done)


if __name__ == "__main__":
    main()
