"""Words to the person, without what models wrap them in: tags, JSON, the headings of a chain of thought."""

from __future__ import annotations

import json
import re
from typing import Any, Final, cast

_TAG: Final = re.compile(
    r"\s*<(answer|final_answer|response|reply|output|result|message|final)>\s*(.*?)\s*(?:</\1>\s*)?\Z",
    re.DOTALL | re.IGNORECASE,
)
_FENCED: Final = re.compile(r"```(?:json)?[ \t]*\n(\{.*\})\s*\n```", re.DOTALL)
_FINAL: Final = re.compile(
    r"(?:\A|\n)[ \t>*_#]*(?:final[ _]answer|final[ _]response)[ \t*_]*:[ \t*_]*(.+)\Z", re.DOTALL | re.IGNORECASE
)
_KEYS: Final = (
    *("final_answer", "answer", "response", "reply", "message", "question", "say", "text", "content", "reason"),
    *("refusal", "explanation", "output", "result"),
)
"""Under which names JSON carries words, those first that are meant for the person."""
_MARK: Final = re.compile(r"</?(?:answer|final_answer|response|reply|assistant|final)>", re.IGNORECASE)


def unwrapped(text: str) -> str:
    """`text` without its wrapping; as it is where there is none."""
    fenced = _FENCED.fullmatch(text)
    if fenced is not None and (inner := _in_json(fenced[1])) != fenced[1]:
        text = inner
    tagged = _TAG.fullmatch(text)
    text = tagged[2] if tagged is not None else text
    final = _FINAL.search(text)
    text = final[1].strip() if final is not None else text
    return _MARK.sub("", _in_json(text)).strip()


def _in_json(text: str) -> str:
    if not text.startswith("{"):
        return text
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return text
    if not isinstance(value, dict):
        return text
    given = {str(k).lower(): v for k, v in cast(dict[Any, Any], value).items()}
    return next((w for k in _KEYS if isinstance(w := given.get(k), str) and w.strip()), text)
