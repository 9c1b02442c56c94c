"""The shapes in which models of all sizes give their programs, each as a file of `replies/`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from codepolicy.models.protocol import Reply
from codepolicy.prompting.reply import parse_reply

FILES = sorted((Path(__file__).parent / "replies").glob("*.txt"))


def meaning(source: str | None) -> str | None:
    """Python without its layout; "(none)" for nothing."""
    return None if source is None or source.strip() == "(none)" else ast.dump(ast.parse(source))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_reply_is_understood(path: Path) -> None:
    text = path.read_bytes().decode()
    finish, _, rest = text.partition("\n")
    reply, _, wanted = rest.partition("\n=====\n")
    program, _, goal = wanted.partition("\n-----\n")
    found = parse_reply(Reply(text=reply, model="m", finish=finish))  # type: ignore[arg-type]
    assert not found.truncated and found.refusal is None
    assert meaning(found.program) == meaning(program), found.program
    assert meaning(found.goal) == meaning(goal), found.goal


def test_there_are_a_hundred_shapes() -> None:
    assert len(FILES) >= 100
