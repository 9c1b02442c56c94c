"""Functions that a written program may need. Each is put in front of the program that calls it, with what it calls."""

from __future__ import annotations

import re

GAP = '''
def gap(a, b):
    """Horizontal distance from centre to centre in m."""
    return math.dist(a.position[:2], b.position[:2])
'''

IS_FREE = '''
def is_free(spot, obj, others, room=0.025):
    """Whether obj could stand at spot (x, y) with room m to each of others."""
    reach = max(obj.size[:2]) / 2 + room
    return all(math.dist(spot, o.position[:2]) > reach + max(o.size[:2]) / 2 for o in others)
'''

OBSTACLES = '''
def obstacles(obj):
    """Everything that obj could bump into, were it put on the table."""
    return [o for o in detect() if o.name != obj.name and o.category != "zone"]
'''

FREE_SPOT = '''
def free_spot(obj, near, off=None):
    """The free (x, y) closest to the point near, for obj to stand on; off is something it must not stand on."""
    table, others = region("table"), obstacles(obj) + ([off] if off else [])
    (x0, y0), (x1, y1) = table.low, table.high
    spots = [(x0 + (x1 - x0) * i / 16, y0 + (y1 - y0) * j / 22) for i in range(1, 16) for j in range(1, 22)]
    away = max(obj.size[:2]) + 0.06
    for room in (0.025, 0.008, -1):
        free = [s for s in spots if is_free(s, obj, others, room) and math.dist(s, obj.position[:2]) > away]
        if free:
            return min(free, key=lambda spot: math.dist(spot, near))
'''

ASIDE = '''
def aside(obj, off):
    """Put obj on the nearest free place where it leaves room at off: a region, a point (x, y), or points."""
    table, others, reach = region("table"), obstacles(obj), max(obj.size[:2]) / 2
    (x0, y0), (x1, y1) = table.low, table.high
    spots = [(x0 + (x1 - x0) * i / 16, y0 + (y1 - y0) * j / 22) for i in range(1, 16) for j in range(1, 22)]
    if isinstance(off, Region):
        spots = [spot for spot in spots if not off.contains(spot, -reach)]
    else:
        points, room = (off, 0.05) if isinstance(off, list) else ([off], 0.08)
        spots = [spot for spot in spots if all(math.dist(spot, point) > reach + room for point in points)]
    free = [s for room in (0.025, 0.008) for s in spots if is_free(s, obj, others, room)]
    expect(len(free) > 0, f"the table has a free place for the {obj.name}")
    put(obj, min(free, key=lambda spot: math.dist(spot, obj.position[:2])))
'''

PASSAGE = '''
def passage(start, end):
    """Points 4 cm apart on the way from start to end, both (x, y), and where the hand goes down behind start."""
    length = math.dist(start, end)
    ahead = [(b - a) / length for a, b in zip(start, end)]
    steps = [0.04 * k for k in range(-2, int(length / 0.04) + 1)] + [length]
    return [(start[0] + step * ahead[0], start[1] + step * ahead[1]) for step in steps]
'''

PART = '''
def part(a, b, obj):
    """Move b, or else a, so far from the other that there is room for obj between them."""
    table, need = region("table"), (max(a.size[:2]) + max(b.size[:2])) / 2 + max(obj.size[:2]) + 0.06
    for still, other in ((a, b), (b, a)):
        others = obstacles(other)
        rest = [o for o in others if o.name not in (still.name, obj.name)]
        x, y, _ = still.position
        ring = [(x + need * math.cos(k / 6), y + need * math.sin(k / 6)) for k in range(38)]
        inside = [spot for spot in ring if table.contains(spot, 0.03) and is_free(spot, other, others)]
        free = [spot for spot in inside if is_free(((x + spot[0]) / 2, (y + spot[1]) / 2), obj, rest)]
        if free:
            put(other, min(free, key=lambda spot: math.dist(spot, other.position[:2])))
            return
'''

BESIDE = '''
def beside(target, obj, directions=((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))):
    """A free (x, y) for obj close to target, in the first of the directions (dx, dy) where there is one."""
    x, y, _ = target.position
    table, others = region("table"), obstacles(obj)
    touching, inside = (max(target.size[:2]) + max(obj.size[:2])) / 2, []
    for room in (0.025, 0.012):
        for extra in (0.03, 0.04, 0.05, 0.065, 0.08, 0.10):
            for dx, dy in directions:
                reach = (touching + extra) / math.hypot(dx, dy)
                spot = (x + dx * reach, y + dy * reach)
                inside += [spot] if table.contains(spot, 0.02) else []
                if table.contains(spot, 0.02) and is_free(spot, obj, others, room):
                    return spot
    dx, dy = directions[0]
    return inside[0] if inside else (x + dx * (touching + 0.03), y + dy * (touching + 0.03))
'''

