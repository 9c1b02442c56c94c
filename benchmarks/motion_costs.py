"""What inverse kinematics, planning and a call cost by themselves, as CPU time.

python benchmarks/motion_costs.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from primitives.api import surface
from primitives.environment import TrialSpec
from primitives.guard import GuardLimits
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_matrix
from primitives.motion.grasping import picking
from primitives.motion.mover import Mover
from primitives.motion.placing import placing
from primitives.motion.planning.collision import Checker, RobotGeometry
from primitives.motion.planning.path_planner import PathPlanner
from primitives.perception import oracle_detector, rgbd_detector
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.perception.tracking.scene_memory import SceneMemory
from primitives.scene import Pose, SceneObject
from primitives.server import Server
from sim_envs.environment import PyBulletEnvironment, make
from sim_envs.rendering.sim_camera import SimCamera
from sim_envs.robots.arm_motions import SimMotion
from sim_envs.robots.sim_arm import SimArm

T = TypeVar("T")


def timed(action: Callable[[], T]) -> tuple[float, T]:
    """CPU milliseconds and the result."""
    start = time.process_time()
    result = action()
    return 1000 * (time.process_time() - start), result


def poses(rng: np.random.Generator) -> NDArray[np.float64]:
    """A tool pose, fingers down, somewhere in the workspace."""
    x, y, z = rng.uniform((0.3, -0.28, 0.02), (0.68, 0.28, 0.3))
    return pose_matrix(Pose.top_down(x, y, z, rng.uniform(-1.5, 1.5)))


def inverse_kinematics(kinematics: Kinematics, rng: np.random.Generator) -> None:
    """1000 poses, each from home."""
    spent: list[float] = []
    found = 0
    for _ in range(1000):
        pose = poses(rng)
        start = time.process_time()
        found += kinematics.solve(pose, kinematics.info.home, 100) is not None
        spent.append(1000 * (time.process_time() - start))
    print(f"inverse kinematics: {found}/1000 solved, median {statistics.median(spent):.2f} ms")


def tower(number: int, rng: np.random.Generator) -> SceneObject:
    """A thing 16 cm high."""
    return SceneObject(
        name=f"tower {number}",
        category="block",
        color="red",
        position=(float(rng.uniform(0.35, 0.65)), float(rng.uniform(-0.25, 0.25)), 0.08),
        yaw=float(rng.uniform(0, 1.5)),
        size=(0.05, 0.05, 0.16),
    )


def planning(kinematics: Kinematics, rng: np.random.Generator) -> None:
    """200 problems among six towers; paths are judged anew without margin and seven times finer."""
    geometry, planner, home = RobotGeometry(kinematics), PathPlanner(kinematics), kinematics.info.home
    every: list[float] = []
    around: list[float] = []
    collisions = failed = 0
    while len(every) < 200:
        towers = [tower(i, rng) for i in range(6)]
        checker = Checker(geometry, towers, margin=0.008)
        start, goal = kinematics.solve(poses(rng), home), kinematics.solve(poses(rng), home)
        if start is None or goal is None or checker.collides(start, 0.08) or checker.collides(goal, 0.08):
            continue
        began = time.process_time()
        path = planner.path(start, goal, 0.08, checker)
        spent = 1000 * (time.process_time() - began)
        every.append(spent)
        if path is None:
            failed += 1
            continue
        if len(path) > 2:
            around.append(spent)
        collisions += Checker(geometry, towers, margin=0.0).first_contact(path, 0.08, step=0.002) is not None
    print(
        f"planning among six 16 cm towers: {200 - failed}/200 solved, {collisions} colliding; "
        f"median {statistics.median(every):.1f} ms, 95 % below {sorted(every)[189]:.0f} ms; "
        f"the {len(around)} that go around something, shortcuts included: median {statistics.median(around):.1f} ms"
    )


class Apart:
    """CPU time spent in certain functions, wherever they are called from; calls within calls count once."""

    def __init__(self, **parts: Sequence[tuple[object, str]]) -> None:
        """Args: `parts` are functions, each as (owner, name), by what their time counts as."""
        self.spent = dict.fromkeys(parts, 0.0)
        self._inside = False
        for part, functions in parts.items():
            for owner, name in functions:
                setattr(owner, name, self._timed(part, getattr(owner, name)))

    def begin(self) -> None:
        """Forget what was spent so far."""
        self.spent = dict.fromkeys(self.spent, 0.0)

    def _timed(self, part: str, function: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **kwargs: object) -> object:
            if self._inside:
                return function(*args, **kwargs)
            self._inside = True
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self._inside = False
                self.spent[part] += 1000 * (time.process_time() - start)

        return wrapped


def overhead(environment: PyBulletEnvironment) -> None:
    """What of a `pick` and of a `place` is neither physics, nor rendering and detection, nor planning."""
    apart = Apart(
        physics=[(SimMotion, "wait"), (SimArm, "state"), (SimArm, "start_gripper")],
        rendering=[(SimCamera, "latest")],
        detection=[(RgbdDetector, "detect")],
        planning=[(picking, "_choose"), (placing, "choose_place"), (Mover, "plan_joints")],
        timing=[(SimArm, "start_joint_path")],
    )
    spent: dict[str, list[dict[str, float]]] = {"pick": [], "place": []}
    for seed in range(12):
        trial = environment.reset(TrialSpec(seed=seed, scene="blocks-and-bowls"))
        server = Server(trial.robot, rgbd_detector.make(environment))
        server.begin(surface("skill"))
        server.invoke("put", "yellow block", "yellow bowl")  # the first grasp of a trial loads the arm's surface
        for name, thing in (("pick", "red block"), ("place", "green bowl")):
            apart.begin()
            whole, _ = timed(lambda: server.invoke(name, thing))  # noqa: B023 - called at once
            spent[name].append({**apart.spent, "rest": whole - sum(apart.spent.values())})
    for name, calls in spent.items():
        medians = {part: statistics.median(call[part] for call in calls) for part in calls[0]}
        print(f"{name}: " + ", ".join(f"{part} {median:.1f} ms" for part, median in medians.items()))


def main() -> None:
    """Print the costs."""
    environment, rng = make(), np.random.default_rng(0)
    trial = environment.reset(TrialSpec(seed=0, scene="blocks-and-bowls"))
    mover = Mover(trial.robot, SceneMemory(trial.robot, oracle_detector.make(environment)), GuardLimits())
    inverse_kinematics(mover.kinematics, rng)
    planning(mover.kinematics, rng)
    overhead(environment)


if __name__ == "__main__":
    main()
