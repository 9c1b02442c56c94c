"""Calls of the functions written as calls of tools, in the syntaxes that models were trained on.

A model that takes the functions for tools calls them one by one, each family in its own marks: JSON in tags (Hermes,
Qwen, Granite), after marks (Mistral, Llama, DeepSeek, Kimi, Harmony), parameters in XML, lists of Python calls,
`Action:` and `Action Input:` (ReAct), numbered lists. Calls that say plainly what is to be done make a program; those
that only look wait for an answer that never comes, and make none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from codepolicy.prompting.json_values import first_json, json_values
from codepolicy.prompting.primitive_names import every_name
from codepolicy.static_checks.parsing import parsed

MAX_CALLS: Final = 60
_MOST: Final = 65_536
"""Characters that are looked at."""
_INNER: Final = 8_192
"""Characters of the parameters of one call that are looked at."""
_NAME_KEYS: Final = (
    *("name", "tool", "tool_name", "function", "function_name", "action", "recipient_name", "call", "command"),
    *("method", "primitive", "skill", "api"),
)
_ARGUMENT_KEYS: Final = (
    *("arguments", "parameters", "args", "kwargs", "params", "input", "inputs", "tool_input", "action_input"),
    *("tool_args", "function_args", "arg"),
)
_LIST_KEYS: Final = ("tool_calls", "actions", "steps", "calls", "plan", "tools", "tool_uses", "commands", "functions")
_BESIDE: Final = frozenset(
    (
        *("id", "type", "call_id", "tool_call_id", "index", "step", "thought", "thoughts", "reasoning"),
        *("description", "comment", "explanation", "step_number", "number"),
    )
)
"""What stands beside the arguments where these have no key of their own."""
_INVOKE: Final = re.compile(
    r"<(?:[a-z]{2,10}:)?(invoke|function|tool|call)(?:\s+name)?\s*=\s*[\"']?([\w.]+)[\"']?\s*>(.*?)(?:</(?:[a-z]{2,10}:)?\1>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_PARAMETER: Final = re.compile(
    r"<(?:[a-z]{2,10}:)?(parameter|param|arg|argument)(?:\s+name)?\s*=\s*[\"']?(\w+)[\"']?[^>]*>(.*?)</(?:[a-z]{2,10}:)?\1>",
    re.DOTALL | re.IGNORECASE,
)
_PAIRS: Final = re.compile(r"<arg_key>\s*(\w+)\s*</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)
_PAIRED: Final = re.compile(r"<tool_call>\s*([\w.]+)\s*(<arg_key>.*?)(?:</tool_call>|\Z)", re.DOTALL)
_NAMED: Final = re.compile(
    r"([A-Za-z_]\w*)(?::\d+)?[\"']?\]?>?\s*(?:<[|｜][^\n<>]{1,60}[|｜]>\s*(?:json\s*)?|\[(?:ARGS"
    r"|CALL_ID)\]\s*|```\w*\s*){0,4}\{"
)
"""A name, marks, and the arguments in JSON."""
_REACT: Final = re.compile(
    r"(?im)^[ \t>*_#-]*(?:action|tool|function)[ \t*_]*:[ \t*_]*`?([\w.]+)`?[ \t]*\n+"
    r"[ \t>*_#-]*(?:action|tool|function)?[ _]?(?:input|arguments?|args|parameters)[ \t*_]*:[ \t*_]*(.*?)"
    r"(?=\n[ \t>*_#-]*(?:observation|thought|action|final|tool|function)\b|\n\s*\n|\Z)",
    re.DOTALL,
)
_LINE: Final = re.compile(r"((?:[^`\n]{0,120}[^\w`.])?)(`+)?[ \t]*((?:\w+\.)?(\w+)[ \t]*([(\[]).*)$")
_LEADS: Final = frozenset(("", "step", "action", "call", "tool", "function"))
"""Words that may stand before a call on its line where no backticks set it apart."""
_ITEM: Final = re.compile(
    r"[ \t>]*(?:\d+[ \t]*[.):]|[-*•+][ \t]|[*_#]*(?:step|action|call|tool|function)\b)|[ \t>*_]*\Z", re.IGNORECASE
)
_MARKS: Final = re.compile(
    r"</?(?:[a-z]{2,10}:)?(?:tool_calls?|tool_code|tool_use|toolcall|tool_request|function_calls?"
    r"|functioncall|invoke|function|action)\b[^>\n]*>?"
    r"|<function=|\[TOOL_CALLS\]|\[TOOL_REQUEST\]|<\|(?:python_tag|tool_call|tool▁calls▁begin"
    r"|tool_calls_section_begin)\|>|functools\["
    r"|<｜tool|^[ \t>*_#-]*action[ _]?input\b|^[ \t>*_#-]*action[ \t*_]*:[ \t*_]*`?\w+[\[(`]?"
    r"|\bto=functions?\.|[\"'](?:arguments|parameters|tool_calls|tool_input|action_input)[\"']\s*:",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call."""

    name: str
    arguments: tuple[tuple[str | None, object], ...] = ()
    """Name, None where it goes by its place, and value."""

    @property
    def source(self) -> str:
        """As Python writes it."""
        shown = (f"{k}={v!r}" if k is not None else repr(v) for k, v in self.arguments)
        return f"{self.name}({', '.join(shown)})"


