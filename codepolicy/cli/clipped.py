"""What rich draws, with no row that a terminal would wrap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from codepolicy.cli.terminal_rows import fitting, widest


class Clipped:
    """A renderable of which no row is wider, by the measure of `widest`, than the console."""

    def __init__(self, renderable: RenderableType) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The rows, cut at the edge."""
        for line in console.render_lines(self._renderable, options, pad=False):
            yield from _clipped(line, options.max_width)
            yield Segment.line()


def _clipped(line: Iterable[Segment], width: int) -> Iterator[Segment]:
    for segment in line:
        kept = segment.text[: fitting(segment.text, width)]
        yield segment._replace(text=kept)
        width -= widest(kept)
        if len(kept) < len(segment.text):
            return
