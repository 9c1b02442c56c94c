"""How fast the world is, next to bare PyBullet in the same run, and next to panda-gym where that is installed.

python benchmarks/world.py [--repeats 20] [--json]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from primitives.environment import TrialSpec
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_matrix
from primitives.robot import Arm
from primitives.scene import Pose
from sim_envs.environment import PyBulletEnvironment
from sim_envs.physics.bullet import p
from sim_envs.physics.world import STEP
from sim_envs.rendering.camera_mounts import MOUNTS, camera_info
from sim_envs.rendering.light import Light
from sim_envs.rendering.renderer_choice import fastest
from sim_envs.rendering.tiny_renderer import TinyRenderer

IDEAL = "none"


def median_ms(call: Callable[[], object], repeats: int) -> float:
    """Median wall time of `call` in ms."""
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def pick_and_place(environment: PyBulletEnvironment, seed: int) -> tuple[float, float, bool]:
    """Wall ms, simulated s and success of one contact pick-and-place by joint paths, IK included."""
    arm = environment.reset(TrialSpec(seed=seed, disturbances=IDEAL)).robot.arm
    kinematics = Kinematics(arm.info)
    world = environment.world()
    block, bowl = world["red block"], world["green bowl"]
    x, y, _ = block.position
    yaw = 2 * np.arctan2(block.quaternion_xyzw[2], block.quaternion_xyzw[3])
    yaw = float((yaw + np.pi / 4) % (np.pi / 2) - np.pi / 4)
    limits = arm.info.limits.scaled(0.5)

    def go(x: float, y: float, z: float, yaw: float) -> None:
        q = arm.state().q
        goal = kinematics.solve(pose_matrix(Pose.top_down(x, y, z, yaw)), q)
        assert goal is not None
        arm.start_joint_path(np.array([q, goal]), limits).wait(20.0)

    start = time.perf_counter()
    go(x, y, 0.14, yaw)
    go(x, y, 0.02, yaw)
    arm.start_gripper(0.0, 0.1, 20.0).wait(3.0)
    go(x, y, 0.18, yaw)
    go(bowl.position[0], bowl.position[1], 0.18, 0.0)
    go(bowl.position[0], bowl.position[1], 0.09, 0.0)
    arm.start_gripper(0.08, 0.2, 20.0).wait(3.0)
    go(bowl.position[0], bowl.position[1], 0.18, 0.0)
    wall = 1e3 * (time.perf_counter() - start)
    end = environment.world()["red block"]
    inside = float(np.hypot(*np.subtract(end.position[:2], bowl.position[:2]))) < 0.04
    return wall, arm.state().stamp, inside


def share_in_bullet(environment: PyBulletEnvironment, seed: int) -> float:
    """Fraction of a pick-and-place's wall time spent in calls of PyBullet."""
    spent = [0.0]
    names = ("stepSimulation", "setJointMotorControlArray", "setJointMotorControl2", "getJointStates")
    kept = {name: getattr(p, name) for name in names}

    def timed(call: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **kwargs: object) -> object:
            start = time.perf_counter()
            found = call(*args, **kwargs)
            spent[0] += time.perf_counter() - start
            return found

        return run

    try:
        for name, call in kept.items():
            setattr(p, name, timed(call))
        wall, _, _ = pick_and_place(environment, seed)
    finally:
        for name, call in kept.items():
            setattr(p, name, call)
    return 1e3 * spent[0] / wall


def swing_rate(arm: Arm) -> float:
    """Simulated seconds per wall second with the arm moving."""
    q = arm.state().q
    far = q + np.array([0.6, 0.3, -0.3, 0.3, 0.2, 0.3, -0.6])
    start, before = time.perf_counter(), arm.state().stamp
    for goal in (far, q, far, q):
        arm.start_joint_path(np.array([arm.state().q, goal]), arm.info.limits.scaled(0.3)).wait(20.0)
    return (arm.state().stamp - before) / (time.perf_counter() - start)


