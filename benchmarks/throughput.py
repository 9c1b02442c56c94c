"""What an episode of a suite costs in processor time, and where it goes.

    python benchmarks/throughput.py core --episodes 36
    python benchmarks/throughput.py core --episodes 1000 --oracle   whether it stays so

Episodes are played one after the other in this process, as a worker of `codepolicy eval` plays them. Processor time of
this process and its children counts, not wall time, so that a busy machine changes little. Shares are exclusive: time
is counted for the innermost part that is timed.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil

from codepolicy.evaluation import run_plan
from codepolicy.evaluation.episode_player import Player
from codepolicy.evaluation.worker_setup import WorkerSetup

PARTS = (
    ("physics", "sim_envs.physics.world", "World.step"),
    ("physics", "sim_envs.physics.world", "World.settle"),
    ("rendering", "sim_envs.rendering.opengl", "GLRenderer.measure"),
    ("rendering", "sim_envs.rendering.tiny_renderer", "TinyRenderer.measure"),
    ("sensor noise", "sim_envs.rendering.sim_camera", "SimCamera.frame"),
    ("setting up", "sim_envs.environment", "PyBulletEnvironment.reset"),
    ("verdict", "sim_envs.environment", "PyBulletEnvironment.verdict"),
    ("perception", "primitives.perception.tracking.scene_memory", "SceneMemory.look"),
    ("motion", "primitives.server", "Server.call"),
    ("static checks", "codepolicy.loop.executor", "Executor.findings"),
    ("static checks", "codepolicy.loop.executor", "Executor.goal_findings"),
    ("model", "codepolicy.evaluation.episode_player", "Sampled.complete"),
    ("everything else", "codepolicy.evaluation.episode_player", "Player.__call__"),
)
"""Share, module and function."""


class Stopwatch:
    """Exclusive processor time of nested parts, in s."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inside: list[str] = []
        self._since = 0.0

    def timed(self, share: str, function: Callable[..., object]) -> Callable[..., object]:
        """`function`, its time counted as `share`."""

        @functools.wraps(function)
        def measured(*args: object, **kwargs: object) -> object:
            self._turn(share)
            try:
                return function(*args, **kwargs)
            finally:
                self._turn(None)

        return measured

    def _turn(self, entered: str | None) -> None:
        now = time.process_time()
        if self._inside:
            self.spent[self._inside[-1]] += now - self._since
        if entered is None:
            self._inside.pop()
        else:
            self._inside.append(entered)
        self._since = now


def children() -> float:
    """Processor time in s of the type checker, and of the zygote and the policy processes that it has reaped."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = used.ru_utime + used.ru_stime
    for child in psutil.Process().children():
        spent = child.cpu_times()
        total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def main() -> int:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", nargs="?", default="core")
    parser.add_argument("--episodes", type=int, default=30)
    parser.add_argument("--model", default="offline")
    parser.add_argument("--oracle", action="store_true", help="the tasks' own programs, without the time of a model")
    args = parser.parse_args()
    watch = Stopwatch()
    for share, module, name in PARTS:
        owner, _, attribute = name.partition(".")
        cls = getattr(importlib.import_module(module), owner)
        setattr(cls, attribute, watch.timed(share, getattr(cls, attribute)))
    setup = WorkerSetup(model=args.model, oracle=args.oracle)
    with tempfile.TemporaryDirectory() as folder:
        seeds = range(args.episodes) if args.oracle else None
        jobs = run_plan.start(setup, [args.suite], seeds=seeds, out=Path(folder)).jobs
        play = Player(setup, Path(folder))
        play(jobs[0])  # loads libraries
        watch.spent.clear()
        below, costs, won, memory = children(), [], 0, psutil.Process().memory_info().rss
        for number in range(args.episodes):
            began = time.process_time() + children()
            won += play(jobs[(1 + number) % len(jobs)]).won
            costs.append(time.process_time() + children() - began)
            if args.episodes >= 100 and (number + 1) % (args.episodes // 10) == 0:
                part = costs[-(args.episodes // 10) :]
                print(f"  {number + 1:6} episodes: {sum(part) / len(part):.3f} s each", flush=True)
        watch.spent["processes: type checker, programs"] = children() - below
        grown = (psutil.Process().memory_info().rss - memory) / 1e6
    total = sum(watch.spent.values())
    print(f"{args.episodes} episodes of {args.suite}, {won} won: {total / args.episodes:.3f} s of processor time each")
    for share, spent in watch.spent.most_common():
        print(f"  {share:34} {spent / args.episodes:6.3f} s  {spent / total:6.1%}")
    half = len(costs) // 2
    if half:
        first, second = sum(costs[:half]) / half, sum(costs[half:]) / (len(costs) - half)
        print(f"first half {first:.3f} s, second half {second:.3f} s")
    print(f"memory grew by {grown:.0f} MB")
    print(f"two processors: {2 * 60 * args.episodes / total:.0f} a minute")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
