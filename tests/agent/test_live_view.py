"""What a person sees on a terminal of 80 by 24 cells, as a terminal emulator draws it."""

from __future__ import annotations

import os
import pty
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codepolicy.cli.live_view import view
from codepolicy.events import Asked, Called, Calling, Event, Moved, Printed, Ran, Started, Thinking, Watched
from primitives.scene import Workspace
from primitives.trace import CallRecord, ExecutionReport
from tests.agent.conftest import chunk, serving, start_stream

pyte = pytest.importorskip("pyte")
pexpect = pytest.importorskip("pexpect")
COLUMNS, ROWS = 80, 24


class Terminal:
    """An emulated terminal with what has scrolled off it."""

    def __init__(self) -> None:
        self.screen = pyte.HistoryScreen(COLUMNS, ROWS, history=5000, ratio=0.5)
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()

    def feed(self, data: bytes) -> None:
        with self._lock:
            self._stream.feed(data)

    @property
    def rows(self) -> list[str]:
        with self._lock:
            return [row.rstrip() for row in self.screen.display]

    @property
    def everything(self) -> list[str]:
        """What scrolled by, and what is in sight."""
        with self._lock:
            gone = ["".join(row[x].data for x in range(COLUMNS)).rstrip() for row in self.screen.history.top]
        return [*gone, *self.rows]


@contextmanager
def on_terminal() -> Iterator[tuple[Callable[[Event], None], Terminal]]:
    """The live view of this process, and the terminal that it draws on."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (ROWS, COLUMNS))
    terminal = Terminal()

    def read() -> None:
        while True:
            try:
                data = os.read(ours, 65_536)
            except OSError:
                return
            terminal.feed(data)

    reader = threading.Thread(target=read)
    reader.start()
    stdout, environment = sys.stdout, {n: os.environ.get(n) for n in ("TERM", "COLUMNS", "LINES")}
    os.environ |= {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(ROWS)}
    try:
        with open(theirs, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - a descriptor
            sys.stdout = stream
            with view(json=False) as show:
                yield show, terminal
    finally:
        sys.stdout = stdout
        for name, value in environment.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        reader.join(5)
        os.close(ours)


def until(condition: Callable[[], object], what: str = "") -> None:
    over = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < over, what
        time.sleep(0.02)


def called(line: int, call: str) -> Called:
    record = CallRecord(
        index=0, name=call.split("(", maxsplit=1)[0], call=call, line=line, started=0.0, robot_time=1.5, wall_time=0.1
    )
    return Called(1, "program", record)


LONG = "pick(find('" + "very " * 40 + "long block'))"
PROGRAM = "\n".join([*(f"step_{n} = {n}" for n in range(1, 60)), LONG, "done = 1"])


def test_the_view_follows_the_running_line_with_the_calls_in_sight() -> None:
    with on_terminal() as (show, terminal):
        show(Started(1, PROGRAM, None))
        for line in (5, 30, 60):
            show(Calling("program", "pick", line))
            until(
                lambda line=line: any(r.startswith(f"> {line:>4} |") for r in terminal.rows), "\n".join(terminal.rows)
            )
            rows = terminal.rows
            marked = next(i for i, r in enumerate(rows) if r.startswith(f"> {line:>4} |"))
            assert any(r.startswith(f"  {line - 1:>4} |") for r in rows[:marked]), "what comes before is in sight"
            show(called(line, f"pick('block {line}')"))
            until(lambda line=line: any(f"done: line {line}: pick" in r for r in terminal.rows))
            assert any(r.startswith(f"  line {line}: pick('block {line}')") for r in terminal.rows)
        shown = "".join(r.removeprefix("      ") for r in terminal.rows)
        assert shown.count("very") >= 40, "a long line goes over several rows"
        show(Ran(1, ExecutionReport(status="finished")))
        until(lambda: not any("| step" in r for r in terminal.rows[-3:]))
    everything = terminal.everything
    assert [r for r in everything if "= 17" in r and r.startswith("   17  ")], (
        "the whole program stays, to scroll back to"
    )
    assert not [r for r in everything if r.startswith((">", "=="))], "what was under way does not"
    words = " ".join(r.strip() for r in everything)
    assert words.count("very") == 40 and "long block" in words


def test_what_the_model_does_while_it_thinks() -> None:
    with on_terminal() as (show, terminal):
        show(Watched("pybullet", None, Workspace()))  # type: ignore[arg-type]
        show(Moved(3.0, (0.0,), 0.0, None))
        show(Asked(2, "program", ()))
        until(lambda: any("turn 2: asking the model for a program, 1 s" in r for r in terminal.rows))
        show(Thinking(2, "program", "```python\n" + "x = 1\n" * 50 + "put(find('red block'), find('green bowl'))"))
        until(lambda: any("| put(find('red block')" in r for r in terminal.rows), "the end of what came is in sight")
        assert any("about " in r and " tokens" in r for r in terminal.rows)
        show(Moved(4.5, (0.0,), 0.0, None))
        until(lambda: "1.5 s robot time" in " ".join(" ".join(terminal.rows).split()))
        assert "s wall time" in " ".join(" ".join(terminal.rows).split())


def test_what_programs_print() -> None:
    with on_terminal() as (show, terminal):
        show(Started(1, "print(1)", None))
        for piece in ("one", " and\ntwo\n", "\x1b[2Jthree"):
            show(Printed(piece))
        show(Ran(1, ExecutionReport(status="finished")))
    assert [r for r in terminal.everything if "prints" in r] == [
        "  prints: one and",
        "  prints: two",
        "  prints: \\x1b[2Jthree",
    ]


def _slowly(handler, body) -> None:  # type: ignore[no-untyped-def]
    start_stream(handler)
    for piece in ("I will ", "think.\n```python\n", "say('hello')\n", "```\n"):
        chunk(handler, {"role": "assistant", "content": piece})
        time.sleep(0.4)
    chunk(handler, {}, "stop")
    handler.wfile.write(b"data: [DONE]\n\n")


@pytest.mark.slow
def test_a_model_that_streams_is_seen_to_write(tmp_path: Path) -> None:
    with serving(_slowly) as server:
        command = ["-m", "codepolicy", "run", "say hello", "--model", "openai:small", "--base-url", server.url]
        child = pexpect.spawn(
            sys.executable,
            [*command, "--no-video", "--turns", "1", "--out", str(tmp_path)],
            dimensions=(ROWS, COLUMNS),
            timeout=60,
            env={**os.environ, "TERM": "xterm-256color", "OPENAI_API_KEY": "k" * 9},
        )
        child.expect("asking the model for a program")
        child.expect(r"\| say\('hello'\)")
        child.expect("says: hello")
        child.expect("s wall time, [0-9.]+ s robot time")
        child.expect(pexpect.EOF)


def test_what_is_typed_below_the_panel_wraps_nothing() -> None:
    from codepolicy.cli.live_panel import LivePanel
    from codepolicy.cli.screen import Screen

    screen = Screen(stderr=True)
    panel = LivePanel(screen)
    panel.run("turn 1: the program runs", "home()\n" * 40)
    panel.calls.append("x" * 200)
    shown = screen.render_lines(panel, screen.options.update(width=screen.width), pad=False)
    assert not "".join(segment.text for segment in shown[-1]).strip(), "^C stands on a row of its own"
    assert len(shown) <= screen.height // 2
