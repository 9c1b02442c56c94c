"""Clutter of a scene file: things of files that the seed draws."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from primitives.colors import CAP_COLORS
from primitives.errors import ConfigurationError
from sim_envs.scenes.mesh_models import SHIPPED, read_model
from sim_envs.scenes.scene_spec import ObjectSpec

MOST = 12
"""Things."""
RANDOM, RANDOM_COUNT = "random_urdfs", 1000
"""The numbered shapes that PyBullet brings."""


class Clutter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the seed draws from, as it stands in a scene file."""

    source: str | tuple[str, ...] = msgspec.field(name="from")
    """`random_urdfs`, or names of things that PyBullet brings, and of URDF and mesh files beside the scene file."""
    count: int
    scale: float | None = None
    """A factor on the size of each."""


def drawn_clutter(
    table: object, rng: np.random.Generator, taken: frozenset[str], where: str, folder: Path
) -> tuple[ObjectSpec, ...]:
    """The things of a `clutter` table, each of another colour while there are any that the scene does not use.

    Args:
        table: as read from the file.
        rng: chooses things and colours.
        taken: colours that the scene uses.
        where: begins error messages.
        folder: what paths are relative to.

    Raises:
        ConfigurationError: the table, or a file that it names, holds a mistake.
    """
    try:
        clutter = msgspec.convert(table, Clutter)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f'{where}: {error}; write clutter = {{from = "{RANDOM}", count = 5}}.') from error
    if not 1 <= clutter.count <= MOST:
        raise ConfigurationError(f"{where}: count is {clutter.count}; valid: 1 to {MOST}.")
    names = (clutter.source,) if isinstance(clutter.source, str) else clutter.source
    if not names:
        raise ConfigurationError(f"{where}: from names nothing; valid: {RANDOM!r}, or a list of names and files.")
    free = [c for c in CAP_COLORS if c not in taken] or list(CAP_COLORS)
    colors = rng.permutation(np.array(free)).tolist()
    things: list[ObjectSpec] = []
    for number in range(clutter.count):
        name = names[int(rng.integers(len(names)))]
        if name in (RANDOM, SHIPPED + RANDOM):
            name = f"{SHIPPED}{RANDOM}/{int(rng.integers(RANDOM_COUNT)):03d}"
        is_mesh = Path(name).suffix.lower() not in ("", ".urdf") and not name.startswith(SHIPPED)
        is_file = is_mesh or Path(name).suffix.lower() == ".urdf" or name.startswith(SHIPPED)
        source = name if is_file else SHIPPED + name
        model = read_model(
            where,
            mesh=source if is_mesh else None,
            urdf=None if is_mesh else source,
            scale=clutter.scale,
            mass=None,
            folder=folder,
        )
        color = colors[number % len(colors)]
        things.append(ObjectSpec("object", color, model=model, size=model.extent))
    return tuple(things)
