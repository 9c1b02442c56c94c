"""Where a person sees what happens."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from codepolicy.cli.streams import abandon
from codepolicy.printable import printable
from codepolicy.redaction import redacted

HANGING = "      "
"""Before what does not fit on a terminal's line, so that no text of a program begins one."""


class Screen(Console):
    """A console that shows control characters instead of sending them, keeps secrets, and falls silent, rather than end
    the program, when what it prints can no longer be written."""

    def __init__(self, *, stderr: bool) -> None:
        super().__init__(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Everything that is printed comes through here; only rich's own control codes stay as they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(redacted(segment.text)))

    def show_line(self, text: str, style: str = "") -> None:
        """One line of text; on a terminal the rest of a long one is indented, and so are further lines of data."""
        first, *rest = printable(redacted(text)).expandtabs(4).split("\n")
        lines = [first, *(HANGING + further for further in rest)]
        for one in lines:
            for row in self._rows(one):
                self.print(Text(row, style=style))

    def _rows(self, text: str) -> Iterable[str]:
        if not self.is_terminal or self.width <= 2 * len(HANGING):
            return [text]
        rows: list[str] = []
        while Text(text).cell_len > self.width:
            cut = max(1, _fitting(text, self.width))
            space = text.rfind(" ", len(HANGING) + 1, cut)
            cut = space if space > cut // 2 else cut
            rows.append(text[:cut])
            text = HANGING + text[cut:].lstrip(" ")
        return [*rows, text]

    def on_broken_pipe(self) -> None:
        """The reader has gone."""
        raise BrokenPipeError

    def give_up(self) -> None:
        """Print nothing from here on."""
        self.quiet = True
        abandon(sys.stderr if self.stderr else sys.stdout)


def _fitting(text: str, width: int) -> int:
    """How many characters of `text` fit into `width` cells."""
    from rich.cells import get_character_cell_size

    used = 0
    for number, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > width:
            return number
    return len(text)
