"""What adjectives keep of a set of things: colours, sizes, rarity, sides."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.spatial_relations import movable
from codepolicy.offline.parser.meaning import Place, Thing
from primitives.scene import SceneObject

NEARBY_COLORS = {
    "lime": ("green",),
    "green": ("lime", "olive"),
    "teal": ("cyan", "green"),
    "cyan": ("teal", "blue"),
    "navy": ("blue",),
    "blue": ("navy",),
    "maroon": ("red", "brown"),
    "lavender": ("purple",),
    "purple": ("lavender", "magenta"),
    "magenta": ("pink", "purple"),
    "pink": ("magenta",),
    "beige": ("brown",),
    "olive": ("green",),
    "red": ("maroon",),
}
"""What people may call a colour when nothing in view has exactly that one."""

ALIKE = 1.15
"""Ratio of two volumes below which a camera may confuse them."""
Key = Callable[[SceneObject], float]

KEYS: dict[str, Key] = {
    "left": lambda o: -o.position[1],
    "right": lambda o: o.position[1],
    "top": lambda o: -o.position[0],
    "bottom": lambda o: o.position[0],
    "large": lambda o: -math.prod(o.size),
    "small": lambda o: math.prod(o.size),
    "high": lambda o: -o.top,
    "low": lambda o: o.top,
    "near": lambda o: o.position[0],
    "far": lambda o: -o.position[0],
}
"""What each superlative sorts by; the first is the smallest."""


def by_rarity(relation: str, found: Sequence[SceneObject]) -> list[SceneObject]:
    """Those of the colour that most have, or of a colour that no other has. Raises Declined when two are as common."""
    loose = [o for o in found if movable(o)] or list(found)
    counts = Counter(o.color for o in loose).most_common()
    if relation == "unique":
        return [o for o in loose if (o.color, 1) in counts]
    if len(counts) > 1 and counts[0][1] == counts[1][1]:
        raise Declined(f"{counts[0][0].capitalize()} and {counts[1][0]} are equally common; name the colour.")
    return [o for o in loose if o.color == counts[0][0]]


def colored(found: Sequence[SceneObject], wanted: Sequence[str]) -> list[SceneObject]:
    """Those of the colours, in the order of naming; a neighbouring colour where nothing has exactly one."""
    kept: list[SceneObject] = []
    for color in wanted:
        for name in (color, *NEARBY_COLORS.get(color, ())):
            same = [o for o in found if o.color == name]
            if same:
                kept += [o for o in same if o not in kept]
                break
    return kept


def sized(item: Thing, found: list[SceneObject]) -> list[SceneObject]:
    """The large or the small ones."""
    volumes = [math.prod(o.size) for o in found]
    middle = (min(volumes) + max(volumes)) / 2
    if max(volumes) < ALIKE * min(volumes):
        return found
    kept = [o for o, v in zip(found, volumes, strict=True) if (v > middle) == (item.size == "large")]
    return kept if item.many or len(kept) == 1 else sorted(kept, key=KEYS[item.size])[:1]


def most_toward(place: Place, found: Sequence[SceneObject]) -> list[SceneObject]:
    """The one farthest toward a side or corner."""
    words = [w for w in place.name.split() if w in KEYS]
    if not words or not found:
        return list(found)
    return [min(found, key=lambda o: sum(KEYS[w](o) for w in words))]
