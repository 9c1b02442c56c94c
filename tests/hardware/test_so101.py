"""Programs on an emulated SO-101: five joints, a turning jaw, 1.5 degrees of droop, LeRobot's own driver."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
import pytest

from codepolicy import Agent
from codepolicy.events import Calling, Event
from codepolicy.settings import Settings

if missing := [name for name in ("lerobot", "scservo_sdk") if find_spec(name) is None]:
    pytest.skip(f"without {', '.join(missing)}", allow_module_level=True)
from tests.hardware.so101 import EDGE, So101World

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("so101")]

SETTINGS = Settings(approve="never")


@pytest.fixture(scope="module")
def shared() -> Iterator[So101World]:
    made = So101World()
    yield made
    made.close()


@pytest.fixture
def world(shared: So101World) -> Iterator[So101World]:
    yield shared
    shared.mend()


def test_a_block_is_put_on_another(world: So101World) -> None:
    episode = Agent(model="offline", env=world, settings=SETTINGS).run("put the red block on the blue block", seed=3)
    assert episode.outcome == "achieved", episode.summary
    red, blue = world.box("red").T[:3, 3], world.box("blue").T[:3, 3]
    assert world.table.held is None
    assert np.linalg.norm(red[:2] - blue[:2]) < EDGE / 2 and red[2] == pytest.approx(1.5 * EDGE, abs=2e-3)


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ('pick("red block")', "grasp_missed"),
        ('pick(find("red block"))\nplace((0.16, 0.30))', "rejected"),
    ],
    ids=["taken away", "outside"],
)
def test_what_fails_is_typed(world: So101World, program: str, kind: str) -> None:
    def take_away(event: Event) -> None:
        if isinstance(event, Calling) and event.name == "pick" and kind == "grasp_missed":
            threading.Thread(target=away, daemon=True).start()

    def away() -> None:
        while world.arm.state().mode != "moving":
            time.sleep(0.01)
        with world.table.lock:
            world.box("red").T[:2, 3] = 0.6, 0.0

    episode = Agent(env=world, observer=take_away, settings=SETTINGS).execute(program, instruction="try", seed=4)
    report = episode.turns[-1].report
    assert report is not None and report.failure is not None and report.failure.kind == kind, episode.summary


def test_a_blocked_servo_stops_the_run_until_a_person_has_looked(world: So101World, tmp_path) -> None:
    def block(event: Event) -> None:
        if isinstance(event, Calling) and event.name == "pick":
            threading.Timer(0.3, setattr, (world.bus.servos[1], "stuck", True)).start()

    agent = Agent(env=world, observer=block, settings=SETTINGS)
    episode = agent.execute('pick("red block")', instruction="try", seed=5, out=tmp_path, video=False)
    assert episode.outcome == "stopped", episode.summary
    kept = json.loads(next(tmp_path.rglob("episode.json")).read_bytes())
    assert kept["outcome"] == "stopped" and "degrees from its command" in kept["summary"]
