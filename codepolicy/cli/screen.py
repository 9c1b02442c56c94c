"""Where a person sees what happens."""

from __future__ import annotations

import sys

from rich.console import Console

from codepolicy.cli.streams import abandon


class Screen(Console):
    """A console that falls silent, rather than end the program, when what it prints can no longer be written."""

    def on_broken_pipe(self) -> None:
        """The reader has gone."""
        raise BrokenPipeError

    def give_up(self) -> None:
        """Print nothing from here on."""
        self.quiet = True
        abandon(sys.stderr if self.stderr else sys.stdout)
