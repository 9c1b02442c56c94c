"""Every renderer agrees with a ray tracer on where things are, so that integer pixel coordinates are centres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pybullet as p
import pytest

from primitives.robot import CameraInfo
from sim_envs.physics.bodies import family_of
from sim_envs.physics.body_loading import TABLE_CENTER, TABLE_SIZE, show_table
from sim_envs.physics.world import World
from sim_envs.rendering.camera_mounts import MOUNTS, camera_info
from sim_envs.rendering.light import Light
from sim_envs.rendering.opengl import GLRenderer
from sim_envs.rendering.renderer import Renderer, metric_depth
from sim_envs.rendering.sim_camera import miscalibrated, with_depth_noise
from sim_envs.rendering.tiny_renderer import TinyRenderer, _image
from sim_envs.robots.panda import panda
from sim_envs.scenes.disturbances import SETS, Disturbances
from sim_envs.scenes.scene_spec import ObjectSpec, Placement

# Boxes, which a few lines trace exactly.
OBJECTS = [
    ObjectSpec("block", "red", name="red block"),
    ObjectSpec("block", "blue", name="slab", size=(0.12, 0.05, 0.02)),
    ObjectSpec("block", "green", name="tower", size=(0.03, 0.03, 0.12)),
]
PLACES = [Placement((0.4, 0.1, 0.02), 0.3), Placement((0.55, -0.1, 0.01), 1.1), Placement((0.6, 0.15, 0.06), 0.7)]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    world = World(family_of(OBJECTS), panda())
    world.arrange(OBJECTS, PLACES)
    yield world
    world.close()


def renderers() -> list[object]:
    found: list[object] = [TinyRenderer()]
    try:
        from sim_envs.rendering.opengl import GLRenderer

        found.append(GLRenderer())
    except Exception as error:  # a machine without GL
        found.append(pytest.param(None, marks=pytest.mark.skip(reason=f"no OpenGL here: {error}")))
    return found


RENDERERS = renderers()


def boxes_hit(world: World, camera: CameraInfo, us: np.ndarray, vs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exact depth in m of the table and the boxes in each pixel, and which face of which it is (-1 for none).

    Bullet's own ray test is up to 3 mm off near edges.
    """
    T = camera.T_base_camera
    rays = T[:3, :3] @ np.linalg.inv(camera.K) @ np.stack([us, vs, np.ones(len(us))])
    depth, face = np.full(len(us), np.inf), np.full(len(us), -1)
    things = [(TABLE_CENTER, (0.0, 0.0, 0.0, 1.0), TABLE_SIZE)]
    things += [(*world.pose(b.id), b.spec.extent) for b in world.bodies]
    for number, (position, quaternion, size) in enumerate(things):
        R = np.reshape(p.getMatrixFromQuaternion(quaternion), (3, 3))
        eye, way, half = R.T @ (T[:3, 3] - position), R.T @ rays, np.array(size) / 2
        with np.errstate(divide="ignore"):
            a, b = (-half - eye)[:, None] / way, (half - eye)[:, None] / way
        near, far = np.minimum(a, b), np.maximum(a, b).min(axis=0)
        first = near.max(axis=0)
        nearest = (first < far) & (first > 0) & (first < depth)
        depth[nearest], face[nearest] = first[nearest], 3 * number + near.argmax(axis=0)[nearest]
    return depth, face


