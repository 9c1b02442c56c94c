"""The perception primitives, called as a program calls them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from primitives.api import perception as library
from primitives.failures import BadArgument, NotFound
from primitives.images import Image, Mask
from primitives.perception.tracking.scene_memory import SceneMemory
from tests.perception.things import EmptyTable, Scripted, robot, thing

SCENE = [thing("red block", 0.50, 0.1), thing("blue block", 0.50, 0.1, 0.06), thing("green bowl", 0.4, -0.1, 0.025)]


class Program:
    """What a primitive works with, over a scripted scene."""

    def __init__(self) -> None:
        self.robot = robot(cameras=(EmptyTable("overhead"), EmptyTable("front")))
        self.memory = SceneMemory(self.robot, Scripted(SCENE))
        self.images: dict[int, Image] = {}
        self._last = 0

    def next_id(self) -> int:
        self._last += 1
        return self._last


@pytest.fixture
def ctx() -> Any:
    return Program()


def test_detect_and_find(ctx: Any) -> None:
    assert [o.name for o in library.detect(ctx)] == ["blue block", "green bowl", "red block"]
    assert [o.name for o in library.detect(ctx, "blocks")] == ["blue block", "red block"]
    assert library.detect(ctx, "balls") == []
    assert library.find(ctx, "the green dish").name == "green bowl"
    with pytest.raises(NotFound, match="no purple bowl; I see: blue block, green bowl, red block"):
        library.find(ctx, "purple bowl")


def test_relations_take_queries_and_objects(ctx: Any) -> None:
    blue = library.find(ctx, "blue block")
    assert library.on(ctx, blue, "red block")
    assert library.on(ctx, "red block", "table")
    assert not library.on(ctx, "blue block", "table")
    assert not library.inside(ctx, "red block", "green bowl")
    assert library.left_of(ctx, "red block", "green bowl")
    assert library.right_of(ctx, "green bowl", "red block")
    assert library.behind(ctx, "red block", "green bowl")
    assert library.in_front_of(ctx, "green bowl", "red block")
    assert not library.near(ctx, "red block", "green bowl")
    assert library.near(ctx, "red block", "green bowl", distance=0.2)
    assert library.in_region(ctx, "green bowl", "right side") or library.in_region(ctx, "green bowl", "bottom side")


def test_an_unknown_region_lists_the_regions(ctx: Any) -> None:
    with pytest.raises(BadArgument, match="'attic'") as caught:
        library.region(ctx, "attic")
    assert "top left corner" in caught.value.candidates


def test_an_unknown_camera_lists_the_cameras(ctx: Any) -> None:
    with pytest.raises(BadArgument) as caught:
        library.capture(ctx, "rear")
    assert caught.value.candidates == ("overhead", "front")


def test_capture_segment_deproject(ctx: Any) -> None:
    camera = ctx.robot.cameras[1]
    camera.depth[20:28, 28:36] = 0.96  # the top of a 4 cm block in the middle
    ctx.memory = SceneMemory(ctx.robot, Scripted([thing("red block", 0.49, 0.0, size=(0.14, 0.14, 0.04))]))
    image = library.capture(ctx, "front")
    assert (image.camera, image.rgb.shape, image.depth.shape) == ("front", (48, 64, 3), (48, 64))
    ctx.images[image.id] = image
    mask = library.segment(ctx, image, "red block")
    assert mask.pixels.sum() == 64
    points = library.deproject(ctx, mask)
    assert points.shape == (64, 3)
    assert np.allclose(points.mean(axis=0), (0.49, 0.0, 0.04), atol=0.01)


def test_a_forgotten_image_is_named(ctx: Any) -> None:
    with pytest.raises(BadArgument, match="mask 7"):
        library.deproject(ctx, Mask(7, 3, "red block", np.ones((2, 2), bool)))
