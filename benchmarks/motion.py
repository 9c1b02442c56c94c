"""How often the motion primitives do what they promise, judged by ground truth.

    python benchmarks/motion.py --seeds 200 --resume motion.jsonl

Default detector, mild sensor noise. A trial whose scene cannot be laid out counts as lost, nothing is retried. "Silent"
are trials where every primitive returned though the job was not done. With `--resume FILE` every outcome is kept there
as it comes, and what is in it already is not played again.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from motion_cases import CASES
from outcomes import kept, played

from codepolicy.evaluation.statistics import wilson
from primitives.api import surface
from primitives.environment import TrialSpec, World
from primitives.errors import ConfigurationError
from primitives.failures import Failure
from primitives.server import Server


class Trial(msgspec.Struct, frozen=True):
    """Which trial."""

    case: str
    seed: int
    detector: str
    environment: str


class Outcome(msgspec.Struct, frozen=True):
    """What came out."""

    case: str
    seed: int
    won: bool
    told: bool
    """Whether a primitive raised."""
    note: str
    robot_time: float
    """s."""
    wall: float
    """s."""


@functools.lru_cache(maxsize=1)
def _environment(name: str) -> World:
    return entry_points(group="codepolicy.environments")[name].load()()


def play(trial: Trial) -> list[Outcome]:
    """One job in one scene."""
    case, environment, rng = CASES[trial.case], _environment(trial.environment), np.random.default_rng(trial.seed)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scene.toml"
        path.write_text(case.scene(rng))
        try:
            robot = environment.reset(TrialSpec(seed=trial.seed, scene=str(path))).robot
        except ConfigurationError as error:
            return [Outcome(trial.case, trial.seed, False, True, f"no scene: {error}", 0.0, 0.0)]
    server = Server(robot, entry_points(group="codepolicy.detectors")[trial.detector].load()(environment))
    server.begin(surface("skill"))
    started, raised = time.perf_counter(), ""
    job = case.job(server, rng)
    try:
        job.run()
    except Failure as failure:
        raised = f"{type(failure).__name__} {failure.call}: {failure.message}"
    wall = time.perf_counter() - started
    wrong = job.judge(environment.world())
    note = " ".join(text for text in (wrong, raised) if text)
    return [Outcome(trial.case, trial.seed, wrong is None, bool(raised), note, server.robot_time, wall)]


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as a Markdown table."""
    lines = [
        "| job | wanted | achieved | 95 % interval | silent | robot time (s) | wall time (s) |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, case in CASES.items():
        trials = [o for o in outcomes if o.case == name]
        if not trials:
            continue
        won = sum(o.won for o in trials)
        low, high = wilson(won, len(trials))
        lines.append(
            f"| {case.what} | {100 * case.goal:g} % | {won}/{len(trials)} ({100 * won / len(trials):.1f} %) "
            f"| {100 * low:.1f}-{100 * high:.1f} % | {sum(not o.won and not o.told for o in trials)} "
            f"| {statistics.median(o.robot_time for o in trials):.1f} "
            f"| {statistics.median(o.wall for o in trials):.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Play the trials, print what went wrong and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--resume", type=Path, help="JSON lines of outcomes, read first and appended to")
    parser.add_argument("--detector", default="rgbd")
    parser.add_argument("--environment", default="pybullet", help="an entry point of codepolicy.environments")
    options = parser.parse_args()
    outcomes = kept(options.resume, Outcome)
    done = {(o.case, o.seed) for o in outcomes}
    trials = [
        Trial(name, seed, options.detector, options.environment)
        for seed in range(options.first, options.first + options.seeds)
        for name in options.only
        if (name, seed) not in done
    ]
    for outcome in played(play, trials, processes=options.jobs, keep=options.resume):
        outcomes.append(outcome)
        if not outcome.won or outcome.told:
            how = "lost" if outcome.told else "SILENTLY lost"
            print(f"{outcome.case} seed {outcome.seed} {'won' if outcome.won else how}: {outcome.note}", flush=True)
    print(table(outcomes))


if __name__ == "__main__":
    main()
