"""Programs that several tasks have in common, as oracle of one and decoy of another."""

from __future__ import annotations

RELATIONS: dict[str, str] = {"top": "behind", "bottom": "in_front_of", "left": "left_of", "right": "right_of"}
"""The relation primitive of each direction."""

STACK_ALL = """\
blocks = detect("block")
things = detect()
def room(block):
    return min(math.dist(block.position[:2], o.position[:2]) for o in things if o.name != block.name)
base = max(blocks, key=room)
rest = [b for b in blocks if b.name != base.name]
below = base
for block in rest:
    put(block, find(below.name))
    below = block
"""
"""One tower of all blocks on the one that has most room around it."""

MISMATCHED = """\
blocks = detect("block")
for block, other in zip(blocks, blocks[1:] + blocks[:1]):
    put(block, find(f"{other.color} bowl"))
"""
"""Every block into the bowl with the next block's colour."""

UNSTACKED = """\
tower = sorted((o.name for o in detect("blocks")), key=lambda name: -find(name).position[2])
"""
"""The names of all blocks from the top of a tower down; nothing has moved yet."""

FREE_SPOT = """\
def free_spot(avoid):
    low, high = region("table").low, region("table").high
    things = [o for o in detect() if o.name != avoid.name]
    spots = [(x / 100, y / 100) for x in range(33, 66, 3) for y in range(-25, 26, 3)]
    def room(spot):
        gaps = [math.dist(spot, o.position[:2]) - max(o.size[:2]) / 2 for o in things]
        dx, dy = (abs(s - c) - e / 2 for s, c, e in zip(spot, avoid.position, avoid.size))
        return min([*gaps, max(dx, dy) - 0.02])
    return max(spots, key=room)
"""
"""A function of a program: the spot with most room around it, outside of one thing."""
