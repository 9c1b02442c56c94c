"""How well the default detector sees, case by case: python benchmarks/perception.py --seeds 100

For each case: objects found under their right name, false alarms, position and yaw error, and CPU time
per camera image.
"""

from __future__ import annotations

import argparse
import itertools
import math
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from perception_cases import CASES, Case, Rng, Table, thinned
from perception_conditions import CONDITIONS, case_of, set_up

from primitives.environment import ObjectState, TrialSpec
from primitives.failures import HardwareFault
from primitives.perception.detector import Detector, RobotView
from primitives.perception.oracle_detector import upright_axes
from primitives.perception.rgbd_detector import make
from primitives.perception.tracking.assignment import assign
from primitives.robot import Robot
from primitives.scene import SceneObject
from sim_envs.environment import PyBulletEnvironment

NEAR = 0.03
"""m; a detection farther from the truth than this is not that object."""


@dataclass(slots=True)
class Score:
    """What was measured over the scenes of a case."""

    objects: int = 0
    found: int = 0
    extra: int = 0
    scenes: int = 0
    haunted: int = 0
    """Scenes with a ghost: more things seen than there are."""
    refused: int = 0
    """Scenes of which the frames were refused; they do not count beside."""
    swallowed: int = 0
    """Objects of which nothing is seen within reach: things seen as one, or not at all."""
    errors: list[float] = field(default_factory=list[float])
    yaws: list[float] = field(default_factory=list[float])
    times: list[float] = field(default_factory=list[float])
    sure: list[tuple[float, bool]] = field(default_factory=list[tuple[float, bool]])
    """Confidence of each detection, and whether it was right."""
    misses: list[str] = field(default_factory=list[str])


def scenes(case: Case, seeds: int) -> Iterator[tuple[Robot, dict[str, ObjectState], Rng]]:
    """The rendered scenes of a case."""
    environment = PyBulletEnvironment()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.toml"
        for seed in range(seeds):
            rng = np.random.default_rng([seed, sum(map(ord, case.name))])
            path.write_text(_toml(case.draw(rng)), encoding="utf-8")
            trial = environment.reset(TrialSpec(seed=seed, scene=str(path), disturbances=case.disturbances))
            if case.settle:
                environment.simulation.settle(case.settle)
            yield trial.robot, dict(environment.world()), rng
    environment.close()


def _toml(tables: list[Table]) -> str:
    lines: list[str] = []
    for table in tables:
        lines.append("[[objects]]")
        lines += [f"{key} = {value!r}" for key, value in table.items()]
    return "\n".join(lines)


def judge(score: Score, seen: list[SceneObject], truth: dict[str, ObjectState], label: str) -> None:
    """Count which objects of `truth` were seen."""
    score.objects += len(truth)
    score.scenes += 1
    score.haunted += len(seen) > len(truth)
    score.swallowed += max(0, len(truth) - len(seen))
    states = list(truth.values())
    distance = np.array([[math.dist(s.position, o.position) for o in seen] for s in states]).reshape(len(states), -1)
    same = np.array([[(s.color, s.category) == (o.color, o.category) for o in seen] for s in states], bool).reshape(
        distance.shape
    )
    right: set[int] = set()
    matched: set[int] = set()
    cost: NDArray[np.float64] = np.where(same & (distance < NEAR), distance, 10.0)
    for i, j in assign(cost) if cost.size else []:
        if cost[i, j] > 1:
            continue
        right.add(i)
        matched.add(j)
        score.errors.append(cost[i, j])
        if states[i].category == "block":
            yaw, _ = upright_axes(states[i])
            off = (seen[j].yaw - yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
            score.yaws.append(abs(math.degrees(off)))
    score.found += len(right)
    score.sure += [(o.confidence, j in matched) for j, o in enumerate(seen)]
    score.extra += max(0, len(seen) - len(right))
    if len(right) < len(states) or len(seen) != len(states):
        missed = [n for i, n in enumerate(truth) if i not in right]
        score.misses.append(f"{label}: missed {missed}, saw {[o.name for o in seen]}")


def measure(case: Case, detector: Detector, seeds: int) -> Score:
    """Run one case."""
    score = Score()
    for number, (robot, truth, rng) in enumerate(scenes(case, seeds)):
        frames = [
            thinned(case.noise.applied(c.frame(after=0.0, timeout_s=1.0), rng), case.every)
            for c in robot.cameras[: case.cameras]
        ]
        state = robot.arm.state()
        view = RobotView(robot.arm.info, state.q, state.gripper_width)
        start = time.process_time()
        try:
            seen = detector.detect(frames, robot.workspace, view)
        except HardwareFault as refused:
            score.refused += 1
            score.misses.append(f"{case.name} seed {number}: refused, {refused.message}")
            continue
        score.times.append((time.process_time() - start) / len(frames) * 1e3)
        judge(score, seen, truth, f"{case.name} seed {number}")
    return score


def _chosen(cases: list[str], conditions: list[str] | None, seeds: int) -> Iterator[tuple[Score, Case]]:
    """What was measured in each case, or under each condition, whose name contains one of the words."""
    if conditions is None:
        for case in CASES:
            if any(part in case.name for part in cases):
                yield measure(case, make(), seeds), case
        return
    for condition in CONDITIONS:
        if any(part in condition.name for part in conditions or [""]):
            with set_up(condition):
                yield measure(case_of(condition), make(), seeds), case_of(condition)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50, help="scenes per case")
    parser.add_argument("--case", nargs="+", default=[""], help="only cases whose name contains one of these")
    parser.add_argument(
        "--conditions",
        nargs="*",
        help="random scenes under other light, tables and sensors instead of the cases; those named, or all",
    )
    parser.add_argument("--misses", action="store_true", help="list every scene that was not seen right")
    arguments = parser.parse_args()
    print(
        f"| {'case':52} | objects | right name | extra | extra per scene | swallowed | position mm, median / p95 "
        "| yaw deg, median / p95 | CPU ms/image |"
    )
    print("|" + "---|" * 9)
    sure: list[tuple[float, bool]] = []
    for s, case in _chosen(arguments.case, arguments.conditions, arguments.seeds):
        errors, yaws = np.array(s.errors or [math.nan]) * 1e3, np.array(s.yaws or [math.nan])
        print(
            f"| {case.name:52} | {s.objects:7} | {s.found / max(s.objects, 1):9.1%}  | {s.extra:5} "
            f"| {s.extra / max(s.scenes, 1):6.2f} | {s.swallowed:9} "
            f"| {np.median(errors):11.2f} / {np.percentile(errors, 95):5.2f}     "
            f"| {np.median(yaws):9.2f} / {np.percentile(yaws, 95):5.2f}    "
            f"| {np.median(s.times[1:] or s.times or [math.nan]):12.1f} |",
            flush=True,
        )
        if s.refused:
            print(f"    {s.refused} more scenes refused, with the reason")
        sure += s.sure
        for line in s.misses if arguments.misses else []:
            print("   ", line)
    print("\n| confidence | detections | right |\n|---|---|---|")
    for low, high in itertools.pairwise((0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)):
        right = [r for c, r in sure if low <= c < high]
        print(f"| {low:.1f} to {min(high, 1.0):.1f} | {len(right)} | {sum(right) / max(1, len(right)):.1%} |")


if __name__ == "__main__":
    main()
