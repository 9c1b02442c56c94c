"""How often the offline model does what it is told: real physics, what the cameras see, default disturbances.

    python benchmarks/offline.py --suite cap14 --trials 50 --jobs 4

An episode is one `Agent.run` as anybody would start it, without video and run folder. Nothing is retried; an episode
that breaks is lost and listed like every other. `--write benchmarks/offline_cap14.json` keeps the rates that
docs/tasks.md shows beside the paper's.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from outcomes import kept, played

from codepolicy.agent import Agent
from codepolicy.evaluation.statistics import wilson
from codepolicy.settings import Settings
from sim_envs.suites.suite import load, trials
from sim_envs.suites.task_catalog import find_task


class Job(msgspec.Struct, frozen=True):
    """One episode to run."""

    group: str
    task: str
    instruction: str
    seed: int
    disturbances: str
    turns: int


class Result(msgspec.Struct, frozen=True):
    """What came of it."""

    group: str
    task: str
    instruction: str
    seed: int
    turn: int
    """The turn after which ground truth said that it is achieved, or declined where that is the task; else 0."""
    summary: str
    wall: float


class Rate(msgspec.Struct, frozen=True):
    """How often the episodes of one group were done."""

    group: str
    episodes: int
    first: int
    """On turn 1."""
    second: int
    """By turn 2."""


class Rates(msgspec.Struct, frozen=True):
    """What `--write` writes."""

    note: str
    """When and at which commit."""
    groups: tuple[Rate, ...]


def play(job: Job) -> list[Result]:
    """Run one episode in this process."""
    started = time.perf_counter()
    agent = Agent(model="offline", settings=Settings(turns=job.turns, disturbances=job.disturbances))
    try:
        episode = agent.run(job.instruction, task=job.task, seed=job.seed, video=False)
    except Exception as error:  # whatever broke it, the episode is lost and stays in the denominator
        turn, summary = 0, f"{type(error).__name__}: {error}"
    else:
        wanted = find_task(job.task).outcome
        won = episode.verdict is not None and episode.verdict.status == wanted
        turn = max(1, len(episode.turns)) if won else 0
        why = episode.verdict.explanation if episode.verdict else "no verdict"
        report = episode.turns[-1].report if episode.turns else None
        failure = report.failure if report else None
        summary = f"{episode.outcome} after {len(episode.turns)} turns: {why}"
        if failure is not None:
            summary += f" [{failure.call}: {failure.message}]"
        elif not episode.turns or episode.turns[-1].program is None:
            summary += f" [{episode.summary.splitlines()[0][:200]}]"
    return [Result(job.group, job.task, job.instruction, job.seed, turn, summary, time.perf_counter() - started)]


def rate(name: str, results: Sequence[Result]) -> Rate:
    """Of the results of one group."""
    first, second = (sum(0 < r.turn <= k for r in results) for k in (1, 2))
    return Rate(name, len(results), first, second)


def line(name: str, results: Sequence[Result], width: int) -> str:
    """Rates on turn 1, on the first two, and on any, with the interval of the second."""
    told = rate(name, results)
    ever = sum(r.turn > 0 for r in results)
    low, high = wilson(told.second, told.episodes)
    return f"{name:{width}}  {told.episodes:4}  {told.first:4}  {told.second:4}  {ever:4}   {low:6.1%} - {high:6.1%}"


def main() -> int:
    """Play the suite and print the table and what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", default="cap14", help="built-in name or TOML file (default cap14)")
    parser.add_argument("--trials", type=int, default=3, help="seeds per task (default 3)")
    parser.add_argument("--first", type=int, default=0, help="first seed (default 0)")
    parser.add_argument("--task", action="append", help="only tasks whose id contains this (repeatable)")
    parser.add_argument("--paraphrased", action="store_true", help="draw one of each template's paraphrases")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--resume", type=Path, help="JSON lines of results, read first and appended to")
    parser.add_argument("--write", type=Path, help="write the rates of the groups there, as JSON")
    parser.add_argument("--note", default="", help="what is written with the rates: when, at which commit")
    args = parser.parse_args()
    suite = msgspec.structs.replace(load(args.suite), trials=args.first + args.trials)
    if args.paraphrased:
        suite = msgspec.structs.replace(suite, wording="paraphrased")
    wanted: list[str] = args.task or [""]
    jobs = [
        Job(
            group=" ".join(t.labels.values()),
            task=t.spec.task or "",
            instruction=t.spec.instruction or "",
            seed=t.spec.seed,
            disturbances=t.spec.disturbances,
            turns=args.turns,
        )
        for t in trials(suite)
        if t.spec.seed >= args.first and any(w in (t.spec.task or "") for w in wanted)
    ]
    jobs.sort(key=lambda j: j.seed)  # so that a run that is cut short has seen every task equally often
    results = kept(args.resume, Result)
    done = {(r.task, r.seed, r.instruction) for r in results}
    jobs = [j for j in jobs if (j.task, j.seed, j.instruction) not in done]
    for result in played(play, jobs, processes=args.jobs, keep=args.resume):
        results.append(result)
        if result.turn == 0:
            print(f"lost: {result.task} seed {result.seed}: {result.instruction!r}: {result.summary}", flush=True)
    if not results:
        print("no task fits")
        return 2
    tasks, groups = sorted({r.task for r in results}), sorted({r.group for r in results})
    width = max(map(len, [*tasks, *groups, "task"]))
    print(f"\n{'task':{width}}     n  1st   <=2   any    95 % interval of <=2")
    for task in tasks:
        print(line(task, [r for r in results if r.task == task], width))
    print()
    for group in groups:
        print(line(group, [r for r in results if r.group == group], width))
    print(line("all", results, width))
    if args.write:
        rates = tuple(rate(group, [r for r in results if r.group == group]) for group in groups)
        args.write.write_bytes(msgspec.json.format(msgspec.json.encode(Rates(args.note, rates))) + b"\n")
    late = [r for r in results if r.turn > 2]
    for r in sorted(late, key=lambda r: (r.task, r.seed)):
        print(f"late: {r.task} seed {r.seed}: turn {r.turn}: {r.instruction!r}")
    print(f"\npython benchmarks/offline.py {' '.join(sys.argv[1:])}: {sum(r.wall for r in results):.0f} s of episodes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
