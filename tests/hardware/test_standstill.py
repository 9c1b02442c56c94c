"""A robot that is lost, stopped or at fault: the run ends with one word, the record is whole, a person recovers it."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from codepolicy.agent import Agent
from codepolicy.events import Asked, Called, Calling, Event
from codepolicy.loop.episode_run import Interrupted
from codepolicy.models.scripted import ScriptedModel
from codepolicy.session import Session
from codepolicy.settings import Settings
from primitives.api import surface
from primitives.conformance.run_delay import Stopwatch
from primitives.environment import TrialSpec
from primitives.errors import ConfigurationError
from primitives.failures import CommsLost, HardwareFault, LimitExceeded, ProtectiveStop, Stopped
from primitives.limits import GuardLimits
from primitives.perception.rgbd_detector import RgbdDetector
from primitives.robot import ArmMode
from primitives.robots.fake.arm import FakeArm, Fault
from primitives.robots.fake.world import FakeWorld
from primitives.server import Server

UNASKED = Settings(approve="never")
PICK = """```python
pick("red block")
```
```python
def goal():
    expect(find("red block").on == "gripper", "held")
```"""


@pytest.fixture
def interruptible() -> Iterator[None]:
    """As in a terminal: a shell starts background jobs with interrupts ignored."""
    kept = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, kept)


@pytest.fixture
def world() -> Iterator[FakeWorld]:
    world = FakeWorld(size=(320, 240))
    yield world
    world.close()


def arm_of(world: FakeWorld) -> FakeArm:
    assert world._arm is not None
    return world._arm


@dataclass
class AmidAMotion:
    """Does something once the arm moves in a `pick`, from another thread; counts what the model is asked."""

    world: FakeWorld
    act: object
    asked: int = 0
    calls: list[str] = field(default_factory=list)
    done: bool = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, Asked):
            self.asked += 1
        if isinstance(event, Called):
            self.calls.append(event.record.name)
        if isinstance(event, Calling) and event.name == "pick" and not self.done:
            self.done = True
            threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        arm = arm_of(self.world)
        while arm.state().mode is not ArmMode.MOVING:
            time.sleep(0.002)
        self.act(arm)  # type: ignore[operator]


def injected(world: FakeWorld, fault: Fault, tmp_path: Path):
    watch = AmidAMotion(world, lambda arm: arm.inject(fault))
    model = ScriptedModel([PICK] * 4)
    agent = Agent(model=model, env=world, observer=watch, settings=UNASKED)
    episode = agent.run("pick up the red block", out=tmp_path, video=False)
    (folder,) = tmp_path.iterdir()
    trace = [json.loads(line) for line in (folder / "trace.jsonl").read_bytes().splitlines()]
    stored = json.loads((folder / "episode.json").read_bytes())
    assert stored["outcome"] == episode.outcome
    return episode, watch, [t for t in trace if t["phase"] == "program"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "outcome", "kind"),
    [
        ("drop", "infrastructure", "comms_lost"),
        ("protective_stop", "stopped", "protective_stop"),
        ("fault", "stopped", "hardware_fault"),
    ],
)
def test_what_happens_to_the_arm_in_a_motion_ends_the_run_and_is_recorded(
    world: FakeWorld, fault: Fault, outcome: str, kind: str, tmp_path: Path
) -> None:
    episode, watch, trace = injected(world, fault, tmp_path)
    assert episode.outcome == outcome, episode.summary
    assert watch.asked == 1
    assert trace[-1]["name"] == "pick" and trace[-1]["failure"]["kind"] == kind
    assert trace[-1]["failure"]["blame"] == "infrastructure"
    assert episode.turns[-1].report is not None and episode.turns[-1].report.failure is not None


@pytest.mark.slow
def test_a_fault_that_the_robot_only_tells_of_is_no_success(world: FakeWorld) -> None:
    class Told(AmidAMotion):
        def __call__(self, event: Event) -> None:
            if isinstance(event, Called) and event.record.name == "say":
                arm = arm_of(self.world)
                arm._mode = ArmMode.FAULT
                arm._measure()

    model = ScriptedModel(["```python\nsay('three')\n```"])
    episode = Agent(model=model, env=world, observer=Told(world, None), settings=UNASKED).run(
        "how many blocks are there?"
    )
    assert (episode.outcome, episode.summary.split(":")[0]) == ("stopped", "hardware fault")


@pytest.mark.slow
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_in_a_motion_is_recorded_as_such_and_holds_until_recovered(world: FakeWorld, tmp_path: Path) -> None:
    import _thread

    watch = AmidAMotion(world, lambda _: _thread.interrupt_main())
    with Session(
        Agent(model=ScriptedModel([PICK] * 4), env=world, observer=watch, settings=UNASKED), out=tmp_path
    ) as session:
        with pytest.raises(Interrupted) as ended:
            session.run("pick up the red block")
        assert ended.value.episode.outcome == "interrupted"
        assert ended.value.episode.folder is not None
        trace = (Path(ended.value.episode.folder) / "trace.jsonl").read_text().splitlines()
        last = json.loads(trace[-1])
        assert last["name"] == "pick" and last["failure"]["kind"] == "stopped"
        assert session.run("pick up the red block").outcome == "stopped"
        session.recover()
        assert session.run("pick up the red block").outcome == "achieved"


def connected(world: FakeWorld, **limits: object) -> Server:
    robot = world.reset(TrialSpec()).robot
    server = Server(robot, RgbdDetector(), limits=GuardLimits(**limits))  # type: ignore[arg-type]
    server.begin(surface("tool"))
    return server


@pytest.mark.parametrize(("fault", "kind"), [("protective_stop", ProtectiveStop), ("fault", HardwareFault)])
def test_a_stop_of_its_own_is_acknowledged_by_a_person_once_its_cause_is_gone(
    world: FakeWorld, fault: Fault, kind: type[Exception]
) -> None:
    server, arm = connected(world), arm_of(world)
    arm.inject(fault)
    for _ in range(2):
        with pytest.raises(kind):
            server.begin(surface("tool"))
    with pytest.raises(Stopped):
        server.recover(operator_ack=False)
    with pytest.raises(kind):
        server.recover(operator_ack=True)
    arm.mend()
    server.recover(operator_ack=True)
    server.begin(surface("tool"))
    server.invoke("home")


@pytest.mark.parametrize("fault", ["drop", "freeze", "corrupt"])
def test_a_lost_arm_is_connected_anew_by_recovering(world: FakeWorld, fault: Fault) -> None:
    server, arm = connected(world), arm_of(world)
    arm.inject(fault)
    if fault == "freeze":
        time.sleep(1.2)
    with pytest.raises(CommsLost):
        server.invoke("home")
    assert server.records[-1].failure is not None
    arm.mend()
    server.recover(operator_ack=True)
    server.begin(surface("tool"))
    server.invoke("home")


def test_a_stop_that_hangs_keeps_nobody_waiting(world: FakeWorld) -> None:
    server, arm = connected(world), arm_of(world)
    arm.inject("hang")
    since = Stopwatch()
    server.stop()
    assert since.elapsed < 0.05 + since.kept_waiting
    with pytest.raises(Stopped):
        server.invoke("home")
    with pytest.raises(Stopped):
        server.begin(surface("tool"))


def test_the_end_of_a_program_stops_the_arm_and_the_next_one_goes_on(world: FakeWorld) -> None:
    server = connected(world)
    server.halt()
    assert server.standing is None
    with pytest.raises(Stopped):
        server.invoke("home")
    server.begin(surface("tool"))
    server.invoke("home")


def test_a_stop_from_elsewhere_is_not_lifted_by_the_next_program(world: FakeWorld) -> None:
    server = connected(world)
    arm_of(world).stop()
    for _ in range(2):
        with pytest.raises(Stopped):
            server.begin(surface("tool"))
    server.recover(operator_ack=True)
    server.begin(surface("tool"))


def test_limits_are_set_by_settings_and_kept(world: FakeWorld) -> None:
    limits = Settings(speed_scale=0.1, force=12.0, keep_out=("0.3,-0.4,0,0.7,-0.2,0.6",)).guarded(GuardLimits())
    assert (limits.speed_scale, limits.gripper_force, len(limits.keep_out)) == (0.1, 12.0, 1)
    server = connected(world, keep_out=limits.keep_out, gripper_force=12.0)
    with pytest.raises(LimitExceeded, match="12 N"):
        server.invoke("set_gripper", 0.05, force=20.0)
    from primitives.scene import Pose

    server.invoke("move_to", Pose.top_down(0.45, 0.15, 0.3))
    with pytest.raises(Exception, match="kept"):
        server.invoke("move_linear", Pose.top_down(0.45, -0.25, 0.3))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"speed_scale": 0.0}, "speed_scale is 0"),
        ({"speed_scale": 1.5}, "at most 1"),
        ({"box": "1,2,3"}, "six numbers"),
        ({"keep_out": ("0,0,0,0,1,1",)}, "no box"),
        ({"force": float("nan")}, "force"),
    ],
)
def test_limits_that_cannot_be_are_refused(settings: dict, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        Settings(**settings)
