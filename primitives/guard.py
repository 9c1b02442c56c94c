"""What no program may do on any robot: one object between the primitives and the arm, the same everywhere.

Every refusal is a typed failure that names the limit and the value. Nothing is clamped.
"""

from __future__ import annotations

import itertools
import math
import time

import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.failures import BadArgument, BudgetSpent, LimitExceeded
from primitives.limits import GuardLimits
from primitives.robot import ArmInfo, MotionLimits
from primitives.scene import Vector3, Workspace


class Guard:
    """Checks commands against the limits and counts what a program uses up."""

    def __init__(self, limits: GuardLimits, info: ArmInfo, workspace: Workspace, home: Vector3) -> None:
        """Args: `home` is the tool position of the arm's home pose (m, base frame), which is always allowed."""
        self.limits = limits
        self._info = info
        self._lowest = info.lower + limits.joint_margin
        self._highest = info.upper - limits.joint_margin
        grow = limits.box_margin
        self.low: Vector3 = (
            min(workspace.low[0] - grow, home[0] - grow),
            min(workspace.low[1] - grow, home[1] - grow),
            limits.table_clearance,
        )
        self.high: Vector3 = (
            max(workspace.high[0] + grow, home[0] + grow),
            max(workspace.high[1] + grow, home[1] + grow),
            max(workspace.high[2] + grow, home[2] + grow),
        )
        if limits.box is not None:
            self._narrow(*limits.box, home)
        self._calls = 0
        self._said = 0
        self._robot_start = 0.0
        self._wall_start = time.monotonic()

    def _narrow(self, low: Vector3, high: Vector3, home: Vector3) -> None:
        """Stay within the box from `low` to `high` as well. Raises ConfigurationError: home lies outside of it."""
        for axis, x0, x, x1 in zip("xyz", low, home, high, strict=True):
            if not x0 <= x <= x1:
                raise ConfigurationError(
                    f"the home pose of the arm has {axis} = {x:.3f} m, outside the permitted {x0:g}..{x1:g} m; "
                    "widen the box, for the arm has to start and end there"
                )
        self.low = (max(self.low[0], low[0]), max(self.low[1], low[1]), max(self.low[2], low[2]))
        self.high = (min(self.high[0], high[0]), min(self.high[1], high[1]), min(self.high[2], high[2]))

    def begin(self, robot_time: float) -> None:
        """A new program starts at `robot_time` s: its budgets are full."""
        self._calls = 0
        self._said = 0
        self._robot_start = robot_time
        self._wall_start = time.monotonic()

    def count_call(self, robot_time: float) -> None:
        """Count one primitive call at `robot_time` s.

        Raises:
            BudgetSpent: the program has used up its calls, its robot time or its wall time.
        """
        self._calls += 1
        _within("primitive calls", self._calls, self.limits.calls)
        _within("robot time", robot_time - self._robot_start, self.limits.robot_time, " s")
        _within("wall time", time.monotonic() - self._wall_start, self.limits.wall_time, " s")

    def count_said(self, characters: int) -> None:
        """Count what the program says.

        Raises:
            BudgetSpent: it has said too much.
        """
        self._said += characters
        _within("speech", self._said, self.limits.said, " characters")

    def check_position(self, position: Vector3) -> None:
        """Refuse a commanded tool position outside the box.

        Raises:
            BadArgument: names the axis, the limit and the value.
        """
        self._check_box(position, "the tool", BadArgument)

    def _check_box(self, position: Vector3, what: str, refusal: type[BadArgument | LimitExceeded]) -> None:
        for axis, value, low, high in zip("xyz", position, self.low, self.high, strict=True):
            if not math.isfinite(value) or not low <= value <= high:
                raise refusal(
                    f"{axis} = {value:.3f} m of {what} is outside the guard's box {low:.3f}..{high:.3f} m",
                    expected=f"{axis} in {low:.3f}..{high:.3f} m",
                    measured=f"{value:.3f} m",
                    hint=f"Choose {axis} within {low:.2f}..{high:.2f} m (base frame).",
                )

    def _check_kept_out(self, points: list[list[float]], low: Vector3, high: Vector3) -> None:
        """Refuse a path of the tool that enters a box which is to be kept out of; leaving one is allowed."""
        within = [all(a <= v <= b for a, v, b in zip(low, p, high, strict=True)) for p in points]
        entered = next((i for i in range(1, len(points)) if within[i] and not within[i - 1]), None)
        if entered is None:
            return
        x, y, z = points[entered]
        raise LimitExceeded(
            f"the tool on its path enters a box that is to be kept out of, at ({x:.3f}, {y:.3f}, {z:.3f}) m",
            expected=f"outside of {_told(low)} to {_told(high)} m",
            measured=f"({x:.3f}, {y:.3f}, {z:.3f}) m",
            hint="Go round it, or choose another place.",
        )

    def check_joints(self, q: NDArray[np.float64]) -> None:
        """Refuse joint positions that are malformed or too close to a joint limit.

        Args:
            q: (..., dof) rad.

        Raises:
            BadArgument: wrong length or not finite.
            LimitExceeded: names the joint, the limit and the value.
        """
        low, high = self._lowest, self._highest
        if q.shape[-1:] == (self._info.dof,) and bool(((q >= low - 1e-9) & (q <= high + 1e-9)).all()):
            return  # not a number is not within
        if q.shape[-1:] != (self._info.dof,) or not np.all(np.isfinite(q)):
            raise BadArgument(
                f"joint positions must be {self._info.dof} finite numbers in rad, not shape {q.shape}",
                hint=f"Give one value per joint: {', '.join(self._info.joint_names)}.",
            )
        rows = q.reshape(-1, self._info.dof)
        outside = (rows < low - 1e-9) | (rows > high + 1e-9)
        row, joint = (int(i) for i in np.argwhere(outside)[0])
        raise LimitExceeded(
            f"joint {self._info.joint_names[joint]} at {rows[row, joint]:.3f} rad leaves "
            f"{low[joint]:.3f}..{high[joint]:.3f} rad (limits less {self.limits.joint_margin:g} rad margin)",
            expected=f"{low[joint]:.3f}..{high[joint]:.3f} rad",
            measured=f"{rows[row, joint]:.3f} rad",
            hint="Choose joint positions further from the limits, or another pose of the tool.",
        )

    def check_path(self, path: NDArray[np.float64], tool: NDArray[np.float64]) -> None:
        """Refuse a joint path that breaks a limit anywhere.

        Args:
            path: (N, dof) rad, the first row being where the arm is.
            tool: (N, 3) m, tool positions along it, base frame.
        """
        self.check_joints(path[1:])
        points: list[list[float]] = tool.tolist()
        (x0, y0, z0), (x1, y1, z1) = self.low, self.high
        for x, y, z in points[1:]:
            if not (x0 <= x <= x1 and y0 <= y <= y1 and z0 <= z <= z1):
                self._check_box((x, y, z), "the tool on its path", LimitExceeded)
        for low, high in self.limits.keep_out:
            self._check_kept_out(points, low, high)
        travel = float(np.abs(path[1:] - path[:-1]).sum(axis=0).max(initial=0.0))
        if travel > self.limits.joint_step:
            raise LimitExceeded(
                f"one command would turn a joint by {travel:.2f} rad; the step cap is {self.limits.joint_step:g} rad",
                expected=f"at most {self.limits.joint_step:g} rad",
                measured=f"{travel:.2f} rad",
                hint="Go there in several shorter motions.",
            )
        distance = sum(math.dist(a, b) for a, b in itertools.pairwise(points))
        if distance > self.limits.tool_step:
            raise LimitExceeded(
                f"one command would move the tool by {distance:.2f} m; the step cap is {self.limits.tool_step:g} m",
                expected=f"at most {self.limits.tool_step:g} m",
                measured=f"{distance:.2f} m",
                hint="Go there in several shorter motions.",
            )

    def check_gripper(self, width: float, force: float) -> None:
        """Refuse a width the gripper does not have or a force above the limit."""
        most = self._info.gripper.max_width
        if not 0.0 <= width <= most:
            raise BadArgument(
                f"gripper width {width:.4f} m is outside 0..{most:g} m",
                expected=f"0..{most:g} m",
                measured=f"{width:.4f} m",
                hint=f"Give a width between 0 and {most:g} m.",
            )
        cap = min(self.limits.gripper_force, self._info.gripper.max_force)
        if not 0.0 < force <= cap:
            raise LimitExceeded(
                f"gripper force {force:g} N is outside 0..{cap:g} N",
                expected=f"at most {cap:g} N",
                measured=f"{force:g} N",
                hint=f"Use at most {cap:g} N.",
            )

    def motion_limits(self, path: NDArray[np.float64], tool: NDArray[np.float64], scale: float = 1.0) -> MotionLimits:
        """Joint limits for `path`, scaled so that neither the speed scale nor the tool speed is exceeded.

        Args:
            path: (N, dof) rad.
            tool: (N, 3) m, tool positions along it.
            scale: a further slow-down chosen by the primitive, in (0, 1].
        """
        limits = self._info.limits.scaled(self.limits.speed_scale * scale)
        if len(path) < 2:
            return limits
        fastest = np.abs(path[1:] - path[:-1]) / limits.velocity
        points: list[list[float]] = tool.tolist()
        steps = zip(itertools.pairwise(points), fastest.max(axis=1).tolist(), strict=True)
        speed = max(math.dist(a, b) / max(duration, 1e-9) for (a, b), duration in steps)
        return limits.scaled(self.limits.tool_speed / speed) if speed > self.limits.tool_speed else limits


def _told(corner: Vector3) -> str:
    return "(" + ", ".join(f"{v:.2f}" for v in corner) + ")"


def _within(what: str, used: float, limit: float, unit: str = "") -> None:
    if used > limit:
        raise BudgetSpent(
            f"the program has used up its {what}: {used:g}{unit} of {limit:g}{unit}",
            expected=f"at most {limit:g}{unit}",
            measured=f"{used:g}{unit}",
            hint="Bound every loop, e.g. `for attempt in range(3)`, and look once per decision.",
        )
