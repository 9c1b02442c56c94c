"""Mistakes in how the library is used, as opposed to failures of a program or a robot (see `failures`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LISTED = 16
"""Valid names that an error lists whole; of more it names the nearest."""
NEAREST = 5


class ConfigurationError(Exception):
    """A user's mistake in a flag, a file or an argument. The message is one sentence that says what to do.

    The command line prints it without a traceback and exits with status 2.
    """


def unknown_name(what: str, name: str, known: Iterable[str], *, where: str = "") -> ConfigurationError:
    """The error for a name that nobody registered: close matches first, then every valid name, or the nearest of many.

    Args:
        what: the kind of thing, e.g. "task".
        name: what the user wrote.
        known: every valid name.
        where: what lists them all, e.g. "codepolicy tasks".
    """
    valid = sorted(known)
    close = difflib.get_close_matches(name, valid, n=3, cutoff=0.5)
    guess = f" Did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
    if len(valid) <= LISTED:
        return ConfigurationError(f"unknown {what} {name!r}.{guess} Valid: {', '.join(valid) or 'none'}.")
    nearest = [*close, *(v for v in difflib.get_close_matches(name, valid, n=NEAREST, cutoff=0.0) if v not in close)]
    rest = f"and {len(valid) - NEAREST} more" + (f"; `{where}` lists them" if where else "")
    return ConfigurationError(f"unknown {what} {name!r}.{guess} Valid are {', '.join(nearest[:NEAREST])}, {rest}.")
