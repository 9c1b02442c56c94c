"""What comments of an earlier program of ours say that phrases meant at the start."""

from __future__ import annotations

import re

_SETTLED = re.compile(r"# (whether .+?|start of the .+?|.+?): ([\w ,.-]+?)\s*(?:#.*|<-.*)?$")


def settled(program: str | None) -> dict[str, tuple[str, ...]]:
    """What an earlier program of ours said in comments about what phrases meant at the start."""
    bound: dict[str, tuple[str, ...]] = {}
    for line in (program or "").splitlines():
        match = _SETTLED.search(line)
        if match:
            bound[match[1].strip()] = tuple(name.strip() for name in match[2].split(","))
    return bound
