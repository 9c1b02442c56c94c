"""A timed joint path starts and ends at rest, keeps its limits and stays on its way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from primitives.motion.planning.time_parametrization import MAX_DEVIATION, time_path
from primitives.robot import MotionLimits

STEP = 1 / 240
LIMITS = MotionLimits(np.full(3, 2.0), np.full(3, 8.0), np.full(3, 400.0))

paths = st.integers(1, 6).flatmap(lambda n: arrays(np.float64, (n, 3), elements=st.floats(-1.5, 1.5, width=32)))


def differences(path: np.ndarray, q: np.ndarray) -> list[np.ndarray]:
    """Velocity, acceleration and jerk by finite differences, at rest before and after."""
    rows = np.concatenate([path[:1]] * 3 + [q] + [q[-1:]] * 3)
    found: list[np.ndarray] = []
    for _ in range(3):
        rows = np.diff(rows, axis=0) / STEP
        found.append(rows)
    return found


@settings(max_examples=60, deadline=None, derandomize=True)
@given(path=paths)
def test_limits_hold_and_the_end_is_reached(path: np.ndarray) -> None:
    timed = time_path(path, LIMITS, step=STEP)
    assert timed.q[-1] == pytest.approx(path[-1], abs=1e-9)  # shorter than that is no way
    assert (timed.dq[-1] == 0).all()
    assert len(timed.q) == max(1, int(np.ceil(timed.duration / STEP - 1e-9)))
    velocity, acceleration, jerk = differences(path, timed.q)
    assert np.abs(velocity).max() <= 2.0 * 1.001
    assert np.abs(acceleration).max() <= 8.0 * 1.01
    # the last sample falls between two steps, which finite differences see as jerk
    assert np.abs(jerk[:-6]).max(initial=0.0) <= 400.0 * 1.05


@settings(max_examples=60, deadline=None, derandomize=True)
@given(path=paths)
def test_it_stays_near_the_polyline_and_passes_every_waypoint(path: np.ndarray) -> None:
    timed = time_path(path, LIMITS, step=STEP)
    for q in timed.q[::5]:
        gaps = [np.linalg.norm(q - path[0])]
        for a, b in itertools.pairwise(path):
            way = b - a
            t = np.clip(np.dot(q - a, way) / max(np.dot(way, way), 1e-12), 0, 1)
            gaps.append(float(np.linalg.norm(q - a - t * way)))
        assert min(gaps) < 2 * MAX_DEVIATION
    for waypoint in path:
        passed = np.concatenate([path[:1], timed.q])
        assert np.linalg.norm(passed - waypoint, axis=1).min() < 0.02


def test_a_straight_line_takes_the_shortest_time_its_limits_allow() -> None:
    timed = time_path(np.array([[0.0, 0, 0], [1.5, 0, 0]]), LIMITS, step=STEP)
    # velocity 2, acceleration 8 in 0.02 s of jerk: distance / v + v / a + a / j
    assert timed.duration == pytest.approx(1.5 / 2 + 2 / 8 + 8 / 400, abs=1e-3)


def test_a_dense_smooth_path_does_not_stop_on_its_way() -> None:
    t = np.linspace(0, np.pi / 2, 30)
    arc = np.stack([np.cos(t), np.sin(t), 0.2 * t], axis=1)
    timed = time_path(arc, LIMITS, step=STEP)
    speed = np.linalg.norm(timed.dq, axis=1)
    middle = speed[len(speed) // 4 : -len(speed) // 4]
    assert middle.min() > 0.8 * speed.max()
    assert timed.duration < 2.5


def test_it_stops_at_a_sharp_corner() -> None:
    corner = np.array([[0.0, 0, 0], [0.5, 0, 0], [0.5, 0.5, 0]])
    timed = time_path(corner, LIMITS, step=STEP)
    nearest = int(np.argmin(np.linalg.norm(timed.q - corner[1], axis=1)))
    assert np.abs(timed.dq[nearest]).max() < 0.1


def test_a_path_of_one_point_takes_no_time() -> None:
    timed = time_path(np.zeros((3, 3)), LIMITS, step=STEP)
    assert timed.duration == 0.0
    assert (timed.q == 0).all()


def test_limits_have_to_be_positive() -> None:
    with pytest.raises(ValueError, match="positive and finite"):
        time_path(np.array([[0.0, 0, 0], [1, 0, 0]]), LIMITS.scaled(0.0), step=STEP)
