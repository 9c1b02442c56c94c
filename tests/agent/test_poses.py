"""Recorded poses: every run keeps them, in little room, and what is read is bounded."""

from __future__ import annotations

import json
import math
import random
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from codepolicy import pose_file
from codepolicy.agent import Agent
from codepolicy.events import Event, Heading, Moved, Printed
from codepolicy.loop.state_sampling import StateSampling
from codepolicy.pose_file import Header, PoseWriter, read_poses
from primitives.environment import ObjectState
from primitives.errors import ConfigurationError
from primitives.robot import ArmMode, ArmState
from primitives.scene import SceneObject

PROGRAM = 'print("on my way")\nput(find("red block"), find("green bowl"))\n'


def header(dof: int = 7) -> Header:
    return Header(environment="pybullet", arm="panda", joints=tuple(f"j{i}" for i in range(dof)))


def block(name: str, x: float, *, on: str = "table") -> SceneObject:
    return SceneObject(
        name=name, category="block", color="red", position=(x, 0.0, 0.02), size=(0.04, 0.04, 0.04), on=on
    )


def state(x: float) -> ObjectState:
    return ObjectState(
        position=(x, 0.0, 0.02),
        quaternion_xyzw=(0.0, 0.0, 0.0, 1.0),
        category="block",
        color="red",
        size=(0.1, 0.1, 0.1),
    )


def test_a_run_keeps_what_the_arm_and_the_objects_did(tmp_path: Path) -> None:
    events: list[Event] = []
    episode = Agent(observer=events.append).execute(
        PROGRAM, instruction="put the red block in the green bowl", out=tmp_path, video=False
    )
    assert episode.outcome == "achieved" and episode.folder is not None
    recording = read_poses(Path(episode.folder) / pose_file.NAME)
    assert recording.header.arm == "panda" and recording.privileged and recording.left_out == 0
    robot_s = recording.moments[-1].t / 1000
    assert robot_s == pytest.approx(episode.timings.robot, abs=0.3)
    assert (Path(episode.folder) / pose_file.NAME).stat().st_size < 200_000 * max(1.0, robot_s / 60)

    truth = next(t for t in recording.things.values() if t.truth and t.name == "red block")
    places = [pose for m in recording.moments for number, *pose in m.o if number == truth.id]
    end = episode.world["red block"].position
    assert places[-1][:3] == pytest.approx([v / pose_file.UNIT for v in end], abs=5)
    assert max(p[2] for p in places) > 500, "it was lifted"
    seen = {t.name for t in recording.things.values() if not t.truth}
    assert {"red block", "green bowl"} <= seen
    assert len([m for m in recording.moments if m.q]) > robot_s * 10
    assert "".join(e.text for e in events if isinstance(e, Printed)) == "on my way\n"
    assert sum(isinstance(e, Heading) for e in events) >= 4, "the way is told before it is gone"
    assert episode.privileged == (), "watching uses nothing that the agent knows"


def test_poses_of_many_moving_things_stay_small(tmp_path: Path) -> None:
    path = tmp_path / pose_file.NAME
    with path.open("wb") as file:
        writer = PoseWriter(lambda line: file.write(line) and None)
        writer.begin(header())
        chance = random.Random(0)
        for step in range(60 * 100):
            truth = {f"ball {i}": state(chance.uniform(-1, 1)) for i in range(30)}
            writer.moved(step / 100, [chance.uniform(-3, 3) for _ in range(7)], 0.08 * chance.random(), truth)
        writer.close()
    assert path.stat().st_size <= 200_000
    recording = read_poses(path)
    assert recording.left_out > 1000 and recording.moments[-1].t > 59_000, "it thins out, it does not end"


def test_what_is_believed_comes_goes_and_is_held(tmp_path: Path) -> None:
    path = tmp_path / pose_file.NAME
    with path.open("wb") as file:
        writer = PoseWriter(lambda line: file.write(line) and None)
        writer.begin(header())
        writer.believed(0.0, [block("red block", 0.4), block("red block 2", 0.5)])
        writer.believed(1.0, [block("red block", 0.4001)])
        writer.believed(2.0, [block("red block", 0.6, on="gripper")])
        writer.believed(3.0, [block("red block", 0.6, on="gripper")])
    recording = read_poses(path)
    assert [m.t for m in recording.moments] == [0, 1000, 2000], "what says nothing new is not written"
    assert recording.moments[1].gone == (1,) and recording.moments[1].o == ()
    assert recording.moments[2].o == ((0, 6000, 0, 200, 0, 1),)
    assert not recording.privileged


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"\xff\xfe",
        b'{"t":-1}',
        b'{"t":50,"q":[1,2]}',
        b'{"t":50,"o":[[9,1,2,3,4,5]]}',
        b'{"t":50,"o":[[0]]}',
        b'{"t":50,"o":[[]]}',
        b'{"t":50,"q":[1,2,3,4,5,6,99999999999]}',
        b'{"t":50,"w":1e400}',
        b'{"t":50,"new":[{"id":-4,"name":"x","category":"x","color":"x","size":[1,1,1]}]}',
        b"[" * 5000,
    ],
)
def test_lines_that_cannot_be_are_skipped(tmp_path: Path, line: bytes) -> None:
    good = msgspec.json.encode(pose_file.Moment(t=100, q=(1,) * 7))
    path = tmp_path / pose_file.NAME
    path.write_bytes(b"\n".join([msgspec.json.encode(header()), line, good]))
    moments = read_poses(path).moments
    assert moments[-1].q == (1,) * 7
    assert all(m.q == () and m.o == () for m in moments[:-1])


def test_other_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / pose_file.NAME
    for content, why in (
        (b"", "no header"),
        (b'{"format":"else"}', "no header"),
        (json.dumps({**msgspec.to_builtins(header()), "version": 2}).encode(), "version 2"),
        (b"x" * (pose_file.MOST_BYTES + 20_000), "more than"),
    ):
        path.write_bytes(content)
        with pytest.raises(ConfigurationError, match=why):
            read_poses(path)
    with pytest.raises(ConfigurationError, match="cannot read"):
        read_poses(tmp_path / "none")


class _RealArm:
    """An arm whose time passes by itself."""

    def state(self) -> ArmState:
        now = time.monotonic()
        return ArmState(
            q=np.array([math.sin(now)]), dq=np.zeros(1), gripper_width=0.0, mode=ArmMode.MOVING, stamp=now, received=now
        )


def test_an_arm_whose_time_passes_by_itself_is_polled() -> None:
    events: list[Event] = []
    arm = _RealArm()
    sampling = StateSampling(arm=arm, truth=None, began=arm.state().stamp, observer=events.append)  # type: ignore[arg-type]
    sampling.start()
    time.sleep(0.5)
    sampling.stop()
    count = len(events)
    assert count >= 4
    time.sleep(0.15)
    assert len(events) == count, "after the end nobody polls"
    assert all(isinstance(e, Moved) and e.truth is None for e in events)
