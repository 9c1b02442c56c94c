"""What goes wrong is told as what it is, and holds until a person has looked."""

# pyright: basic

from __future__ import annotations

import threading
import time

import pytest

from primitives.conformance.subject import MOTION_S, STEP, Subject
from primitives.failures import CommsLost, Failure, HardwareFault, LimitExceeded, ProtectiveStop

TOLD_S = 1.5
"""Host time in s within which a fault must be told, beside what a busy machine adds."""
BUSY_S = 3.0


@pytest.mark.parametrize("fault", ["freeze", "corrupt", "drop"])
def test_lost(faulty: Subject, fault: str) -> None:
    """An arm that cannot be read any more is lost, in a motion too, and found again."""
    _amid(faulty, fault, CommsLost)
    with pytest.raises(Failure):
        faulty.start(faulty.small_path()).wait(MOTION_S)
    faulty.mended()
    assert faulty.start(faulty.small_path()).wait(MOTION_S).reached


@pytest.mark.parametrize(
    ("fault", "kind"), [("estop", ProtectiveStop), ("protective_stop", ProtectiveStop), ("fault", HardwareFault)]
)
def test_stopped_by_itself(faulty: Subject, fault: str, kind: type[Failure]) -> None:
    """A stop of the robot's own is typed, and no motion is taken until a person acknowledges it."""
    _amid(faulty, fault, kind)
    with pytest.raises(kind):
        faulty.start(faulty.small_path()).wait(MOTION_S)
    assert faulty.injector is not None
    faulty.injector.mend()
    with pytest.raises(kind):
        faulty.arm.recover(operator_ack=False)
    with pytest.raises(kind):
        faulty.start(faulty.small_path()).wait(MOTION_S)
    faulty.arm.recover(operator_ack=True)
    assert faulty.start(faulty.small_path()).wait(MOTION_S).reached


def test_cause_stands(faulty: Subject) -> None:
    """A stop whose cause still stands is not lifted."""
    assert faulty.injector is not None
    faulty.injector.inject("estop")
    with pytest.raises(ProtectiveStop):
        faulty.arm.recover(operator_ack=True)


def test_stuck_joint(faulty: Subject) -> None:
    """A joint that does not move is noticed: not reached, or a failure."""
    assert faulty.injector is not None
    faulty.injector.inject("stuck_joint")
    path = faulty.small_path(1)
    try:
        result = faulty.start(path).wait(MOTION_S)
    except Failure:
        return
    distance, _ = faulty.miss(path[-1], result.state.q)
    assert not result.reached or distance > faulty.info.arrival_position, "it says that it arrived"
    assert not result.reached


def test_silent_hand(faulty: Subject) -> None:
    """A hand that never answers is given up in time."""
    assert faulty.injector is not None
    faulty.injector.inject("silent_gripper")
    began = time.monotonic()
    with pytest.raises((LimitExceeded, HardwareFault, CommsLost)):
        faulty.arm.start_gripper(0.0, faulty.info.gripper.max_speed, 5.0).wait(0.5)
    assert time.monotonic() - began < TOLD_S + BUSY_S


def test_close_twice(subject: Subject) -> None:
    """Closing twice is closing once, and a closed arm is lost until it is connected."""
    subject.arm.close()
    subject.arm.close()
    with pytest.raises(CommsLost):
        subject.arm.state()
    subject.arm.connect(20.0)
    subject.arm.state()


def _amid(faulty: Subject, fault: str, kind: type[Failure]) -> None:
    """The fault in the midst of a motion, told as `kind` in time."""
    injector, at = faulty.injector, [0.0]
    assert injector is not None

    def strike() -> None:
        at[0] = time.monotonic()
        injector.inject(fault)

    motion = faulty.start(faulty.small_path(step=3 * STEP), speed=0.05)
    threading.Timer(0.1, strike).start()
    with pytest.raises(kind):
        motion.wait(MOTION_S)
    assert time.monotonic() - at[0] < TOLD_S + BUSY_S, "told too late"
