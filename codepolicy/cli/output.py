"""What goes to stdout, and how a run ends: one object or nothing, a sentence, an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codepolicy.episode import Episode


def put(text: str) -> None:
    """One line on stdout."""
    sys.stdout.write(text + "\n")


def put_json(value: object) -> None:
    """`value` as one JSON object on one line of stdout."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.flush()


def fail(message: str, status: int, *, json: bool) -> int:
    """Say what is wrong on stderr, and as an object where one was asked for."""
    sys.stderr.write(f"codepolicy: {message}\n")
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


def finish(run: Callable[[], Episode], *, json: bool) -> int:
    """Run, print the object where asked for, and return the exit status."""
    from codepolicy.episode import EXIT_STATUS
    from codepolicy.loop.episode_run import Interrupted

    with _nothing_else_on_stdout() if json else nullcontext():
        try:
            episode = run()
        except Interrupted as interrupted:
            episode = interrupted.episode
    if json:
        put_json(episode)
    return EXIT_STATUS[episode.outcome]
