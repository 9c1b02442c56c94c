"""A robot by its file: read whole, refused in a sentence, run, looked at without moving, and tested by the kit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from primitives.environment import Physical, TrialSpec
from primitives.errors import ConfigurationError
from primitives.robots import robot_file
from primitives.robots.fake.description import arm_info
from primitives.robots.file_check import checks
from primitives.robots.file_world import FileWorld, load_world

WHOLE = """
name = "bench"
driver = "primitives.robots.fake.arm:make"
simulated = true
process = false
[options]
speed = 20.0
[arm]
description = "primitives.robots.fake.description:arm_info"
arrival_position = 0.002
[hand]
width_tolerance = 0.001
[limits]
speed = 0.2
keep_out = [[[0.3, -0.6, 0.0], [0.7, -0.5, 0.8]]]
"""


def written(folder: Path, text: str = WHOLE) -> Path:
    path = folder / "bench.toml"
    path.write_text(text)
    return path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FileWorld]:
    world = load_world(written(tmp_path))
    yield world
    world.close()


def test_what_it_says_is_what_the_robot_is(world: FileWorld) -> None:
    robot = world.reset(TrialSpec()).robot
    assert robot.limits.speed_scale == 0.2 and robot.limits.gripper_force == 20.0 and len(robot.limits.keep_out) == 1
    assert robot.arm.info.arrival_position == 0.002 and robot.arm.info.gripper.width_tolerance == 0.001
    assert isinstance(world, Physical) and world.isolation == "required" and world.deadline_s == 1200.0
    assert world.reset(TrialSpec()).robot.arm is robot.arm
    with pytest.raises(ConfigurationError, match="as it stands"):
        world.reset(TrialSpec(task="lift-block"))


def test_hardware_defaults_are_slow_and_confined(tmp_path: Path) -> None:
    text = WHOLE[: WHOLE.index("[limits]")]
    file = robot_file.load(written(tmp_path, text))
    assert file.limits.speed_scale == 0.1 and file.table.limits.isolation == "required"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[limits]\nspeed", "[limits]\nspede", "Did you mean 'speed'"),
        ('name = "bench"', 'nmae = "bench"', "Did you mean 'name'"),
        ("[hand]", "[hnad]", "Did you mean 'hand'"),
        ("width_tolerance = 0.001", "widht_tolerance = 0.001", "width_tolerance"),
        ("speed = 0.2", "speed = 2.0", "limits.speed is 2"),
        ("speed = 0.2", 'speed = "fast"', "Expected `float`"),
        ("speed = 0.2", "speed =", "no valid TOML"),
        ("0.0], [0.7", "0.9], [0.7", "no box"),
        ("arrival_position = 0.002", "arrival_position = -1", "arrival_position"),
        ("arrival_position = 0.002", "sign = [1, 1]", "2 values for 6 joints"),
        ("arrival_position = 0.002", "sign = [1, 1, 1, 1, 1, 2]", "each is 1 or -1"),
        ("arrival_position = 0.002", 'tool_link = "hnad"', "Did you mean 'hand'"),
        ("arrival_position = 0.002", 'urdf = "nowhere.urdf"', "no URDF"),
        ('description = "primitives.robots.fake.description:arm_info"', "", "nothing is guessed"),
        ("primitives.robots.fake.description:arm_info", "no.such.module:arm_info", "does not load"),
    ],
)
def test_a_mistake_is_told_with_what_would_be_valid(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in WHOLE
    with pytest.raises(ConfigurationError) as refused:
        load_world(written(tmp_path, WHOLE.replace(old, new)))
    assert says in str(refused.value) and "bench.toml" in str(refused.value), str(refused.value)


def test_an_unknown_driver_is_told_when_it_is_needed(tmp_path: Path) -> None:
    world = load_world(written(tmp_path, WHOLE.replace("primitives.robots.fake.arm:make", "fkae")))
    with pytest.raises(ConfigurationError, match=r"unknown driver 'fkae'.*package.module:function"):
        world.reset(TrialSpec())


def test_joints_that_the_driver_counts_otherwise_are_the_urdf_s(tmp_path: Path) -> None:
    changed = "sign = [1, -1, 1, 1, 1, -1]\noffset = [0.0, 0.1, 0.0, 0.0, -0.2, 0.0]"
    world = load_world(written(tmp_path, WHOLE.replace("arrival_position = 0.002", changed)))
    try:
        arm = world.reset(TrialSpec()).robot.arm
        home = arm_info().home
        assert np.allclose(arm.state().q, home, atol=1e-3)
        goal = home + np.array([0.2, 0.1, 0.0, 0.0, 0.0, 0.3])
        result = arm.start_joint_path(np.array([arm.state().q, goal]), arm.info.limits.scaled(0.5)).wait(60.0)
        assert result.reached and np.allclose(result.state.q, goal, atol=0.01)
    finally:
        world.close()


def test_doctor_looks_and_moves_nothing(tmp_path: Path) -> None:
    found = {check.what: check for check in checks(written(tmp_path))}
    assert {c.status for c in found.values()} == {"ok"}, found
    assert {"robot file", "connection", "mode", "joints", "tool"} <= set(found)
    for old, new, where in (
        ("[limits]\nspeed", "[limits]\nspede", "robot file"),
        ("primitives.robots.fake.arm:make", "no.such:make", "connection"),
        ("speed = 20.0", "speeed = 20.0", "connection"),
    ):
        told = list(checks(written(tmp_path, WHOLE.replace(old, new))))
        assert told[-1].what == where and told[-1].status == "error", told


@pytest.mark.parametrize(
    ("driver", "says"), [("Degrees", "units, sign and zero"), ("Seven", "7 joints"), ("Elsewhere", "100 mm apart")]
)
def test_a_robot_that_is_not_the_described_one_is_refused_before_it_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str, says: str
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    text = WHOLE.replace("primitives.robots.fake.arm:make", f"poor_drivers:{driver}").replace("speed = 20.0", "")
    with pytest.raises(ConfigurationError, match=says):
        load_world(written(tmp_path, text)).reset(TrialSpec())
    told = list(checks(written(tmp_path, text)))
    assert told[-1].what == "connection" and told[-1].status == "error" and says in told[-1].found


def kit(*arguments: str, folder: Path) -> tuple[int, list[list[str]]]:
    """Exit status and rows of the report."""
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2]), *sys.path]
    program = f"import sys; sys.path[:0] = {paths!r}; import pytest; "
    program += f"sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', '--pyargs', *{list(arguments)!r}]))"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=280)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if line[:2] == "| "]
    assert rows, done.stdout + done.stderr
    return done.returncode, rows


@pytest.mark.slow
def test_the_fake_robot_passes_the_kit_and_a_bad_driver_fails_where_it_is_bad(tmp_path: Path) -> None:
    reads = ["primitives.conformance.test_reads", "primitives.conformance.test_refusals"]
    status, rows = kit(*reads, "--robot", str(written(tmp_path)), folder=tmp_path)
    assert status == 0 and {row[2] for row in rows[1:]} <= {"passed", "skipped", "---", "result"}, rows
    bad = WHOLE.replace("primitives.robots.fake.arm:make", "poor_drivers:Careless")
    status, rows = kit(*reads, "--robot", str(written(tmp_path, bad.replace("speed = 20.0", ""))), folder=tmp_path)
    failed = {row[1] for row in rows if row[2] == "**failed**"}
    assert status == 1
    assert {name.partition(" (")[0] for name in failed} == {
        "A path that cannot be is refused, and nothing moves",
        "States are fresh, by the host's clock",
        "A width that the hand does not have is refused",
    }
    real = written(tmp_path, WHOLE.replace("simulated = true", ""))
    status, rows = kit(reads[1], "--robot", str(real), folder=tmp_path)
    assert status == 0 and any("--hardware-ok" in row[3] for row in rows)


@pytest.mark.slow
def test_the_kit_brings_faults_about_and_finds_who_makes_light_of_them(tmp_path: Path) -> None:
    faults = ["primitives.conformance.test_faults", "primitives.conformance.test_motion"]
    chosen = ["-k", "test_stopped_by_itself or test_stuck_joint or kill"]
    slow = WHOLE.replace("primitives.robots.fake.arm:make", "poor_drivers:Rash").replace("speed = 20.0", "")
    slow = slow.replace("process = false", "process = true")
    _, rows = kit(*faults, *chosen, "--robot", str(written(tmp_path, slow)), folder=tmp_path)
    assert {row[1] for row in rows if row[2] == "**failed**"} == RASH, rows
    assert not [row for row in rows if row[2] == "skipped"], "the faults of driver and process are brought about"


RASH = {
    "A stop of the robot's own is typed, and no motion is taken until a person acknowledges it (estop)",
    "A stop of the robot's own is typed, and no motion is taken until a person acknowledges it (protective_stop)",
    "A stop of the robot's own is typed, and no motion is taken until a person acknowledges it (fault)",
    "A joint that does not move is noticed: not reached, or a failure",
}


@pytest.mark.slow
def test_the_kit_is_given_an_injector(tmp_path: Path) -> None:
    given = ["primitives.conformance.test_faults", "-k", "freeze", "--injector", "poor_drivers:freezing"]
    text = WHOLE.replace("speed = 20.0", "")
    status, rows = kit(*given, "--robot", str(written(tmp_path, text)), folder=tmp_path)
    assert status == 0 and [row[2] for row in rows if row[0] == "faults"] == ["passed"], rows
