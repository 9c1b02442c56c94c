"""How often the motion primitives do what they promise, judged by ground truth, and what they cost.

python benchmarks/motion.py --seeds 200 [--only tower5 push] [--detector rgbd]
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from primitives.environment import ObjectState, TrialSpec
from primitives.failures import Failure
from primitives.guard import GuardLimits
from primitives.library import surface
from primitives.motion.collision import Checker, RobotGeometry
from primitives.motion.kinematics import pose_matrix
from primitives.motion.mover import Mover
from primitives.motion.planning import Planner
from primitives.perception import oracle
from primitives.perception.memory import SceneMemory
from primitives.scene import Pose, SceneObject, Workspace
from primitives.server import Server
from sim_envs.environment import PyBulletEnvironment, make

World = Mapping[str, ObjectState]
Result = str | None
"""None when achieved, else what is wrong."""
COLORS = ("red", "green", "blue", "yellow", "orange", "purple", "cyan", "pink")


@dataclass(frozen=True)
class Case:
    """One kind of job."""

    scene: Callable[[np.random.Generator], str]
    """TOML of the scene."""
    job: Callable[[Server, np.random.Generator], None]
    judge: Callable[[World, World], Result]


@dataclass
class Tally:
    """What came out."""

    won: int = 0
    silent: list[str] = field(default_factory=list)
    """Seeds where the primitive returned though the job was not done."""
    told: list[str] = field(default_factory=list)
    """Seeds where it raised."""
    wall: list[float] = field(default_factory=list)
    robot: list[float] = field(default_factory=list)


def item(category: str, color: str, **more: object) -> str:
    """One [[objects]] table."""
    lines = [f"{k} = {v!r}".replace("'", '"').replace("(", "[").replace(")", "]") for k, v in more.items()]
    return "\n".join(["[[objects]]", f'category = "{category}"', f'color = "{color}"', *lines]) + "\n"


def clutter(rng: np.random.Generator) -> str:
    """A block of random size, and up to five other things."""
    others = [
        item(str(rng.choice(["block", "bowl", "cylinder"])), c)
        for c in rng.choice(COLORS[1:], int(rng.integers(1, 6)), replace=False)
    ]
    return item("block", "red", size=round(float(rng.uniform(0.025, 0.06)), 4)) + "".join(others)


def blocks(count: int, size: float = 0.04) -> Callable[[np.random.Generator], str]:
    """Blocks of one size in different colours."""
    return lambda _: "".join(item("block", c, size=size) for c in COLORS[:count])


def free_point(rng: np.random.Generator, server: Server, gap: float) -> tuple[float, float]:
    """A point of the workspace at least `gap` m away from everything that is seen."""
    table = Workspace().table
    for _ in range(1000):
        x = float(rng.uniform(table.low[0] + 0.03, table.high[0] - 0.03))
        y = float(rng.uniform(table.low[1] + 0.03, table.high[1] - 0.03))
        if all(math.dist((x, y), o.position[:2]) > gap + max(o.size[:2]) / 2 for o in server.look()[:12]):
            return x, y
    raise RuntimeError("no free point")


def place_anywhere(server: Server, rng: np.random.Generator) -> None:
    """Put the red block at a free point."""
    goal.point = free_point(rng, server, 0.07)
    server.invoke("put", "red block", goal.point)


def in_bowl(server: Server, _: np.random.Generator) -> None:
    """Put the red block into the green bowl."""
    server.invoke("put", "red block", "green bowl")


def tower(count: int) -> Callable[[Server, np.random.Generator], None]:
    """Stack all blocks."""

    def job(server: Server, _: np.random.Generator) -> None:
        for below, above in itertools.pairwise(COLORS[:count]):
            server.invoke("put", f"{above} block", f"{below} block")

    return job


def near_edge(rng: np.random.Generator) -> str:
    """Five blocks in the near part of the table, so that the far part is free."""
    return "".join(
        item("block", c, position=(float(rng.uniform(0.31, 0.37)), 0.12 * (k - 2) + float(rng.uniform(-0.02, 0.02))))
        for k, c in enumerate(COLORS[:5])
    )


def line_of_five(server: Server, rng: np.random.Generator) -> None:
    """Five blocks at equal distances along y or slanting."""
    slant = float(rng.uniform(-0.025, 0.025))
    for k, color in enumerate(COLORS[:5]):
        server.invoke("put", f"{color} block", (0.54 + slant * (k - 2), 0.08 * (k - 2)))


def push_far(server: Server, rng: np.random.Generator) -> None:
    """Push the red block 20 cm."""
    x, y, _ = server.invoke("find", "red block").position
    table = Workspace().table
    for _ in range(1000):
        a = float(rng.uniform(-math.pi, math.pi))
        goal.point = (x + 0.2 * math.cos(a), y + 0.2 * math.sin(a))
        if table.contains(goal.point, 0.06):
            break
    server.invoke("push", "red block", goal.point)


class goal:  # noqa: N801 - a named place for one value
    """Where the running job was asked to put something."""

    point: tuple[float, float] = (0.0, 0.0)


def near_goal(limit: float) -> Callable[[World, World], Result]:
    """The red block lies within `limit` m of the goal."""

    def judge(_: World, now: World) -> Result:
        off = math.dist(now["red block"].position[:2], goal.point)
        return None if off <= limit else f"{off:.3f} m off"

    return judge


def judge_bowl(_: World, now: World) -> Result:
    """The red block lies in the green bowl."""
    block, bowl = now["red block"], now["green bowl"]
    off = math.dist(block.position[:2], bowl.position[:2])
    inside = off < bowl.size[0] / 2 - 0.005 and block.position[2] < bowl.position[2] + bowl.size[2] / 2 + 0.01
    return None if inside else f"{off:.3f} m from the centre at z = {block.position[2]:.3f}"


def judge_tower(count: int) -> Callable[[World, World], Result]:
    """The blocks stand on each other in order."""

    def judge(_: World, now: World) -> Result:
        for k, (a, b) in enumerate(itertools.pairwise(COLORS[:count])):
            low, high = now[f"{a} block"], now[f"{b} block"]
            rise = high.position[2] - low.position[2]
            off = math.dist(low.position[:2], high.position[:2])
            if abs(rise - low.size[2]) > 0.005 or off > 0.02:
                return f"level {k + 2}: rise {rise:.3f} m, off {off:.3f} m"
        return None

    return judge


def judge_line(_: World, now: World) -> Result:
    """Each block within 5 mm of its place on the line through the first and the last."""
    points = np.array([now[f"{c} block"].position[:2] for c in COLORS[:5]])
    wanted = points[0] + np.outer(np.linspace(0, 1, 5), points[-1] - points[0])
    worst = float(np.linalg.norm(points - wanted, axis=1).max())
    return None if worst <= 0.005 else f"{worst * 1000:.1f} mm off the line"


CASES: dict[str, Case] = {
    "place": Case(clutter, place_anywhere, near_goal(0.015)),
    "bowl": Case(
        lambda rng: clutter(rng) + item("bowl", "green", size=round(float(rng.uniform(0.13, 0.17)), 3)),
        in_bowl,
        judge_bowl,
    ),
    "tower5": Case(blocks(5), tower(5), judge_tower(5)),
    "tower8": Case(blocks(8), tower(8), judge_tower(8)),
    "line5": Case(near_edge, line_of_five, judge_line),
    "push": Case(blocks(1, 0.05), push_far, near_goal(0.02)),
}


def costs(environment: PyBulletEnvironment) -> None:
    """What inverse kinematics, planning and a call take by themselves, as CPU time."""
    trial = environment.reset(TrialSpec(seed=0, scene="blocks-and-bowls"))
    mover = Mover(trial.robot, SceneMemory(trial.robot, oracle.make(environment)), GuardLimits())
    kinematics, home = mover.kinematics, mover.info.home
    rng = np.random.default_rng(0)

    def timed(action: Callable[[], object]) -> tuple[float, object]:
        start = time.process_time()
        result = action()
        return 1000 * (time.process_time() - start), result

    def pose() -> np.ndarray:
        x, y, z = rng.uniform((0.3, -0.28, 0.02), (0.68, 0.28, 0.3))
        return pose_matrix(Pose.top_down(x, y, z, rng.uniform(-1.5, 1.5)))

    solved = [timed(lambda: kinematics.solve(pose(), home, 100)) for _ in range(1000)]
    found = sum(q is not None for _, q in solved)
    print(f"inverse kinematics: {found}/1000 solved, median {statistics.median(t for t, _ in solved):.2f} ms")

    geometry, planner = RobotGeometry(kinematics), Planner(kinematics)
    plans: list[float] = []
    collisions = failed = bent = 0
    while len(plans) < 200:
        towers = [
            SceneObject(
                name=f"tower {i}",
                category="block",
                color="red",
                position=(float(rng.uniform(0.35, 0.65)), float(rng.uniform(-0.25, 0.25)), 0.08),
                yaw=float(rng.uniform(0, 1.5)),
                size=(0.05, 0.05, 0.16),
            )
            for i in range(6)
        ]
        checker = Checker(geometry, towers, margin=0.008)
        ends = [kinematics.solve(pose(), home) for _ in range(2)]
        if any(q is None or checker.collides(q, 0.08) for q in ends):
            continue
        spent, path = timed(lambda: planner.path(*ends, 0.08, checker))  # noqa: B023 - called at once
        plans.append(spent)
        if path is None:
            failed += 1
            continue
        bent += len(path) > 2
        collisions += Checker(geometry, towers, margin=0.0).first_contact(path, 0.08, step=0.002) is not None
    print(
        f"planning among six 16 cm towers: {200 - failed}/200 solved, {bent} around something, {collisions} colliding; "
        f"median {statistics.median(plans):.1f} ms, 95 % below {sorted(plans)[189]:.0f} ms"
    )
    server = Server(trial.robot, oracle.make(environment))
    server.begin(surface("skill"))
    server.look()
    calls = [timed(lambda: server.invoke("find", "red block"))[0] for _ in range(200)]
    print(f"a call beside what it does (find, scene known): median {statistics.median(calls):.2f} ms")


def main() -> None:
    """Run the cases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=list(CASES))
    parser.add_argument("--costs", action="store_true", help="also time kinematics, planning and calls by themselves")
    parser.add_argument("--detector", default="rgbd")
    options = parser.parse_args()
    environment = make()
    if options.costs:
        costs(environment)
    detector = entry_points(group="codepolicy.detectors")[options.detector].load()(environment)
    print(f"{'job':8} {'achieved':>14} {'silent':>7} {'wall s':>7} {'robot s':>8}")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scene.toml"
        for name in options.only:
            case, tally = CASES[name], Tally()
            for seed in range(options.first, options.first + options.seeds):
                rng = np.random.default_rng(seed)
                while True:
                    path.write_text(case.scene(rng))
                    text = path.read_text()
                    if text.count('"green"') < 2 or name != "bowl":
                        break
                trial = environment.reset(TrialSpec(seed=seed, scene=str(path)))
                server = Server(trial.robot, detector)
                server.begin(surface("skill"))
                before = dict(environment.world())
                started = time.perf_counter()
                raised: str | None = None
                try:
                    case.job(server, rng)
                except Failure as failure:
                    raised = f"{type(failure).__name__} {failure.call}: {failure.message}"
                tally.wall.append(time.perf_counter() - started)
                tally.robot.append(server.robot_time)
                wrong = case.judge(before, environment.world())
                if wrong is None:
                    tally.won += 1
                if raised:
                    tally.told.append(f"seed {seed}: {'(achieved) ' if wrong is None else ''}{raised}")
                elif wrong:
                    tally.silent.append(f"seed {seed}: {wrong}")
            print(
                f"{name:8} {tally.won:5d}/{options.seeds:<3d} {100 * tally.won / options.seeds:4.1f}% "
                f"{len(tally.silent):7d} {statistics.median(tally.wall):7.2f} {statistics.median(tally.robot):8.1f}",
                flush=True,
            )
            for text in (*tally.silent, *tally.told):
                print("   ", text)


if __name__ == "__main__":
    main()
