from __future__ import annotations

import cv2
import numpy as np

from codepolicy.prompting.scene_image import labelled_png, project
from primitives.robot import CameraInfo, Frame
from primitives.scene import SceneObject

LOOKING_DOWN = np.array([[0.0, -1.0, 0.0, 0.5], [-1.0, 0.0, 0.0, 0.0], [0.0, 0.0, -1.0, 1.0], [0.0, 0.0, 0.0, 1.0]])


def frame() -> Frame:
    camera = CameraInfo(
        name="top",
        width=200,
        height=100,
        K=np.array([[100.0, 0.0, 100.0], [0.0, 100.0, 50.0], [0.0, 0.0, 1.0]]),
        T_base_camera=LOOKING_DOWN,
    )
    rgb = np.full((100, 200, 3), 100, dtype=np.uint8)
    return Frame(camera=camera, rgb=rgb, depth=np.ones((100, 200), dtype=np.float32), stamp=0.0)


def thing(x: float, y: float) -> SceneObject:
    return SceneObject(name="cup", category="mug", color="red", position=(x, y, 0.0), size=(0.1, 0.1, 0.1))


def test_points_land_where_the_camera_sees_them() -> None:
    assert project(frame(), (0.5, 0.0, 0.0)) == (100, 50)
    assert project(frame(), (0.6, 0.0, 0.0)) == (100, 40), "farther from the robot is higher in the picture"
    assert project(frame(), (0.5, 0.2, 0.0)) == (80, 50), "left of the robot is left in the picture"
    assert project(frame(), (0.5, 0.0, 2.0)) is None, "behind the camera"
    assert project(frame(), (2.5, 0.0, 0.0)) is None, "outside the picture"


def test_names_are_written_beside_the_objects_and_not_on_them() -> None:
    picture = cv2.imdecode(np.frombuffer(labelled_png((frame(), [thing(0.5, 0.6)])), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    changed = (picture != 100).any(axis=2)
    assert changed[42:58, 46:75].sum() > 20, "beside it"
    assert not changed[46:54, 34:38].any(), "the thing itself can be seen, but for the end of the line"


def test_axes_and_their_scale_are_drawn_where_the_table_is_free() -> None:
    camera = CameraInfo(
        name="top",
        width=640,
        height=480,
        K=np.array([[500.0, 0.0, 320.0], [0.0, 500.0, 240.0], [0.0, 0.0, 1.0]]),
        T_base_camera=LOOKING_DOWN,
    )
    rgb = np.full((480, 640, 3), 100, dtype=np.uint8)
    wide = Frame(camera=camera, rgb=rgb, depth=np.ones((480, 640), dtype=np.float32), stamp=0.0)
    picture = cv2.imdecode(np.frombuffer(labelled_png((wide, [thing(0.5, 0.0)])), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    blue, green, red = (picture[:, :, i].astype(int) for i in range(3))
    along_x, along_y = np.argwhere(red - green > 120), np.argwhere(green - red > 90)
    assert np.ptp(along_x[:, 0]) >= 50, "10 cm are 50 px here"
    assert np.ptp(along_y[:, 1]) >= 50
    assert (
        np.ptp(along_x[:, 0]) <= 75 and (np.abs(np.concatenate([along_x, along_y]) - [240, 320]).max(axis=1) > 60).all()
    )
    assert (blue <= 255).all()


def test_start_and_now_stand_side_by_side() -> None:
    look = (frame(), [thing(0.5, 0.0)])
    picture = cv2.imdecode(np.frombuffer(labelled_png(look, look), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and picture.shape == (100, 400, 3)