def program_of(text: str) -> str | None:
    """The program that the calls in `text` make, in order; None where they make none.

    None, too, where a function is called that does not exist, and where nothing moves, speaks, asks or declines.
    """
    calls = tuple(calls_in(text))
    names = {c.name for c in calls}
    acting = every_name("motion", "other", "ending") - {"expect"}
    if not calls or not names <= every_name() or not acting & names:
        return None
    return "\n".join(c.source for c in calls) + "\n"


def is_marked(text: str) -> bool:
    """Whether `text` has the marks that stand round a call of a tool."""
    return _MARKS.search(text[:_MOST]) is not None


def calls_tools(text: str) -> bool:
    """Whether `text` calls tools, known ones or not."""
    return is_marked(text) or any(call.name in every_name() for call in calls_in(text))


def calls_in(text: str) -> Iterator[Call]:
    """The calls in `text` by the first syntax that finds any."""
    text = text[:_MOST]
    for way in (_in_xml, _in_json, _before_json, _in_react, _in_list, _of_llama, _on_lines):
        found = list(way(text))[:MAX_CALLS]
        if found:
            yield from found
            return


def _in_xml(text: str) -> Iterator[Call]:
    for match in _INVOKE.finditer(text):
        pairs = [(name, _value(value)) for _, name, value in _PARAMETER.findall(match[3][:_INNER])]
        inside = first_json(match[3]) if not pairs else None
        yield Call(_plain(match[2]), tuple(pairs) if pairs else tuple(_arguments(inside)))
    for match in _PAIRED.finditer(text):
        yield Call(_plain(match[1]), tuple((k, _value(v)) for k, v in _PAIRS.findall(match[2][:_INNER])))


def _in_json(text: str) -> Iterator[Call]:
    """Of every JSON value in `text` that is a call or holds calls."""
    for _, value in json_values(text, 200):
        yield from _calls(value)


def _calls(value: object, depth: int = 0) -> Iterator[Call]:
    if depth > 4:
        return
    if isinstance(value, list):
        for item in cast(list[object], value):
            if isinstance(item, str):
                call = _on_line(item)
                yield from () if call is None else (call,)
            else:
                yield from _calls(item, depth + 1)
        return
    if not isinstance(value, dict):
        return
    given = {str(k): v for k, v in cast(dict[Any, Any], value).items()}
    low = {k.lower(): v for k, v in given.items()}
    name_key = next((k for k in _NAME_KEYS if k in low), None)
    name = low.get(name_key) if name_key is not None else None
    if isinstance(name, dict):
        yield from _calls(cast(object, name), depth + 1)
        return
    if isinstance(name, str) and re.fullmatch(r"[\w.]{1,80}", name.strip()):
        key = next((k for k in _ARGUMENT_KEYS if k in low and k != name_key), None)
        arguments = (
            low[key] if key is not None else {k: v for k, v in given.items() if k.lower() not in (*_BESIDE, name_key)}
        )
        yield Call(_plain(name.strip()), tuple(_arguments(arguments)))
        return
    if isinstance(name, str) and (call := _on_line(name)) is not None:
        yield call
        return
    for key in _LIST_KEYS:
        if isinstance(low.get(key), list | dict):
            yield from _calls(low[key], depth + 1)
            return
    if len(given) == 1 and (only := next(iter(given))) in every_name():
        yield Call(only, tuple(_arguments(given[only])))


def _arguments(value: object) -> Iterator[tuple[str | None, object]]:
    """From a mapping, a list, JSON in a text, or one value."""
    if isinstance(value, str):
        text = value.strip()
        inner = first_json(text) if text.startswith(("{", "[")) else None
        if inner is None:
            yield from () if not text else ((None, text),)
            return
        value = inner
    if isinstance(value, dict):
        for key, item in cast(dict[Any, Any], value).items():
            if str(key).isidentifier():
                yield str(key), _as_python(item)
    elif isinstance(value, list):
        for item in cast(list[object], value):
            yield None, _as_python(item)
    elif value is not None:
        yield None, value


