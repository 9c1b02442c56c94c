"""A small package for a plug-in, with tests that pass at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Literal, get_args

from primitives.errors import ConfigurationError

Kind = Literal["task", "primitive", "detector", "model", "robot"]
KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}

_USE: Mapping[Kind, str] = {
    "task": "codepolicy exec --oracle --task $name",
    "primitive": "codepolicy api",
    "detector": "codepolicy exec --oracle --task put-block-in-bowl --detector $name",
    "robot": "codepolicy doctor --robot $name.toml",
    "model": 'codepolicy run "pick up the red block" --model $name',
}


def write(kind: Kind, name: str, folder: Path) -> tuple[Path, ...]:
    """Write the package for a plug-in.

    Args:
        kind: what it adds.
        name: what users call it by: small letters, digits and hyphens.
        folder: where the package's own folder is made.

    Returns:
        The files.

    Raises:
        ConfigurationError: the name is malformed or taken, or the folder is there already; nothing was written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ConfigurationError(f"name {name!r}: use small letters, digits and single hyphens, e.g. 'sort-by-shade'")
    _free(kind, name)
    root = folder / name
    if root.exists():
        raise ConfigurationError(f"{root} is there already; choose another name, or another folder with --out")
    module = f"codepolicy_{name.replace('-', '_')}"
    words = {
        "kind": kind,
        "name": name,
        "distribution": f"codepolicy-{name}",
        "module": module,
        "function": name.replace("-", "_"),
        "cls": "".join(word.capitalize() for word in name.split("-")),
        "entry": module if kind in ("task", "primitive") else f"{module}:make",
    }
    words["use"] = Template(_USE[kind]).substitute(words)
    texts = {
        root / target: Template(source).substitute(words)
        for target, source in {
            "pyproject.toml": _template("pyproject.toml"),
            "README.md": _template("README.md"),
            f"{module}.py": _template(f"{kind}/module.py"),
            f"tests/test_{name.replace('-', '_')}.py": _template(f"{kind}/test.py"),
            **({f"{name}.toml": _template("robot/robot.toml")} if kind == "robot" else {}),
        }.items()
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(texts)


def _free(kind: Kind, name: str) -> None:
    """Refuse a name that is taken, or that a program could not call."""
    from codepolicy import plugins
    from primitives.environment import Judged, capability

    if kind == "primitive":
        import builtins
        import keyword

        from primitives.api import surface
        from primitives.registry import LEVELS

        function = name.replace("-", "_")
        if hasattr(builtins, function) or keyword.iskeyword(function):
            raise ConfigurationError(f"primitive {function!r} would hide Python's own {function}; choose another name")
        taken = function in {n for level in LEVELS for n in surface(level).names}
    elif kind == "task":
        environment = plugins.load_environment("pybullet")
        try:
            taken = name in {task.id for task in capability(environment, Judged).tasks()}
        finally:
            environment.close()
    else:
        taken = name in plugins.names(f"codepolicy.{kind}s")
    if taken:
        raise ConfigurationError(f"there is a {kind} {name!r} already; choose another name")


def _template(name: str) -> str:
    return (files("codepolicy") / "scaffold_templates" / f"{name}.template").read_text(encoding="utf-8")
