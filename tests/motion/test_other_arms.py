"""Nothing above the robot boundary knows which arm it is."""

import itertools
import math

import numpy as np
import pybullet as p
import pytest

from primitives.api import surface
from primitives.environment import TrialSpec
from primitives.failures import GraspMissed, Unreachable
from primitives.kinematics.arm_kinematics import Kinematics
from primitives.kinematics.poses import pose_distance, pose_matrix
from primitives.motion.planning.collision import Checker, RobotGeometry
from primitives.motion.planning.path_planner import PathPlanner
from primitives.perception import rgbd_detector
from primitives.scene import Pose, Workspace
from primitives.server import Server
from sim_envs.robots import iiwa
from tests.motion.arms import xarm6
from tests.motion.still_world import StillWorld
from tests.motion.things import thing

WORKSPACES = {
    "iiwa": Workspace(),
    "xarm6": Workspace((0.3, -0.25, 0.0), (0.6, 0.25, 0.45)),
}


@pytest.fixture(scope="module", params=["iiwa", "xarm6"])
def info(request, tmp_path_factory):
    return iiwa.arm_info() if request.param == "iiwa" else xarm6(tmp_path_factory.mktemp("urdf"))


@pytest.fixture(scope="module")
def other(info):
    return Kinematics(info, 0.02)


@pytest.fixture(scope="module")
def shape(other):
    return RobotGeometry(other)


def poses(info, count):
    low, high = WORKSPACES[info.name].low, WORKSPACES[info.name].high
    rng = np.random.default_rng(1)
    for _ in range(count):
        x, y = rng.uniform(np.add(low[:2], 0.03), np.subtract(high[:2], 0.03))
        yield pose_matrix(Pose.top_down(x, y, rng.uniform(0.03, 0.12), rng.uniform(-1.5, 1.5)))


def test_inverse_kinematics(info, other):
    for T in poses(info, 60):
        q = other.solve(T, info.home, 100)
        assert q is not None
        assert pose_distance(other.tool(q), T)[0] < 1e-3
        assert np.all(q >= info.lower + 0.02) and np.all(q <= info.upper - 0.02)


def test_collision_and_planning(info, other, shape):
    x = sum(p[0] for p in (WORKSPACES[info.name].low, WORKSPACES[info.name].high)) / 2
    wall = thing("wall", size=(0.2, 0.04, 0.16), position=(x, 0.0, 0.08))
    checker = Checker(shape, [wall], margin=0.005)
    ends = [
        next(
            q
            for q in other.solutions(pose_matrix(Pose.top_down(x, y, 0.12)), info.home)
            if not checker.collides(q, 0.08)
        )
        for y in (-0.16, 0.16)
    ]
    assert checker.contact(info.home, 0.08) is None
    assert checker.first_contact(np.array(ends), 0.08) is not None
    path = PathPlanner(other).path(*ends, 0.08, checker)
    assert path is not None
    assert Checker(shape, [wall], margin=0.0).first_contact(path, 0.08, step=0.005) is None


def test_picking_and_placing(info, other, shape):
    low, high = WORKSPACES[info.name].low, WORKSPACES[info.name].high
    x = (low[0] + high[0]) / 2
    red = thing("red block", position=(x, 0.1, 0.02))
    blue = thing("blue block", position=(x, -0.1, 0.02), yaw=0.4)
    world = StillWorld(info, [red, blue], WORKSPACES[info.name])
    server = Server(world.robot, world)
    server.begin(surface("skill"))
    server.invoke("put", "red block", "blue block")
    assert world.things["red block"].position == pytest.approx((x, -0.1, 0.06), abs=2e-3)
    server.invoke("put", "red block", (x + 0.05, 0.12))
    assert world.things["red block"].position == pytest.approx((x + 0.05, 0.12, 0.02), abs=2e-3)
    # Every motion, judged anew and finely: the open hand touches nothing on its way that it does not mean to take.
    scene = Checker(shape, [blue], margin=0.0)
    assert all(scene.first_contact(path, 0.04, step=0.01) is None for path in world.paths[-6:])
    server.begin(surface("joint"))
    with pytest.raises(Unreachable, match="no joint configuration"):
        server.invoke("solve_ik", Pose((high[0], high[1], 0.5), (0.0, -0.7071, 0.0, 0.7071)))


@pytest.fixture(scope="module")
def environment():
    from sim_envs.environment import make_iiwa

    made = make_iiwa()
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_iiwa_picks_and_places_by_contact(environment, seed):
    """Physics, default cameras and default noise: nothing differs from the Panda's trials but the arm."""
    trial = environment.reset(TrialSpec(seed=seed, scene="blocks-and-bowls"))
    assert trial.robot.arm.info.name == "iiwa"
    server = Server(trial.robot, rgbd_detector.make(environment))
    server.begin(surface("skill"))
    server.invoke("put", "red block", "green bowl")
    server.invoke("put", "blue block", "yellow block")
    server.invoke("put", "green block", "bottom right corner")
    world = environment.world()
    assert math.dist(world["red block"].position[:2], world["green bowl"].position[:2]) < 0.05
    rise = np.subtract(world["blue block"].position, world["yellow block"].position)
    assert rise == pytest.approx((0.0, 0.0, 0.04), abs=0.006)
    assert Workspace().region("bottom right corner").contains(world["green block"].position)


@pytest.mark.slow
def test_the_iiwa_misses_what_is_not_there(environment):
    server = Server(
        environment.reset(TrialSpec(seed=0, scene="blocks-and-bowls")).robot, rgbd_detector.make(environment)
    )
    server.begin(surface("skill"))
    server.look()
    world = environment.simulation
    body = next(b for b in world.bodies if b.spec.name == "red block")
    p.resetBasePositionAndOrientation(body.id, (0.5, 0.0, 5.0), (0, 0, 0, 1), physicsClientId=world.client)
    with pytest.raises(GraspMissed, match="closed on nothing"):
        server.invoke("pick", "red block")


def test_the_iiwa_at_home_hides_nothing_of_the_table(environment):
    """Every camera sees the empty table with the arm at home as it sees it without any arm near: flat."""
    trial = environment.reset(TrialSpec(seed=0, scene="blocks-and-bowls", disturbances="none"))
    for camera in trial.robot.cameras:
        frame, info = camera.frame(after=0.0, timeout_s=1.0), camera.info
        inverse = np.linalg.inv(info.T_base_camera)
        for x, y in itertools.product(np.linspace(0.28, 0.70, 8), np.linspace(-0.30, 0.30, 8)):
            point = inverse[:3, :3] @ (x, y, 0.0) + inverse[:3, 3]
            u, v = (info.K @ point / point[2])[:2].round().astype(int)
            # the tallest object stands 5 cm high: whatever is seen there is no nearer than its top
            assert frame.depth[v, u] > point[2] - 0.12, (info.name, x, y)
