"""The world as Gymnasium environments, for learners of low-level control.

    import codepolicy, gymnasium
    env = gymnasium.make("codepolicy/Tabletop-v0", task="put-block-in-bowl")

`task` is any task id, or None to play without reward. Drivers of OpenGL do not survive a fork, so vectors of
environments need fresh processes: `gymnasium.vector.AsyncVectorEnv(makers, context="spawn")`.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from primitives.categories import CATEGORIES
from primitives.colors import COLORS
from primitives.environment import TrialSpec
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.motion.hand import GRIP_FORCE
from sim_envs.environment import PyBulletEnvironment
from sim_envs.physics.world import STEP
from sim_envs.rendering.camera_mounts import MOUNTS, camera_info
from sim_envs.rendering.light import Light
from sim_envs.rendering.render_items import items, poses
from sim_envs.rendering.video import STUDIO_LIGHT, studio_camera

Observation = dict[str, Any]

CONTROL_STEPS = 24
"""Physics steps per action: the controller runs at 10 Hz."""
LARGEST_TURN = 0.1
"""rad per action and joint."""
GRIP_SPEED = 0.15
ROWS, COLUMNS = 24, 14
"""Of the state: objects, and numbers about each."""
LARGEST = 100.0
"""Bound of every number in the state."""
LONGEST_GOAL = 200
"""Bytes."""
CATEGORY_NAMES, COLOR_NAMES = tuple(CATEGORIES), tuple(COLORS)
"""What the indices in the state mean."""


class Tabletop(gymnasium.Env[Observation, NDArray[np.float32]]):
    """A Panda at a table, controlled at 10 Hz.

    Action: (8,) float32 in [-1, 1]. The first seven turn the joints by up to `LARGEST_TURN` rad; the last sets the
    distance between the fingers from closed (-1) to open (1). Joints stop at their limits. (Programs as actions go
    through `codepolicy`, which confines them; this package runs nobody's code.)

    Observation: `q` (7,) rad, `dq` (7,) rad/s and `width` (1,) m, all measured; `rgb` (H, W, 3) uint8 and `depth`
    (H, W) float32 m of the overhead camera; `goal` (`LONGEST_GOAL`,) uint8, the instruction in UTF-8, then zeros; and,
    unless `state` is false, `state` (`ROWS`, `COLUMNS`) float32 from ground truth: a row for each object in order of
    name, with position (3,) m, quaternion xyzw (4,), extent (3,) m, joint m, indices of category and colour, and which
    thing of the instruction it is: 1 for the first that is named, 2 for the second, 0 for others; zeros at the end.

    Reward: how much the task's progress in [0, 1] grew, so that an episode's return is its progress. The episode
    terminates when the task is achieved or, where that is the task, declined.

    `info["instruction"]` is the goal as text. `info["privileged"]` says what of the observation is ground truth,
    "state" or "". `info["truth"]`, which no policy may read, holds the verdict's `status`, `progress` and `facts`.

    Args:
        task: task id, or None for a scene without a goal.
        scene: name or file of a scene, where there is no task.
        disturbances: named set of disturbances.
        image_size: width and height of the images in px.
        state: whether the observation has the objects' true state, which a robot does not know.
        render_mode: "rgb_array" for `render`.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012

    def __init__(
        self,
        task: str | None = "put-block-in-bowl",
        scene: str | None = None,
        disturbances: str = "none",
        image_size: tuple[int, int] = (160, 120),
        state: bool = True,
        render_mode: str | None = None,
    ) -> None:
        self.render_mode = render_mode
        self._environment = PyBulletEnvironment()
        self._arm_info = self._environment.arm_info
        self._kinematics = Kinematics(self._arm_info)
        self._task, self._scene, self._disturbances = task, scene, disturbances
        self._camera = camera_info(MOUNTS[0], *image_size)
        self._progress = 0.0
        self._state = state
        width, height = image_size
        info = self._arm_info
        self.action_space = spaces.Box(-1.0, 1.0, (info.dof + 1,), np.float32)
        seen: dict[str, spaces.Space[Any]] = {"state": spaces.Box(-LARGEST, LARGEST, (ROWS, COLUMNS))} if state else {}
        self.observation_space = spaces.Dict(
            {
                "q": spaces.Box(info.lower - 0.1, info.upper + 0.1, dtype=np.float64),
                "dq": spaces.Box(-20.0, 20.0, (info.dof,), np.float64),
                "width": spaces.Box(-0.01, info.gripper.max_width + 0.01, (1,), np.float64),
                "rgb": spaces.Box(0, 255, (height, width, 3), np.uint8),
                "depth": spaces.Box(0.0, 10.0, (height, width), np.float32),
                "goal": spaces.Box(0, 255, (LONGEST_GOAL,), np.uint8),
                **seen,
            }
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start an episode; see `gymnasium.Env.reset`. There are no options."""
        super().reset(seed=seed, options=options)
        trial_seed = int(self.np_random.integers(2**31))
        self._environment.reset(
            TrialSpec(seed=trial_seed, task=self._task, scene=self._scene, disturbances=self._disturbances)
        )
        self._progress, info = self._judged()
        return self._observed(), info

    def step(self, action: NDArray[np.float32]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Apply `action` for 0.1 s; see `gymnasium.Env.step`.

        Raises:
            ValueError: `action` has another shape than the action space, or is not finite.
        """
        world = self._environment.simulation
        turn = np.asarray(action, dtype=np.float64)
        if turn.shape != self.action_space.shape or not np.isfinite(turn).all():
            raise ValueError(f"an action is {self._arm_info.dof + 1} finite numbers from -1 to 1, not {action!r}")
        turn = np.clip(turn, -1.0, 1.0)
        before = np.array(world.motors.q)
        after = np.clip(before + turn[:-1] * LARGEST_TURN, self._arm_info.lower, self._arm_info.upper)
        velocity = ((after - before) / (CONTROL_STEPS * STEP)).tolist()
        world.grip(float(turn[-1] + 1.0) / 2 * self._arm_info.gripper.max_width, GRIP_SPEED, GRIP_FORCE)
        for k in range(CONTROL_STEPS):
            world.drive((before + (after - before) * (k + 1) / CONTROL_STEPS).tolist(), velocity)
            world.step()
        progress, info = self._judged()
        reward, self._progress = progress - self._progress, progress
        return self._observed(), reward, progress >= 1.0, False, info

    def tool(self, q: NDArray[np.float64]) -> NDArray[np.float64]:
        """(4, 4) pose of the tool in the base frame with the joints at `q` in rad, by the arm's kinematics."""
        return self._kinematics.tool(q)

    def render(self) -> NDArray[np.uint8] | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """A picture for people, (480, 640, 3) uint8, in render mode "rgb_array"."""
        if self.render_mode != "rgb_array":
            return None
        world, renderer = self._environment.simulation, self._environment.renderer
        to_draw = items(world, low_poly=True)
        return renderer.paint(to_draw, poses(world), studio_camera(640, 480), STUDIO_LIGHT, smooth=False)

    def close(self) -> None:
        """Free the world."""
        self._environment.close()

    def _observed(self) -> Observation:
        world = self._environment.simulation
        rgb, depth = self._environment.renderer.measure(world, self._camera, Light())
        q, dq = world.joints()
        seen: Observation = {"state": self._objects()} if self._state else {}
        return {
            "q": np.array(q),
            "dq": np.clip(dq, -20.0, 20.0),
            "width": np.array([world.width()]),
            "rgb": rgb,
            "depth": depth,
            "goal": self._goal(),
            **seen,
        }

    def _goal(self) -> NDArray[np.uint8]:
        """The instruction as bytes, since vectors of environments do not renew text in shared memory."""
        said = self._environment.instruction.encode()[:LONGEST_GOAL].ljust(LONGEST_GOAL, b"\0")
        return np.frombuffer(said, np.uint8).copy()

    def _objects(self) -> NDArray[np.float32]:
        rows = np.zeros((ROWS, COLUMNS), np.float32)
        objects = sorted(self._environment.world().items())[:ROWS]
        goal = self._environment.instruction.lower()
        places = {(o.color, o.category): goal.find(f"{o.color} {o.category}") for _, o in objects}
        order = sorted(where for where in places.values() if where >= 0)
        for row, (_, it) in zip(rows, objects, strict=False):
            where = places[it.color, it.category]
            named = 0 if where < 0 else 1 + order.index(where)
            kinds = (CATEGORY_NAMES.index(it.category), COLOR_NAMES.index(it.color))
            row[:] = (*it.position, *it.quaternion_xyzw, *it.size, it.joint or 0.0, *kinds, named)
        return np.clip(rows, -LARGEST, LARGEST)

    def _judged(self) -> tuple[float, dict[str, Any]]:
        verdict = self._environment.assess()
        privileged = "state" if self._state else ""
        info: dict[str, Any] = {"instruction": self._environment.instruction, "privileged": privileged}
        if verdict is None:
            return 0.0, info
        progress = float(verdict.progress)
        info["truth"] = {"status": verdict.status, "progress": progress, "facts": dict(verdict.facts)}
        return progress, info
