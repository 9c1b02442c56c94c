"""Motions arrive or raise, and end when they are told to."""

# pyright: basic

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from primitives.conformance.injection import FAULTS
from primitives.conformance.run_delay import Stopwatch
from primitives.conformance.subject import MOTION_S, STEP, Record, Subject
from primitives.failures import BadArgument, Failure, LimitExceeded, Stopped
from primitives.robot import ArmState
from primitives.server import stop_at_once

STOP_S = 0.05
"""Host time in s that a stop may take, beside what processors keep us waiting."""


def test_arrives(moving: Subject, record_property: Record) -> None:
    """A motion ends where it was sent, measured, within the declared tolerance."""
    for joint in (0, moving.info.dof - 1):
        path = moving.small_path(joint)
        result = moving.start(path).wait(MOTION_S)
        distance, angle = moving.miss(path[-1], result.state.q)
        record_property(f"joint {joint}", f"{1000 * distance:.2f} mm, {np.degrees(angle):.2f} deg off")
        assert result.reached, result.reason
        assert distance <= moving.info.arrival_position and angle <= moving.info.arrival_rotation
        assert np.allclose(moving.state().q, result.state.q, atol=0.005), "the state after it is another"
        moving.start(np.array([moving.state().q, path[0]])).wait(MOTION_S)


def test_measured(moving: Subject) -> None:
    """States on the way lie between the ends, as measured ones do and commanded ones do not."""
    states, result, path = _watched(moving)
    if len({s.stamp for s in states}) < 5:
        pytest.skip("time passes only while a motion is waited for: nothing to watch")
    travelled = [float(np.abs(s.q - path[0]).max()) / STEP for s in states]
    assert any(0.1 < t < 0.9 for t in travelled), "it jumps from the start to the end"
    assert result is not None


def test_follows(moving: Subject, record_property: Record) -> None:
    """The arm stays on its path."""
    states, _, path = _watched(moving)
    if len({s.stamp for s in states}) < 5:
        pytest.skip("time passes only while a motion is waited for: nothing to watch")
    off = max(_off(s.q, path) for s in states)
    record_property("at most", f"{off:.4f} rad off")
    assert off < max(0.01, 2 * moving.info.arrival_rotation), f"{off:.3f} rad off its path"


def test_deadline(moving: Subject) -> None:
    """A motion that takes longer than it may is ended, and says so."""
    path = moving.small_path(step=3 * STEP)
    began = time.monotonic()
    with pytest.raises(LimitExceeded):
        moving.start(path, speed=0.03).wait(0.2)
    assert time.monotonic() - began < 5.0
    moving.mended()
    assert moving.rests(), "it still moves"


def test_cancel(moving: Subject) -> None:
    """A cancelled motion ends without having reached its end."""
    path = moving.small_path(step=3 * STEP)
    motion = moving.start(path)
    moving.amid_motion(motion.cancel)
    try:
        result = motion.wait(MOTION_S)
    except Failure as failure:
        pytest.fail(f"cancel raised {type(failure).__name__}: {failure}")
    assert not result.reached
    motion.cancel()  # no effect once it has ended


def test_one_at_a_time(moving: Subject) -> None:
    """A second motion is refused while one is under way."""
    path = moving.small_path(step=2 * STEP)
    motion = moving.start(path, speed=0.05)
    try:
        with pytest.raises((BadArgument, Failure)):
            moving.start(np.array([moving.state().q, path[0]]), speed=0.05)
    finally:
        motion.cancel()
        motion.wait(MOTION_S)


def test_stop(moving: Subject, record_property: Record) -> None:
    """A stop from another thread returns within 50 ms, ends the motion, and holds until it is recovered."""
    path = moving.small_path(step=3 * STEP)
    motion, stop = moving.start(path), StopCall(moving.arm.stop)
    stopping = moving.amid_motion(stop)
    with pytest.raises(Stopped):
        motion.wait(MOTION_S)
    stopping.join()
    stop.check(record_property)
    assert moving.rests(), "it still moves"
    with pytest.raises(Stopped):
        moving.start(moving.small_path()).wait(MOTION_S)
    moving.arm.recover(operator_ack=True)
    assert moving.start(moving.small_path()).wait(MOTION_S).reached


@pytest.mark.parametrize("fault", ["hang", "pause", "freeze"])
def test_overruled(moving: Subject, fault: str, record_property: Record) -> None:
    """Where the robot or its driver does not answer, the framework's stop returns within 50 ms all the same."""
    if fault not in moving.injector.faults:
        pytest.skip(f"no injector offers {fault!r}: {FAULTS[fault]}")
    moving.injector.inject(fault)
    stop = StopCall(lambda: stop_at_once(moving.arm))
    stop()
    stop.check(record_property)


def test_hand(moving: Subject, record_property: Record) -> None:
    """The hand opens and closes, and measures it where it says that it does."""
    hand = moving.info.gripper
    for width in (hand.max_width, 0.0, hand.max_width):
        result = moving.arm.start_gripper(width, hand.max_speed / 2, hand.max_force / 4).wait(MOTION_S)
        if hand.measures == "width":
            off = abs(result.state.gripper_width - width)
            record_property(f"at {width:g} m", f"{1000 * off:.1f} mm off")
            assert off <= 0.003 + hand.width_tolerance
        elif hand.measures == "closed":
            assert result.state.gripper_closed is (width == 0.0), "is something in the hand?"


class StopCall:
    """Called in another thread: how long a stop takes."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._took = self._waited = 0.0

    def __call__(self) -> None:
        """Call it."""
        since = Stopwatch()
        self._stop()
        self._took, self._waited = since.elapsed, since.kept_waiting

    def check(self, record_property: Record) -> None:
        """It returned in time."""
        record_property("returned after", f"{1000 * self._took:.1f} ms")
        assert self._took < STOP_S + self._waited, f"stop() took {1000 * self._took:.0f} ms"


def _watched(moving: Subject) -> tuple[list[ArmState], object, NDArray[np.float64]]:
    """A motion of two joints, with the states that were read meanwhile."""
    start = moving.state().q
    corner, end = moving.small_path(0)[1], moving.small_path(0)[1].copy()
    end[-1] = moving.small_path(moving.info.dof - 1)[1][-1]
    path = np.array([start, corner, end])
    motion = moving.start(path)
    states, over = [moving.state()], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            states.append(moving.state())

    if moving.state().stamp == _later(moving).stamp:  # its time stands still: reading meanwhile would race with it
        return states, motion.wait(MOTION_S), path
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        result = motion.wait(MOTION_S)
    finally:
        over.set()
        watcher.join()
    return states, result, path


def _later(moving: Subject) -> ArmState:
    time.sleep(0.05)
    return moving.state()


def _off(q: NDArray[np.float64], path: NDArray[np.float64]) -> float:
    """Largest distance in rad of a joint from the nearest point of the path."""
    best = float("inf")
    for a, b in itertools.pairwise(path):
        along = b - a
        t = float(np.clip((q - a) @ along / max(float(along @ along), 1e-12), 0.0, 1.0))
        best = min(best, float(np.abs(q - a - t * along).max()))
    return best
