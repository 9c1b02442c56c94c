"""What an arm and its hand are described by, where they are no Panda: base, endless joints, five joints, jaw, cup."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from primitives.errors import ConfigurationError
from primitives.failures import BadArgument, HardwareFault
from primitives.guard import Guard, GuardLimits
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.camera_frames import placed, straightened
from primitives.kinematics.description_check import check_description
from primitives.kinematics.poses import pose_matrix
from primitives.motion.grasping.grasp_candidates import grasp_candidates
from primitives.motion.hand import Hand
from primitives.motion.planning.collision import RobotGeometry
from primitives.robot import ArmInfo, ArmMode, ArmState, CameraInfo, Frame, MotionResult, Robot
from primitives.robots.fake.description import arm_info
from primitives.scene import Pose, SceneObject, Workspace

BLOCK = SceneObject(name="red block", category="block", color="red", position=(0.5, 0, 0.02), yaw=0.3, size=(0.04,) * 3)


def rewritten(folder: Path, *changes: tuple[str, str]) -> Path:
    text = arm_info().urdf.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "arm.urdf"
    path.write_text(text)
    return path


def endless(folder: Path) -> ArmInfo:
    """The arm with wrist joints that turn without end."""
    urdf = rewritten(
        folder,
        ('<joint name="wrist_3" type="revolute">', '<joint name="wrist_3" type="continuous">'),
        ('<joint name="shoulder_pan" type="revolute">', '<joint name="shoulder_pan" type="continuous">'),
    )
    return replace(arm_info(), urdf=urdf)


def five_joints(folder: Path) -> ArmInfo:
    """The arm without its second wrist: it cannot choose how its tool leans sideways."""
    urdf = rewritten(
        folder,
        ('<joint name="wrist_2" type="revolute">', '<joint name="wrist_2" type="fixed">'),
        ('xyz="0 -0.0997 0" rpy="1.5707963268 0 0"', 'xyz="0 -0.0997 0" rpy="1.5707963268 1.5707963268 0"'),
    )
    keep = [0, 1, 2, 3, 5]
    info, limits = arm_info(), arm_info().limits
    return replace(
        info,
        urdf=urdf,
        joint_names=tuple(info.joint_names[i] for i in keep),
        lower=info.lower[keep],
        upper=info.upper[keep],
        home=info.home[keep],
        limits=replace(
            limits, velocity=limits.velocity[keep], acceleration=limits.acceleration[keep], jerk=limits.jerk[keep]
        ),
    )


def test_joints_that_turn_without_end_are_where_they_are(tmp_path: Path) -> None:
    same, other = Kinematics(arm_info()), Kinematics(endless(tmp_path))
    rng = np.random.default_rng(0)
    for _ in range(20):
        q = rng.uniform(-6, 6, 6)
        T = other.tool(q)
        assert np.abs(same.tool(q) - T).max() < 1e-9 and np.linalg.det(T[:3, :3]) == pytest.approx(1.0)
        assert np.abs(other.tool_positions(q[None])[0] - T[:3, 3]).max() < 1e-9
    solved = other.solve(pose_matrix(Pose.top_down(0.5, 0.1, 0.2)), arm_info().home)
    assert solved is not None and solved.shape == (6,)
    assert np.abs(other.tool(solved)[:3, 3] - (0.5, 0.1, 0.2)).max() < 2e-4


def test_a_base_that_stands_elsewhere_carries_arm_and_shapes() -> None:
    T = np.eye(4)
    T[:2, :2], T[:3, 3] = ((0, -1), (1, 0)), (0.3, -0.2, 0.05)
    here, there = Kinematics(arm_info()), Kinematics(replace(arm_info(), T_world_base=T))
    q = arm_info().home
    assert np.allclose(there.tool(q), T @ here.tool(q)) and np.allclose(there.link(q, "base"), T)
    shapes = [RobotGeometry(k).geometry for k in (here, there)]
    before, after = here.place(shapes[0], q, 0.05), there.place(shapes[1], q, 0.05)
    for i in range(len(shapes[0].geometryObjects)):
        assert np.allclose(after.oMg[i].homogeneous, T @ before.oMg[i].homogeneous)


def test_an_arm_of_five_joints_leans_as_far_as_it_is_allowed_to_and_no_further(tmp_path: Path) -> None:
    info = five_joints(tmp_path)
    stiff, slack = Kinematics(info), Kinematics(replace(info, tilt_slack=0.35))
    rng = np.random.default_rng(1)
    reached = [0, 0]
    for _ in range(40):
        x, y, lean = rng.uniform((0.35, -0.2, 0.0), (0.6, 0.2, 0.3))
        T = pose_matrix(Pose.top_down(x, y, 0.15, rng.uniform(-3, 3)))
        T[:3, :3] = T[:3, :3] @ np.array(
            ((1, 0, 0), (0, math.cos(lean), -math.sin(lean)), (0, math.sin(lean), math.cos(lean)))
        )
        for which, kinematics in enumerate((stiff, slack)):
            q = kinematics.solve(T, info.home)
            if q is None:
                continue
            reached[which] += 1
            found = kinematics.tool(q)
            assert np.abs(found[:3, 3] - T[:3, 3]).max() < 2e-4
            assert math.acos(min(1.0, float(found[:3, 2] @ T[:3, 2]))) < (0.002, 0.35)[which]
    assert reached[0] < 5 and reached[1] > 30, reached


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"joint_names": ("shoulder_pan", "shoulder_lift", "elbow", "wrist_1", "wrist_2", "wrist3")}, "wrist_3"),
        ({"tool_link": "hnad"}, "hand"),
        ({"lower": np.full(6, -400.0)}, "rad"),
        ({"home": np.full(5, 0.0)}, "home must be 6 finite numbers"),
        ({"upper": np.array([6, 6, 6, 6, 6, np.inf])}, "upper must be 6 finite"),
        ({"T_link_tool": np.diag([1.0, 1.0, -1.0, 1.0])}, "T_link_tool is no pose"),
        ({"arrival_position": 0.0}, "arrival_position"),
        ({"urdf": Path("nowhere.urdf")}, "no URDF"),
        ({"gripper": replace(arm_info().gripper, max_force=math.nan)}, "max_force"),
        ({"gripper": replace(arm_info().gripper, kind="jaw")}, "joint_table"),
        (
            {"gripper": replace(arm_info().gripper, joint_table=((0.0, (0.0,)), (0.1, (1.0,))))},
            "2 values|finger joints",
        ),
    ],
)
def test_nothing_of_a_description_is_guessed(change: dict, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        check_description(replace(arm_info(), **change))


def test_the_fake_arm_and_the_simulated_ones_are_described_whole() -> None:
    from sim_envs.robots.iiwa import iiwa
    from sim_envs.robots.panda import panda

    for info in (arm_info(), panda().info, iiwa().info):
        check_description(info)


def test_fingers_stand_in_the_model_as_the_hand_says() -> None:
    table = ((0.0, (0.0, 0.0)), (0.04, (0.01, 0.03)), (0.09, (0.045, 0.045)))
    kinematics = Kinematics(replace(arm_info(), gripper=replace(arm_info().gripper, joint_table=table)))
    assert kinematics.full(arm_info().home, 0.02)[6:] == pytest.approx([0.005, 0.015])
    assert Kinematics(arm_info()).full(arm_info().home, 0.02)[6:] == pytest.approx([0.01, 0.01])


class GrippingArm:
    """Closes on something as wide as `between`, or on nothing."""

    def __init__(self, between: float, **hand: object) -> None:
        self.info = replace(arm_info(), gripper=replace(arm_info().gripper, **hand))
        self.between, self.width, self.noise = between, 0.09, 0.0

    def state(self) -> ArmState:
        measures = self.info.gripper.measures
        width = self.width + self.noise if measures == "width" else math.nan
        closed = self.width <= 0.0 if measures == "closed" else None
        return ArmState(self.info.home, 0 * self.info.home, width, ArmMode.IDLE, 0.0, 0.0, closed)

    def start_gripper(self, width: float, speed: float, force: float) -> GrippingArm:
        self.width = max(width, self.between)
        return self

    def wait(self, timeout_s: float) -> MotionResult:
        return MotionResult(self.state(), True, 0.1)


def hand_of(arm: GrippingArm) -> Hand:
    kinematics = Kinematics(arm.info)
    guard = Guard(GuardLimits(), arm.info, Workspace(), kinematics.pose(arm.info.home).position)
    return Hand(arm, kinematics, None, guard)  # type: ignore[arg-type]


@pytest.mark.parametrize("measures", ["width", "closed"])
@pytest.mark.parametrize(("between", "held"), [(0.04, True), (0.0, False)])
def test_what_a_hand_holds_follows_from_what_it_measures(measures: str, between: float, held: bool) -> None:
    hand = hand_of(GrippingArm(between, measures=measures))
    hand.move(0.0)
    assert hand.blocked() is held and hand.took(0.04, 0.006) is held
    assert hand.rests_on == {"width": "the measured width", "closed": "whether the hand closed whole"}[measures]


def test_a_width_that_is_inexact_is_believed_as_far_as_declared() -> None:
    arm = GrippingArm(0.04, width_tolerance=0.004)
    hand = hand_of(arm)
    hand.move(0.0)
    arm.noise = 0.0095
    assert hand.took(0.04, 0.006)
    arm.between, arm.width, arm.noise = 0.0, 0.0, 0.003
    assert not hand.blocked()


def test_a_hand_that_should_measure_and_does_not_is_a_fault() -> None:
    arm = GrippingArm(0.04)
    hand = hand_of(arm)
    arm.noise = math.nan
    with pytest.raises(HardwareFault, match="nan"):
        _ = hand.width


def test_a_cup_takes_flat_tops_from_above_and_says_what_it_cannot() -> None:
    cup = replace(arm_info().gripper, kind="suction", finger_width=0.02, finger_thickness=0.02, measures="closed")
    best = grasp_candidates(BLOCK, cup)[0]
    assert best.T[2, 3] == pytest.approx(BLOCK.top, abs=0.003) and best.T[2, 2] == pytest.approx(-1.0)
    for other, says in (
        (replace_object(category="bowl"), "flat, closed top"),
        (replace_object(size=(0.01, 0.04, 0.04)), "narrow"),
    ):
        with pytest.raises(BadArgument) as refused:
            grasp_candidates(other, cup)
        assert says in f"{refused.value.message} {refused.value.expected}"


def replace_object(**changes: object) -> SceneObject:
    import msgspec

    return msgspec.structs.replace(BLOCK, **changes)


K = np.array([[300.0, 0, 159.5], [0, 300.0, 119.5], [0, 0, 1]])


def frame_of(info: CameraInfo, **more: object) -> Frame:
    shape = (info.height, info.width)
    return Frame(info, np.zeros((*shape, 3), np.uint8), np.ones(shape, np.float32), 0.0, **more)  # type: ignore[arg-type]


def test_a_camera_in_the_hand_is_where_the_joints_at_exposure_put_it() -> None:
    T = np.eye(4)
    T[:3, 3] = (0.05, 0.0, 0.02)
    camera = CameraInfo("wrist", 320, 240, K, link="hand", T_link_camera=T)
    arm = GrippingArm(0.0)
    q = arm.info.home + 0.2
    seen = placed(frame_of(camera, q=q), Robot(arm, ()))  # type: ignore[arg-type]
    assert np.allclose(seen.camera.T_base_camera, Kinematics(arm.info).link(q, "hand") @ T)
    with pytest.raises(ConfigurationError, match="hand"):
        placed(frame_of(replace(camera, link="hnad")), Robot(arm, ()))  # type: ignore[arg-type]


def test_distortion_is_taken_out_so_that_a_known_point_is_where_a_pinhole_sees_it() -> None:
    import cv2

    distortion = np.array([-0.25, 0.08, 0.001, -0.002, 0.0])
    camera = CameraInfo("wide", 320, 240, K, np.eye(4), distortion)
    point = np.array([[0.35, -0.22, 1.0]])
    raw = cv2.projectPoints(point, np.zeros(3), np.zeros(3), K, distortion)[0].reshape(2)
    frame = frame_of(camera)
    frame.rgb[round(raw[1]) - 1 : round(raw[1]) + 2, round(raw[0]) - 1 : round(raw[0]) + 2] = 255
    straight = straightened(frame)
    v, u = np.argwhere(straight.rgb[..., 0] > 100).mean(axis=0)
    ideal = (K @ point[0])[:2]
    assert math.hypot(u - ideal[0], v - ideal[1]) < 1.0 < math.hypot(*(raw - ideal))
    assert not straight.camera.distortion.any()
