"""Primitives that look: objects, regions and relations, and at the joint level images and points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from primitives import relations
from primitives.context import Context
from primitives.failures import BadArgument
from primitives.images import Image, Mask
from primitives.perception.heightmap.point_cloud import base_points, within
from primitives.perception.region_names import named_region
from primitives.registry import primitive
from primitives.scene import REGION_NAMES, Region, Relation, SceneObject


@primitive(surfaces=("skill", "tool"), kind="perception")
def detect(ctx: Context, query: str | None = None) -> list[SceneObject]:
    """Everything in view that matches `query` (None: all), e.g. "blocks", "red objects"; may be empty.

    for bowl in detect("bowls"):
        say(bowl.name)
    """
    return ctx.memory.find_all(query)


@primitive(surfaces=("skill", "tool"), kind="perception")
def find(ctx: Context, query: SceneObject | str) -> SceneObject:
    """The one match of a name or of e.g. "largest block", "leftmost bowl", "second block from the left".

    Raises NotFound or Ambiguous with candidates.

    red = find("red block")
    """
    return _seen(ctx, query)


@primitive(surfaces=("skill", "tool"), kind="perception")
def region(ctx: Context, name: str) -> Region:
    """A place: "table", "middle", "top|bottom|left|right side" or "top|bottom left|right corner".

    place(region("left side"))
    """
    found = named_region(name, ctx.robot.workspace)
    if found is None:
        raise BadArgument(
            f"no place on the table is called {name!r}",
            candidates=(*REGION_NAMES, "table"),
            hint="use one of these names, or (x, y) in m",
        )
    return found


@primitive(surfaces=("skill", "tool"), kind="perception")
def inside(ctx: Context, a: SceneObject | str, b: SceneObject | str) -> Relation:
    """`a` is in the bowl, box or mug `b`, or on the plate or zone `b`.

    inside("red block", "blue bowl")
    """
    return relations.inside(_seen(ctx, a), _seen(ctx, b))


@primitive(surfaces=("skill", "tool"), kind="perception")
def on(ctx: Context, a: SceneObject | str, b: SceneObject | str) -> Relation:
    """`a` rests directly on, or in, `b`, which may be "table".

    on("red block", "blue block")
    """
    if b == "table":
        return relations.on_table(_seen(ctx, a))
    return relations.on(_seen(ctx, a), _seen(ctx, b))


@primitive(surfaces=("skill", "tool"), kind="perception")
def near(ctx: Context, a: SceneObject | str, b: SceneObject | str, distance: float = 0.05) -> Relation:
    """The gap between `a` and `b` is at most `distance` m.

    near("mug", "bowl", distance=0.1)
    """
    return relations.near(_seen(ctx, a), _seen(ctx, b), distance=distance)


@primitive(surfaces=("skill", "tool"), kind="perception")
def left_of(ctx: Context, a: SceneObject | str, b: SceneObject | str) -> Relation:
    """`a` is left (+y) of `b`.

    left_of("mug", "bowl")
    """
    return relations.left_of(_seen(ctx, a), _seen(ctx, b))


@primitive(surfaces=("skill", "tool"), kind="perception")
def right_of(ctx: Context, a: SceneObject | str, b: SceneObject | str) -> Relation:
    """`a` is right (-y) of `b`.

    right_of("mug", "bowl")
    """
    return relations.right_of(_seen(ctx, a), _seen(ctx, b))


@primitive(surfaces=("skill", "tool"), kind="perception")
def in_front_of(ctx: Context, a: SceneObject | str, b: SceneObject | str) -> Relation:
    """`a` is nearer to the robot (-x).

    in_front_of("mug", "bowl")
    """
    return relations.in_front_of(_seen(ctx, a), _seen(ctx, b))


@primitive(surfaces=("skill", "tool"), kind="perception")
def behind(ctx: Context, a: SceneObject | str, b: SceneObject | str) -> Relation:
    """`a` is farther from the robot (+x).

    behind("mug", "bowl")
    """
    return relations.behind(_seen(ctx, a), _seen(ctx, b))


@primitive(surfaces=("skill", "tool"), kind="perception")
def in_region(ctx: Context, a: SceneObject | str, place: Region | str) -> Relation:
    """The centre of `a` is in a region.

    in_region("mug", "left side")
    """
    return relations.in_region(_seen(ctx, a), place if isinstance(place, Region) else region(ctx, place))


@primitive(surfaces=("joint",), kind="perception")
def capture(ctx: Context, camera: str | None = None) -> Image:
    """A fresh RGB-D image: `rgb` (H, W, 3), `depth` (H, W) m, `K`, `T_base_camera`, `camera` (its name).

    Takes the first camera without a name; a wrong name raises BadArgument listing them.

    image = capture()
    """
    by_name = {c.info.name: c for c in ctx.robot.cameras}
    if camera is not None and camera not in by_name:
        raise BadArgument(f"no camera is called {camera!r}", candidates=tuple(by_name))
    ctx.memory.look()
    frame = next(f for f in ctx.memory.frames if camera in (None, f.camera.name))
    info = frame.camera
    return Image(ctx.next_id(), info.name, frame.rgb, frame.depth, info.K, info.T_base_camera)


@primitive(surfaces=("joint",), kind="perception")
def segment(ctx: Context, image: Image, query: str) -> Mask:
    """The pixels of one object as `pixels` (H, W) bool. Raises NotFound or Ambiguous.

    mask = segment(capture(), "red block")
    """
    obj = ctx.memory.find(query)
    points = base_points(image.depth, image.K, image.T_base_camera)
    pixels = (image.depth > 0) & within(points, obj, margin=0.004)
    return Mask(ctx.next_id(), image.id, obj.name, pixels)


@primitive(surfaces=("joint",), kind="perception")
def deproject(ctx: Context, mask: Mask) -> NDArray[np.float64]:
    """The points (N, 3) in m, base frame, behind the pixels of `mask`.

    center = deproject(mask).mean(axis=0)
    """
    if mask.image not in ctx.images:
        raise BadArgument(f"the image of mask {mask.id} is no longer kept", hint="capture and segment again")
    image = ctx.images[mask.image]
    return base_points(image.depth, image.K, image.T_base_camera)[mask.pixels].astype(np.float64)


def _seen(ctx: Context, obj: SceneObject | str) -> SceneObject:
    """The object as it is now, by name or query."""
    return ctx.memory.find(obj) if isinstance(obj, str) else ctx.memory.current(obj)
