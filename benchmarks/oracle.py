"""The oracle table: every task's oracle and decoys, over seeds, with real physics.

    python benchmarks/oracle.py --seeds 100 --decoy-seeds 5 --processes 4 --write docs/oracle_table.md

Programs run in the process of the world (they are the tasks' own), through the same server, guard and primitives as
everybody's. A trial that breaks is a lost one and its failure is printed, nothing is retried. With `--resume FILE`
every outcome is kept in that file as it comes, and what is in it already is not played again.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path

import msgspec
from outcomes import kept, played

from codepolicy.sandbox.preloading import GIVEN
from codepolicy.sandbox.program_namespace import VALUES
from primitives.api import surface
from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.failures import Failure, FailureKind
from primitives.registry import Surface
from primitives.server import Server
from sim_envs.environment import PyBulletEnvironment
from sim_envs.suites.task_catalog import all_tasks, find_task

ORACLE = "oracle"
NOTHING = "do nothing"


class Outcome(msgspec.Struct, frozen=True):
    """One trial."""

    task: str
    program: str
    """`ORACLE`, `NOTHING` or the name of a decoy."""
    seed: int
    won: bool
    note: str
    robot_time: float
    cpu: float
    """s of processor time, of all threads: what it costs however busy the machine is."""


SEEDS_PER_JOB = 10
"""Seeds of one task share a loaded world, so they are played one after the other."""


class Job(msgspec.Struct, frozen=True):
    """Trials of one task."""

    task: str
    seeds: tuple[int, ...]
    detector: str
    decoys_below: int
    """Decoys and doing nothing are played on seeds below this one."""


@functools.lru_cache(maxsize=1)
def _environment() -> PyBulletEnvironment:
    return PyBulletEnvironment()


def execute(server: Server, level: Surface, source: str) -> None:
    """Run a trusted program here, with the names that a policy process offers."""
    space: dict[str, object] = {name: functools.partial(server.invoke, name) for name in level.names}
    space |= {name: importlib.import_module(module) for name, module in GIVEN.items()}
    space |= {cls.__name__: cls for cls in VALUES}
    exec(compile(source, "<program>", "exec"), space)


def play(job: Job) -> list[Outcome]:
    """The task's programs in every seed's scene, each from a fresh reset."""
    return [outcome for seed in job.seeds for outcome in _play(job, seed)]


def _play(job: Job, seed: int) -> Iterator[Outcome]:
    task = find_task(job.task)
    try:
        bound = task.bind(seed)
    except ConfigurationError as error:
        yield Outcome(job.task, ORACLE, seed, False, str(error), 0.0, 0.0)
        return
    programs = {ORACLE: bound.oracle}
    if seed < job.decoys_below:
        programs |= {NOTHING: "", **bound.decoys}
    for name, source in programs.items():
        yield _run(job, seed, name, source, task.outcome)


def _run(job: Job, seed: int, program: str, source: str, wanted: str) -> Outcome:
    environment = _environment()
    started = time.process_time()
    trial = environment.reset(TrialSpec(seed=seed, task=job.task))
    detector = entry_points(group="codepolicy.detectors")[job.detector].load()(environment)
    said: list[str] = []
    declined: str | None = None
    server = Server(trial.robot, detector, say=said.append)
    level = surface(find_task(job.task).surface)
    server.begin(level)
    note = ""
    try:
        execute(server, level, source)
    except Failure as failure:
        if failure.kind is FailureKind.DECLINED:
            declined = failure.message
        elif failure.kind is FailureKind.INFRASTRUCTURE:
            note = f"{failure.call}: {failure!r} {failure.__cause__!r}"
        else:
            note = f"{failure.call}: {failure.kind.value}: {failure}"
    except Exception as error:  # a program's own mistake is its loss, whatever it is
        note = f"{type(error).__name__}: {error}"
    verdict = environment.verdict(said, declined=declined)
    assert verdict is not None
    won = verdict.status == wanted
    return Outcome(
        job.task,
        program,
        seed,
        won,
        f"{verdict.explanation} {note}".strip(),
        server.robot_time,
        time.process_time() - started,
    )


def table(outcomes: Sequence[Outcome], command: str, took: str) -> str:
    """The outcomes as a Markdown page; `took` says how long and on what."""
    by_task: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_task.setdefault(outcome.task, []).append(outcome)
    lines = [
        "# Oracle table",
        "",
        f"Made by `{command}`{took}.",
        f"All {len(outcomes)} trials together cost {sum(o.cpu for o in outcomes) / 60:.0f} minutes of processor time.",
        "",
        "An oracle is a program that must win its task, a decoy a plausible one that must lose, as doing nothing must;",
        "all run through the same guard and primitives as every policy, on what the cameras see. Robot time is the",
        "oracle's median. Decoys run on the first seeds alone where their count says so.",
        "",
        "| task | oracle won | decoys and do-nothing won | robot time (s) | oracle's losses |",
        "|---|---|---|---|---|",
    ]
    for task, trials in sorted(by_task.items()):
        oracle = [o for o in trials if o.program == ORACLE]
        others = [o for o in trials if o.program != ORACLE]
        lost = ", ".join(f"seed {o.seed}" for o in sorted(oracle, key=lambda o: o.seed) if not o.won)
        shown = f"{sum(o.won for o in others)}/{len(others)}" if others else "not run"
        lines.append(
            f"| {task} | {sum(o.won for o in oracle)}/{len(oracle)} | {shown} "
            f"| {statistics.median(o.robot_time for o in oracle):.1f} | {lost} |"
        )
    oracles = [o for trials in by_task.values() for o in trials if o.program == ORACLE]
    decoys = [o for o in outcomes if o.program != ORACLE]
    lines += [
        "",
        f"All oracles: {sum(o.won for o in oracles)}/{len(oracles)}. "
        f"All decoys and doing nothing: {sum(o.won for o in decoys)}/{len(decoys)}.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Play the trials, print the losses and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="seeds 0 to N-1 (default 5)")
    parser.add_argument("--first", type=int, default=0, help="first seed (default 0)")
    parser.add_argument("--task", action="append", help="only these tasks (repeatable); a tag works as well")
    parser.add_argument("--unseen", action="store_true", help="draw the unseen attributes")
    parser.add_argument("--detector", default="rgbd", help="rgbd or oracle (default rgbd)")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--decoy-seeds", type=int, help="decoys and doing nothing on the first N seeds only (0: never)")
    parser.add_argument("--resume", type=Path, help="JSON lines of outcomes, read first and appended to")
    parser.add_argument("--write", type=Path, help="write the table there")
    parser.add_argument("--note", default="", help="what the page says after the command, e.g. commit and cores")
    args = parser.parse_args()
    wanted: set[str] = set(args.task or ())
    tasks = [t.id for t in all_tasks() if not wanted or t.id in wanted or wanted & set(t.tags)]
    suffix = ":unseen" if args.unseen else ""
    decoy_seeds: int = args.seeds if args.decoy_seeds is None else args.decoy_seeds
    outcomes = kept(args.resume, Outcome)
    done = {(o.task, o.seed) for o in outcomes if o.program == ORACLE}
    first_seed: int = args.first
    seeds = range(first_seed, first_seed + args.seeds)
    jobs: list[Job] = []
    for first, id in itertools.product(seeds[::SEEDS_PER_JOB], (f"{id}{suffix}" for id in tasks)):
        due = tuple(seed for seed in seeds if first <= seed < first + SEEDS_PER_JOB and (id, seed) not in done)
        if due:
            jobs.append(Job(id, due, args.detector, first_seed + decoy_seeds))
    for o in played(play, jobs, processes=args.processes, keep=args.resume):
        outcomes.append(o)
        if o.won != (o.program == ORACLE):
            print(f"{o.task} seed {o.seed} {o.program}: {'won' if o.won else 'lost'}: {o.note}", flush=True)
    shown = [f"--seeds {args.seeds}", f"--decoy-seeds {decoy_seeds}", f"--detector {args.detector}"]
    page = table(outcomes, " ".join(["python benchmarks/oracle.py", *shown]), f" ({args.note})" if args.note else "")
    print(page)
    costs = [o.cpu for o in outcomes]
    print(f"processor time per trial: median {statistics.median(costs):.2f} s, sum {sum(costs):.0f} s")
    if args.write:
        args.write.write_text(page)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
