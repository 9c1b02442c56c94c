"""TOML files that people write: read whole, or refused in a sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path

from primitives.errors import ConfigurationError

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
        if path.exists() and not path.is_file():
            raise ConfigurationError(f"cannot read {what} {str(path)!r}: it is no file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ConfigurationError(f"cannot read {what} {str(path)!r}: it has more than {MAX_BYTES} bytes")
        if any(line.count(b".") > MAX_DOTS for line in content.splitlines()):
            raise RecursionError
        return tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigurationError(f"cannot read {what} {str(path)!r}: {reason or error}") from error
    except ValueError as error:  # also a number of more digits than Python converts
        raise ConfigurationError(f"{what} {str(path)!r} is no valid TOML: {error}") from error
    except RecursionError:
        raise ConfigurationError(f"{what} {str(path)!r} is nested too deeply to be read") from None
