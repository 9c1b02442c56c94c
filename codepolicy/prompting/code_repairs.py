"""Code without what an editor, a console, a notebook or a chat window put into it."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable
from typing import Final

from codepolicy.static_checks.parsing import parsed

MAX_PARSED: Final = 65_536
"""Longer blocks, in characters, are not looked into: the gate refuses them anyway."""

_NUMBERED: Final = re.compile(r"^\s*\d+(?:\s*[|:]|[.)](?=\s)) ?")
_SMART: Final = str.maketrans(
    {
        **dict.fromkeys("“”„‟″«»＂", '"'),
        **dict.fromkeys("‘’‚‛′＇", "'"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", None),
        **dict.fromkeys("−–‐‑", "-"),
        "（": "(",
        "）": ")",
        "，": ",",
        "：": ":",
        "；": ";",
        "［": "[",
        "］": "]",
        "【": "[",
        "】": "]",
        "＝": "=",
        "×": "*",
    }
)
"""Signs of a word processor or of a full-width keyboard, as Python writes them."""


def complete(code: str) -> bool:
    """Whether `code` is whole Python."""
    return bool(code.strip()) and len(code) <= MAX_PARSED and parsed(code) is not None


def repaired(code: str) -> str:
    """`code` without what an editor, a console or a chat window put into it; as it is where that does not help."""
    code = _without_label(_without_cells(_without_plus(code)))
    if len(code) > MAX_PARSED or parsed(code) is not None:
        return code
    changed = code
    for repair in _REPAIRS:
        changed = repair(changed)
        if changed != code and parsed(changed) is not None:
            return changed
    return code


def _without_prompts(code: str) -> str:
    """Without `>>> ` and `... `, and without what stands between them."""
    lines = code.split("\n")
    if not any(line.startswith(">>>") for line in lines):
        return code
    return "\n".join(line[4:] for line in lines if re.match(r"(?:>>>|\.\.\.)(?: |$)", line)) + "\n"


def _without_cells(code: str) -> str:
    """Without the `In [1]: ` of a notebook, which is Python, and without what it printed."""
    if not re.match(r"\s*In ?\[\d*\]:", code):
        return code
    lines = [line for line in code.split("\n") if not re.match(r"Out ?\[\d*\]:", line)]
    return "\n".join(re.sub(r"^In ?\[\d*\]: ?", "", line) for line in lines)


def _without_magic(code: str) -> str:
    """Without a notebook's commands to itself and to the shell."""
    return "\n".join(line for line in code.split("\n") if not re.match(r"\s*(?:[%!]|pip3? install\b)", line))


def _without_label(code: str) -> str:
    """Without the name of the language on the first line, which is Python, too."""
    first, _, rest = code.partition("\n")
    return rest if first.strip().lower() in ("python", "py", "python3") and rest.strip() else code


def _without_numbers(code: str) -> str:
    """Without line numbers before every line."""
    lines = code.split("\n")
    if not all(_NUMBERED.match(line) for line in lines if line.strip()):
        return code
    return "\n".join(_NUMBERED.sub("", line) for line in lines)


def _without_plus(code: str) -> str:
    """Without the + of a diff, and without its - lines."""
    if not re.search(r"(?m)^\+", code):
        return code
    lines = [line for line in code.split("\n") if not line.startswith(("-", "@@"))]
    return "\n".join(line[1:] if line.startswith(("+", " ")) else line for line in lines)


def _with_line_breaks(code: str) -> str:
    r"""With line breaks where `\n` was written instead."""
    return code.replace("\\n", "\n").replace('\\"', '"') if code.strip().count("\n") == 0 else code


def _plain_signs(code: str) -> str:
    return code.translate(_SMART)


def _dedented_rest(code: str) -> str:
    """With the first line as far in as the others, which copying often loses."""
    first, _, rest = code.partition("\n")
    return first.lstrip() + "\n" + textwrap.dedent(rest)


_REPAIRS: Final[tuple[Callable[[str], str], ...]] = (
    _without_prompts,
    _without_magic,
    _without_numbers,
    html.unescape,
    _with_line_breaks,
    _plain_signs,
    _dedented_rest,
)
