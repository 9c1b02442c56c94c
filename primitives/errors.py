"""Mistakes in how the library is used, as opposed to failures of a program or a robot (see `failures`)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ConfigurationError(Exception):
    """A user's mistake in a flag, a file or an argument. The message is one sentence that says what to do.

    The command line prints it without a traceback and exits with status 2.
    """


def unknown_name(what: str, name: str, known: Iterable[str]) -> ConfigurationError:
    """The error for a name that nobody registered: close matches first, then the whole list.

    Args:
        what: the kind of thing, e.g. "task".
        name: what the user wrote.
        known: every valid name.
    """
    valid = sorted(known)
    close = difflib.get_close_matches(name, valid, n=3, cutoff=0.5)
    guess = f" Did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
    return ConfigurationError(f"unknown {what} {name!r}.{guess} Valid: {', '.join(valid) or 'none'}.")
