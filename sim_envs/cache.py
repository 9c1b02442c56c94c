"""Generated files (robot descriptions, meshes) that are made once and found again by their content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def cached(stem: str, suffix: str, text: str) -> Path:
    """Path of a file that holds `text`, written now unless it is there already.

    Args:
        stem: beginning of the file name, e.g. "bowl"; a hash of the content follows.
        suffix: end of the file name, e.g. ".obj".
        text: the whole content.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    path = _folder() / f"{stem}-{digest}{suffix}"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=suffix, delete=False) as file:
            file.write(text)
        os.replace(file.name, path)  # atomic: another process sees the whole file or none  # noqa: PTH105
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
