"""`codepolicy new task|primitive|detector|model|robot NAME`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class NewCommand:
    """Write a small package that adds a task, primitive, detector, model or robot, with tests that pass at once."""

    what: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="KIND NAME")] = ()
    """task, primitive, detector, model or robot, and what it is called: small letters, digits and hyphens."""
    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = "."
    """Folder in which the package's folder is made."""
    json: Annotated[bool, Flag] = False
    """Print one JSON object."""

    def __call__(self) -> int:
        """Write; returns the exit status."""
        from pathlib import Path

        from codepolicy.cli.output import put, put_json
        from codepolicy.scaffold import KINDS, write
        from primitives.errors import ConfigurationError, unknown_name

        if len(self.what) != 2:
            raise ConfigurationError(f"new takes a kind and a name: codepolicy new {'|'.join(KINDS)} NAME")
        wanted, name = self.what
        kind = KINDS.get(wanted)
        if kind is None:
            raise unknown_name("kind of plug-in", wanted, KINDS)
        files = write(kind, name, Path(self.out))
        if self.json:
            put_json({"schema_version": 1, "kind": kind, "name": name, "files": [str(file) for file in files]})
            return 0
        for file in files:
            put(str(file))
        put(f"next: cd {files[0].parent} && pip install -e . && pytest")
        return 0
