"""The categories of things: what is known about each, for perception, motion, the simulator and whoever reads words.

What no camera can measure (the thickness of a wall, the hole of a nut, how far a drawer comes out) is the same for
every thing of a category, and stands here alone. Lengths in m.
"""

from __future__ import annotations

from dataclasses import dataclass

from primitives.scene import Vector3


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What all things of a category have in common."""

    words: tuple[str, ...] = ()
    """Other nouns for it, in the singular."""
    round: bool = False
    """The outline from above is a disc; of a mug, but for its handle."""
    handled: bool = False
    """A handle stands out along the x axis; the extent along x includes it."""
    hollow: bool = False
    """There is an inside, open at the top, that things are put into."""
    flat: bool = False
    """So low that things are put onto it without much of a step, and that nothing can grasp it."""
    marking: bool = False
    """Only a colour on the table: nothing to collide with, to push or to carry."""
    fixed: bool = False
    """Bolted to the table, or part of what is; one part of it may slide."""
    facing: bool = False
    """Its yaw is the direction in which the front looks."""
    wall: float = 0.0
    """Thickness of the wall."""
    floor: float = 0.0
    """Height of the inside above the underside."""
    taper: float = 1.0
    """Radius of the foot over the radius of the rim."""

    @property
    def disc(self) -> bool:
        """Whether x and y extent are one diameter."""
        return self.round and not self.handled


CATEGORIES: dict[str, Category] = {
    "block": Category(words=("cube", "brick")),
    "bowl": Category(words=("dish",), round=True, hollow=True, wall=0.005, floor=0.008, taper=0.6),
    "plate": Category(words=("saucer",), round=True, flat=True, wall=0.004, taper=0.76),
    "zone": Category(words=("pad", "mat", "target", "marker", "patch"), flat=True, marking=True),
    "cylinder": Category(words=("can", "tube"), round=True),
    "ball": Category(words=("sphere",), round=True),
    "box": Category(words=("tray", "bin", "crate", "container"), hollow=True, wall=0.005, floor=0.008),
    "mug": Category(words=("cup",), round=True, handled=True, hollow=True, wall=0.004, floor=0.008),
    "nut": Category(),
    "peg": Category(fixed=True),
    "button": Category(fixed=True),
    "drawer": Category(fixed=True, facing=True),
    "door": Category(fixed=True, facing=True),
    "handle": Category(fixed=True, facing=True),
    "object": Category(),
}
"""Every category; "object" is what has no other."""


def category(name: str) -> Category:
    """What is known about things of the category `name`; of one that is not in the table, as little as of an object."""
    return CATEGORIES.get(name, CATEGORIES["object"])


CONTAINERS = frozenset(name for name, c in CATEGORIES.items() if c.hollow)
"""Bowls, boxes, mugs: things are put into them."""
FLAT = frozenset(name for name, c in CATEGORIES.items() if c.flat)
"""Plates and zones: things are put onto them without much of a step."""
MARKINGS = frozenset(name for name, c in CATEGORIES.items() if c.marking)
"""Zones: nothing to collide with."""
ROUND = frozenset(name for name, c in CATEGORIES.items() if c.round)
"""Categories whose outline from above is a disc."""
FIXED = frozenset(name for name, c in CATEGORIES.items() if c.fixed)
"""Categories that stand where they are, or slide in what does."""
FACING = frozenset(name for name, c in CATEGORIES.items() if c.facing)
"""Categories whose yaw is the direction out of a front."""
NOUNS: dict[str, str] = {word: name for name, c in CATEGORIES.items() if name != "object" for word in (name, *c.words)}
"""Every noun for a category, in the singular, to the category."""

ZONE_HEIGHT = 0.001
"""Thickness of a zone, as scenes have it."""
NUT_HEIGHT = 0.020
"""Vertical extent of a nut."""
PEG_PLATE = 0.014
"""Thickness of the plate under a peg, on which a nut rests."""
PEG_POST = 0.25
"""Diameter of the post of a peg over the edge of its plate."""
NUT_HOLE = 0.58
"""Width of the hole of a nut over its edge."""
BOARD = 0.010
"""Thickness of the boards of a drawer and a door; the front of a drawer is that much lower than its cupboard."""
HANDLE: Vector3 = (0.045, 0.024, 0.020)
"""Extent of the handle of a drawer or a door, which stands out from the front along x."""
HANDLE_DROP = 0.025
"""Height from the top of a drawer or a door down to the middle of its handle: low enough to be held from above without
the hand touching the body."""
BUTTON_CAP = 0.030
"""How far the cap of a button that nobody presses stands out of its housing."""
BUTTON_TRAVEL = 0.020
"""How far a button can be pressed."""
DRAWER_TRAVEL = 0.65
"""How far a drawer comes out over the depth of its cupboard."""


def travel(name: str, size: Vector3) -> float:
    """How far the sliding part of furniture goes in all.

    Args:
        name: a category of furniture: drawer, door or button.
        size: extent (x, y, z) of the closed body, without the handle.

    Raises:
        KeyError: nothing of that category slides.
    """
    return {"drawer": DRAWER_TRAVEL * size[0], "door": size[1] / 2 - 2 * BOARD, "button": BUTTON_TRAVEL}[name]


SLIDING = ("drawer", "door", "button")
"""The categories of which a part slides."""
