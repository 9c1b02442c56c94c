"""Standard streams that are closed, or that nobody reads any more."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO


def open_closed() -> None:
    """Give a process that was started without stdin, stdout or stderr an empty one.

    Otherwise the next file to be opened would get its number, and what libraries print would be written into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        with suppress(OSError):
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
        stream = Path(os.devnull).open("w" if number else "r", encoding="utf-8")  # noqa: SIM115 - for good
        setattr(sys, name, stream)


def take_any_letter() -> None:
    """Write letters that a console's encoding lacks as `\\uXXXX`, rather than end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def abandon(stream: TextIO) -> None:
    """Let nothing more reach a stream that cannot be written to, such as a pipe whose reader has gone."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
