"""What Ray adds to an episode, and what gives way first when a cluster grows.

    python benchmarks/cluster.py --jobs 200

Jobs that do nothing but leave a folder as large as a real one's are played by the process pool and by Ray on this
machine, so that what is measured is what lies around an episode. The driver is the one thing that all episodes share:
its processor time per episode (record, folder, Ray's messages) is what bounds a cluster before the disk does. From it,
a queue with one server is simulated.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from codepolicy.episode import Timings
from codepolicy.evaluation.executor import Executor
from codepolicy.evaluation.process_pool import ProcessPool
from codepolicy.evaluation.ray_cluster import RayCluster
from codepolicy.evaluation.records import Job, Record, broken
from codepolicy.evaluation.run_store import EPISODES
from primitives.environment import PlannedTrial, TrialSpec

KILOBYTES = 60
"""Of an episode's folder without pictures: `du` of a run of core."""


@dataclass(frozen=True)
class Nothing:
    """An episode that is over at once."""

    def __call__(self, path: Path) -> Callable[[Job], Record]:
        """A player."""

        def play(job: Job) -> Record:
            folder = path / "episodes" / job.key
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "episode.json").write_bytes(b"x" * (KILOBYTES << 10))
            timings = Timings(total=0.0, model=0.0, execution=0.0, robot=0.0)
            return msgspec.structs.replace(broken(job, ""), folder=f"episodes/{job.key}", timings=timings)

        return play


def measured(executor: Executor, jobs: int, path: Path) -> tuple[float, float]:
    """Wall time per episode in s, and what the driver alone needs for one."""
    trial = PlannedTrial(spec=TrialSpec(task="lift-block", seed=0, instruction=""), task="lift-block-v1", labels={})
    waiting = deque(Job(key=f"{number:016x}", trial=trial) for number in range(jobs))
    began, processor, played = 0.0, 0.0, -10
    with (path / EPISODES).open("ab") as file:
        for _, answer in executor.play(waiting):
            played += 1
            if played == 0:  # everything has started
                began, processor = time.perf_counter(), time.process_time()
            assert isinstance(answer, Record), answer
            file.write(msgspec.json.encode(answer) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - began) / played, (time.process_time() - processor) / played


def simulated(places: int, episode_s: float, driver_s: float, model_s: float = 0.0, replies: int = 10**9) -> float:
    """Episodes a minute: places play, then queue for the driver; `replies` at once may wait for the model's server."""
    draw, now, driver_free = random.Random(0), 0.0, 0.0
    servers = [0.0] * min(replies, places) if model_s else []
    due = [draw.random() * episode_s for _ in range(places)]
    heapq.heapify(due)
    of = 40 * places
    for _ in range(of):
        now = heapq.heappop(due)
        driver_free = max(driver_free, now) + driver_s
        start = driver_free
        if servers:
            start = max(start, heapq.heappop(servers))
            heapq.heappush(servers, start + model_s)
            start += model_s
        heapq.heappush(due, start + episode_s * (0.5 + draw.random()))
    return 60 * of / max(now, 1e-9)


def main() -> int:
    """Measure, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--episode", type=float, default=0.6, help="s of processor time of an episode (core: 0.6)")
    args = parser.parse_args()
    driver = 0.0
    for processes in (1, 2):
        row: list[str] = []
        for kind in ("pool", "ray"):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder)
                shared: dict[str, Any] = {"prepare": Nothing(), "folder": path, "limit_s": 60.0, "log": path / "log"}
                made: Executor = (
                    ProcessPool(processes=processes, **shared)
                    if kind == "pool"
                    else RayCluster(processes=processes, **shared)
                )
                wall, own = measured(made, args.jobs, path)
                driver = max(driver, own) if kind == "ray" else driver
                row.append(
                    f"{kind} {1000 * wall:.1f} ms an episode, of it driver {1000 * own:.1f} ms of processor time"
                )
        print(f"{processes} process{'es' if processes > 1 else ''}: {'; '.join(row)}")
    print(f"episodes of {args.episode} s, driver {1000 * driver:.1f} ms each:")
    for places in (2, 16, 64, 128, 256, 512, 1000):
        alone = simulated(places, args.episode, driver)
        model = simulated(places, args.episode, driver, model_s=4.0, replies=64)
        print(f"  {places:4} places: {alone:8.0f} a minute; with a model of 4 s a reply, 64 at once: {model:6.0f}")
    return 0


if __name__ == "__main__":
    import cluster  # as a module that other processes can import, too

    raise SystemExit(cluster.main())