SPREAD = '''
def spread(things, shape, center=None, area=None):
    """Spots (x, y) for things: the points of shape round center, or else moved together to where area has room."""
    table, everything = area or region("table"), detect()
    edge = 0.02 if area else 0.03
    cx, cy = center or table.center
    if center is not None:
        return [(cx + x, cy + y) for x, y in shape]
    names = {thing.name for thing in things}
    fixed = [o for o in everything if o.name not in names and o.category != "zone" and o.on not in names]
    rest = {thing.name: [o for o in things if o.name != thing.name] for thing in things}
    shifts = sorted(itertools.product(range(-9, 10), range(-13, 14)), key=lambda s: s[0] ** 2 + s[1] ** 2)
    best, least = [(cx + x, cy + y) for x, y in shape], math.inf
    for dx, dy in shifts:
        spots = [(cx + x + 0.02 * dx, cy + y + 0.02 * dy) for x, y in shape]
        if not all(table.contains(spot, edge) for spot in spots):
            continue
        cost = 0
        for spot, thing in zip(spots, things):
            cost += 100 * (not is_free(spot, thing, fixed, 0.008)) + 10 * (not is_free(spot, thing, fixed))
            cost += not is_free(spot, thing, rest[thing.name])
        if cost < least:
            best, least = spots, cost
        if cost == 0:
            break
    return best
'''

PLACE_ALL = '''
def place_all(things, spots):
    """Put each thing on its spot; when every spot is taken by another thing, one of them makes room first."""
    left = [(t, s) for t, s in zip(things, spots) if math.dist(t.position[:2], s) > 0.01]
    while left:
        ready = next((pair for pair in left if is_free(pair[1], pair[0], obstacles(pair[0]), 0.008)), None)
        if ready is None:
            ready = left[0]
            for other, _ in left[1:]:
                if math.dist(find(other.name).position[:2], ready[1]) < 0.08:
                    put(other, free_spot(other, ready[1]))
        put(ready[0], ready[1])
        left.remove(ready)
'''

CLOSE_TO = '''
def close_to(spot, obj):
    """The free (x, y) closest to spot, at most 4 cm from it; spot itself where there is none."""
    others = obstacles(obj)
    steps = sorted(itertools.product(range(-4, 5), repeat=2), key=lambda s: s[0] ** 2 + s[1] ** 2)
    near = [(spot[0] + 0.01 * i, spot[1] + 0.01 * j) for i, j in steps if i * i + j * j <= 16]
    table = region("table")
    inside = [s for s in near if table.contains(s, 0.015)]
    return next((s for room in (0.02, 0.008) for s in inside if is_free(s, obj, others, room)), spot)
'''

UNCOVER = '''
def uncover(obj):
    """Take whatever lies on obj off it, from the top down."""
    for other in detect():
        if other.on == obj.name:
            uncover(other)
            put(other, free_spot(other, other.position[:2]))
'''

SOLVE = '''
def solve(discs, places, target):
    """Bring discs, names from the smallest up, to the place target, one at a time and none on a smaller one."""
    if not discs:
        return
    *smaller, disc = discs
    here = place_of(disc, places)
    if here != target:
        solve(smaller, places, next(p for p in places if p not in (here, target)))
        below = top_of(target)
        expect(below.name in places or below.size[0] > find(disc).size[0], f"the {disc} lies on no smaller one")
        put(disc, below)
    solve(smaller, places, target)
'''

PLACE_OF = '''
def place_of(name, places):
    """Which of places, or else the table, the tower stands on that name is a part of."""
    while name not in (*places, "table"):
        name = find(name).on
    return name
'''

TOP_OF = '''
def top_of(name):
    """What lies uppermost on name; the thing itself when nothing does."""
    above = next((o for o in detect() if o.on == name), None)
    return top_of(above.name) if above else find(name)
'''

SNIPPETS: dict[str, str] = {
    "gap": GAP,
    "obstacles": OBSTACLES,
    "is_free": IS_FREE,
    "free_spot": FREE_SPOT,
    "aside": ASIDE,
    "passage": PASSAGE,
    "part": PART,
    "beside": BESIDE,
    "close_to": CLOSE_TO,
    "spread": SPREAD,
    "place_all": PLACE_ALL,
    "uncover": UNCOVER,
    "place_of": PLACE_OF,
    "top_of": TOP_OF,
    "solve": SOLVE,
}
"""By the name of the function."""


def with_snippets(source: str, available: dict[str, str]) -> str:
    """`source` with the functions and imports it needs in front."""
    needed: list[str] = []

    def need(text: str) -> None:
        for name, snippet in available.items():
            if name not in needed and re.search(rf"\b{name}\(", text):
                needed.append(name)
                need(snippet)

    need(source)
    body = "\n\n\n".join(available[name].strip("\n") for name in available if name in needed)
    whole = f"{body}\n\n\n{source}" if body else source
    imports = [f"import {module}" for module in ("itertools", "math") if re.search(rf"\b{module}\.", whole)]
    return "\n".join(imports) + ("\n\n\n" if body else "\n\n") * bool(imports) + whole
