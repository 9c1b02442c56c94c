"""Sets scenes up: the world that is kept between trials, its arm and its cameras."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from primitives.errors import ConfigurationError
from primitives.scene import Workspace
from primitives.twin import Carried, Perceived
from sim_envs.physics.bodies import family_of
from sim_envs.physics.overrides import Physics
from sim_envs.physics.sim_robot import SimRobot
from sim_envs.physics.world import STEP, World, WorldState
from sim_envs.rendering.board_overlay import BoardOverlay
from sim_envs.rendering.camera_mounts import MOUNTS, camera_info
from sim_envs.rendering.light import drawn_light
from sim_envs.rendering.renderer import Renderer
from sim_envs.rendering.setting import Setting, drawn_setting
from sim_envs.rendering.sim_camera import SimCamera, miscalibrated
from sim_envs.robots.sim_arm import SimArm
from sim_envs.scenes.disturbances import SLIP_FRICTION, SLIP_SECONDS, Disturbances, drawn_factors, drawn_slips
from sim_envs.scenes.initial_layout import layout
from sim_envs.scenes.scene_spec import Placement, SceneSpec

SETTLE_STEPS = 24
FILE_SETTLE_STEPS, MOST_SETTLE_STEPS, CALM = 240, 1440, 0.005
"""Steps for a thing of a file, which may not stand as it was put: at least, at most; and m/s from which it moves."""
TWIN_SETTLE_STEPS = 120
"""Measured objects may overlap a little; physics parts them."""


class WorldSetup:
    """A world that is loaded anew only where a scene holds other bodies, and arranged anew only for another trial."""

    def __init__(self, robot: SimRobot, on_motion_end: Callable[[World], None]) -> None:
        self._robot = robot
        self._on_motion_end = on_motion_end
        self._loaded: tuple[World, SimArm] | None = None
        self._arranged: tuple[tuple[SceneSpec, int, Disturbances], WorldState] | None = None

    @property
    def world(self) -> World:
        """The world that is loaded.

        Raises:
            ConfigurationError: there is none yet.
        """
        return self._both()[0]

    @property
    def arm(self) -> SimArm:
        """Its arm; raises as `world` does."""
        return self._both()[1]

    def arrange(self, scene: SceneSpec, seed: int, disturbances: Disturbances, workspace: Workspace) -> None:
        """Start over with `scene` as the seed draws it."""
        key = (scene, seed, disturbances)
        if self._arranged is not None and self._arranged[0] == key:
            self.world.restore(self._arranged[1])
            self.arm.reset()
            return
        placements = layout(scene, stream("layout", seed), workspace)
        physics = _physics(disturbances, len(scene.objects), stream("physics", seed))
        self.load(scene, placements, physics, steps=SETTLE_STEPS)
        if any(o.model is not None for o in scene.objects):
            self._let_fall()
        self._arranged = (key, self.world.save())

    def _let_fall(self) -> None:
        """Until what does not stand has fallen over."""
        for steps in range(FILE_SETTLE_STEPS, MOST_SETTLE_STEPS, FILE_SETTLE_STEPS // 2):
            self.world.settle(FILE_SETTLE_STEPS if steps == FILE_SETTLE_STEPS else FILE_SETTLE_STEPS // 2)
            if self.world.speed() < CALM:
                return

    def load_twin(
        self,
        scene: SceneSpec,
        placements: Sequence[Placement],
        carried: Mapping[str, Carried],
        perceived: Perceived,
        disturbances: Disturbances,
        seed: int,
    ) -> None:
        """Start over as `perceived`: the arm where it was, around what it carries."""
        physics = _physics(disturbances, len(scene.objects), stream("physics", seed))
        self.load(scene, placements, physics, steps=0)
        poses = {name: (c.pose.position, c.pose.quaternion_xyzw) for name, c in carried.items()}
        self.world.resume(perceived.q, perceived.gripper_width, poses)
        self.world.settle(TWIN_SETTLE_STEPS)

    def load(self, scene: SceneSpec, placements: Sequence[Placement], physics: Physics, *, steps: int) -> None:
        """Start over with `scene` at these places, `steps` later."""
        self._arranged = None
        family = family_of(scene.objects)
        if self._loaded is None or self._loaded[0].family != family:
            self.close()
            world = World(family, self._robot)
            arm = SimArm(world)
            arm.on_motion_end = lambda: self._on_motion_end(world)
            self._loaded = world, arm
        world, arm = self._loaded
        world.arrange(scene.objects, placements, physics)
        world.settle(steps)
        arm.reset()

    def setting(self, seed: int, disturbances: Disturbances) -> Setting:
        """Light, table and sensor errors of a trial, as its seed draws them."""
        light = drawn_light(disturbances.light_change, stream("light", seed))
        return drawn_setting(disturbances, light, self._robot.info.dof, seed, stream("setting", seed))

    def cameras(
        self,
        renderer: Renderer,
        setting: Setting,
        seed: int,
        disturbances: Disturbances,
        board: BoardOverlay | None = None,
    ) -> tuple[SimCamera, ...]:
        """The cameras of a trial, as its seed disturbs them; they see `board` where there is one."""
        rng = stream("calibration", seed)
        return tuple(
            SimCamera(
                self.world,
                renderer,
                true=true,
                believed=miscalibrated(true, disturbances, rng),
                setting=setting,
                disturbances=disturbances,
                seed=seed + 1_000_003 * number,
                board=board,
            )
            for number, true in enumerate(camera_info(mount) for mount in MOUNTS)
        )

    def close(self) -> None:
        """Free the world, if there is one."""
        if self._loaded is not None:
            self._loaded[0].close()
        self._loaded = self._arranged = None

    def _both(self) -> tuple[World, SimArm]:
        if self._loaded is None:
            raise ConfigurationError("there is no world yet; call reset first.")
        return self._loaded


def stream(purpose: str, seed: int) -> np.random.Generator:
    """An independent stream of random numbers per purpose, the same in every process."""
    digest = hashlib.sha256(purpose.encode()).digest()
    return np.random.default_rng([seed & (2**64 - 1), int.from_bytes(digest[:8], "little")])


def _physics(disturbances: Disturbances, count: int, rng: np.random.Generator) -> Physics:
    return Physics(
        friction=drawn_factors(disturbances.friction_change, count, rng),
        mass=drawn_factors(disturbances.mass_change, count, rng),
        slips=drawn_slips(disturbances.slip_rate, rng, step_s=STEP),
        slip_steps=round(SLIP_SECONDS / STEP),
        slip_friction=SLIP_FRICTION,
    )
