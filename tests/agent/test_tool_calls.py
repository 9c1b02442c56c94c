"""Replies of models that take the functions for tools, in the syntaxes of their families."""

from __future__ import annotations

import ast
import time

import pytest

from codepolicy.models.protocol import Reply
from codepolicy.prompting.reply import in_words, parse_reply

J = '{"obj": "red block", "target": "green bowl"}'
CALL = f'{{"name": "put", "arguments": {J}}}'
PUT = {
    "hermes": f"Sure.\n<tool_call>\n{CALL}\n</tool_call>",
    "hermes, not closed": f"<tool_call>\n{CALL}",
    "mistral": f"[TOOL_CALLS] [{CALL}]",
    "mistral, newer": f"[TOOL_CALLS]put[ARGS]{J}",
    "invoke": '<function_calls>\n<invoke name="put">\n<parameter name="obj">red block</parameter>\n'
    '<parameter name="target">green bowl</parameter>\n</invoke>\n</function_calls>',
    "invoke with a prefix": '<x:tool_call>\n<invoke name="put">\n<parameter name="obj">red block</parameter>\n'
    '<parameter name="target">green bowl</parameter>\n</invoke>\n</x:tool_call>',
    "python tag": f'<|python_tag|>{{"name": "put", "parameters": {J}}}<|eom_id|>',
    "python tag with a call": '<|python_tag|>put.call(obj="red block", target="green bowl")',
    "function tag": f"<function=put>{J}</function>",
    "function and parameter tags": "<tool_call>\n<function=put>\n<parameter=obj>\nred block\n</parameter>\n"
    "<parameter=target>\ngreen bowl\n</parameter>\n</function>\n</tool_call>",
    "pairs of tags": "<tool_call>put\n<arg_key>obj</arg_key>\n<arg_value>red block</arg_value>\n"
    "<arg_key>target</arg_key>\n<arg_value>green bowl</arg_value>\n</tool_call>",
    "react": f"Thought: It is in view.\nAction: put\nAction Input: {J}\nObservation: ok\nThought: done",
    "react in words": "Thought: now.\nAction: put\nAction Input: red block, green bowl",
    "react with names": '**Action:** put\n**Action Input:** obj="red block", target="green bowl"',
    "react as a call": 'Thought: now.\nAction: put("red block", "green bowl")\nPAUSE',
    "react in brackets": "Action: put[red block, green bowl]",
    "list of calls": '[put(obj="red block", target="green bowl")]',
    "deepseek": f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>put<｜tool▁sep｜>{J}<｜tool▁call▁end｜>",
    "deepseek, older": f"<｜tool▁call▁begin｜>function<｜tool▁sep｜>put\n```json\n{J}\n```<｜tool▁call▁end｜>",
    "kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.put:0<|tool_call_argument_begin|>"
    f"{J}<|tool_call_end|><|tool_calls_section_end|>",
    "harmony": f"<|channel|>commentary to=functions.put <|constrain|>json<|message|>{J}<|call|>",
    "granite": f"<|tool_call|>[{CALL}]",
    "functionary": f">>>put\n{J}",
    "functools": f"functools[{CALL}]",
    "JSON": CALL,
    "JSON in a fence": f"```json\n{CALL}\n```",
    "JSON in a fence of its own": f"```tool_call\n{CALL}\n```",
    "flat JSON": '{"action": "put", "obj": "red block", "target": "green bowl"}',
    "the name as a key": f'{{"put": {J}}}',
    "calls in a text": "{\"steps\": [\"put('red block', 'green bowl')\"]}",
    "arguments in a text": '[{"id": "1", "type": "function", "function": {"name": "put", "arguments": '
    '"{\\"obj\\": \\"red block\\", \\"target\\": \\"green bowl\\"}"}}]',
    "numbered": '1. `put("red block", "green bowl")`',
    "numbered without backticks": 'Step 1: put("red block", "green bowl")',
    "items with words": 'Plan:\n- First, `put("red block", "green bowl")` it.',
}
MORE = {
    "tags": f'<tool_call>{CALL}</tool_call>\n<tool_call>{{"name": "home", "arguments": {{}}}}</tool_call>',
    "list of calls": '[put("red block", "green bowl"), home()]',
    "numbered": '1. `red = find("red block")`\n2. `put(red, "green bowl")`\n3. `home()`',
    "items": '- put("red block", "green bowl")\n- home()',
    "react": "Action: put(red block, green bowl)\nObservation: ok\nAction: home()",
    "JSON": f'{{"actions": [{CALL}, {{"function": "home"}}]}}',
    "lines of JSON": f'{{"tool": "put", "args": {J}}}\n{{"tool": "home"}}',
}
WORDS = (
    "I can't put(red block) anywhere because put() fails.",
    "There is no red block. I see: blue block (0.4, 0.1), green bowl (0.5, 0.2).",
    "The blocks are:\n1. red block (left)\n2. blue block (right)\n- bowl (green)",
    "<answer>There is no red block.</answer>",
    "Thought: hm\nFinal Answer: There is no red block.",
    '{"answer": "There is no red block."}',
)


