"""No text from a program, model, server, scene or file drives a terminal or a page."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import termios
import threading
from pathlib import Path

import msgspec
import pytest

from codepolicy.cli.live_view import view
from codepolicy.cli.output import put, put_json
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
