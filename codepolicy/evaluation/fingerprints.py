"""Short hashes of what a result depends on: prompts, surfaces, sources, files, versions."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import msgspec

from codepolicy.prompting.prompt import prompt_hash, system_prompt
from primitives.api import surface
from primitives.environment import World, robot_of
from primitives.registry import LEVELS
from primitives.regular_file import opened
from primitives.stub import render

DIGITS = 12


def digest(value: object, *, digits: int = DIGITS) -> str:
    """Of anything that msgspec can encode; keys in any order."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:digits]


def prompts(environment: World, *, examples: bool) -> dict[str, str]:
    """Of the constant prefix for each surface and the robot of `environment`, and of all templates together."""
    arm, workspace = robot_of(environment)
    opening = arm.gripper.max_width
    templates = {f.name: f.read_text(encoding="utf-8") for f in _markdown()}
    prefixes = {level: system_prompt(surface(level), workspace, opening=opening, examples=examples) for level in LEVELS}
    return {**{level: prompt_hash(text) for level, text in prefixes.items()}, "templates": digest(templates)}


def _markdown() -> list[Path]:
    folder = Path(str(files("codepolicy.prompting")))
    return sorted(folder.glob("*.md"))


def surfaces() -> dict[str, str]:
    """Of what a program may call, for each surface."""
    return {level: digest(render(surface(level))) for level in LEVELS}


def sources(packages: Iterable[str]) -> dict[str, str]:
    """Of every source file of these import packages, so that a change in the code is seen with and without git."""
    found: dict[str, str] = {}
    for name in sorted(set(packages)):
        spec = find_spec(name)
        folders = list(spec.submodule_search_locations or ()) if spec is not None else []
        if folders:
            found[name] = tree(Path(folders[0]))
        elif spec is not None and spec.origin is not None and Path(spec.origin).is_file():
            found[name] = _content(Path(spec.origin))[:DIGITS]
    return found


def tree(path: Path) -> str:
    """Of a file, or of all files of a folder with their names; "missing" where there is none."""
    if path.is_file():
        return _content(path)[:DIGITS]
    if not path.is_dir():
        return "missing"
    total = hashlib.sha256()
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(f for f in folders if f != "__pycache__")
        for name in sorted(names):
            file = Path(folder) / name
            if file.is_file():  # neither a pipe nor a device
                total.update(f"{file.relative_to(path)} {_content(file)}\n".encode())
    return total.hexdigest()[:DIGITS]


def _content(path: Path) -> str:
    with opened(path, "file") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def versions() -> dict[str, str]:
    """Of codepolicy and of what it requires."""
    required = [r for r in requires("codepolicy") or () if "extra" not in r]
    names = ["codepolicy", *(re.split(r"[^A-Za-z0-9._-]", r)[0] for r in required)]
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # of another platform
            continue
    return found


def git() -> dict[str, str | bool] | None:
    """Commit of the checkout that this code is from, and whether it has changes; None where it is installed."""
    root = Path(__file__).parents[2]
    if shutil.which("git") is None or not (root / ".git").exists():
        return None

    def told(*arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=20)
        return done.stdout.strip()

    return {"commit": told("rev-parse", "HEAD"), "changed": bool(told("status", "--porcelain"))}
