"""Which parts belong together, on views drawn without a camera."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from primitives.colors import COLORS
from primitives.perception.color_classes import NAMES
from primitives.perception.geometry.masks import Mask
from primitives.perception.heightmap.grid import Grid
from primitives.perception.heightmap.topview import Points, TopView
from primitives.perception.recognition.detection import Detection
from primitives.perception.recognition.face_merging import joined
from primitives.perception.recognition.small_fixtures import nut

GRID = Grid(0.002, (0.44, -0.06), (61, 61))
ROWS, COLUMNS = np.mgrid[:61, :61]
X, Y = ROWS * GRID.cell + 0.44 - 0.5, COLUMNS * GRID.cell - 0.06
AWAY = np.hypot(X, Y)


def drawn(height: NDArray[np.floating], *, below: Mask | None = None) -> TopView:
    """A view of something orange at (0.5, 0): its `height` in m over each cell, and a wall under cells `below`."""
    flat = height.astype(np.float32)
    raised = flat > 0
    color = np.zeros((*GRID.shape, 3), np.uint8)
    color[raised] = COLORS["orange"]
    kind = np.full(GRID.shape, NAMES.index("orange"), np.uint8)
    level = [(flat, raised)] + [(np.full_like(flat, z), below) for z in (0.03, 0.04, 0.05) if below is not None]
    xyz = np.concatenate([np.stack([X[m] + 0.5, Y[m], z[m]], axis=1) for z, m in level]).astype(np.float32)
    cell = np.concatenate([np.flatnonzero(m) for _, m in level])
    points = Points(xyz, np.tile(np.array(COLORS["orange"], np.uint8), (len(xyz), 1)), cell)
    return TopView(GRID, flat, color, kind, raised, ~raised, points, (), (), 0.0)


def part(category: str, cells: Mask, top: float, size: tuple[float, float]) -> Detection:
    center = (0.5 + float(X[cells].mean()), float(Y[cells].mean()))
    return Detection(category, center, 0.0, top, size, 0.0, cells, 0.8, np.array(COLORS["orange"], float))


@pytest.mark.parametrize("walled", [False, True])
def test_a_square_ring_high_up_is_a_nut_unless_its_wall_goes_down(walled: bool) -> None:
    outline = (np.abs(X) < 0.0275) & (np.abs(Y) < 0.0275)
    ring = outline & ~((np.abs(X) < 0.016) & (np.abs(Y) < 0.016))
    view = drawn(np.where(ring, 0.089, 0.0), below=ring if walled else None)
    mug = part("mug", ring, 0.089, (0.055, 0.055))
    assert [f.category for f in nut(view, mug, [mug])] == ["mug" if walled else "nut"]


@pytest.mark.parametrize("gap", [False, True])
def test_the_post_of_a_peg_is_no_step_of_an_odd_thing(gap: bool) -> None:
    plate = (np.abs(X) < 0.04) & (np.abs(Y) < 0.04)
    post, clear = AWAY < 0.01, 0.034 if gap else 0.0
    view = drawn(np.where(post, 0.06, np.where(plate, 0.014, 0.0)))
    # the rest of the plate touches the post, or its corners alone were left by what was taken for a round plate
    rest = plate & ~post & (AWAY - clear > 0)
    parts = [part("block", post, 0.06, (0.020, 0.024)), part("object", rest, 0.014, (0.08, 0.08))]
    assert sorted(f.category for f in joined(view, parts)) == ["block", "object"]


@pytest.mark.parametrize(("between", "things"), [(0.0, ["object"]), (0.025, ["object", "object"])])
def test_a_step_and_its_foot_are_one_unless_the_ground_between_them_is_in_view(
    between: float, things: list[str]
) -> None:
    strip = (np.abs(Y) < 0.025) & (np.abs(X) < 0.036)
    high, low = strip & (X < -0.015), strip & (X > 0.001)
    view = drawn(np.where(high, 0.06, np.where(low, 0.03, np.where(strip, between, 0.0))))
    view.bare[strip] = False
    parts = [part("object", high, 0.06, (0.021, 0.05)), part("object", low, 0.03, (0.035, 0.05))]
    assert sorted(f.category for f in joined(view, parts)) == things
