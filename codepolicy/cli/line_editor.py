"""Lines that a person types: edited, with a history that only they can read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import History
from prompt_toolkit.output import create_output

from codepolicy.redaction import redacted
from codepolicy.terminal_rows import fitted

MOST_LINES: Final = 500
"""Of the history; older ones are forgotten."""
MOST_BYTES: Final = 1_000_000
MOST_CHARACTERS: Final = 4_000
"""Of a line that is kept."""


class PrivateHistory(History):
    """Lines of earlier sessions, one JSON string each, in a file that its owner alone may read; secrets are taken out.

    A file that cannot be read or written is done without.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def load_history_strings(self) -> Iterable[str]:
        """The newest first."""
        return reversed(self._lines())

    def store_string(self, string: str) -> None:
        """Keep one line."""
        lines = [*self._lines(), redacted(string)[:MOST_CHARACTERS]][-MOST_LINES:]
        text = b"\n".join(msgspec.json.encode(line) for line in lines) + b"\n"
        partial = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(
                os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb"
            ) as file:
                file.write(text)
            partial.replace(self._path)

    def _lines(self) -> list[str]:
        found: list[str] = []
        try:
            with self._path.open("rb") as file:
                content = file.read(MOST_BYTES)
        except OSError:
            return found
        for line in content.splitlines():
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                found.append(msgspec.json.decode(line, type=str))
        return found[-MOST_LINES:]


def history_path() -> Path:
    """Where the history is kept: XDG_STATE_HOME or ~/.local/state, codepolicy/history."""
    base = os.environ.get("XDG_STATE_HOME", "")
    state = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return state / "codepolicy" / "history"


def edited_lines() -> Iterator[str]:
    """What a person types at a terminal, until Ctrl-D. Ctrl-C gives up a line and ends nothing."""
    session: PromptSession[str] = PromptSession(
        history=PrivateHistory(history_path()), output=create_output(stdout=sys.stderr), enable_history_search=True
    )
    while True:
        try:
            yield session.prompt(FormattedText([("bold", "> ")]))
        except KeyboardInterrupt:
            sys.stderr.write(fitted("exit or Ctrl-D ends the session; the robot stands still", sys.stderr) + "\n")
        except EOFError:
            return
