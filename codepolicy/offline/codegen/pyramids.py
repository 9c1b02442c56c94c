"""Writing programs that build pyramids."""

from __future__ import annotations

from codepolicy.offline.codegen.handling import check_movable, make_way, remember
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number, quoted, tuple_of
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.parser.meaning import ArrangementShape, Place, ThingGroup
from primitives.scene import SceneObject

GAP = 0.008
"""m between neighbours of a row: fingers and errors of measurement fit, and what lies above still rests on both."""
ROWS = {3: 2, 6: 3, 10: 4}
"""Number of things, to how many stand in the bottom row."""


def write_pyramid(writer: Writer, what: ThingGroup, shape: ArrangementShape) -> None:
    """Add what builds a pyramid of one row of things upon another.

    Raises:
        Declined: their number makes no pyramid, or they are of different sizes.
    """
    things = choose(what, writer.belief)
    for obj in things:
        check_movable(obj)
    if len(things) not in ROWS:
        raise Declined(f"A pyramid takes 3, 6 or 10 blocks; there are {len(things)}. Say which ones, or how many.")
    tallest, lowest = max(o.size[2] for o in things), min(o.size[2] for o in things)
    if tallest - lowest > 0.006 or {o.category for o in things} != {"block"}:
        raise Declined("A pyramid takes blocks of one size; these are not.")
    remember(writer, things)
    bottom = ROWS[len(things)]
    things = _ordered(things)
    for obj in things:
        make_way(writer, obj)
    names = tuple_of(o.name for o in things)
    pitch = number(max(max(o.size[:2]) for o in things) + GAP)
    height = number(sum(o.size[2] for o in things) / len(things))
    near = f", region({quoted(shape.at.name)}).center" if isinstance(shape.at, Place) else ""
    writer.write(
        f"things = [find(name) for name in {names}]",
        f"shape = [(0.0, {pitch} * (i - {number((bottom - 1) / 2)})) for i in range({bottom})]  # the bottom row",
        f"row, left, z = spread(things, shape{near}), iter(things), {height} / 2",
        "while row:",
        "    for x, y in row:",
        "        put(next(left), (x, y, z + 0.001))",
        f"    row, z = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in zip(row, row[1:])], z + {height}",
    )
    cx, cy = writer.belief.workspace.table.center
    for obj in things:
        writer.moved_to(obj.name, (cx, cy))
    _state(writer, things, bottom, height)
    writer.summary.append(f"build a pyramid of {len(things)} blocks, {bottom} at the bottom")


def _ordered(things: list[SceneObject]) -> list[SceneObject]:
    return sorted(things, key=lambda o: -o.position[2])


def _state(writer: Writer, things: list[SceneObject], bottom: int, height: str) -> None:
    """State where each thing must be, from the two ends of the bottom row; those between them nobody may see."""
    names = [o.name for o in things]
    first, last = names[0], names[bottom - 1]
    for name in (first, last):
        writer.must(GoalClause(name, 'on({a}, "table")', "the {a} stands on the table"))
    rest = names[bottom:]
    for level in range(1, bottom):
        row, rest = rest[: bottom - level], rest[bottom - level :]
        for i, name in enumerate(row):
            part = number((i + level / 2) / (bottom - 1))
            setup = (f"a, b, c = (find(name).position for name in {tuple_of([name, first, last])})",)
            above = f"abs(a[2] - b[2] - {level} * {height}) < 0.012"
            spot = f"(b[0] + {part} * (c[0] - b[0]), b[1] + {part} * (c[1] - b[1]))"
            message = f"the {name} lies in row {level + 1} of the pyramid"
            writer.must(GoalClause(name, f"{above} and math.dist(a[:2], {spot}) < 0.02", message, setup, (first, last)))
