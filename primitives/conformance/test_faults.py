"""What goes wrong is told as what it is and in time, and holds until a person has looked."""

# pyright: basic

from __future__ import annotations

import pytest

from primitives.conformance.injection import FAULTS
from primitives.conformance.run_delay import Stopwatch
from primitives.conformance.subject import MOTION_S, STEP, Record, Subject
from primitives.failures import CommsLost, Failure, HardwareFault, LimitExceeded, ProtectiveStop

TOLD_S = 1.5
"""Host time in s from a fault to its failure, beside what processors keep us waiting."""
KINDS = {
    **dict.fromkeys(("freeze", "corrupt", "drop", "pause"), (CommsLost,)),
    "kill": (CommsLost, HardwareFault),
    "estop": (ProtectiveStop, HardwareFault),
    "protective_stop": (ProtectiveStop,),
    "fault": (HardwareFault,),
}


@pytest.mark.parametrize("fault", ["freeze", "corrupt", "drop", "kill", "pause"])
def test_lost(moving: Subject, fault: str, record_property: Record) -> None:
    """A robot or driver that is lost in a motion is told in time, and found again."""
    _amid(moving, fault, record_property)
    with pytest.raises(Failure):
        moving.start(moving.small_path()).wait(MOTION_S)
    moving.mended()
    assert moving.rests(), "it goes on by itself"
    assert moving.start(moving.small_path()).wait(MOTION_S).reached


@pytest.mark.parametrize("fault", ["estop", "protective_stop", "fault"])
def test_stopped_by_itself(moving: Subject, fault: str, record_property: Record) -> None:
    """A stop of the robot's own is typed, and no motion is taken until a person acknowledges it."""
    _amid(moving, fault, record_property)
    kinds = (ProtectiveStop, HardwareFault)  # of what stands, the robot may tell otherwise than of what happened
    with pytest.raises(kinds):
        moving.start(moving.small_path()).wait(MOTION_S)
    moving.injector.mend()
    with pytest.raises(kinds):
        moving.arm.recover(operator_ack=False)
    with pytest.raises(kinds):
        moving.start(moving.small_path()).wait(MOTION_S)
    moving.arm.recover(operator_ack=True)
    assert moving.start(moving.small_path()).wait(MOTION_S).reached


def test_cause_stands(moving: Subject) -> None:
    """A stop whose cause still stands is not lifted."""
    _inject(moving, "estop")
    with pytest.raises((ProtectiveStop, HardwareFault)):
        moving.arm.recover(operator_ack=True)


def test_stuck_joint(moving: Subject) -> None:
    """A joint that does not move is noticed: not reached, or a failure."""
    _inject(moving, "stuck_joint")
    path = moving.small_path(1)
    try:
        result = moving.start(path).wait(MOTION_S)
    except Failure:
        return
    assert not result.reached, "it says that it arrived"


def test_silent_hand(moving: Subject, record_property: Record) -> None:
    """A hand that never answers is given up in time."""
    _inject(moving, "silent_gripper")
    hand, since = moving.info.gripper, Stopwatch()
    goal = 0.0 if moving.state().gripper_width > hand.max_width / 2 else hand.max_width
    with pytest.raises((LimitExceeded, HardwareFault, CommsLost)):
        moving.arm.start_gripper(goal, hand.max_speed, min(5.0, hand.max_force)).wait(TOLD_S / 2)
    _in_time(since, hand.max_width / hand.max_speed, record_property)


def test_close_twice(subject: Subject) -> None:
    """Closing twice is closing once, and a closed arm is lost until it is connected."""
    subject.arm.close()
    subject.arm.close()
    with pytest.raises(CommsLost):
        subject.arm.state()
    subject.arm.connect(20.0)
    subject.arm.state()


def _inject(moving: Subject, fault: str) -> None:
    if fault not in moving.injector.faults:
        pytest.skip(f"no injector offers {fault!r}: {FAULTS[fault]}")
    moving.injector.inject(fault)


def _amid(moving: Subject, fault: str, record_property: Record) -> None:
    """The fault in the midst of a motion, told as it should be, in time."""
    if fault not in moving.injector.faults:
        pytest.skip(f"no injector offers {fault!r}: {FAULTS[fault]}")
    since: list[Stopwatch] = []

    def strike() -> None:
        since.append(Stopwatch())
        moving.injector.inject(fault)

    motion = moving.start(moving.small_path(step=3 * STEP))
    striking = moving.amid_motion(strike)
    with pytest.raises(KINDS[fault]):
        motion.wait(MOTION_S)
    assert since, "it was told before it happened"
    _in_time(since[0], 0.0, record_property)
    striking.join()


def _in_time(since: Stopwatch, moves: float, record_property: Record) -> None:
    """Tell after how long the failure came. `moves` is what the motion itself takes, in s."""
    took, waited = since.elapsed, since.kept_waiting
    record_property("told after", f"{took:.2f} s")
    assert took < TOLD_S + moves + waited, f"told after {took:.2f} s, {waited:.2f} s of it waiting for processors"
