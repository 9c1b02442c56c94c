"""A refused point is told with a free one near it, with room for the fingers."""

from __future__ import annotations

import re

import pytest

from primitives.failures import Blocked
from primitives.motion.placing.occupancy import refuse_unsupported
from primitives.scene import SceneObject, Workspace

TABLE = Workspace().table
BLOCK = SceneObject(
    name="red block", category="block", color="red", position=(0.4, -0.2, 0.02), size=(0.04, 0.04, 0.04)
)
BOWL = SceneObject(name="blue bowl", category="bowl", color="blue", position=(0.5, 0.2, 0.03), size=(0.15, 0.15, 0.06))
BOX = SceneObject(name="gray box", category="box", color="gray", position=(0.36, 0.22, 0.05), size=(0.1, 0.1, 0.1))


@pytest.mark.parametrize("point", [(0.45, 0.25), (0.45, 0.14), (0.43, 0.2), (0.36, 0.24)])
def test_the_point_that_is_named_is_free(point: tuple[float, float]) -> None:
    with pytest.raises(Blocked) as caught:
        refuse_unsupported(BLOCK, point, [BOWL, BOX], None, TABLE)
    found = re.search(r"such as \((-?[\d.]+), (-?[\d.]+)\)", caught.value.hint or "")
    assert found is not None, caught.value.hint
    free = float(found[1]), float(found[2])
    assert TABLE.contains(free)
    assert max(abs(free[0] - point[0]), abs(free[1] - point[1])) < 0.31
    refuse_unsupported(BLOCK, free, [BOWL, BOX], None, TABLE)


def test_where_nothing_is_free_none_is_named() -> None:
    slab = SceneObject(name="slab", category="box", color="gray", position=(0.49, 0.0, 0.02), size=(0.5, 0.7, 0.04))
    with pytest.raises(Blocked) as caught:
        refuse_unsupported(BLOCK, (0.49, 0.34), [slab], None, TABLE)
    assert "such as" not in (caught.value.hint or "")
