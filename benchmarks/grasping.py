"""How often things of no known shape are taken and put into a box, in the first program, judged by ground truth.

    python benchmarks/grasping.py --count 100 --resume grasping.jsonl

Every trial is one thing that `pybullet_data` ships, and a box, laid out by the seed; default detector, mild noise, or
another with `--disturbances`. Nothing is retried. "Silent" are trials where `put` returned and the thing is not in
the box.
"""

from __future__ import annotations

import argparse
import functools
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from outcomes import kept, played

from codepolicy.evaluation.statistics import wilson
from primitives.api import surface
from primitives.environment import TrialSpec
from primitives.failures import Failure
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.scene import SceneObject
from primitives.server import Server
from sim_envs.environment import PyBulletEnvironment

NAMED = ("duck", "lego", "mug", "jenga", "domino", "soccer ball")
BOX, PLACE = (0.24, 0.20, 0.05), (0.50, 0.17)
"""Extent (x, y, z) and centre (x, y) in m of the box."""


class Trial(msgspec.Struct, frozen=True):
    """Which trial."""

    thing: str
    seed: int
    disturbances: str = "mild"


class Outcome(msgspec.Struct, frozen=True):
    """What came out."""

    thing: str
    seed: int
    seen: str
    """Names of what was seen beside the box."""
    won: bool
    failure: str
    """Type of what was raised; "" where nothing was."""
    note: str
    wall: float
    """s."""


@functools.lru_cache(maxsize=1)
def _environment() -> PyBulletEnvironment:
    return PyBulletEnvironment()


def scene(thing: str) -> str:
    """TOML of the scene."""
    return (  # what does not stand must not fall against the box
        f'clearance = 0.1\n[[objects]]\nurdf = "pybullet_data:{thing}"\ncolor = "orange"\nname = "thing"\n'
        f'[[objects]]\ncategory = "box"\ncolor = "gray"\nsize = {list(BOX)}\nposition = {list(PLACE)}\nyaw = 0.0\n'
    )


def _program(server: Server) -> None:
    """`pick(find("object"))` where it is called an object, else what a program for several things would do."""
    box = server.invoke("find", "box")
    for _ in range(3):
        left = [o for o in server.invoke("detect") if o.category != "box" and not _over(o, box)]
        if not left:
            break
        if sum(o.category == "object" for o in left) == 1:
            return server.invoke("put", server.invoke("find", "object"), box)
        server.invoke("put", max(left, key=lambda o: o.top), box)
    return None


def _over(obj: SceneObject, box: SceneObject) -> bool:
    return all(abs(obj.position[i] - box.position[i]) < box.size[i] / 2 for i in (0, 1))


def play(trial: Trial) -> list[Outcome]:
    """One thing."""
    environment = _environment()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scene.toml"
        path.write_text(scene(trial.thing))
        spec = TrialSpec(seed=trial.seed, scene=str(path), disturbances=trial.disturbances)
        robot = environment.reset(spec).robot
    server = Server(robot, RgbdDetector())
    server.begin(surface("skill"))
    started, failure, note = time.perf_counter(), "", ""
    things = [o for o in server.invoke("detect") if o.category != "box"]
    seen = ", ".join(o.name for o in things)
    try:
        _program(server)
    except Failure as raised:
        failure, note = type(raised).__name__, raised.message
    at = environment.world()["thing"].position
    won = abs(at[0] - PLACE[0]) < BOX[0] / 2 and abs(at[1] - PLACE[1]) < BOX[1] / 2
    return [Outcome(trial.thing, trial.seed, seen, won, failure, note, time.perf_counter() - started)]


def main() -> None:
    """Play the trials, print what went wrong and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="how many of the 1000 random_urdfs, evenly spread")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--named", action="store_true", help=f"{', '.join(NAMED)} instead")
    parser.add_argument("--seeds", type=int, default=1, help="layouts of each")
    parser.add_argument("--disturbances", default="mild")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--resume", type=Path, help="JSON lines of outcomes, read first and appended to")
    options = parser.parse_args()
    step = 1000 // options.count
    numbers = [(options.first + k * step) % 1000 for k in range(options.count)]
    things = NAMED if options.named else [f"random_urdfs/{n:03d}" for n in numbers]
    outcomes = kept(options.resume, Outcome)
    done = {(o.thing, o.seed) for o in outcomes}
    trials = [Trial(t, s, options.disturbances) for t in things for s in range(options.seeds) if (t, s) not in done]
    for outcome in played(play, trials, processes=options.jobs, keep=options.resume):
        outcomes.append(outcome)
        if not outcome.won or outcome.failure:
            how = "won" if outcome.won else "lost" if outcome.failure else "SILENTLY lost"
            told = f"{outcome.failure}: {outcome.note}"
            print(f"{outcome.thing} seed {outcome.seed} {how} (seen: {outcome.seen}) {told}", flush=True)
    won, count = sum(o.won for o in outcomes), len(outcomes)
    low, high = wilson(won, count)
    silent = sum(not o.won and not o.failure for o in outcomes)
    print(f"in the box {won}/{count} ({100 * won / count:.1f} %, 95 % interval {100 * low:.1f}-{100 * high:.1f} %)")
    print(
        f"silent {silent}; "
        + ", ".join(f"{k} {n}" for k, n in Counter(o.failure for o in outcomes if o.failure).items())
    )


if __name__ == "__main__":
    main()
