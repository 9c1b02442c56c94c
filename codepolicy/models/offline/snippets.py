"""Functions that a written program may need. Each is put in front of the program that calls it, with what it calls."""

from __future__ import annotations

import re

GAP = '''
def gap(a, b):
    """Horizontal distance from centre to centre in m."""
    return math.dist(a.position[:2], b.position[:2])
'''

IS_FREE = '''
def is_free(spot, obj, others):
    """Whether obj could stand at spot (x, y) without touching any of others."""
    reach = max(obj.size[:2]) / 2 + 0.025
    return all(math.dist(spot, o.position[:2]) > reach + max(o.size[:2]) / 2 for o in others)
'''

OBSTACLES = '''
def obstacles(obj):
    """Everything that obj could bump into, were it put on the table."""
    return [o for o in detect() if o.name != obj.name and o.category != "zone"]
'''

FREE_SPOT = '''
def free_spot(obj, near):
    """The free (x, y) closest to the point near, for obj to stand on."""
    table, others = region("table"), obstacles(obj)
    (x0, y0), (x1, y1) = table.low, table.high
    spots = [(x0 + (x1 - x0) * i / 16, y0 + (y1 - y0) * j / 22) for i in range(1, 16) for j in range(1, 22)]
    free = [spot for spot in spots if is_free(spot, obj, others) and math.dist(spot, obj.position[:2]) > 0.03]
    return min(free, key=lambda spot: math.dist(spot, near))
'''

BESIDE = '''
def beside(target, obj, directions=((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))):
    """A free (x, y) for obj close to target, in the first of the directions (dx, dy) where there is one."""
    x, y, _ = target.position
    table, others = region("table"), obstacles(obj)
    touching = (max(target.size[:2]) + max(obj.size[:2])) / 2
    for extra in (0.03, 0.04, 0.05, 0.065, 0.08, 0.10):
        for dx, dy in directions:
            reach = (touching + extra) / math.hypot(dx, dy)
            spot = (x + dx * reach, y + dy * reach)
            if table.contains(spot, 0.02) and is_free(spot, obj, others):
                return spot
    dx, dy = directions[0]
    return (x + dx * (touching + 0.03), y + dy * (touching + 0.03))
'''

SPREAD = '''
def spread(things, shape, center=None):
    """Spots (x, y) for things: the points of shape round center, or else moved together to where they are free."""
    table, everything = region("table"), detect()
    cx, cy = center or table.center
    if center is not None:
        return [(cx + x, cy + y) for x, y in shape]
    names = {thing.name for thing in things}
    fixed = [o for o in everything if o.name not in names and o.category != "zone" and o.on not in names]
    shifts = sorted(itertools.product(range(-7, 8), range(-10, 11)), key=lambda s: s[0] ** 2 + s[1] ** 2)
    best, fewest = [(cx + x, cy + y) for x, y in shape], math.inf
    for dx, dy in shifts:
        spots = [(cx + x + 0.025 * dx, cy + y + 0.025 * dy) for x, y in shape]
        if not all(table.contains(spot, 0.03) for spot in spots):
            continue
        taken = sum(not is_free(s, t, fixed) for s, t in zip(spots, things))
        crossed = sum(not is_free(s, t, [o for o in things if o.name != t.name]) for s, t in zip(spots, things))
        if 10 * taken + crossed < fewest:
            best, fewest = spots, 10 * taken + crossed
        if fewest == 0:
            break
    return best
'''

PLACE_ALL = '''
def place_all(things, spots):
    """Put each thing on its spot; when every spot is taken by another thing, one of them makes room first."""
    left = [(t, s) for t, s in zip(things, spots) if math.dist(t.position[:2], s) > 0.01]
    while left:
        ready = next((pair for pair in left if is_free(pair[1], pair[0], obstacles(pair[0]))), None)
        if ready is None:
            ready = left[0]
            for other, _ in left[1:]:
                if math.dist(find(other.name).position[:2], ready[1]) < 0.08:
                    put(other, free_spot(other, ready[1]))
        put(ready[0], ready[1])
        left.remove(ready)
'''

UNCOVER = '''
def uncover(obj):
    """Take whatever lies on obj off it, from the top down."""
    for other in detect():
        if other.on == obj.name:
            uncover(other)
            put(other, free_spot(other, other.position[:2]))
'''

SNIPPETS: dict[str, str] = {
    "gap": GAP, "obstacles": OBSTACLES, "is_free": IS_FREE, "free_spot": FREE_SPOT, "beside": BESIDE, "spread": SPREAD,
    "place_all": PLACE_ALL, "uncover": UNCOVER,
}  # fmt: skip
"""By the name of the function."""


def with_snippets(source: str, available: dict[str, str] = SNIPPETS) -> str:
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
