"""The built-in scenes and scene files."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from primitives.categories import NOUNS
from primitives.colors import CAP_COLORS, COLORS, canonical
from primitives.errors import ConfigurationError, unknown_name
from primitives.toml_file import toml_table
from sim_envs.scenes.scene_spec import SIZES, ObjectSpec, SceneSpec

DEFAULT = "blocks-and-bowls"
NAMES = (DEFAULT, "random")


def named_scene(name: str, rng: np.random.Generator) -> SceneSpec:
    """The scene of that name, or of the TOML file at that path; `rng` is drawn from by "random" alone.

    Raises:
        ConfigurationError: no such scene, or a mistake in the file.
    """
    if name == DEFAULT:
        colors = ("red", "green", "blue", "yellow")
        objects = [ObjectSpec(category, color) for category in ("block", "bowl") for color in colors]
        return SceneSpec(tuple(objects), name)
    if name == "random":
        return _random(rng)
    if name.endswith(".toml"):
        return read_scene(Path(name), rng)
    raise ConfigurationError(
        f"{unknown_name('scene', name, NAMES)} Or give the id of a task, for its scene, or a file ending in .toml."
    )


def read_scene(path: Path, rng: np.random.Generator | None = None) -> SceneSpec:
    """A scene file: `[[objects]]` tables, and optionally `clearance` in m, `aliases` of categories and colours, and
    `clutter`, which `rng` draws.

    Raises:
        ConfigurationError: the file cannot be read, or a table holds a mistake; the message names both.
    """
    data = toml_table(path, "the scene file")
    valid = ("objects", "clearance", "name", "aliases", "clutter")
    for key in data:
        if key not in valid:
            raise ConfigurationError(f"scene file {str(path)!r}: {unknown_name('key', key, valid)}")
    rest = {key: value for key, value in data.items() if key not in ("objects", "aliases", "clutter")}
    rest["aliases"] = _aliases(data.get("aliases", {}), f"scene file {str(path)!r}")
    try:
        tables = msgspec.convert(data.get("objects", []), list[dict[str, object]])
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"scene file {str(path)!r}: write each object as a table [[objects]].") from error
    objects = tuple(
        _object(table, f"scene file {str(path)!r}, objects[{i}]", path.parent) for i, table in enumerate(tables)
    )
    if "clutter" in data:
        from sim_envs.scenes.clutter import drawn_clutter

        used, where = frozenset(canonical(o.color) or o.color for o in objects), f"scene file {str(path)!r}, clutter"
        objects += drawn_clutter(data["clutter"], rng or np.random.default_rng(0), used, where, path.parent)
    try:
        return msgspec.convert({"name": str(path), **rest, "objects": objects}, SceneSpec)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"scene file {str(path)!r}: {error}.") from error


def _aliases(table: object, where: str) -> list[tuple[str, str]]:
    """Words with what they stand for, checked."""
    try:
        words = msgspec.convert(table, dict[str, str])
    except msgspec.ValidationError as error:
        raise ConfigurationError(f'{where}: write aliases = {{"Würfel" = "block"}}.') from error
    known = sorted({*NOUNS, *COLORS, "object"})
    for word, meaning in words.items():
        if not 1 <= len(word.strip()) <= 40 or any(not (c.isalpha() or c in " -'") for c in word):
            raise ConfigurationError(f"{where}: alias {word!r} is no word; it has 1 to 40 letters, spaces and hyphens.")
        if meaning not in known:
            raise ConfigurationError(f"{where}: alias {word!r}: {unknown_name('category or color', meaning, known)}")
    return list(words.items())


def _object(table: dict[str, object], where: str, folder: Path) -> ObjectSpec:
    fields = tuple(field for field in ObjectSpec.__struct_fields__ if field != "model")
    of_file = "mesh" in table or "urdf" in table
    if of_file:
        table = {"category": "object", "color": "", **table}
    for key in table:
        if key not in fields:
            raise ConfigurationError(f"{where}: {unknown_name('key', key, fields)}")
    for key in ("category", "color"):
        if key not in table:
            raise ConfigurationError(f"{where}: the key {key!r} is missing.")
    try:
        spec = msgspec.convert(table, ObjectSpec)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{where}: {error}.") from error
    if of_file:
        return _of_file(spec, where, folder)
    for key in ("scale", "mass"):
        if key in table:
            raise ConfigurationError(f"{where}: {key} is for things of a file; add mesh or urdf.")
    return spec


def _of_file(spec: ObjectSpec, where: str, folder: Path) -> ObjectSpec:
    """`spec` with what its mesh or URDF file holds."""
    from sim_envs.scenes.mesh_models import read_model

    if spec.mesh is not None and spec.urdf is not None:
        raise ConfigurationError(f"{where}: give mesh or urdf, not both.")
    if spec.category != "object" or spec.size is not None:
        raise ConfigurationError(f"{where}: a thing of a file is an object of the size in the file, times scale.")
    model = read_model(where, mesh=spec.mesh, urdf=spec.urdf, scale=spec.scale, mass=spec.mass, folder=folder)
    return msgspec.structs.replace(spec, model=model, size=model.extent, color=spec.color or model.color)


def _random(rng: np.random.Generator) -> SceneSpec:
    """Two to five things to grasp and one to three bowls, every one of another colour and size."""
    objects: list[ObjectSpec] = []
    for categories, low, high in ((("block", "cylinder", "ball"), 2, 6), (("bowl",), 1, 4)):
        count = int(rng.integers(low, high))
        colors = rng.permutation(np.array(CAP_COLORS))[:count].tolist()
        for color in colors:
            category = categories[int(rng.choice(len(categories), p=_weights(len(categories))))]
            draw = SIZES[category].draw
            assert draw is not None
            objects.append(ObjectSpec(category, color, size=round(float(rng.uniform(*draw)), 3)))
    return SceneSpec(tuple(objects), "random")


def _weights(count: int) -> list[float]:
    """The first category half of the time."""
    return [1.0] if count == 1 else [0.5, *([0.5 / (count - 1)] * (count - 1))]
