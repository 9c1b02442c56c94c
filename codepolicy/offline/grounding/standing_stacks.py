"""The stacks that stand in a scene, and what is named as a part of them."""

from __future__ import annotations

from collections.abc import Callable

from codepolicy.offline.grounding.belief import Belief
from primitives.categories import CONTAINERS, FLAT
from primitives.scene import SceneObject


def stack_under(top: SceneObject, belief: Belief) -> list[SceneObject]:
    """The stack that a thing is the top of, from the top down."""
    stack = [top]
    while (below := belief.objects.get(stack[-1].on)) is not None and below.category not in CONTAINERS | FLAT:
        stack.append(below)
    return stack


def _tops(belief: Belief) -> list[SceneObject]:
    """The uppermost thing of each stack: what rests on something else, though in no container, on no plate or zone."""
    carried = (o for o in belief.objects.values() if o.on in belief.objects)
    return [o for o in carried if belief[o.on].category not in CONTAINERS | FLAT and not belief.carried(o.name)]


def _members(belief: Belief) -> list[SceneObject]:
    """Everything that is part of a stack, from the top down."""
    return [o for top in _tops(belief) for o in stack_under(top, belief)]


def _bases(belief: Belief) -> list[SceneObject]:
    """The lowest thing of each stack."""
    return [stack_under(top, belief)[-1] for top in _tops(belief)]


OF_STACKS: dict[str, Callable[[Belief], list[SceneObject]]] = {
    "tower": _tops, "tower top": _tops, "tower base": _bases, "stacked": _members,
}  # fmt: skip
"""What a tower is as a place, and what is named as a part of it."""
