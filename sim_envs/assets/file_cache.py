"""Generated files (robot descriptions, meshes) that are made once and found again by their content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO


def cached(stem: str, suffix: str, content: str) -> Path:
    """Path of a file that holds `content`, written now unless it is there already.

    Args:
        stem: beginning of the file name, e.g. "bowl"; a hash of the content follows.
        suffix: end of the file name, e.g. ".obj".
        content: the whole content.
    """
    return cached_from(stem, suffix, content.encode(), lambda file: file.write(content.encode()))


def cached_from(stem: str, suffix: str, source: bytes, write: Callable[[IO[bytes]], object]) -> Path:
    """Path of a file that `write` makes out of `source`, made now unless it is there already."""
    path = _folder() / f"{stem}-{hashlib.sha256(source).hexdigest()[:16]}{suffix}"
    if not path.exists():
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=suffix, delete=False) as file:
            write(file)
        Path(file.name).replace(path)  # atomic: another process sees the whole file or none
    return path


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(base) if base else Path.home() / ".cache") / "codepolicy"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    folder = Path(tempfile.gettempdir()) / f"codepolicy-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
