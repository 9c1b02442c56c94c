"""The jobs of the motion benchmark: their scenes, what is asked, and how ground truth judges it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from primitives.environment import ObjectState
from primitives.scene import SceneObject, Workspace
from primitives.server import Server

World = Mapping[str, ObjectState]
Judge = Callable[[World], str | None]
"""None when achieved, else what is wrong."""
COLORS = ("red", "green", "blue", "yellow", "orange", "purple", "cyan", "pink")


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked in one trial."""

    run: Callable[[], None]
    judge: Judge


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of job."""

    what: str
    goal: float
    """Share of trials that the project wants achieved."""
    scene: Callable[[np.random.Generator], str]
    """TOML of the scene."""
    job: Callable[[Server, np.random.Generator], Job]


def item(category: str, color: str, **more: object) -> str:
    """One [[objects]] table."""
    lines = [f"{k} = {v!r}".replace("'", '"').replace("(", "[").replace(")", "]") for k, v in more.items()]
    return "\n".join(["[[objects]]", f'category = "{category}"', f'color = "{color}"', *lines]) + "\n"


def clutter(rng: np.random.Generator, but: str = "red") -> str:
    """A red block of random size, and up to five other things in colours other than `but`."""
    colors = [c for c in COLORS[1:] if c != but]
    others = [
        item(str(rng.choice(["block", "bowl", "cylinder"])), c)
        for c in rng.choice(colors, int(rng.integers(1, 6)), replace=False)
    ]
    return item("block", "red", size=round(float(rng.uniform(0.025, 0.06)), 4)) + "".join(others)


def clutter_and_bowl(rng: np.random.Generator) -> str:
    """The same, and a green bowl."""
    return clutter(rng, "green") + item("bowl", "green", size=round(float(rng.uniform(0.13, 0.17)), 3))


def blocks(count: int, size: float = 0.04) -> Callable[[np.random.Generator], str]:
    """Blocks of one size in different colours."""
    return lambda _: "".join(item("block", c, size=size) for c in COLORS[:count])


def near_edge(rng: np.random.Generator) -> str:
    """Five blocks in the near part of the table, so that the far part is free."""
    return "".join(
        item("block", c, position=(float(rng.uniform(0.31, 0.37)), 0.12 * (k - 2) + float(rng.uniform(-0.02, 0.02))))
        for k, c in enumerate(COLORS[:5])
    )


def free_point(rng: np.random.Generator, seen: list[SceneObject], gap: float) -> tuple[float, float]:
    """A point of the workspace at least `gap` m away from everything that is seen."""
    table = Workspace().table
    for _ in range(1000):
        x = float(rng.uniform(table.low[0] + 0.03, table.high[0] - 0.03))
        y = float(rng.uniform(table.low[1] + 0.03, table.high[1] - 0.03))
        if all(math.dist((x, y), o.position[:2]) > gap + max(o.size[:2]) / 2 for o in seen):
            return x, y
    raise RuntimeError("no free point")


def place_anywhere(server: Server, rng: np.random.Generator) -> Job:
    """Put the red block at a free point."""
    point = free_point(rng, server.look(), 0.07)
    return Job(lambda: _put(server, "red block", point), _near(point, 0.015))


def in_bowl(server: Server, _: np.random.Generator) -> Job:
    """Put the red block into the green bowl."""

    def judge(now: World) -> str | None:
        block, bowl = now["red block"], now["green bowl"]
        off = math.dist(block.position[:2], bowl.position[:2])
        inside = off < bowl.size[0] / 2 - 0.005 and block.position[2] < bowl.position[2] + bowl.size[2] / 2 + 0.01
        return None if inside else f"{off:.3f} m from the centre at z = {block.position[2]:.3f}"

    return Job(lambda: _put(server, "red block", "green bowl"), judge)


def tower(count: int) -> Callable[[Server, np.random.Generator], Job]:
    """Stack all blocks in order."""

    def job(server: Server, _: np.random.Generator) -> Job:
        def run() -> None:
            for below, above in itertools.pairwise(COLORS[:count]):
                _put(server, f"{above} block", f"{below} block")

        def judge(now: World) -> str | None:
            for k, (a, b) in enumerate(itertools.pairwise(COLORS[:count])):
                low, high = now[f"{a} block"], now[f"{b} block"]
                rise = high.position[2] - low.position[2]
                off = math.dist(low.position[:2], high.position[:2])
                if abs(rise - low.size[2]) > 0.005 or off > 0.02:
                    return f"level {k + 2}: rise {rise:.3f} m, off {off:.3f} m"
            return None

        return Job(run, judge)

    return job


def line_of_five(server: Server, rng: np.random.Generator) -> Job:
    """Five blocks at equal distances along y or slanting; each within 5 mm of its place on the line through the first
    and the last."""
    slant = float(rng.uniform(-0.025, 0.025))

    def run() -> None:
        for k, color in enumerate(COLORS[:5]):
            _put(server, f"{color} block", (0.54 + slant * (k - 2), 0.08 * (k - 2)))

    def judge(now: World) -> str | None:
        points = np.array([now[f"{c} block"].position[:2] for c in COLORS[:5]])
        wanted = points[0] + np.outer(np.linspace(0, 1, 5), points[-1] - points[0])
        worst = float(np.linalg.norm(points - wanted, axis=1).max())
        return None if worst <= 0.005 else f"{worst * 1000:.1f} mm off the line"

    return Job(run, judge)


def push_far(server: Server, rng: np.random.Generator) -> Job:
    """Push the red block 20 cm in a direction that keeps it on the table."""
    x, y, _ = next(o for o in server.look() if o.name == "red block").position
    table = Workspace().table
    turns = rng.uniform(-math.pi, math.pi, 1000).tolist()
    around = ((x + 0.2 * math.cos(a), y + 0.2 * math.sin(a)) for a in turns)
    point = next(at for at in around if table.contains(at, 0.06))
    return Job(lambda: _push(server, "red block", point), _near(point, 0.02))


def bridge_scene(_: np.random.Generator) -> str:
    """Two pillars and a beam."""
    pillars = "".join(item("block", "yellow", size=0.04, position=(x, 0.0), yaw=0.0) for x in (0.42, 0.54))
    return pillars + item("block", "blue", size=(0.18, 0.04, 0.03), position=(0.48, 0.2))


def bridge(server: Server, _: np.random.Generator) -> Job:
    """Lay the beam over both pillars."""

    def judge(now: World) -> str | None:
        z = now["blue block"].position[2]
        return None if abs(z - 0.055) < 0.006 else f"the beam is at z = {z:.3f}"

    return Job(lambda: server.invoke("put", "blue block", (0.48, 0.0, 0.055), yaw=0.0), judge)


def filled(container: str, content: str) -> Callable[[Server, np.random.Generator], Job]:
    """Put something in a container and the container elsewhere."""

    def job(server: Server, rng: np.random.Generator) -> Job:
        point = free_point(rng, server.look(), 0.12)

        def run() -> None:
            server.invoke("put", content, container)
            server.invoke("put", container, point)

        def judge(now: World) -> str | None:
            off = math.dist(now[container].position[:2], point)
            apart = math.dist(now[container].position[:2], now[content].position[:2])
            return None if off <= 0.02 and apart < 0.05 else f"{off:.3f} m off, contents {apart:.3f} m from the middle"

        return Job(run, judge)

    return job


def turned(server: Server, rng: np.random.Generator) -> Job:
    """Put a long block at a free point with a yaw."""
    point, yaw = free_point(rng, server.look(), 0.10), float(rng.uniform(-1.5, 1.5))

    def judge(now: World) -> str | None:
        x, y, z, w = now["red block"].quaternion_xyzw
        wrong = abs(math.remainder(math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)) - yaw, math.pi))
        return None if wrong < 0.15 else f"turned {wrong:.2f} rad wrong"

    return Job(lambda: server.invoke("put", "red block", point, yaw=yaw), judge)


def _put(server: Server, thing: str, target: str | tuple[float, float]) -> None:
    server.invoke("put", thing, target)


def _push(server: Server, thing: str, target: tuple[float, float]) -> None:
    server.invoke("push", thing, target)


def _near(point: tuple[float, float], limit: float) -> Judge:
    def judge(now: World) -> str | None:
        off = math.dist(now["red block"].position[:2], point)
        return None if off <= limit else f"{off:.3f} m off"

    return judge


CASES: dict[str, Case] = {
    "place": Case("put a block of 2.5-6 cm at a free point among 1-5 things", 0.995, clutter, place_anywhere),
    "bowl": Case("put such a block into a bowl, among 1-5 things", 0.995, clutter_and_bowl, in_bowl),
    "tower5": Case("tower of five 4 cm blocks", 0.98, blocks(5), tower(5)),
    "tower8": Case("tower of eight", 0.85, blocks(8), tower(8)),
    "line5": Case("line of five within 5 mm", 0.98, near_edge, line_of_five),
    "push": Case("push a 5 cm block 20 cm, within 2 cm", 0.95, blocks(1, 0.05), push_far),
    "bridge": Case("beam over two pillars", 0.98, bridge_scene, bridge),
    "bowl+ball": Case(
        "bowl carried with a ball in it",
        0.98,
        lambda _: item("bowl", "white") + item("ball", "red"),
        filled("white bowl", "red ball"),
    ),
    "mug+block": Case(
        "mug carried with a block in it",
        0.98,
        lambda _: item("mug", "white") + item("block", "red", size=0.03),
        filled("white mug", "red block"),
    ),
    "yaw": Case(
        "long block turned as asked, within 9 deg",
        0.98,
        lambda _: item("block", "red", size=(0.10, 0.04, 0.03)) + item("bowl", "green"),
        turned,
    ),
}
