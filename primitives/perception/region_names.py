"""Names of places on the table, as people say them."""

from __future__ import annotations

from primitives.scene import REGION_NAMES, Region, Workspace

_WORDS = {"center": "middle", "centre": "middle", "edge": "side", "upper": "top", "lower": "bottom", "far": "top",
          "back": "top", "rear": "top", "near": "bottom", "front": "bottom"}  # fmt: skip
_FILLER = {"the", "of", "table", "hand", "part", "area"}


def named_region(text: str, workspace: Workspace) -> Region | None:
    """The place that `text` names, e.g. "the top-left corner", "left side", "center", "table"; None when it is none."""
    words = [_WORDS.get(w, w) for w in text.lower().replace("-", " ").split()]
    kept = [w for w in words if w not in _FILLER]
    if not kept:
        return workspace.table if "table" in words else None
    parts = set(kept)
    if len(parts) != len(kept):
        return None
    for name in REGION_NAMES:
        if parts == set(name.split()):
            return workspace.region(name)
    return None