def traced(world: World, camera: CameraInfo, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pixel columns, rows, traced depth in m and body id, for every `step`-th pixel."""
    us, vs = (g.ravel() for g in np.meshgrid(np.arange(3, camera.width, step), np.arange(2, camera.height, step)))
    rays = np.linalg.inv(camera.K) @ np.stack([us, vs, np.ones(len(us))])
    T = camera.T_base_camera
    far = 3.0
    ends = (T[:3, :3] @ (rays * far)).T + T[:3, 3]
    hits = []
    for first in range(0, len(us), 8000):
        part = ends[first : first + 8000].tolist()
        hits += p.rayTestBatch([T[:3, 3].tolist()] * len(part), part, physicsClientId=world.client)
    return us, vs, np.array([h[2] * far for h in hits]), np.array([h[0] for h in hits])


@pytest.mark.slow
@pytest.mark.parametrize("renderer", RENDERERS, ids=lambda r: getattr(r, "name", "none").split(":")[0])
@pytest.mark.parametrize("mount", MOUNTS, ids=lambda m: m.name)
def test_depth_agrees_with_a_ray_tracer_to_a_tenth_of_a_millimetre(
    world: World, renderer: Renderer, mount: object
) -> None:
    camera = camera_info(mount)  # type: ignore[arg-type]
    us, vs, _, body = traced(world, camera, 5)
    _, seen = renderer.measure(world, camera, Light())
    exact, face = boxes_hit(world, camera, us, vs)
    within = np.ones(len(us), bool)  # where no outline passes through the pixel
    for du, dv in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        within &= boxes_hit(world, camera, us + du, vs + dv)[1] == face
    for number, wanted in enumerate((world.table, *(b.id for b in world.bodies))):
        there = (body == wanted) & (face // 3 == number) & within  # the arm hides the rest
        assert there.sum() >= 10
        error = np.abs(seen[vs[there], us[there]] - exact[there])
        assert np.quantile(error, 0.995) < 1e-4
    nothing = body == -1
    assert (seen[vs[nothing], us[nothing]] == 0).mean() > 0.99


def test_a_row_off_would_be_noticed(world: World) -> None:
    """A column off would not: along the camera's x axis the table is level."""
    camera = camera_info(MOUNTS[0])
    us, vs, depth, body = traced(world, camera, 5)
    _, seen = TinyRenderer().measure(world, camera, Light())
    inside = (body == world.table) & (vs < camera.height - 1)
    error = np.abs(seen[vs[inside] + 1, us[inside]] - depth[inside])
    assert np.median(error) > 1e-4


@pytest.mark.skipif(len(RENDERERS) < 2 or not hasattr(RENDERERS[1], "measure"), reason="no OpenGL here")
def test_renderers_agree_on_color_and_depth(world: World) -> None:
    camera = camera_info(MOUNTS[1])
    (rgb_a, depth_a), (rgb_b, depth_b) = (r.measure(world, camera, Light()) for r in RENDERERS)  # type: ignore[attr-defined]
    assert np.abs(rgb_a.astype(int) - rgb_b).mean() < 1.0
    assert (np.abs(depth_a - depth_b) > 1e-4).mean() < 2e-3


def test_the_whole_workspace_is_in_view_and_the_arm_hides_none_of_it(world: World) -> None:
    for mount in MOUNTS:
        camera = camera_info(mount)
        _, depth = TinyRenderer().measure(world, camera, Light())
        inverse = np.linalg.inv(camera.T_base_camera)
        for x in np.linspace(0.28, 0.70, 7):
            for y in np.linspace(-0.30, 0.30, 7):
                point = inverse[:3, :3] @ (x, y, 0.0) + inverse[:3, 3]
                u, v = (camera.K @ point / point[2])[:2].round().astype(int)
                assert 4 <= u < camera.width - 4
                assert 4 <= v < camera.height - 4
                # nothing nearer than the table but the objects
                if min(np.hypot(x - q.position[0], y - q.position[1]) for q in PLACES) > 0.2:
                    assert depth[v, u] == pytest.approx(point[2], abs=2e-3), (mount.name, x, y)


def test_depth_noise_follows_the_sensor_model() -> None:
    rng = np.random.default_rng(0)
    for z in (0.6, 1.2):
        flat = np.full((200, 200), z, np.float32)
        noisy = with_depth_noise(flat, 615.0, Disturbances(disparity_noise=0.05), rng)
        assert noisy.std() == pytest.approx(0.05 * z * z / (615.0 * 0.05), rel=0.05)
        assert noisy.mean() == pytest.approx(z, abs=1e-4)
    lost = with_depth_noise(flat, 615.0, Disturbances(dropout=0.1), rng)
    assert (lost == 0).mean() == pytest.approx(0.1, abs=0.01)
    step = flat.copy()
    step[:, 100:] += 0.1
    edge = with_depth_noise(step, 615.0, Disturbances(edge_dropout=1.0), rng)
    assert (np.flatnonzero((edge == 0).any(axis=0)) == (99, 100)).all()
    assert (with_depth_noise(flat, 615.0, SETS["none"], rng) == flat).all()


def test_a_miscalibrated_camera_is_off_by_what_is_declared() -> None:
    true = camera_info(MOUNTS[0])
    rng = np.random.default_rng(1)
    errors = [
        np.linalg.inv(true.T_base_camera)
        @ miscalibrated(true, Disturbances(camera_offset=0.002, camera_turn=0.2), rng).T_base_camera
        for _ in range(200)
    ]
    assert np.std([e[:3, 3] for e in errors]) == pytest.approx(0.002, rel=0.15)
    assert np.rad2deg(np.std([e[1, 0] for e in errors])) == pytest.approx(0.2, rel=0.2)
    assert miscalibrated(true, SETS["mild"], rng) is true


@pytest.mark.slow
def test_the_table_that_is_drawn_once_is_the_one_that_would_be_drawn_every_time() -> None:
    world, renderer = World(family_of(OBJECTS), panda()), TinyRenderer()
    world.arrange(OBJECTS, PLACES)
    views = [(camera_info(m), light) for m in MOUNTS for light in (Light(), Light(ambient=0.5, color=(0.9, 1.0, 1.0)))]
    try:
        kept = [renderer.measure(world, *view) for view in views * 2]
        show_table(world.client)
        whole = [_image(world.client, *view, shadow=False) for view in views * 2]
        for (rgb, depth), (all_rgb, buffer) in zip(kept, whole, strict=True):
            np.testing.assert_array_equal(rgb, all_rgb)
            np.testing.assert_array_equal(depth, metric_depth(buffer))
    finally:
        world.close()


def test_a_renderer_draws_alike_after_others_were_opened_and_closed(world: World) -> None:
    camera = camera_info(MOUNTS[0])
    first = GLRenderer()
    _, before = first.measure(world, camera, Light())
    GLRenderer().close()
    other = GLRenderer()
    _, after = first.measure(world, camera, Light())
    assert np.array_equal(before, after)
    other.close()
    first.close()
