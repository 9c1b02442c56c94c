"""All twenty colours are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from primitives.colors import COLORS
from primitives.perception.calibration.illumination import light_level
from primitives.perception.color_classes import ALBEDO, NAMES, classes, named


@pytest.mark.parametrize("name", COLORS)
@pytest.mark.parametrize("light", [0.8, 0.92, 1.0])
def test_named_in_known_light(name: str, light: float) -> None:
    seen = np.array(COLORS[name]) * light + np.array([3.0, -2.0, 2.0])
    color, sure = named(seen, light)
    assert color == name
    assert sure > 0.2


SAME_HUE = [{"blue", "navy"}, {"black", "gray", "white"}]


@pytest.mark.parametrize("name", COLORS)
@pytest.mark.parametrize("shade", [0.62, 0.8, 1.0])
def test_class_survives_shading(name: str, shade: float) -> None:
    seen = (np.array(COLORS[name]) * shade).astype(np.uint8)
    found = NAMES[int(classes(seen))]
    assert found == name or any({found, name} <= family for family in SAME_HUE)


def test_light_is_found_from_the_colors_in_it() -> None:
    seen = [ALBEDO[NAMES.index(n)] * 0.75 for n in ("red", "gray", "blue", "white", "orange")]
    assert light_level(seen) == pytest.approx(0.75, abs=0.04)


def test_nothing_seen_means_usual_light() -> None:
    assert 0.8 < light_level([]) < 1.0
