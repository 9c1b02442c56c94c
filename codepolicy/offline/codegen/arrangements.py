"""Writing programs that arrange things: lines, circles, triangles, squares, sorted or together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from codepolicy.offline.codegen import rings
from codepolicy.offline.codegen.handling import check_movable, make_way, remember
from codepolicy.offline.codegen.object_expressions import by_name, refer
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, number, quoted, tuple_of
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.adjectives import KEYS
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.parser.meaning import ArrangementShape, At, Place, ThingGroup
from primitives.scene import REGION_NAMES, SceneObject, Vector2, Workspace

DIAGONAL = (0.57, 0.82)
"""Unit vector (x, y) from the bottom right corner of the table to the top left one."""
CORNERS = {"triangle": 3, "square": 4}


def write_arrangement(writer: Writer, what: ThingGroup, shape: ArrangementShape) -> None:
    """Add what brings things into a shape.

    Raises:
        Declined: there are too few things, or it does not fit on the table.
    """
    shape = _along(shape)
    subjects = refer(writer, what)
    anchors = choose(shape.around, writer.belief) if shape.around else []
    things = [o for o in subjects.objects if o not in anchors]
    for obj in things:
        check_movable(obj)
    fewest = {"circle": 2 if anchors else 3, "triangle": 3, "square": 4}.get(shape.kind, 2)
    if len(things) < fewest:
        raise Declined(
            f"A {shape.kind} takes at least {fewest} things; there are {len(things)}: "
            f"{phrasing.listed([o.name for o in things])}."
        )
    remember(writer, things)
    ring = rings.around(writer.belief, shape, things, anchors)
    points = _points(shape, things, ring)
    things = _assigned(writer, shape, things, points)
    for obj in things:
        make_way(writer, obj, but=[o.name for o in things])
    writer.summary.append(
        f"put {phrasing.group(what)} in a {f'{shape.orientation} {shape.kind}'.strip()}"
        if shape.kind != "together"
        else f"put {phrasing.group(what)} in a row, close together"
    )
    names = [o.name for o in things]
    if any(o.on != "table" for o in things):
        for obj in sorted(things, key=lambda o: -o.position[2]):
            if obj.on in names:
                writer.write(f"put({by_name([obj])}, free_spot({by_name([obj])}, {by_name([obj])}.position[:2]))")
    writer.write(f"things = [find(name) for name in {tuple_of(names)}]")
    writer.write(*_shape_code(shape, things, ring))
    where = _center(shape, anchors)
    writer.write(f"place_all(things, spread(things, shape{', ' + where if where else ''}))")
    for obj, (x, y) in zip(things, points, strict=True):
        writer.moved(obj.name)
        cx, cy = anchors[0].position[:2] if anchors else writer.belief.workspace.table.center
        writer.belief.set_at(obj.name, (cx + x, cy + y))
    for clause in _clauses(shape, things, anchors, ring):
        writer.must(clause)
    if isinstance(shape.at, Place):
        for name in names:
            writer.must(
                GoalClause(name, f"in_region({{a}}, {quoted(shape.at.name)})", f"the {{a}} is in the {shape.at.name}")
            )


def _spacing(shape: ArrangementShape, things: Sequence[SceneObject]) -> float:
    if shape.spacing is not None:
        return shape.spacing
    room = 0.03 if shape.kind == "together" else 0.045
    axis = 0.36 if shape.orientation == "vertical" else 0.54
    if isinstance(shape.at, Place) and shape.at.name in REGION_NAMES:
        low, high = Workspace().region(shape.at.name).low, Workspace().region(shape.at.name).high
        along = 0 if shape.orientation == "vertical" else 1
        axis = min(axis, high[along] - low[along] - 0.03)
    wanted = max(max(o.size[:2]) for o in things) + room
    return round(min(wanted, axis / max(1, len(things) - 1)), 3)


def _along(shape: ArrangementShape) -> ArrangementShape:
    """The shape with a direction: a line on the left or right side runs from top to bottom, unless said otherwise."""
    upright = isinstance(shape.at, Place) and shape.at.name in ("left side", "right side")
    if shape.kind in ("line", "together") and not shape.orientation and upright:
        return replace(shape, orientation="vertical")
    return shape


def _direction(shape: ArrangementShape) -> tuple[float, float]:
    """Unit vector (x, y) along a line, from its first thing to its last; left to right, top to bottom."""
    way = {"vertical": (-1.0, 0.0), "diagonal": (-DIAGONAL[0], -DIAGONAL[1])}.get(shape.orientation, (0.0, -1.0))
    return (-way[0], -way[1]) if shape.backward else way


def _points(shape: ArrangementShape, things: Sequence[SceneObject], ring: rings.Ring) -> list[Vector2]:
    n = len(things)
    if shape.kind == "circle":
        return [(ring.radius * math.cos(turn), ring.radius * math.sin(turn)) for turn in ring.turns]
    if shape.kind in CORNERS:
        return _polygon(CORNERS[shape.kind], n, _side(shape, things))
    (dx, dy), step = _direction(shape), _spacing(shape, things)
    return [(dx * step * (i - (n - 1) / 2), dy * step * (i - (n - 1) / 2)) for i in range(n)]


def _side(shape: ArrangementShape, things: Sequence[SceneObject]) -> float:
    """Length of a side, m: neighbours stay apart."""
    per_side = -(-len(things) // CORNERS[shape.kind])
    step = shape.spacing or max(max(o.size[:2]) for o in things) + 0.05
    return round(step * per_side, 3)


def _polygon(corners: int, n: int, side: float) -> list[Vector2]:
    """Points evenly along the outline of a regular polygon, a corner first."""
    radius = side / (2 * math.sin(math.pi / corners))
    turn = math.pi / 4 if corners == 4 else 0.0
    tips = [
        (radius * math.cos(2 * math.pi * k / corners + turn), radius * math.sin(2 * math.pi * k / corners + turn))
        for k in range(corners)
    ]
    points: list[Vector2] = []
    for i in range(n):
        k, part = divmod(i * corners / n, 1)
        (ax, ay), (bx, by) = tips[int(k)], tips[(int(k) + 1) % corners]
        points.append((ax + (bx - ax) * part, ay + (by - ay) * part))
    return points


def _assigned(
    writer: Writer, shape: ArrangementShape, things: Sequence[SceneObject], points: Sequence[Vector2]
) -> list[SceneObject]:
    """The things in the order of the points they go to."""
    if shape.order:
        named = choose(shape.order, writer.belief)
        if {o.name for o in named} != {o.name for o in things}:
            raise Declined(
                f"The order names {phrasing.listed([o.name for o in named])}; what is to be arranged is "
                f"{phrasing.listed(sorted(o.name for o in things))}."
            )
        return named
    if shape.by:
        return sorted(things, key=KEYS[shape.by])
    cx, cy = writer.belief.workspace.table.center
    if shape.kind in ("line", "together"):
        dx, dy = _direction(shape)
        return sorted(things, key=lambda o: o.position[0] * dx + o.position[1] * dy)
    rest = list(things)
    order: list[SceneObject] = []
    for x, y in points:
        nearest = min(rest, key=lambda o: math.dist(o.position[:2], (cx + x, cy + y)))
        rest.remove(nearest)
        order.append(nearest)
    return order


def _shape_code(shape: ArrangementShape, things: Sequence[SceneObject], ring: rings.Ring) -> list[str]:
    if shape.kind == "circle":
        return rings.code(ring)
    if shape.kind in CORNERS:
        points = ", ".join(f"({number(x)}, {number(y)})" for x, y in _points(shape, things, ring))
        return [f"shape = [{points}]  # a {shape.kind}, {number(_side(shape, things))} m a side"]
    dx, dy = _direction(shape)
    step = number(_spacing(shape, things))
    x = "0.0" if not dx else f"{dx * float(step):.4g} * k"
    y = "0.0" if not dy else f"{dy * float(step):.4g} * k"
    word = {"vertical": "from top to bottom", "diagonal": "from the top left to the bottom right"}.get(
        shape.orientation, "from left to right"
    )
    return [
        "steps = [i - (len(things) - 1) / 2 for i in range(len(things))]",
        f"shape = [({x}, {y}) for k in steps]  # a line {word}, {step} m apart",
    ]


def _center(shape: ArrangementShape, anchors: Sequence[SceneObject]) -> str:
    if anchors:
        return f"find({quoted(anchors[0].name)}).position[:2]"
    if isinstance(shape.at, Place):
        return f"area=region({quoted(shape.at.name)})"
    if isinstance(shape.at, At):
        raise Declined("I arrange things on the table itself: name a side, a corner or the middle.")
    return ""


def _clauses(
    shape: ArrangementShape, things: Sequence[SceneObject], anchors: Sequence[SceneObject], ring: rings.Ring
) -> list[GoalClause]:
    names = tuple(o.name for o in things)
    listed = tuple_of(names)
    setup = [
        f"xs = [find(name).position[0] for name in {listed}]",
        f"ys = [find(name).position[1] for name in {listed}]",
    ]
    flat = GoalClause(
        "",
        f'all(on(name, "table") for name in {listed})',
        "everything in the arrangement stands on the table",
        about=names,
    )
    if shape.kind in ("line", "together"):
        word = shape.orientation or "horizontal"
        checks = {
            "horizontal": ("max(xs) - min(xs) < 0.03", "[a - b for a, b in zip(ys, ys[1:])]"),
            "vertical": ("max(ys) - min(ys) < 0.03", "[a - b for a, b in zip(xs, xs[1:])]"),
            "diagonal": (
                f"max(abs((x - xs[0]) * {DIAGONAL[1]} - (y - ys[0]) * {DIAGONAL[0]}) for x, y in zip(xs, ys)) < 0.03",
                f"[({DIAGONAL[0]} * (a - c) + {DIAGONAL[1]} * (b - d)) for a, b, c, d in zip(xs, ys, xs[1:], ys[1:])]",
            ),
        }
        straight, gaps = checks[word]
        step = number(_spacing(shape, things))
        order = f"in order, {step} m apart"
        return [
            GoalClause("", straight, f"{phrasing.listed(names)} are in a {word} line", tuple(setup), names),
            GoalClause(
                "",
                f"all(abs(g - {step}) < 0.025 for g in gaps)",
                f"they are {order}",
                (*setup, f"gaps = {gaps}"),
                names,
            ),
            flat,
        ]
    if shape.kind == "circle":
        return [*rings.clauses(ring, names, setup, anchors), flat]
    points = _points(shape, things, ring)
    wanted = ", ".join(f"({number(x - points[0][0])}, {number(y - points[0][1])})" for x, y in points)
    setup.append(f"shape = [{wanted}]")
    condition = "all(math.dist((x - xs[0], y - ys[0]), p) < 0.03 for x, y, p in zip(xs, ys, shape))"
    return [
        GoalClause("", condition, f"{phrasing.listed(names)} are in a {shape.kind}", (*setup[:2], setup[-1]), names),
        flat,
    ]
