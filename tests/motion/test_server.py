import itertools
import threading

import pytest

from primitives.api import surface
from primitives.failures import (
    BadArgument,
    ExpectationFailed,
    FailureKind,
    InfrastructureError,
    LimitExceeded,
    NotFound,
    Stopped,
)
from primitives.guard import GuardLimits
from primitives.scene import SceneObject
from tests.motion.things import objects

SCENE = objects("red block 0.5 0.0", "green bowl 0.45 0.2")


def test_a_call_is_recorded_with_its_line(trial):
    heard = []
    server = trial(SCENE, on_call=heard.append)
    assert server.invoke("find", "red block", line=3).name == "red block"
    (record,) = server.records
    assert (record.call, record.line, record.failure) == ("find('red block')", 3, None)
    assert isinstance(record.result, SceneObject) and record.result.name == "red block"
    assert record.index == 0 and record.wall_time > 0 and heard == [record]


def test_a_failure_names_its_call_and_is_recorded(trial):
    server = trial(SCENE)
    with pytest.raises(NotFound) as caught:
        server.invoke("find", "purple bowl", line=4)
    assert caught.value.call == "find('purple bowl')" and caught.value.line == 4
    assert "red block" in caught.value.candidates
    assert server.records[-1].failure.kind is FailureKind.NOT_FOUND
    assert server.records[-1].result is None


def test_only_the_surface_can_be_called(trial):
    server = trial(SCENE)
    with pytest.raises(BadArgument, match="no primitive 'move_to'") as caught:
        server.invoke("move_to", "x")
    assert "pick" in caught.value.candidates
    server.begin(surface("skill").only("perception", "other"))
    with pytest.raises(BadArgument, match="no primitive 'pick'"):
        server.invoke("pick", "red block")


def test_nothing_runs_before_begin(environment, trial):
    server = trial(SCENE)
    server._surface = None
    with pytest.raises(InfrastructureError):
        server.invoke("find", "red block")


def test_expect_raises_in_a_program_and_collects_in_a_goal_check(trial):
    said = []
    server = trial(SCENE, say=said.append)
    server.invoke("say", "hello")
    assert said == ["hello"]
    relation = server.invoke("inside", "red block", "green bowl")
    with pytest.raises(ExpectationFailed) as caught:
        server.invoke("expect", relation, "the block is in the bowl", line=7)
    assert caught.value.expected == "the block is in the bowl"
    assert "m from the centre of green bowl" in caught.value.measured
    server.begin(surface("skill").only("perception", "other"), collect_expectations=True)
    assert server.records == () and server.clauses == ()
    server.invoke("expect", relation, "the block is in the bowl", line=1)
    server.invoke("expect", True, "fine", line=2)
    assert [(c.message, c.holds, c.line) for c in server.clauses] == [
        ("the block is in the bowl", False, 1),
        ("fine", True, 2),
    ]
    assert server.clauses[0].detail == relation.text


def test_calls_are_limited_per_program(trial):
    server = trial(SCENE, limits=GuardLimits(calls=2))
    for _ in range(2):
        server.invoke("detect")
    with pytest.raises(LimitExceeded, match="primitive calls"):
        server.invoke("detect")
    server.begin(surface("skill"))
    server.invoke("detect")


def test_stop_ends_the_motion_and_refuses_until_a_person_recovers(trial, monkeypatch):
    server = trial(SCENE)
    arm = server._context.robot.arm
    start = arm.start_joint_path

    def stopped_on_the_way(path, limits):
        motion = start(path, limits)
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        stopper.join()
        return motion

    monkeypatch.setattr(arm, "start_joint_path", stopped_on_the_way)
    with pytest.raises(Stopped):
        server.invoke("put", "red block", (0.5, 0.1))
    with pytest.raises(Stopped):
        server.invoke("detect")
    monkeypatch.undo()
    with pytest.raises(Stopped):
        server.begin(surface("skill"))
    with pytest.raises(Stopped):
        server.recover(operator_ack=False)
    server.recover(operator_ack=True)
    server.begin(surface("skill"))
    server.invoke("home")


def _starts_of_motions(server, call):
    """Physics steps at which the motions of a call begin, and the one at which it ends."""
    arm, starts = server._context.robot.arm, []
    begin = arm._begin

    def noted(motion):
        starts.append(arm._world.steps)
        return begin(motion)

    arm._begin = noted
    server.invoke(*call)
    del arm._begin
    return [*starts, arm._world.steps]


def _stopped_at(trial, step, call):
    """The call, stopped at a physics step, and a program after it."""
    server = trial(SCENE)
    world = server._context.robot.arm._world
    end = world.after_each_step(lambda: server.stop() if world.steps == step else None)
    with pytest.raises(Stopped):
        server.invoke(*call)
    assert world.steps < step + 32, "the motion went on"
    end()
    server.recover(operator_ack=True)
    server.begin(surface("skill"))
    server.invoke("home")
    return server


@pytest.mark.slow
def test_a_stop_in_any_motion_of_a_put_is_told_and_the_arm_goes_home_after_it(trial):
    call = ("put", "red block", (0.5, 0.1))
    for end in _starts_of_motions(trial(SCENE), call)[1:]:
        _stopped_at(trial, end - 3, call)


@pytest.mark.slow
@pytest.mark.parametrize("call", [("put", "red block", "green bowl"), ("push", "red block", (0.5, -0.1))])
def test_a_stop_anywhere_is_told_and_the_next_program_does_the_job(trial, call):
    starts = _starts_of_motions(trial(SCENE), call)
    steps = {s for a, b in itertools.pairwise(starts[:20]) for s in ((a + b) // 2, b - 2)}
    for step in sorted(steps):
        server = _stopped_at(trial, step, call)
        server.invoke(*call)


def test_a_broken_primitive_is_infrastructure_and_keeps_its_place(trial, monkeypatch):
    server = trial(SCENE)
    monkeypatch.setattr(server._context.mover, "home", lambda: 1 / 0)
    with pytest.raises(InfrastructureError, match="home broke: ZeroDivisionError") as caught:
        server.invoke("home", line=9)
    assert caught.value.line == 9 and server.records[-1].failure.kind is FailureKind.INFRASTRUCTURE


def test_images_are_kept_within_bounds(trial):
    server = trial(SCENE, level="joint")
    names = [c.info.name for c in server._context.robot.cameras]
    first = server.invoke("capture", names[0])
    assert server.invoke("segment", first, "red block").pixels.any()
    for _ in range(16):
        server.invoke("capture", names[0])
    with pytest.raises(BadArgument, match="no longer kept"):
        server.invoke("segment", first, "red block")
