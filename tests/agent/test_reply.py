from __future__ import annotations

import time
from textwrap import indent

import pytest

from codepolicy.models.protocol import Reply
from codepolicy.prompting.reply import in_words, join_continued, parse_reply

PROGRAM = 'red = find("red block")\nput(red, "green bowl")\n'
GOAL = 'def goal():\n    expect(inside("red block", "green bowl"), "in")\n'


def parsed(text: str, finish: str = "stop"):
    return parse_reply(Reply(text=text, model="m", finish=finish))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        f"```python\n{PROGRAM}```\n```python\n{GOAL}```",
        f"Sure! Here it is:\n\n```python\n{PROGRAM}```\n\nAnd the check:\n\n```py\n{GOAL}```\nDone.",
        f"~~~\n{PROGRAM}~~~\n~~~ python\n{GOAL}~~~",
        f"````python\n{PROGRAM}````\n````python\n{GOAL}````",
        f"```Python\n{PROGRAM}\n{GOAL}```",
        f"```python\n{GOAL}```\n```python\n{PROGRAM}```",
        f"```\r\n{PROGRAM}```\r\n```\r\n{GOAL}```".replace("\n", "\r\n").replace("\r\r", "\r"),
        "1. Program\n" + indent(f"```python\n{PROGRAM}```\n", "   ") + f"2. Check\n```python\n{GOAL}```",
        f"<think>maybe\n```python\npush('x', (0, 0))\n```\n</think>\n```python\n{PROGRAM}```\n```python\n{GOAL}```",
        f"```bash\npip install robot\n```\n```python\n{PROGRAM}```\n```python\n{GOAL}goal()\n```",
    ],
    ids=[
        "plain",
        "prose",
        "tildes",
        "four",
        "one block",
        "goal first",
        "crlf",
        "indented",
        "thoughts",
        "other language",
    ],
)
def test_program_and_goal_are_found(text: str) -> None:
    reply = parsed(text)
    assert reply.program is not None and reply.goal is not None
    assert reply.program.strip() == PROGRAM.strip()
    assert reply.goal.strip() == GOAL.strip()
    assert not reply.truncated and reply.refusal is None


def test_a_reply_without_fences() -> None:
    reply = parsed(f"Here is the program you asked for.\n\n{PROGRAM}\n{GOAL}\nI hope this helps!")
    assert reply.program is not None and reply.program.strip() == PROGRAM.strip()
    assert reply.goal is not None and reply.goal.strip() == GOAL.strip()


def test_a_later_block_wins_but_keeps_the_helpers_it_uses() -> None:
    reply = parsed("```python\ndef two(x):\n    return 2 * x\n```\n```python\nput('a', (two(0.2), 0))\n```")
    assert reply.program is not None and "def two" in reply.program and "put(" in reply.program
    draft = parsed("First try:\n```python\nput('a', 'b')\n```\nBetter:\n```python\nput('a', 'c')\n```")
    assert draft.program == "put('a', 'c')\n"


def test_helpers_of_the_check_stay_with_it() -> None:
    reply = parsed(
        "```python\nput('a', 'b')\n```\n```python\nimport math\ndef far(o):\n    return math.hypot(*o.position[:2])\n"
        "def goal():\n    expect(far(find('a')) > 0.4, 'far')\n```"
    )
    assert reply.program == "put('a', 'b')\n"
    assert reply.goal is not None and "import math" in reply.goal and "def far" in reply.goal


@pytest.mark.parametrize(
    ("text", "finish"),
    [
        (f"```python\n{PROGRAM}", "length"),
        (f"```python\n{PROGRAM}```", "length"),
        (f"```python\n{PROGRAM.rstrip()[:-2]}", "stop"),
    ],
)
def test_a_truncated_reply_is_recognised(text: str, finish: str) -> None:
    assert parsed(text, finish).truncated


@pytest.mark.parametrize(
    "rest",
    ['"green bowl")\n```\n', '```python\n"green bowl")\n```\n', 'find("red block")\nput(red, "green bowl")\n```\n'],
    ids=["exact", "with a fence", "repeating"],
)
def test_a_continuation_is_joined(rest: str) -> None:
    joined = join_continued('```python\nred = find("red block")\nput(red, ', rest)
    assert parsed(joined).program == PROGRAM


def test_a_continuation_that_starts_anew_replaces() -> None:
    whole = f"```python\n{PROGRAM}```\n```python\n{GOAL}```\n"
    cut = whole[:60]
    for rest in (whole, "Sure, here it is in full:\n\n" + whole, whole.replace("python\n", "python\n# all of it\n", 1)):
        reply = parsed(join_continued(cut, rest))
        assert not reply.truncated
        assert reply.program is not None and reply.program.replace("# all of it\n", "") == PROGRAM
        assert reply.goal == GOAL
    check_cut = whole[: whole.index("expect(")]
    for rest in (f"```python\n{GOAL}```", whole, whole[whole.index("expect(") :]):
        reply = parsed(join_continued(check_cut, rest))
        assert (reply.program, reply.goal, reply.truncated) == (PROGRAM, GOAL, False)


def test_every_place_to_cut_a_reply_can_be_gone_on_from() -> None:
    whole = f"First the program.\n```python\n{PROGRAM}```\nThen the check.\n```python\n{GOAL}```\n"
    for cut in range(30, len(whole)):
        reply = parsed(join_continued(whole[:cut], whole[cut:]))
        assert (reply.program, reply.goal) == (PROGRAM, GOAL), cut


@pytest.mark.parametrize("text", ["Das kann ich nicht.", "我做不到。", "Which one?", "<think>hm</think>I cannot."])
def test_a_reply_in_words_alone(text: str) -> None:
    reply = Reply(text=text, model="m")
    assert in_words(parse_reply(reply), reply) == text.rpartition(">")[2]


@pytest.mark.parametrize("text", ["", "```json\n{}\n```", "```python\nhome()\n```", "Sure:\n```python\nho"])
def test_a_reply_with_a_fence_or_nothing_is_not_in_words(text: str) -> None:
    reply = Reply(text=text, model="m")
    assert in_words(parse_reply(reply), reply) is None


@pytest.mark.parametrize("text", ["", "Just some thoughts about blocks.", "```json\n{}\n```", "```python\n\n```"])
def test_no_program_is_neither_refusal_nor_program(text: str) -> None:
    reply = parsed(text)
    assert (reply.program, reply.goal, reply.refusal) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "<pre>" * 50_000,
        "<pre><code>" * 5_000 + "x",
        "\n'''python" * 20_000,
        "\\begin{lstlisting}\n" * 12_000 + "\\end{verbatim}",
        "program: |\n" + "  f(x)\n" * 20_000,
        '[{"name: "x", "arguments":{ {"code": "put(1)"}}}]',
        "{'a': " * 20_000 + "}",
        "f'{" * 40_000,
    ],
    ids=range(8),
)
def test_what_is_no_reply_is_looked_at_for_a_moment(text: str) -> None:
    began = time.process_time()
    reply = Reply(text=text, model="m")
    in_words(parse_reply(reply), reply)
    assert time.process_time() - began < 10.0


def test_ten_megabytes_are_no_problem() -> None:
    assert parsed(f"```python\n{PROGRAM}```\n" + "x (" * 3_000_000).program == PROGRAM
    assert parsed("```python\n" + "(" * 10_000_000).truncated
