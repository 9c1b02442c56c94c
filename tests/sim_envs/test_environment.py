"""The environment as `codepolicy` reaches it: trials, bad input, disturbances, pictures, videos, silence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from primitives.environment import TrialSpec, World
from primitives.errors import ConfigurationError
from sim_envs.environment import PyBulletEnvironment, make
from sim_envs.rendering.tiny_renderer import TinyRenderer
from sim_envs.scenes.disturbances import SETS


def test_it_is_what_the_entry_point_promises() -> None:
    environment: World = make()
    assert environment.name == "pybullet"
    assert environment.scenes() == ("blocks-and-bowls", "random")
    environment.close()
    environment.close()


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (TrialSpec(scene="nowhere"), "unknown scene 'nowhere'"),
        (TrialSpec(scene="nowhere.toml"), "cannot read the scene file"),
        (TrialSpec(disturbances="wild"), "unknown set of disturbances 'wild'.*mild"),
        (TrialSpec(task="stack", scene="random"), "a task or a scene, not both"),
        (TrialSpec(task="no-such-task"), "no-such-task"),
    ],
)
def test_a_faulty_trial_is_refused(environment: PyBulletEnvironment, spec: TrialSpec, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        environment.reset(spec)


def test_before_the_first_reset_it_says_so() -> None:
    environment = PyBulletEnvironment(TinyRenderer())
    with pytest.raises(ConfigurationError, match="call reset first"):
        environment.world()
    environment.close()


def test_the_default_scene_and_its_truth(environment: PyBulletEnvironment) -> None:
    trial = environment.reset(TrialSpec(seed=4))
    world = environment.world()
    assert set(world) == {f"{c} {k}" for c in ("red", "green", "blue", "yellow") for k in ("block", "bowl")}
    assert world["red block"].size == (0.04, 0.04, 0.04)
    assert world["red block"].position[2] == pytest.approx(0.02, abs=2e-4)
    assert trial.conditions["disturbances"] == "mild"
    assert trial.conditions["renderer"] == "tiny"
    assert trial.conditions["disparity_noise"] == SETS["mild"].disparity_noise
    assert environment.verdict() is None


def test_the_same_trial_again_is_the_same_start(environment: PyBulletEnvironment) -> None:
    spec = TrialSpec(seed=6)
    first = environment.reset(spec)
    world, frame = environment.world(), first.robot.cameras[0].frame(after=0.0, timeout_s=1.0)
    assert environment.reset(TrialSpec(seed=7)).robot is not None
    assert environment.world() != world
    again = environment.reset(spec)
    assert environment.world() == world
    assert environment.reset(spec).robot.arm.state().stamp == 0.0
    assert environment.world() == world
    repeated = again.robot.cameras[0].frame(after=0.0, timeout_s=1.0)
    assert (repeated.rgb == frame.rgb).all()
    assert (repeated.depth == frame.depth).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SETS if not name.startswith("real-")])
def test_every_set_of_disturbances_is_seeded(environment: PyBulletEnvironment, name: str) -> None:
    spec = TrialSpec(seed=2, disturbances=name)
    frames = [environment.reset(spec).robot.cameras[1].frame(after=0.0, timeout_s=1.0) for _ in range(2)]
    assert (frames[0].depth == frames[1].depth).all()
    assert (frames[0].camera.T_base_camera == frames[1].camera.T_base_camera).all()
    assert len(environment.world()) == 8 + SETS[name].clutter


def test_friction_and_mass_vary_and_come_back(environment: PyBulletEnvironment) -> None:
    import pybullet as p

    def masses() -> list[float]:
        world = environment.simulation
        return [p.getDynamicsInfo(b.id, -1, physicsClientId=world.client)[0] for b in world.bodies]

    environment.reset(TrialSpec(seed=2, disturbances="none"))
    plain = masses()
    environment.reset(TrialSpec(seed=2, disturbances="physics"))
    varied = masses()
    environment.reset(TrialSpec(seed=3, disturbances="none"))
    assert masses() == plain
    ratio = np.array(varied) / plain
    assert ratio.std() > 0.1
    assert (np.abs(ratio - 1) <= 0.5).all()


def test_a_snapshot_belongs_to_its_world(environment: PyBulletEnvironment) -> None:
    environment.reset(TrialSpec(seed=1))
    snapshot = environment.save()
    environment.reset(TrialSpec(seed=1, scene="random"))
    with pytest.raises(ConfigurationError, match="another world"):
        environment.restore(snapshot)
    with pytest.raises(ConfigurationError, match="another world"):
        environment.restore(None)


@pytest.mark.slow
def test_pictures_and_videos_show_the_scene(environment: PyBulletEnvironment, tmp_path: Path) -> None:
    arm = environment.reset(TrialSpec(seed=1)).robot.arm
    picture = tmp_path / "deep" / "before.png"
    environment.picture(picture)
    image = cv2.imread(str(picture))
    assert image is not None
    assert image.shape == (720, 960, 3)
    red = (image[:, :, 2] > 150) & (image[:, :, 1] < 60) & (image[:, :, 0] < 60)
    assert 200 < red.sum() < 20000
    environment.start_recording()
    q = arm.state().q
    arm.start_joint_path(np.array([q, q + np.eye(7)[0] * 0.4]), arm.info.limits.scaled(0.2)).wait(10.0)
    video = tmp_path / "run.mp4"
    environment.write_video(video)
    with av.open(str(video)) as file:
        stream = file.streams.video[0]
        frames = [f.to_ndarray(format="rgb24") for f in file.decode(video=0)]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    assert frames[0].shape == (300, 400, 3)
    assert len(frames) >= 13
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 1.0
    with pytest.raises(ConfigurationError, match="call start_recording first"):
        environment.write_video(video)


@pytest.mark.slow
def test_nothing_is_printed(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from primitives.environment import TrialSpec
from sim_envs.environment import make
environment = make()
for spec in (TrialSpec(), TrialSpec(scene="random", seed=3), TrialSpec(scene="random", seed=4, disturbances="hard")):
    trial = environment.reset(spec)
    trial.robot.cameras[0].frame(after=0.0, timeout_s=1.0)
    trial.robot.arm.start_gripper(0.02, 0.2, 20.0).wait(2.0)
    environment.restore(environment.save())
environment.picture(Path({str(tmp_path / "p.png")!r}))
environment.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=90, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "pybullet" not in done.stderr
