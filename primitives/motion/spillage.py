"""What fell out of a container that was carried or pushed."""

from __future__ import annotations

from collections.abc import Sequence

from primitives import relations
from primitives.failures import Dropped
from primitives.motion.targets import describe
from primitives.scene import SceneObject


def lost_contents(
    container: SceneObject, contents: Sequence[SceneObject], seen: Sequence[SceneObject]
) -> Dropped | None:
    """What lay in `container` before it was moved and does not now.

    Args:
        container: as it was moved or let go.
        contents: what was in it before.
        seen: everything after.
    """
    now = next((o for o in seen if o.name == container.name), container)
    inside = relations.contained(now, seen)
    left = [(o.color, o.category) for o in inside]
    missing: list[SceneObject] = []
    for obj in contents:
        if any(o.name == obj.name for o in inside):
            continue
        elsewhere = next((o for o in seen if o.name == obj.name), None)
        # hidden by the wall it is still inside; under another name it is known by its colour
        if elsewhere is not None and (obj.color, obj.category) not in left:
            missing.append(elsewhere)
    if not missing:
        return None
    where = ", ".join(f"{o.name} at {describe(o.position)}" for o in missing)
    return Dropped(
        f"{' and '.join(o.name for o in missing)} fell out of {now.name} on the way",
        expected=f"{', '.join(o.name for o in contents)} in {now.name}",
        measured=where,
        candidates=tuple(o.name for o in missing),
        hint=f"Pick {missing[0].name} up and put it back.",
    )
