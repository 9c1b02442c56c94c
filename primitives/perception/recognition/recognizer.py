"""From the view from above to the list of things: hollow, solid, stacked and flat."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.perception.color_classes import nearest
from primitives.perception.geometry.masks import Mask
from primitives.perception.geometry.quantiles import median, middle, quantile
from primitives.perception.geometry.rectangles import covers
from primitives.perception.heightmap.islands import islands
from primitives.perception.heightmap.topview import TopView
from primitives.perception.recognition.bridges import pillars_below
from primitives.perception.recognition.containers import containers
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.face_merging import joined, without_doubles
from primitives.perception.recognition.fragments import without_fragments
from primitives.perception.recognition.furniture import furniture
from primitives.perception.recognition.odd_shapes import as_one
from primitives.perception.recognition.rims import Container
from primitives.perception.recognition.solids import one_face, patches, solid
from primitives.perception.recognition.stack_layers import layers_below, one_piece, reach_down
from primitives.perception.recognition.zones import zones

Interpreter = Callable[[TopView, Sequence[Detection]], list[Detection]]
"""From an island and the plain things in it to the things that they are together; what it does not know it keeps."""
INTERPRETERS: tuple[Interpreter, ...] = (furniture,)
"""Asked one after the other about every island."""
_CUBE, _SURE = 0.15, 0.6
"""Relative deviation of extents within which a block is a cube; quality from which a layer is sure by its sides."""
_ALIKE = 0.8
"""How sure it is that cubes in line are one tall block."""
_BODY = 0.004
"""m around a thing within which points are on its sides."""
_OWN = 0.004
"""m above the surface of a hollow thing within which points belong to it."""


def things(view: TopView) -> list[Detection]:
    """Everything on the table."""
    raised = [thing for island in islands(view) for thing in _raised(island)]
    return (without_fragments(raised) if view.blotchy else raised) + zones(view)


def _raised(view: TopView) -> list[Detection]:
    """The things of one island."""
    hollow = containers(view)
    found = [c.found for c in hollow]
    outside = view.raised.copy()
    for container in hollow:
        outside &= ~container.found.cells
        outside |= container.contents
    solids: list[Detection] = []
    for patch, floors in _faces(view, patches(view, outside), hollow):
        solids.extend(solid(view, patch, floors))
    solids = joined(view, without_doubles(solids))
    for thing in (*found, *solids):
        thing.color = _shown(view, thing)
    loose = _outside(view, hollow)
    while solids:
        thing = max(solids, key=lambda f: f.bottom)
        solids = [s for s in solids if s is not thing]
        found.append(thing)
        alone = _without_bodies(loose, [s for s in (*solids, *found) if s is not thing])
        base = _base(view, thing.cells, hollow)
        if pillars := pillars_below(alone, thing, base, thing.color):
            found.extend(pillars)
            solids = [s for s in solids if not any(_shows(view, s, p) for p in pillars)]
            continue
        reach_down(alone, thing, base, thing.color)
        if thing.category in ("block", "cylinder", "ball"):
            layers, solids = _under(alone, thing, solids, hollow)
            found.extend(_tall(alone, thing, layers))
    for interpreter in INTERPRETERS:
        found = interpreter(view, found)
    return as_one(view, found)


def _under(
    view: TopView, thing: Detection, lower: list[Detection], hollow: Sequence[Container]
) -> tuple[list[Detection], list[Detection]]:
    """The layers under `thing`, and which of the `lower` solids are not just what shows of the top of one of them."""
    whole = [s for s in lower if not _may_be_ledge(s, thing)]
    if len(whole) < len(lower):
        layers = layers_below(view, thing, _support(thing, whole, hollow, view), thing.color)
        kept = [s for s in lower if not any(_shows(view, s, layer) for layer in layers)]
        if len(kept) < len(lower):
            lower = kept
    return layers_below(view, thing, _support(thing, lower, hollow, view), thing.color), lower


def _tall(view: TopView, thing: Detection, layers: list[Detection]) -> list[Detection]:
    """The `layers` under `thing`, none where all are one tall block with it."""
    storeys = [thing, *layers]
    width = sum(thing.size) / 2
    alike = all(
        s.category == "block"
        and abs(s.size[0] - width) < _CUBE * width
        and int(nearest(s.color[None])[0]) == int(nearest(thing.color[None])[0])
        for s in storeys
    )
    close = all(abs(a.bottom - b.top) < 0.003 for a, b in itertools.pairwise(storeys))
    if not layers or not alike or not close or not one_piece(view, thing, layers):
        return layers
    thing.bottom = layers[-1].bottom
    thing.quality = min(s.quality for s in storeys) * _ALIKE
    return []


def _may_be_ledge(solid: Detection, above: Detection) -> bool:
    """Whether `solid` is no cube, and so close under `above` that it may be part of a top face on which that stands."""
    extents = (*solid.size, solid.height)
    cube = max(extents) - min(extents) < _CUBE * max(extents)
    near = math.dist(solid.center, above.center) < max(above.size) / 2 + max(solid.size)
    known = solid.category in ("block", "object", "cylinder")
    return known and not cube and solid.top < above.bottom + 0.008 and near


def _shows(view: TopView, solid: Detection, layer: Detection) -> bool:
    """Whether `solid` lies within the top face of `layer`."""
    if layer.quality < _SURE or abs(solid.top - layer.top) > 0.006:
        return False
    rows, columns = np.nonzero(solid.cells)
    x, y = view.xy(0.0, 0.0)
    dx, dy = rows * view.cell + x - layer.center[0], columns * view.cell + y - layer.center[1]
    if layer.category == "cylinder":
        beyond = np.hypot(dx, dy) - layer.size[0] / 2
    else:
        c, s = math.cos(layer.yaw), math.sin(layer.yaw)
        beyond = np.maximum(np.abs(c * dx + s * dy) - layer.size[0] / 2, np.abs(c * dy - s * dx) - layer.size[1] / 2)
    return len(rows) > 0 and float((beyond < 0.003).mean()) > 0.9


def _outside(view: TopView, hollow: Sequence[Container]) -> TopView:
    """`view` without the points of the hollow things: seen under what stands in one, its shaded wall is no layer."""
    if not hollow:
        return view
    level = np.maximum.reduce([c.level for c in hollow]).ravel()
    cell = view.points.cell
    return view.without(view.points.xyz[:, 2] < level[cell] + _OWN + view.noise)


def _without_bodies(view: TopView, others: Sequence[Detection]) -> TopView:
    """`view` without the points on the bodies of `others`: their sides are no layers under what stands beside them."""
    xyz = view.points.xyz
    own = np.zeros(len(xyz), bool)
    for other in others:
        if other.category not in ("block", "cylinder") or other.quality < _SURE:
            continue
        dx, dy = xyz[:, 0] - np.float32(other.center[0]), xyz[:, 1] - np.float32(other.center[1])
        within = covers(dx, dy, other.yaw, other.size, beside=_BODY)
        own |= within & (xyz[:, 2] < other.top + _BODY) & (xyz[:, 2] > other.bottom - _BODY)
    return view.without(own) if own.any() else view


def _faces(view: TopView, tops: Sequence[Mask], hollow: Sequence[Container]) -> Iterator[tuple[Mask, list[float]]]:
    """Each top face, and the heights on which the thing under it may stand.

    Args:
        view: the scene from above.
        tops: the patches, the highest first. Those that something on them divides become one face.
        hollow: what they may lie in.
    """
    levels = [median(view.height[p]) for p in tops]
    kinds = [int(view.kind[p][0]) for p in tops]
    taken: set[int] = set()
    for i, patch in enumerate(tops):
        if i in taken:
            continue
        base, near = _base(view, patch, hollow), _grown(patch)
        lower = zip(levels[i + 1 :], tops[i + 1 :], strict=True)
        floors = [base, *(h for h, p in lower if base + 0.012 < h < levels[i] - 0.012 and (p & near).any())]
        face = patch
        for j in range(i + 1, len(tops)):
            alike = kinds[j] == kinds[i] and abs(levels[j] - levels[i]) < 0.003 + view.noise
            if j not in taken and alike and one_face(view, (face, tops[j]), floors):
                taken.add(j)
                face = face | tops[j]
        yield face, floors


def _grown(mask: Mask) -> Mask:
    """`mask` and the cells within two of it."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)


def _base(view: TopView, patch: Mask, hollow: Sequence[Container]) -> float:
    """Height of the bare ground under `patch`: the table, or the floor of what it lies in."""
    for container in reversed(hollow):
        if (patch & container.contents).sum() > 0.5 * patch.sum():
            own = view.height[container.found.cells & view.raised]
            return quantile(own, 0.05) if len(own) else 0.0
    return 0.0


def _support(thing: Detection, solids: Sequence[Detection], hollow: Sequence[Container], view: TopView) -> float:
    """Height of the highest known surface under `thing`."""
    reach = min(thing.size) / 2
    tops = [
        f.top
        for f in solids
        if f is not thing
        and f.top < thing.bottom + 0.008
        and max(abs(f.center[0] - thing.center[0]), abs(f.center[1] - thing.center[1])) < 0.8 * reach + max(f.size) / 2
    ]
    return max([_base(view, thing.cells, hollow), *tops])


def _shown(view: TopView, found: Detection) -> NDArray[np.float64]:
    """(3,) sRGB that the top of a thing shows."""
    cells = view.rgb[found.cells & view.raised]
    return middle(cells) if len(cells) else np.zeros(3)
