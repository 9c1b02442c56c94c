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
