"""Joint paths free of collision: straight where that works, RRT-Connect (OMPL) with shortcuts where it does not.

The same start, goal and scene give the same path: the generators are seeded anew for every problem, and the search is
bounded by checks, not by the clock.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ompl import base as ob
from ompl import geometric as og
from ompl import util as ou

from primitives.kinematics.arm_kinematics import Kinematics
from primitives.motion.planning.collision import Checker

STEP = 0.015
"""Distance between tested configurations along a path, largest joint, in rad: at arm's length a centimetre, so that
between two of them nothing comes closer than half of that."""
MAX_CHECKS = 20_000
"""Configurations tested before the search gives up, about three seconds in a full scene."""
SHORTCUTS = 40
WORTHWHILE = 0.97
"""Length of a shortcut over that of what it replaces, from which on it is not looked at."""


class PathPlanner:
    """Finds paths for one arm."""

    def __init__(self, kinematics: Kinematics) -> None:
        self._kinematics = kinematics
        ou.setLogLevel(ou.LogLevel.LOG_NONE)

    def path(
        self, start: NDArray[np.float64], goal: NDArray[np.float64], width: float, checker: Checker
    ) -> NDArray[np.float64] | None:
        """A path from `start` to `goal` that `checker` finds free, or None when there is none or it is too hard.

        Args:
            start: (dof,) rad; itself is not tested, since the arm is already there.
            goal: (dof,) rad.
            width: gripper width along the path, m.
            checker: the scene.

        Returns:
            (N, dof) rad, `start` and `goal` included.
        """
        if checker.collides(goal, width):
            return None
        if self._free(start, goal, width, checker):
            return np.array([start, goal])
        found = self._search(start, goal, width, checker)
        return None if found is None else self._shortened(found, width, checker)

    def _free(self, a: NDArray[np.float64], b: NDArray[np.float64], width: float, checker: Checker) -> bool:
        n = max(1, int(np.ceil(np.abs(b - a).max() / STEP)))
        # Coarse to fine, so that a blocked segment is found early.
        order = sorted(range(1, n + 1), key=lambda k: (-(k & -k), k))
        return not any(checker.collides(a + (b - a) * (k / n), width) for k in order)

    def _search(
        self, start: NDArray[np.float64], goal: NDArray[np.float64], width: float, checker: Checker
    ) -> NDArray[np.float64] | None:
        ou.RNG.setSeed(1)
        low, high = self._kinematics.lower, self._kinematics.upper
        dof = len(start)
        space = ob.RealVectorStateSpace(dof)
        bounds = ob.RealVectorBounds(dof)
        for i in range(dof):
            bounds.setLow(i, float(min(low[i], start[i])))
            bounds.setHigh(i, float(max(high[i], start[i])))
        space.setBounds(bounds)
        setup = og.SimpleSetup(space)
        checks = 0

        def valid(state: ob.State) -> bool:
            nonlocal checks
            checks += 1
            q = np.array([state[i] for i in range(dof)])
            return np.array_equal(q, start) or not checker.collides(q, width)

        setup.setStateValidityChecker(valid)
        info = setup.getSpaceInformation()
        info.setStateValidityCheckingResolution(STEP / space.getMaximumExtent())
        first, last = space.allocState(), space.allocState()
        for i in range(dof):
            first[i], last[i] = float(start[i]), float(goal[i])
        setup.setStartAndGoalStates(first, last)
        planner = og.RRTConnect(info)
        planner.setRange(0.8)
        setup.setPlanner(planner)
        setup.solve(ob.PlannerTerminationCondition(lambda: checks > MAX_CHECKS))
        if not setup.haveExactSolutionPath():
            return None
        solution = setup.getSolutionPath()
        return np.array([[solution.getState(k)[i] for i in range(dof)] for k in range(solution.getStateCount())])

    def _shortened(self, path: NDArray[np.float64], width: float, checker: Checker) -> NDArray[np.float64]:
        """Random shortcuts between points of the path (Geraerts and Overmars 2007), where they save anything; corners
        are cut before, which makes most shortcuts needless, and after, since the arm stops at each."""
        rng = np.random.default_rng(0)
        points = self._without_detours([*path], width, checker)
        for _ in range(SHORTCUTS):
            if len(points) < 3:
                break
            lengths = np.abs(np.diff(points, axis=0)).max(axis=1)
            ends = np.cumsum(lengths)
            near, far = np.sort(rng.uniform(0.0, ends[-1], 2)).tolist()
            i, j = (int(n) for n in np.searchsorted(ends, (near, far)))
            a = points[i + 1] - (points[i + 1] - points[i]) * ((ends[i] - near) / lengths[i])
            b = points[j + 1] - (points[j + 1] - points[j]) * ((ends[j] - far) / lengths[j])
            saves = float(np.abs(b - a).max()) < WORTHWHILE * (far - near)
            if saves and self._free(a, b, width, checker):
                points = [*points[: i + 1], a, b, *points[j + 1 :]]
        return np.array(self._without_detours(points, width, checker))

    def _without_detours(
        self, points: list[NDArray[np.float64]], width: float, checker: Checker
    ) -> list[NDArray[np.float64]]:
        """Leave out every corner that can be cut."""
        kept = [points[0]]
        at = 0
        while at < len(points) - 1:
            to = len(points) - 1
            while to > at + 1 and not self._free(points[at], points[to], width, checker):
                to -= 1
            kept.append(points[to])
            at = to
        return kept
