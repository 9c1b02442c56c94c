"""Things as perceived, as a tuple that shows itself in a notebook."""

from __future__ import annotations

from codepolicy import notebook_cards as cards
from primitives.scene import SceneObject


class SceneList(tuple[SceneObject, ...]):
    """Objects of one look."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"SceneList({len(self)}: {', '.join(o.name for o in self)})"

    def _repr_html_(self) -> str:
        rows = [
            (
                o.name,
                o.category,
                o.color,
                "({:.3f}, {:.3f}, {:.3f})".format(*o.position),
                "{:.3f} × {:.3f} × {:.3f}".format(*o.size),
                o.on,
                f"{o.confidence:.2f}",
            )
            for o in self
        ]
        return cards.table(("name", "category", "colour", "position (m)", "size (m)", "on", "confidence"), rows)
