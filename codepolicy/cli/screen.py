"""Where a person sees what happens."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from codepolicy.cli.streams import abandon
from codepolicy.printable import controls_shown, printable
from codepolicy.redaction import redacted
from codepolicy.terminal_rows import HANGING, encoded, rows


class Screen(Console):
    """A console that shows control characters instead of sending them, keeps secrets, and falls silent, rather than end
    the program, when what it prints can no longer be written."""

    def __init__(self, *, stderr: bool) -> None:
        super().__init__(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Everything that is printed comes through here; only rich's own control codes stay as they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=controls_shown(redacted(segment.text)))

    def show_line(self, text: str, style: str = "") -> None:
        """One line of text; on a terminal the rest of a long one is indented, and so are further lines of data."""
        first, *rest = self.written(text).expandtabs(4).split("\n")
        lines = [first, *(HANGING + further for further in rest)]
        for one in lines:
            for row in rows(one, self.width) if self.is_terminal else (one,):
                self.print(Text(row, style=style))

    def written(self, text: str) -> str:
        """`text` as its letters will come out."""
        return encoded(printable(redacted(text)), self.encoding)

    def on_broken_pipe(self) -> None:
        """The reader has gone."""
        raise BrokenPipeError

    def give_up(self) -> None:
        """Print nothing from here on."""
        self.quiet = True
        abandon(sys.stderr if self.stderr else sys.stdout)
