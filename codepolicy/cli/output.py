"""What goes to stdout, and how a run ends: one object or nothing, a sentence, an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from codepolicy.printable import printable, printable_json
from codepolicy.redaction import redacted, redacted_json
from codepolicy.terminal_rows import fitted

if TYPE_CHECKING:
    from codepolicy.episode import Episode


def put(text: str) -> None:
    """One line on stdout."""
    sys.stdout.write(fitted(shown(text), sys.stdout) + "\n")


def put_source(text: str) -> None:
    """A text on stdout that is there to be copied, with its lines as they are."""
    sys.stdout.write(shown(text) + "\n")
    sys.stdout.flush()  # here, where a reader that has gone is told: a short text would wait for the end of the process


def shown(text: str) -> str:
    """`text` as it may leave for a terminal: control characters shown, secrets taken out."""
    return printable(redacted(text))


def put_json(value: object) -> None:
    """`value` as one JSON object on one line of stdout."""
    import msgspec

    sys.stdout.buffer.write(printable_json(redacted_json(msgspec.json.encode(value))) + b"\n")
    sys.stdout.flush()


def fail(message: str, status: int, *, json: bool) -> int:
    """Say what is wrong on stderr, and as an object where one was asked for."""
    told = shown(message).replace("\n", "\n  ")  # so that no quoted text begins a line
    sys.stderr.write(fitted(f"codepolicy: {told}", sys.stderr) + "\n")
    if json:
        put_json({"schema_version": 1, "outcome": "error", "error": message, "exit_status": status})
    return status


@contextmanager
def _nothing_else_on_stdout() -> Generator[None]:
    """Send to stderr whatever libraries print on file descriptor 1 meanwhile."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _page(episode: Episode) -> str | None:
    """Where the page of what was run is; None where it left no folder."""
    from pathlib import Path

    from codepolicy.evaluation.episode_page import write_page
    from primitives.errors import ConfigurationError

    if episode.folder is None:
        return None
    try:
        return str(write_page(Path(episode.folder)))
    except (OSError, ConfigurationError):  # a disk that is full costs the page alone
        return None


def finish(run: Callable[[], Episode], *, json: bool) -> int:
    """Run, print the object where asked for, and return the exit status."""
    from codepolicy.loop.episode_run import Interrupted

    with _nothing_else_on_stdout() if json else nullcontext():
        try:
            episode = run()
        except Interrupted as interrupted:
            episode = interrupted.episode
        page = _page(episode)
    if json:
        put_json(episode)
    elif page is not None:
        put(f"page in {page}")
    return episode.exit_status
