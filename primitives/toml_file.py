"""TOML files that people write: read whole, or refused in a sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path

from primitives.errors import ConfigurationError
from primitives.regular_file import regular_text

MAX_BYTES = 1_000_000
MAX_DOTS = 1_000
"""In one line: the time for a dotted key grows with the square of its length."""


def toml_table(path: Path, what: str) -> dict[str, object]:
    """The content of `path`.

    Args:
        path: a regular file of at most `MAX_BYTES`; a byte order mark is passed over.
        what: what the file is, for the message, e.g. "scene".

    Raises:
        ConfigurationError: it cannot be read, is too large, no UTF-8, no TOML, or nested beyond all use.
    """
    try:
        content = regular_text(path, what, MAX_BYTES)
        if any(line.count(".") > MAX_DOTS for line in content.splitlines()):
            raise RecursionError
        return tomllib.loads(content)
    except ValueError as error:  # also a number of more digits than Python converts
        raise ConfigurationError(f"{what} {str(path)!r} is no valid TOML: {error}") from error
    except RecursionError:
        raise ConfigurationError(f"{what} {str(path)!r} is nested too deeply to be read") from None