def _as_python(value: object) -> object:
    """Numbers in a list are a place, which is a tuple."""
    items = cast(list[object], value) if isinstance(value, list) else []
    return tuple(items) if items and all(isinstance(i, int | float) for i in items) else cast(object, value)


def _value(text: str) -> object:
    """What stands in a parameter of XML: a number or a list where it is one, else the text."""
    text = text.strip()
    if re.match(r"[\[(\d.+-]", text):
        try:
            return _as_python(cast(object, ast.literal_eval(text)))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return text
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _before_json(text: str) -> Iterator[Call]:
    """`put{"obj": …}` with any marks between."""
    known = every_name()
    for match in _NAMED.finditer(text):
        value = first_json(text[match.end() - 1 :]) if match[1] in known else None
        if isinstance(value, dict):
            yield Call(match[1], tuple(_arguments(cast(object, value))))


def _in_react(text: str) -> Iterator[Call]:
    for match in _REACT.finditer(text):
        given = match[2].strip().strip("`").strip()
        given = re.sub(r"^json\s*\n", "", given)
        value = first_json(given) if given.startswith(("{", "[")) else None
        if value is not None:
            yield Call(_plain(match[1]), tuple(_arguments(value)))
        elif (call := _parsed(f"{_plain(match[1])}({given})")) is not None:
            yield call
        else:
            yield Call(_plain(match[1]), tuple((None, _value(piece)) for piece in given.split(",") if piece.strip()))


def _in_list(text: str) -> Iterator[Call]:
    """`[put(obj="red block", target="bowl"), home()]`, on one or several lines."""
    for match in re.finditer(r"(?m)^[ \t]*(\[\s*[A-Za-z_][\w.]*\(.*\))\s*\]", text, re.DOTALL):
        tree = parsed(match[1] + "]")
        expression = tree.body[0] if tree is not None and len(tree.body) == 1 else None
        if isinstance(expression, ast.Expr) and isinstance(expression.value, ast.List):
            found = [_of(node) for node in expression.value.elts]
            yield from (c for c in found if c is not None)


def _of_llama(text: str) -> Iterator[Call]:
    """`put.call(obj="red block")`."""
    for match in re.finditer(r"\b(\w+)\.call(\([^\n]*\))", text):
        call = _parsed(match[1] + match[2])
        yield from () if call is None else (call,)


def _on_lines(text: str) -> Iterator[Call]:
    """Lines of a list, each with one call."""
    known = every_name()
    for line in text.split("\n"):
        call = _on_line(line)
        if call is not None and call.name in known:
            yield call


def _on_line(line: str) -> Call | None:
    """The call that a line consists of, after a number, a bullet or `Action:`, in backticks or not."""
    match = _LINE.match(line[:2000])
    if match is None:
        return None
    lead, ticks, rest = match[1], match[2], match[3]
    if ticks:
        rest = rest.partition(ticks)[0]
    words = re.sub(r"[\W\d_]+", "", lead).lower()
    if words not in _LEADS and not (ticks and _ITEM.match(lead)):
        return None  # prose that mentions a call
    rest = rest.strip().rstrip(".;,")
    call = _parsed(rest)
    if call is not None:
        return call
    name, closing = match[4], {"(": ")", "[": "]"}[match[5]]
    inside = re.fullmatch(rf"(?:\w+\.)?\w+[ \t]*[(\[]([^()\[\]=]*)\{closing}", rest)
    if inside is None or name not in every_name():
        return None
    pieces = [piece for piece in inside[1].split(",") if piece.strip()]
    return Call(name, tuple((None, _value(piece)) for piece in pieces))


def _parsed(source: str) -> Call | None:
    """A call whose arguments are values."""
    tree = parsed(source)
    match tree.body if tree is not None else ():
        case [ast.Expr(value=node)]:
            return _of(node)
        case _:
            return None


def _of(node: ast.expr) -> Call | None:
    if not isinstance(node, ast.Call):
        return None
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    given = [(None, a) for a in node.args] + [(k.arg, k.value) for k in node.keywords]
    try:
        values = tuple((k, cast(object, ast.literal_eval(v))) for k, v in given)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None
    return Call(name, values) if name else None


def _plain(name: str) -> str:
    """Without the name of a module or an object before it."""
    return name.rpartition(".")[2]
