"""Files that people and records give: read in bounds, or refused in a sentence; no pipe or device is waited for."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

import msgspec

from primitives.errors import ConfigurationError

DAMAGE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises for a record that something else has written or cut."""
RECORD_BYTES = 64_000_000
"""More than any record of an episode has."""
LINE_BYTES = 16_000_000
"""More than any line of a run's episodes, a trace or a baseline has."""


def regular_bytes(path: Path, what: str, most: int = RECORD_BYTES) -> bytes:
    """The content of the regular file `path`, at most `most` bytes.

    Raises:
        ConfigurationError: it cannot be opened, is no regular file, or is larger; `what` names it, e.g. "program".
    """
    with opened(path, what) as file:
        content = file.read(most + 1) if os.fstat(file.fileno()).st_size <= most else None
    if content is None or len(content) > most:
        raise ConfigurationError(f"cannot read {what} {str(path)!r}: it has more than {most} bytes")
    return content


def regular_text(path: Path, what: str, most: int = RECORD_BYTES) -> str:
    """The same as UTF-8 text, with line feeds alone; a byte order mark is passed over."""
    try:
        return regular_bytes(path, what, most).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"cannot read {what} {str(path)!r}: not UTF-8 text ({error})") from error


def regular_lines(path: Path, what: str, most: int = LINE_BYTES) -> Iterator[bytes]:
    """The lines of the regular file `path`, one at a time, with the line feeds that they end with.

    Raises:
        ConfigurationError: as `regular_bytes`; a line may have at most `most` bytes.
    """
    with opened(path, what) as file:
        while line := file.readline(most + 1):
            if len(line) > most:
                raise ConfigurationError(f"cannot read {what} {str(path)!r}: a line has more than {most} bytes")
            yield line


@contextmanager
def opened(path: Path, what: str) -> Generator[BufferedReader]:
    """The regular file `path`, to be read as far as somebody wants.

    Raises:
        ConfigurationError: it cannot be opened or read, or is no regular file.
    """
    if "\0" in str(path):
        raise ConfigurationError(f"cannot read {what} {str(path)!r}: no name of a file has a NUL in it")
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(number, "rb") as file:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise ConfigurationError(f"cannot read {what} {str(path)!r}: it is no file")
            yield file
    except OSError as error:  # fdopen's, too, for a folder
        raise ConfigurationError(f"cannot read {what} {str(path)!r}: {error.strerror or error}") from error