def arguments(program: str | None, name: str) -> list[list[object]]:
    """Of each call of `name`, in the order of the parameters."""
    calls = [n for n in ast.walk(ast.parse(program or "")) if isinstance(n, ast.Call) and ast.unparse(n.func) == name]
    return [[ast.literal_eval(a) for a in (*c.args, *(k.value for k in c.keywords))] for c in calls]


@pytest.mark.parametrize("shape", PUT)
def test_a_call_is_understood(shape: str) -> None:
    reply = Reply(text=PUT[shape], model="m")
    found = parse_reply(reply)
    assert arguments(found.program, "put") == [["red block", "green bowl"]], found
    assert in_words(found, reply) is None and not found.truncated


@pytest.mark.parametrize("shape", MORE)
def test_calls_one_after_the_other_are_one_program(shape: str) -> None:
    program = parse_reply(Reply(text=MORE[shape], model="m")).program or ""
    assert 0 <= program.index("put(") < program.index("home()")


def test_places_are_tuples_and_words_are_called() -> None:
    text = '<invoke name="place"><parameter name="target">[0.5, 0.1]</parameter></invoke>'
    assert parse_reply(Reply(text=text, model="m")).program == "place(target=(0.5, 0.1))\n"
    text = '{"action": "decline", "reason": "no red block"}'
    assert parse_reply(Reply(text=text, model="m")).program == "decline(reason='no red block')\n"


@pytest.mark.parametrize(
    ("text", "unusable"),
    [
        ('<tool_call>\n{"name": "detect", "arguments": {"query": "block"}}\n</tool_call>', "tools"),
        ('<tool_call>\n{"name": "move_object", "arguments": {"what": "block"}}\n</tool_call>', "tools"),
        ('Action: look_around\nAction Input: {"what": "block"}', "tools"),
        ("<think>The person wants the block moved. I call put(", "thoughts"),
        ("<|channel|>analysis<|message|>I should first", "thoughts"),
    ],
)
def test_what_is_no_program_is_not_shown_to_the_person(text: str, unusable: str) -> None:
    reply = Reply(text=text, model="m")
    found = parse_reply(reply)
    assert (found.program, found.unusable, in_words(found, reply)) == (None, unusable, None)


@pytest.mark.parametrize("text", WORDS)
def test_words_stay_words(text: str) -> None:
    reply = Reply(text=text, model="m")
    found = parse_reply(reply)
    words = in_words(found, reply) or ""
    assert found.program is None and words and "<" not in words and "{" not in words and "Thought" not in words


@pytest.mark.parametrize(
    "text",
    ["<tool_call>a <arg_key>" * 3000, "<parameter=a>" * 6000, '<invoke name="put">' * 4000, "- `put(" * 9000,
     "Action: put\n" * 6000, "put" + "[ARGS]" * 12_000, '{"name": ' * 8000, "[put(" * 12_000, " " * 60_000 + "put("],
    ids=range(9),
)  # fmt: skip
def test_endless_openings_take_a_moment(text: str) -> None:
    began = time.process_time()
    parse_reply(Reply(text=text, model="m"))
    assert time.process_time() - began < 10.0
