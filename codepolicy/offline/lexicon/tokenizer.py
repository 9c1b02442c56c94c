"""From what a person types to a list of tokens: spelling evened out, phrases recognised, politeness dropped."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from codepolicy.offline.lexicon.vocabulary import phrases

MAX_WORDS = 120
"""A longer instruction is refused: nobody can tell whether rules understood it."""

_CONTRACTIONS = {
    "i'd": "i would", "i'll": "i will", "i'm": "i am", "it's": "it is", "that's": "that is", "what's": "what is",
    "where's": "where is", "there's": "there is", "they're": "they are", "isn't": "is not", "aren't": "are not",
    "don't": "do not", "doesn't": "does not", "didn't": "did not", "wasn't": "was not", "let's": "let us",
    "you're": "you are", "which's": "which is", "can't": "can not", "who's": "who is", "how's": "how is",
}  # fmt: skip
_POINT = re.compile(
    r"\(\s*(-?\d*\.?\d+)\s*,\s*(-?\d*\.?\d+)\s*\)|\bx\s*=?\s*(-?\d*\.?\d+)\s*(?:,|and)?\s*y\s*=?\s*(-?\d*\.?\d+)"
)
"""A point of the table: "(0.5, -0.1)", "x = 0.5, y = -0.1"; written as one word until it is a token."""
_POINT_WORD = re.compile(r"pointx(m?)(\d*)p(\d*)y(m?)(\d*)p(\d*)")
_SPELLINGS = (
    (r"[‘’´`]", "'"),
    (r"[“”\"«»(){}\[\]*_]", " "),
    (r"\bcolour", "color"),
    (
        r"\b(?:which|what)(?: \w+)? (?:is|lies|stands|sits) (?:at|on|in) (?:the )?(top|bottom) of (?:the )?"
        r"(tower|stack|pile)\b",
        r"which is the \1 block of the \2",
    ),
    (r"\b((?:which|what)\b(?: \w+)? is) (?:farther|further)(?: away)? (?=from\b)", r"\1 farthest "),
    (r"\b(?:at|on|to|in) the bottom of (?=(?:the )?(?:tower|stack|pile)\b)", "under "),
    (r"\bon (?:the )?top of\b", "onto"),
    (r"\bso (?=(?:it|they) (?:is|are)\b)", "so that "),
    (r"\s*(?:-+>|=>|→)\s*", " goes to "),
    (r"\b(?:more|(fewer|less)) ((?:\w+ ){1,3})than (?=\w*[a-z])", r"outnumber\1 \2than "),
    (r"\bcent(?:re|er)s?\b", "center"),
    (r"(?<=\d)(?=(?:cm|mm|dm|m|inch|inches|centimet\w+)\b)", " "),
    (r"(?<=\d),(?=\d\d?\b)", "."),
    (r"\s*[-–—]\s+", " , "),
    (r"[-–—/]", " "),
    (r"(?<!\d)\.|\.(?!\d)|[!?…]+", " . "),
    (r"([,;:])", r" \1 "),
    (r"\s+", " "),
)
_POSSESSIVE = re.compile(r"'s?\b")


@dataclass(frozen=True, slots=True)
class Word:
    """One token: terminal of the grammar, meaning, and the text it stands for."""

    kind: str
    value: str
    text: str


@cache
def _vocabulary() -> tuple[dict[str, tuple[str, str]], int, tuple[str, ...]]:
    known = {phrase: (kind, value) for phrase, kind, value in reversed(list(phrases()))}
    longest = max(len(p.split()) for p in known)
    single = sorted({w for p in known for w in p.split() if len(w) > 3})
    return known, longest, tuple(single)


@cache
def _short() -> frozenset[str]:
    """Words of the vocabulary with less than four letters: only a transposition is a slip for one of them."""
    known, _, _ = _vocabulary()
    return frozenset(w for p in known for w in p.split() if len(w) < 4)


def spell(text: str) -> str:
    """`text` in lower case and one spelling; punctuation stands as words of its own."""
    text = text.lower()
    text = _POINT.sub(_point, text)
    for pattern, replacement in _SPELLINGS[:1]:
        text = re.sub(pattern, replacement, text)
    for short, long in _CONTRACTIONS.items():
        text = re.sub(rf"\b{short}\b", long, text)
    for pattern, replacement in _SPELLINGS[1:]:
        text = re.sub(pattern, replacement, text)
    return _POSSESSIVE.sub("", text).strip()


def _point(match: re.Match[str]) -> str:
    x, y = (f"{float(v):.4f}".replace("-", "m").replace(".", "p") for v in match.groups() if v is not None)
    return f" pointx{x}y{y} "


def correct(word: str, known_names: Sequence[str] = ()) -> str:
    """`word`, or the one word of the vocabulary that it is a slip of the keyboard for."""
    _, _, single = _vocabulary()
    if not word.isalpha() or word in single or word in _short() or word in known_names or len(word) < 3:
        return word
    if len(word) > 4 and word.endswith("s") and word[:-1] in single:
        return word
    turned = [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    if swapped := [w for w in turned if w in single or w in _short()]:
        return swapped[0]
    if len(word) < 4:
        return word
    close = difflib.get_close_matches(word, single, n=1, cutoff=0.8 if len(word) > 4 else 0.85)
    return close[0] if close and close[0][0] == word[0] else word


def tokenize(text: str, limit: int = MAX_WORDS) -> tuple[list[Word], list[tuple[str, str]]]:
    """The tokens of `text`, and the (written, read) pairs of words whose spelling was corrected.

    Args:
        text: the instruction.
        limit: no more than one word beyond these is read, so that a caller can tell that there are more.
    """
    known, longest, single = _vocabulary()
    spelled = spell(text).split()[: limit + 1]
    corrections: list[tuple[str, str]] = []
    words: list[str] = []
    for word in spelled:
        right = word if word in single else correct(word)
        if right != word:
            corrections.append((word, right))
        words.append(right)
    tokens: list[Word] = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            if phrase in known:
                kind, value = known[phrase]
                if kind != "FILLER":
                    tokens.append(Word(kind, value, phrase))
                break
        else:
            length = 1
            tokens.append(_unlisted(words[at]))
        at += length
    return tokens, corrections


def _unlisted(word: str) -> Word:
    if re.fullmatch(r"\d+(?:\.\d+)?", word):
        return Word("NUMBER", word, word)
    if match := _POINT_WORD.fullmatch(word):
        x, y = (
            f"{'-' if sign else ''}{whole}.{part}" for sign, whole, part in (match.groups()[:3], match.groups()[3:])
        )
        return Word("POINT", f"{x},{y}", f"({x}, {y})")
    if match := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word):
        return Word("ORDINAL", match[1], word)
    return Word("WORD", word, word)
