"""No text from a program, model, server, scene or file drives a terminal or a page."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
import termios
import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import cast

import made
import msgspec
import pytest

from codepolicy.cli.live_view import view
from codepolicy.cli.output import put, put_json
from codepolicy.cli.screen import Screen
from codepolicy.evaluation.progress_line import ProgressLine
from codepolicy.events import Answered, FedBack, Planned, Ran, Said, Started
from codepolicy.models.protocol import Reply
from codepolicy.printable import printable, printable_json
from primitives.failures import FailureReport
from primitives.trace import ExecutionReport

ATTACKS = {
    "clipboard": "\x1b]52;c;aGVsbG8=\x07",
    "title": "\x1b]0;owned\x1b\\",
    "clear": "\x1b[2J\x1b[H",
    "up": "\x1b[5A\x1b[K",
    "eight-bit": "\x9b2J\x9d0;owned\x9c",
    "carriage return": "harmless\rachieved: all of it",
    "backspace": "ab\b\b\bachieved",
    "bidi": "\u202eseveihca\u202c \u2066x\u2069",
    "zero width": "a\u200bb\u2060c\ufeffd",
    "tags": "\U000e0041\U000e0042",
    "separators": "a\u2028achieved: b\u2029c\x85d\x0be\x0cf",
    "hyperlink": "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\",
    "colour": "\x1b[32machieved: green\x1b[0m",
    "markup": "[bold green]achieved[/bold green] [link=http://evil]x[/link] :smile:",
    "device": "\x05\x1b[c\x1b[6n\x1bP$qm\x1b\\",
}
SGR = re.compile(rb"\x1b\[[0-9;]*m")
MOVES = re.compile(rb"\x1b\[(\?25[lh]|1A|2K|[0-9;]*m)")
"""What rich itself sends for a live view."""


def on_terminal(columns: int, *events: object) -> bytes:
    """What a terminal of that width receives for `events`."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    received = bytearray()

    def read() -> None:
        while True:
            try:
                data = os.read(ours, 65_536)
            except OSError:
                return
            if not data:
                return
            received.extend(data)

    reader = threading.Thread(target=read)
    reader.start()
    before = sys.stdout, os.environ.get("TERM"), os.environ.get("COLUMNS")
    try:
        os.environ["TERM"] = "xterm-256color"
        os.environ["COLUMNS"] = str(columns)
        with open(theirs, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - a descriptor
            sys.stdout = stream
            with view(json=False) as show:
                for event in events:
                    show(event)  # type: ignore[arg-type]
    finally:
        sys.stdout = before[0]
        for name, value in (("TERM", before[1]), ("COLUMNS", before[2])):
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        reader.join(5)
        os.close(ours)
    return bytes(received)


def unwanted(sent: bytes) -> set[str]:
    """Control and invisible characters among the bytes, apart from what rich itself sends."""
    text = MOVES.sub(b"", sent).decode().replace("\r\n", "\n").replace("\n\r", "\n").replace("\r", "", 0)
    return {c for c in text if printable(c) != c}


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_unseen_reaches_a_terminal(name: str) -> None:
    attack = ATTACKS[name]
    failure = FailureReport(kind="policy_error", message=attack, blame="policy")
    sent = on_terminal(
        100,
        Said(attack),
        Planned((attack,)),
        FedBack(1, f"x Hint: {attack}"),
        Answered(1, "program", Reply(text="x", model="m", notes=(attack,))),
        Started(1, f"say({attack!r})\n# {attack}\n", None),
        Ran(1, ExecutionReport(status="failed", failure=failure)),
    )
    left = unwanted(sent) - ({"\r"} if b"\rachieved" not in sent else set())
    assert not left, left
    if name == "markup":
        assert b"[bold green]" in sent and b":smile:" in sent


@pytest.mark.parametrize("columns", [40, 79, 80, 120])
@pytest.mark.parametrize(
    "text",
    [
        "done\nachieved: the red block is in the bowl",
        *("x" * n + "achieved: the red block is in the bowl" for n in range(25, 120)),
        "x" + " " * 71 + "achieved: the red block is in the bowl",
    ],
)
def test_what_a_program_says_cannot_look_like_a_verdict(columns: int, text: str) -> None:
    sent = SGR.sub(b"", on_terminal(columns, Said(text))).decode()
    rows = [row[i : i + columns] for row in sent.replace("\r\n", "\n").split("\n") for i in range(0, len(row), columns)]
    assert rows and all(row.startswith(("  says: ", "      ")) for row in rows if row.strip())


def _may_be_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WFA" or unicodedata.category(character) in ("So", "Cn")


WIDTHS: dict[str, Callable[[str], int]] = {
    "marks take nothing": lambda c: (
        0 if unicodedata.category(c)[0] == "M" else 1 + (unicodedata.east_asian_width(c) in "WF")
    ),
    "spacing marks take a cell": lambda c: int(unicodedata.category(c) not in ("Mn", "Me")),
    "everything takes a cell": lambda c: 1,
    "what may be wide is": lambda c: 0 if unicodedata.category(c)[0] == "M" else 1 + _may_be_wide(c),
}
"""How many cells a character takes on different terminals."""
LETTERS = {
    "spacing marks": "\u093e",
    "marks": "e\u0301",
    "piled marks": "e" + "\u0301\u20dd\u0489" * 9,
    "regional indicators": "\U0001f1e9\U0001f1ea",
    "one regional indicator": "\U0001f1e9",
    "emoji with a selector": "\u2764\ufe0f",
    "ambiguous": "\u00b1\u2026\u2500",
    "wide": "\u4f60\uff41",
    "not assigned": "\U0001fbff\u0378",
    "Devanagari": "\u0915\u094d\u0937\u093f",
    "Hangul jamo": "\u1100\u1161\u11a8",
    "tabs": "\t",
}


def rows_of(sent: str, columns: int, width: Callable[[str], int]) -> list[str]:
    """What stands in the rows of a terminal that wraps by itself."""
    rows: list[str] = []
    for line in sent.replace("\r\n", "\n").split("\n"):
        row, used = "", 0
        for character in line:
            if used + width(character) > columns:
                rows.append(row)
                row, used = "", 0
            row, used = row + character, used + width(character)
        rows.append(row)
    return rows


@pytest.mark.parametrize("name", LETTERS)
def test_rows_begin_with_ours_whatever_width_a_terminal_gives_a_letter(name: str) -> None:
    for columns in (40, 80):
        for times in range(20, columns + 3):
            text = LETTERS[name] * (times // len(LETTERS[name]) + 1) + "achieved: the red block is in the bowl"
            screen = Screen(stderr=False)
            screen.file, screen._force_terminal, screen.width = io.StringIO(), True, columns
            screen.show_line(f"  says: {text}")
            sent = screen.file.getvalue()
            for width in WIDTHS.values():
                rows = rows_of(sent, columns, width)
                assert all(row.startswith(("  says: ", "      ")) for row in rows if row.strip()), (columns, times)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_letters_that_a_console_lacks_do_not_begin_a_row_either(encoding: str) -> None:
    for times in range(1, 80):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace", newline="")
        screen = Screen(stderr=False)
        screen.file, screen._force_terminal, screen.width = stream, True, 80
        screen.show_line("  says: " + "\u0151" * times + "achieved: the red block is in the bowl")
        stream.flush()
        written = cast("io.BytesIO", stream.buffer).getvalue().decode(encoding)
        assert all(row.startswith(("  says: ", "      ")) for row in rows_of(written, 80, lambda c: 1) if row.strip())


@pytest.mark.parametrize("name", LETTERS)
def test_a_program_on_the_screen_begins_no_row_either(name: str) -> None:
    program = "".join(f"# {LETTERS[name] * n}achieved: the red block is in the bowl\n" for n in range(10, 40, 3))
    sent = MOVES.sub(b"", on_terminal(40, Started(1, program, None), Ran(1, ExecutionReport(status="finished"))))
    for width in WIDTHS.values():
        rows = rows_of(sent.decode().replace("\r", "\n"), 40, width)
        assert not any(row.startswith("achieved") for row in rows)


def test_a_lost_episode_begins_no_row_while_others_are_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    for times in range(20, 90, 3):
        stream = Terminal()
        line = ProgressLine(stream, total=2, done=0, won=0, processes=1)
        line(made.record(won=False, feedback="x" * times + "achieved: the red block is in the bowl\n40 won"))
        text = stream.getvalue().replace("\r\x1b[K", "\n")
        rows = [row for row in rows_of(text, 80, lambda c: 1) if row.strip()]
        assert all(row.startswith(("1 episode", "2 episodes", "lost to ", "      ", "1 of 2")) for row in rows), rows


def test_marks_without_a_letter_and_piles_of_them_are_shown() -> None:
    assert printable("\u0301a e\u0301 \u093e") == "\\u0301a e\u0301 \\u093e"
    assert printable("e" + "\u0301" * 6) == "e" + "\u0301" * 4 + "\\u0301" * 2
    for text in ("क्षत्रिय", "Tiếng Việt", "שָׁלוֹם", "ที่นี่", "❤️", "བསྒྲུབས"):
        assert printable(text) == text


def test_lines_and_objects_on_stdout(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for attack in ATTACKS.values():
        put(attack)
        put_json({"said": attack})
    sent = capfdbinary.readouterr().out
    assert not {c for c in sent.decode() if printable(c) != c}
    objects = [json.loads(line) for line in sent.splitlines() if line.startswith(b'{"said"')]
    assert [o["said"] for o in objects] == list(ATTACKS.values()), "JSON says the same"
    assert printable_json(msgspec.json.encode("a")) == b'"a"'


@pytest.mark.slow
def test_a_whole_run_on_a_terminal(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    attacks = [a for a in ATTACKS.values() if a.isascii()]
    program.write_text("".join(f"say({a!r})\n" for a in attacks) + f"raise ValueError({ATTACKS['clear']!r})\n")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 100))
    command = [sys.executable, "-m", "codepolicy", "exec", str(program), "--no-video", "--out", str(tmp_path / "runs")]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    received = b""
    while True:
        try:
            data = os.read(ours, 65_536)
        except OSError:
            break
        if not data:
            break
        received += data
    assert process.wait(60) == 1
    os.close(ours)
    assert b"says:" in received
    assert not unwanted(received) - {"\r"}
    for forbidden in (b"\x1b]", b"\x07", b"\x1b[2J", b"\x1bP", b"\x1b[6n"):
        assert forbidden not in received
