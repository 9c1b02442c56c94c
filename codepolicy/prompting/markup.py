"""Markup of other kinds, written as fences: HTML, LaTeX, YAML, copied chat windows, quotes for fences, lists.

Every rule leaves alone what it does not know.
"""

from __future__ import annotations

import html
import re
import textwrap
from typing import Final

_KEYS: Final = (
    "program|code|python|python_code|source|script|policy|goal|goal_check|goalcheck|goal_code|check|verification"
)
MOST: Final = 60
"""Openings of a kind; no honest reply has more."""
_HTML: Final = re.compile(r"<pre[^>\n]*>\s*(?:<code[^>\n]*>)?(.*?)(?:</code>\s*)?</pre>", re.DOTALL | re.IGNORECASE)
_LATEX: Final = re.compile(
    r"\\begin\{(lstlisting|verbatim|minted|python)\}[^\n]*\n(.*?)\\end\{\1\}", re.DOTALL | re.IGNORECASE
)
_PARAMETER: Final = re.compile(
    rf"<(parameter|arg|argument)\s+name=[\"']?(?:{_KEYS})[\"']?\s*>\n?(.*?)(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE
)
_COPIED: Final = re.compile(r"(?m)^(?:python|py)\n(?:Copy ?code|Copy|Edit)(?:\n?Edit)?\n", re.IGNORECASE)
_QUOTES: Final = re.compile(r"(?ms)^('''|\"\"\")(?:python|py)[ \t]*\n(.*?)\n\1[ \t]*$", re.IGNORECASE)
_MIDWAY: Final = re.compile(r"(?m)^([^`\n]*\S)[ \t]+(```+(?:python|py|python3)?)[ \t]*$", re.IGNORECASE)
_YAML: Final = re.compile(
    rf"(?m)^([ \t]*)(?:{_KEYS})[ \t]*:[ \t]*[|>][+-]?[ \t]*\n((?:\1[ \t]+\S[^\n]*(?:\n|\Z)|[ \t]*\n)+)", re.IGNORECASE
)
_INDENTED: Final = re.compile(r"(?m)(?:^[^\s#>`][^\n]*:[*_ \t]*\n\n)((?: {4}[^\n]*(?:\n|\Z)|\n(?= {4}))+)")
_ROLE: Final = re.compile(
    r"(?m)^[ \t]*(?:<\|(?:im_start|start_header_id)\|>[ \t]*user|<\|user\|>|<start_of_turn>[ \t]*user|(?:<s>)?\[INST\]"
    r"|(?:#+[ \t]*|\*\*)?(?:instruction|human|user|task|question|observation|next (?:task|instruction))"
    r"[ \t]*(?::|\*\*|$))",
    re.IGNORECASE,
)


def as_fences(text: str) -> str:
    """`text` with code in other markup between fences."""
    if _few(text, "<pre", "</pre>"):
        text = _HTML.sub(lambda m: _fence(html.unescape(m[1])), text)
    if _few(text, "\\begin{", "\\end{"):
        text = _LATEX.sub(lambda m: _fence(m[2]), text)
    text = _PARAMETER.sub(lambda m: _fence(m[2]), text)
    if _few(text, "\n'''", "") and _few(text, '\n"""', ""):
        text = _QUOTES.sub(lambda m: _fence(m[2]), text)
    text = _COPIED.sub("\n```python\n", text)
    text = _MIDWAY.sub(r"\1\n\2", text)
    if not re.search(r"(?m)^```(?!ya?ml)\w", text) and (found := list(_YAML.finditer(text))):
        return "".join(_fence(textwrap.dedent(m[2])) for m in found)
    return _INDENTED.sub(lambda m: _fence(textwrap.dedent(m[1])), text) if "```" not in text else text


def _few(text: str, opening: str, closing: str) -> bool:
    """Whether pairs may be looked for: each opening without an end costs a way through all of `text`."""
    return closing in text and text.count(opening) <= MOST


def _fence(code: str) -> str:
    return code if "```" in code else f"\n```python\n{code.strip(chr(10))}\n```\n"


def without_outer_fence(text: str) -> str:
    """`text` without a fence of Markdown round everything, which holds fences of its own."""
    fences = list(re.finditer(r"(?m)^[ \t]*(`{3,})[ \t]*(\w*)[ \t]*$", text))
    if len(fences) < 3 or fences[0][2].lower() not in ("markdown", "md", "text", "") or not fences[1][2]:
        return text
    inner = text[fences[0].end() : fences[-1].start()] if not fences[-1][2] else text[fences[0].end() :]
    odd = len(re.findall(r"(?m)^[ \t]*```", inner)) % 2
    return text[: fences[0].start()] + (text[fences[0].end() :] if odd else inner + text[fences[-1].end() :])


def turns_made_up(text: str) -> list[int]:
    """Where `text` may go on with what the person says next, which a model made up."""
    return [found.start() for found in _ROLE.finditer(text)][:20]
