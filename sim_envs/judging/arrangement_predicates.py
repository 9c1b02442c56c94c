"""Clauses about how several objects lie to each other: towers, rows, things spread out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from sim_envs.judging.case import Case, Condition, Unclear
from sim_envs.judging.predicates import on_table, on_top
from sim_envs.judging.truth_geometry import Line, distance, fit_line


def stacked(case: Case, names: Iterable[str]) -> list[Condition]:
    """These objects make one tower on the table, in any order: one clause for its foot, one for each level above it."""
    order = sorted(names, key=lambda name: case.now[name].position[2])
    if len(order) < 2:
        raise Unclear(f"a stack takes two objects, there are {len(order)}")
    clauses = [on_table(case, order[0])]
    for below, above in itertools.pairwise(order):
        clauses.append(on_top(case, above, below))
    return clauses


def straight(names: Sequence[str], fit: Line) -> list[Condition]:
    """Every object is at most 2 cm off the line, which is half a block, and at most a sixth of the line's length.

    The sixth is for blocks side by side: three of 4 cm in an L are less than 2 cm off a line, too.
    """
    length = max(fit.stations) - min(fit.stations)
    allowed = min(0.02, length / 6)
    return [
        Condition(
            off <= allowed,
            f"{name} is {off:.3f} m off the line of {length:.3f} m",
            f"{name} off the line (m)",
            round(off, 4),
        )
        for name, off in zip(names, fit.offsets, strict=True)
    ]


def row(case: Case, names: Sequence[str]) -> list[Condition]:
    """These objects stand in a straight line from left to right, within 15 degrees, apart."""
    fit = fit_line([case.now[name].position for name in names])
    angle = math.degrees(fit.angle)
    return [
        *straight(names, fit),
        Condition(
            angle >= 75, f"the line is {angle:.0f} degrees from vertical", "from vertical (deg)", round(angle, 1)
        ),
        *spread_out(case, names),
    ]


def spread_out(case: Case, names: Sequence[str]) -> list[Condition]:
    """These objects stand on the table, and none closer to another, centre to centre, than its own width."""
    gaps = {
        (a, b): distance(case.now[a], case.now[b]) - min(case.now[a].size[0], case.now[b].size[0])
        for a, b in itertools.combinations(names, 2)
    }
    a, b = min(gaps, key=lambda pair: gaps[pair])
    apart = Condition(
        gaps[a, b] >= -0.002,
        f"{a} and {b} are {distance(case.now[a], case.now[b]):.3f} m apart",
        "least distance between two (m)",
        round(distance(case.now[a], case.now[b]), 4),
    )
    return [apart, *(on_table(case, name) for name in names)]
