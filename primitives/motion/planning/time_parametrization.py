"""When an arm is where along a joint path: ruckig, within velocity, acceleration and jerk limits.

A straight stretch gets one jerk-limited profile of its length. Several waypoints that bend little become one smooth
stretch, timed by one profile of the path parameter; at a sharp corner the arm stops. Ruckig's own waypoint
interface is never used: it sends the path to a server.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ruckig import InputParameter, Result, Ruckig, Trajectory

from primitives.robot import MotionLimits

MAX_DEVIATION = 0.004
"""How far in rad a smooth stretch may leave the polyline through its waypoints."""

BEND_SHARES = (0.5, 0.25, 0.1)
"""Parts of the acceleration limit that may go into following a bend, the rest into speeding up along it; the one with
which a stretch takes least time is used."""


@dataclass(frozen=True, slots=True)
class TimedPath:
    """A joint path sampled at equal steps of time, from rest to rest."""

    q: NDArray[np.float64]
    """(T, dof) rad; the last row is the end of the path."""
    dq: NDArray[np.float64]
    """(T, dof) rad/s."""
    duration: float
    """s."""


def time_path(path: NDArray[np.float64], limits: MotionLimits, *, step: float) -> TimedPath:
    """Time `path` as fast as `limits` allow.

    Args:
        path: (N, dof) rad, N >= 1, linear between waypoints.
        limits: bounds per joint.
        step: time between samples in s.

    Raises:
        ValueError: the limits are not positive and finite.
    """
    points = _without_repeats(np.asarray(path, dtype=np.float64))
    if len(points) == 1:
        return TimedPath(points, np.zeros_like(points), 0.0)
    stretches: list[tuple[_Curve, Trajectory, float]] = []
    for part in _smooth_stretches(points):
        profile, slow = _profile(part, limits)
        stretches.append((part, profile, slow))
    ends = np.cumsum([profile.duration * slow for _, profile, slow in stretches])
    duration = float(ends[-1])
    times = np.minimum(np.arange(1, max(1, math.ceil(duration / step - 1e-9)) + 1) * step, duration)
    number = np.minimum(np.searchsorted(ends, times), len(ends) - 1)
    q = np.empty((len(times), points.shape[1]))
    dq = np.empty_like(q)
    for k, (curve, profile, slow) in enumerate(stretches):
        rows = np.flatnonzero(number == k)
        if rows.size:
            local = (times[rows] - (ends[k] - profile.duration * slow)) / slow
            states = [profile.at_time(t) for t in local.tolist()]
            position, tangent = curve.at(np.array([s[0][0] for s in states]))
            q[rows], dq[rows] = position, tangent * (np.array([s[1] for s in states]) / slow)
    q[-1], dq[-1] = points[-1], 0.0
    return TimedPath(q, dq, duration)


@dataclass(frozen=True, slots=True)
class _Curve:
    """Cubic spline through waypoints over the polyline's length; a straight line for two."""

    knots: NDArray[np.float64]
    points: NDArray[np.float64]
    second: NDArray[np.float64]
    """Second derivatives at the knots."""

    @classmethod
    def through(cls, points: NDArray[np.float64]) -> _Curve:
        lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
        knots = np.concatenate([[0.0], np.cumsum(lengths)])
        n = len(points)
        second = np.zeros_like(points)
        if n > 2:  # natural cubic spline: zero curvature at both ends
            h = np.diff(knots)
            system = np.zeros((n - 2, n - 2))
            system[np.arange(n - 2), np.arange(n - 2)] = 2 * (h[:-1] + h[1:])
            system[np.arange(n - 3), np.arange(1, n - 2)] = h[1:-1]
            system[np.arange(1, n - 2), np.arange(n - 3)] = h[1:-1]
            slopes = np.diff(points, axis=0) / h[:, None]
            second[1:-1] = np.linalg.solve(system, 6 * np.diff(slopes, axis=0))
        return cls(knots, points, second)

    @property
    def length(self) -> float:
        return float(self.knots[-1])

    def at(self, s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions (T, dof) and derivatives by `s` (T, dof) at parameters (T,)."""
        i = np.clip(np.searchsorted(self.knots, s, side="right") - 1, 0, len(self.knots) - 2)
        h = (self.knots[i + 1] - self.knots[i])[:, None]
        b = np.clip((s - self.knots[i])[:, None] / h, 0.0, 1.0)
        a = 1.0 - b
        p0, p1, m0, m1 = self.points[i], self.points[i + 1], self.second[i], self.second[i + 1]
        position = a * p0 + b * p1 + ((a**3 - a) * m0 + (b**3 - b) * m1) * (h * h / 6)
        tangent = (p1 - p0) / h + ((1 - 3 * a * a) * m0 + (3 * b * b - 1) * m1) * (h / 6)
        return position, tangent

    def derivatives(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Largest absolute first, second and third derivative per joint over the curve, each (dof,)."""
        h = np.diff(self.knots)[:, None]
        p0, p1, m0, m1 = self.points[:-1], self.points[1:], self.second[:-1], self.second[1:]
        b = np.linspace(0.0, 1.0, 5)[:, None, None]
        a = 1.0 - b
        first = (p1 - p0) / h + ((1 - 3 * a * a) * m0 + (3 * b * b - 1) * m1) * (h / 6)
        return (
            np.abs(first).max(axis=(0, 1)),
            np.abs(self.second).max(axis=0),
            np.abs((m1 - m0) / h).max(axis=0),
        )

    def deviation(self) -> NDArray[np.float64]:
        """Distance in rad from the polyline in the middle of each segment, (N - 1,)."""
        h = np.diff(self.knots)[:, None]
        return np.linalg.norm((self.second[:-1] + self.second[1:]) * (h * h / 16), axis=1)


def _without_repeats(path: NDArray[np.float64]) -> NDArray[np.float64]:
    moved = np.linalg.norm(np.diff(path, axis=0), axis=1) > 1e-9
    return path[np.concatenate([[True], moved])]


def _smooth_stretches(points: NDArray[np.float64]) -> list[_Curve]:
    curve = _Curve.through(points)
    if len(points) == 2 or float(curve.deviation().max()) <= MAX_DEVIATION:
        return [curve]
    directions = np.diff(points, axis=0) / np.diff(curve.knots)[:, None]
    bends = np.einsum("ij,ij->i", directions[:-1], directions[1:])
    corner = int(np.argmin(bends)) + 1
    return _smooth_stretches(points[: corner + 1]) + _smooth_stretches(points[corner:])


def _profile(curve: _Curve, limits: MotionLimits) -> tuple[Trajectory, float]:
    """The shortest rest-to-rest profile of the curve's parameter, and the factor by which to stretch its time.

    With q(s(t)): q' s' bounds velocity, q'' s'^2 + q' s'' acceleration and q''' s'^3 + 3 q'' s' s'' + q' s''' jerk.
    """
    first, second, third = (np.maximum(d, 1e-12) for d in curve.derivatives())
    v = float((limits.velocity / first).min())
    a = float((limits.acceleration / first).min())
    j = float((limits.jerk / first).min())
    if not (v > 0 and a > 0 and j > 0 and math.isfinite(v + a + j)):
        raise ValueError(f"joint limits must be positive and finite, got {limits}")
    if len(curve.points) == 2:
        return _rest_to_rest(curve.length, v, a, j), 1.0
    v = min(v, float(np.cbrt(0.25 * limits.jerk / third).min()))
    found: list[tuple[Trajectory, float]] = []
    for share in BEND_SHARES:
        slower = min(v, float(np.sqrt(share * limits.acceleration / second).min()))
        along = (1.0 - share) * a
        # where 3 q'' s' s'' alone asks for too much jerk, everything is stretched in time
        stretch = max(1.0, float(np.cbrt(3.0 * second * slower * along / (0.5 * limits.jerk)).max()))
        found.append((_rest_to_rest(curve.length, slower, along, 0.25 * j), stretch))
    return min(found, key=lambda f: f[0].duration * f[1])


def _rest_to_rest(length: float, v: float, a: float, j: float) -> Trajectory:
    wish = InputParameter(1)
    wish.current_position, wish.current_velocity, wish.current_acceleration = [0.0], [0.0], [0.0]
    wish.target_position, wish.target_velocity, wish.target_acceleration = [length], [0.0], [0.0]
    wish.max_velocity, wish.max_acceleration, wish.max_jerk = [v], [a], [j]
    profile = Trajectory(1)
    result = Ruckig(1).calculate(wish, profile)
    if result not in (Result.Working, Result.Finished):
        raise ValueError(f"no jerk-limited profile for {length:g} rad at {v:g} rad/s: {result}")
    return profile
