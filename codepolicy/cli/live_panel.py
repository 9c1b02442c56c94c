"""What is under way, in the last rows of a terminal: the model's reply as it comes, or the program around its running
line with the last calls. What scrolled by above it is the whole story; this is cut to what fits.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from codepolicy.cli.screen import Screen
from codepolicy.models.token_estimate import estimated_tokens
from codepolicy.terminal_rows import fitting, rows, widest

CALLS: Final = 3
"""Calls that stay in sight."""
GUTTER: Final = "       | "
"""Before a line's number would stand, where a row goes on with a line."""


class LivePanel:
    """A renderable; its attributes are set as things happen, and it is drawn some times a second."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.began = time.monotonic()
        self.robot_time = 0.0
        """s since the instruction was given."""
        self.doing = ""
        """What the agent does, in words; empty where nothing is to be shown."""
        self.reply = ""
        """What has come of a model's reply."""
        self.streams = False
        self.calls: deque[str] = deque(maxlen=CALLS)
        self._since = self.began
        self._program: list[str] = []
        self.line: int | None = None

    def ask(self, what: str) -> None:
        """A model is being asked for `what`."""
        self.doing, self.reply, self.streams, self._since = what, "", False, time.monotonic()
        self._program, self.line = [], None

    def run(self, what: str, program: str) -> None:
        """A program runs."""
        self.doing, self.reply, self._since = what, "", time.monotonic()
        self._program = self._screen.written(program).expandtabs(4).rstrip().split("\n")
        self.line = None
        self.calls.clear()

    def rest(self) -> None:
        """Nothing is under way."""
        self.doing = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """At most half of the terminal's rows, none of them wider than it."""
        del options
        if self.doing:
            height, width = max(4, console.height // 2 - 1), console.width
            yield from self._rows(height, width)
            yield Text("")  # where a terminal shows what is typed, such as ^C: at the end of a full row it would wrap

    def _rows(self, height: int, width: int) -> list[Text]:
        now = time.monotonic()
        status = f"== {self.doing}, {now - self._since:.0f} s"
        if not self._program:
            thought = f", about {estimated_tokens(self.reply)} tokens" if self.streams else ""
            head = [*rows(f"{status}{thought} {self._clocks(now)}", width)][:2]
            told = [row for line in self._tail(height, width) for row in rows(GUTTER + line, width)]
            return [*_texts(head, width, "bold"), *_texts(told[len(head) - height :], width, "dim")]
        head = [*rows(f"{status} {self._clocks(now)}", width)][:2]
        calls = [_cut(f"   done: {call}", width, "dim") for call in self.calls]
        return [*_texts(head, width, "bold"), *self._window(height - len(head) - len(calls), width), *calls]

    def _clocks(self, now: float) -> str:
        return f"({self.robot_time:.1f} s robot time, {now - self.began:.0f} s wall time)"

    def _tail(self, height: int, width: int) -> list[str]:
        """The last lines of a reply that can be in sight."""
        written = self._screen.written(self.reply[-height * width :]).expandtabs(4)
        return written.rstrip().split("\n")[-height:] if written.strip() else []

    def _window(self, height: int, width: int) -> list[Text]:
        """The program around its running line, long lines over several rows; the running one is marked."""
        numbered: list[tuple[int, str]] = []
        for number, code in enumerate(self._program, 1):
            mark = ">" if number == self.line else " "
            first, *rest = rows(f"{mark} {number:>4} | {code}", width)
            numbered += [(number, first), *((number, row) for row in rest)]
        at = next((i for i, (number, _) in enumerate(numbered) if number == self.line), 0)
        start = max(0, min(at - height // 3, len(numbered) - height))
        return [
            _cut(row, width, "bold yellow" if number == self.line else "")
            for number, row in numbered[start : start + height]
        ]


def _texts(lines: list[str], width: int, style: str) -> list[Text]:
    return [_cut(line, width, style) for line in lines]


def _cut(row: str, width: int, style: str) -> Text:
    """`row`, or its beginning with dots where it is too wide."""
    if widest(row) > width:
        row = row[: max(0, fitting(row, width - 3))] + "..."
    return Text(row, style=style, no_wrap=True)