def bare_rate(environment: PyBulletEnvironment, steps: int = 1500) -> float:
    """Simulated seconds per wall second of `stepSimulation` alone in the same world."""
    client = environment.simulation.client
    start = time.perf_counter()
    for _ in range(steps):
        p.stepSimulation(physicsClientId=client)
    return steps * STEP / (time.perf_counter() - start)


def work(seconds: float) -> int:
    """Steps of a world of its own in `seconds`, for the scaling of processes."""
    environment = PyBulletEnvironment(TinyRenderer())
    environment.reset(TrialSpec(disturbances=IDEAL))
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        environment.simulation.step()
        count += 1
    return count


def scaling(processes: int, seconds: float = 2.0) -> float:
    """Throughput of `processes` worlds over that of one."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        alone = sum(pool.map(work, [seconds]))
    with context.Pool(processes) as pool:
        together = sum(pool.map(work, [seconds] * processes, chunksize=1))
    return together / alone


def memory_mb() -> float:
    """Resident memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def panda_gym(repeats: int) -> dict[str, float]:
    """Reset and speed of panda-gym's PandaPickAndPlace, if it is installed."""
    try:
        import gymnasium
        import panda_gym  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        return {}
    env = gymnasium.make("PandaPickAndPlace-v3")
    env.reset(seed=0)
    reset = median_ms(lambda: env.reset(seed=1), repeats)
    action = env.action_space.sample()
    start = time.perf_counter()
    for _ in range(300):
        env.step(action)
    rate = 300 * 20 / 500 / (time.perf_counter() - start)  # 20 substeps of 2 ms each
    env.close()
    return {"panda-gym reset (ms)": reset, "panda-gym simulated s per s": rate}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    repeats = arguments.repeats
    found: dict[str, float | str] = {}

    before = memory_mb()
    environment = PyBulletEnvironment(TinyRenderer())
    start = time.perf_counter()
    environment.reset(TrialSpec(disturbances=IDEAL))
    found["first reset, load included (ms)"] = 1e3 * (time.perf_counter() - start)
    found["memory of a world (MB)"] = memory_mb() - before
    found["reset of the same trial (ms)"] = median_ms(lambda: environment.reset(TrialSpec(disturbances=IDEAL)), repeats)
    seeds = iter(range(1, 10_000))
    found["reset to a new seed (ms)"] = median_ms(
        lambda: environment.reset(TrialSpec(seed=next(seeds), disturbances=IDEAL)), repeats
    )
    found["save (ms)"] = median_ms(environment.save, repeats)
    snapshot = environment.save()
    found["restore (ms)"] = median_ms(lambda: environment.restore(snapshot), repeats)

    runs = [pick_and_place(environment, seed) for seed in range(repeats)]
    found["pick-and-place (ms)"] = statistics.median(r[0] for r in runs)
    found["  of it simulated (s)"] = statistics.median(r[1] for r in runs)
    found["  succeeded"] = f"{sum(r[2] for r in runs)}/{len(runs)}"
    found["  share inside PyBullet"] = statistics.median(share_in_bullet(environment, s) for s in range(5))
    arm = environment.reset(TrialSpec(disturbances=IDEAL)).robot.arm
    moving = statistics.median(swing_rate(arm) for _ in range(5))
    bare = statistics.median(bare_rate(environment) for _ in range(5))
    found["simulated s per s, arm moving"] = moving
    found["  bare PyBullet in the same world"] = bare
    found["  ratio"] = moving / bare

    environment.reset(TrialSpec(disturbances=IDEAL))
    for renderer in (TinyRenderer(), fastest()):
        for width, height in ((640, 480), (320, 240)):
            camera = camera_info(MOUNTS[0], width, height)
            renderer.measure(environment.simulation, camera, Light())
            found[f"RGB-D {width}x{height}, {renderer.name} (ms)"] = median_ms(
                lambda r=renderer, c=camera: r.measure(environment.simulation, c, Light()), repeats
            )
    environment.close()
    processes = min(4, os.cpu_count() or 1)
    found[f"{processes} processes over one"] = scaling(processes)
    found.update(panda_gym(repeats))

    if arguments.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:48s} {value if isinstance(value, str) else format(value, '10.3g')}")


if __name__ == "__main__":
    main()
