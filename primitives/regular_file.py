"""Files that people and records give: read whole and in bounds, or refused in a sentence."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from primitives.errors import ConfigurationError

RECORD_BYTES = 256_000_000
"""More than any record of an episode has."""


def regular_bytes(path: Path, what: str, most: int = RECORD_BYTES) -> bytes:
    """The content of the regular file `path`, at most `most` bytes; a pipe or a device is never waited for.

    Raises:
        ConfigurationError: it cannot be opened, is no regular file, or is larger; `what` names it, e.g. "program".
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(number, "rb") as file:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode):
                raise ConfigurationError(f"cannot read {what} {str(path)!r}: it is no file")
            content = file.read(most + 1) if status.st_size <= most else None
    except OSError as error:
        raise ConfigurationError(f"cannot read {what} {str(path)!r}: {error.strerror or error}") from error
    if content is None or len(content) > most:
        raise ConfigurationError(f"cannot read {what} {str(path)!r}: it has more than {most} bytes")
    return content
