"""From the tokens of an instruction to its clauses: sequences, conditionals and questions, each with its readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from codepolicy.offline.lexicon.disambiguation import BREAKS, QUESTIONS, VERBS, cleaned
from codepolicy.offline.lexicon.tokenizer import Word
from codepolicy.offline.parser.earley import read
from codepolicy.offline.parser.meaning import Ask, SceneCondition


class NotUnderstood(Exception):
    """A part of the instruction is outside the language; the message is that part."""

    def __init__(self, words: Sequence[Word]) -> None:
        super().__init__(" ".join(w.text for w in words))
        self.words = tuple(words)


@dataclass(frozen=True, slots=True)
class ParsedClause:
    """A command or question, with everything it can mean."""

    readings: tuple[object, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ConditionalClause:
    """If this, then that."""

    conditions: tuple[SceneCondition, ...]
    negated: bool
    then: tuple[ParsedClause | ConditionalClause, ...]
    otherwise: tuple[ParsedClause | ConditionalClause, ...] = ()
    text: str = field(default="", compare=False)


def clauses(words: Sequence[Word]) -> list[ParsedClause | ConditionalClause]:
    """The clauses of an instruction, in order of execution.

    Raises:
        NotUnderstood: a part of it is outside the language.
    """
    found: list[ParsedClause | ConditionalClause] = []
    sentences = _split_at(cleaned(words), {"STOP"})
    for before, sentence in zip([None, *sentences], sentences, strict=False):
        if before and sentence[0].kind == "IFSO" and found:
            asked = before[1:] if before[0].kind == "TELL" else before
            asked = asked[1:] if asked[0].kind == "IF" else asked
            comma = Word("COMMA", "comma", ",")
            found[-1] = _conditional([Word("IF", "if", "if"), *asked, comma, *sentence[1:]])
        elif sentence[0].kind == "ELSE" and found and isinstance(found[-1], ConditionalClause):
            text = f"{found[-1].text} , {_text(sentence)}"
            found[-1] = replace(found[-1], otherwise=tuple(_sequence(_strip(sentence[1:]))), text=text)
        else:
            found += _sentence(sentence)
    return found


def _split_at(words: Sequence[Word], kinds: set[str]) -> list[list[Word]]:
    parts: list[list[Word]] = [[]]
    for word in words:
        if word.kind in kinds:
            parts.append([])
        else:
            parts[-1].append(word)
    return [p for p in (_strip(part) for part in parts) if p]


def _strip(words: Sequence[Word]) -> list[Word]:
    """Without connecting words at either end."""
    kept = list(words)
    while kept and kept[0].kind in BREAKS:
        kept.pop(0)
    while kept and kept[-1].kind in BREAKS:
        kept.pop()
    return kept


def _sentence(words: list[Word]) -> list[ParsedClause | ConditionalClause]:
    """The clauses of a sentence; a heading before a colon that says nothing known is left out."""
    try:
        return _plain_sentence(words)
    except NotUnderstood:
        colon = next((i for i, w in enumerate(words) if w.text == ":"), None)
        if colon is None or any(_says_something(w) for w in words[:colon]):
            raise
        return _plain_sentence(_strip(words[colon:]))


def _says_something(word: Word) -> bool:
    """Whether a word before a colon is part of what is to be done: "repeat three times: …" is no mere heading."""
    counts = word.kind == "DET" and word.value.split(":")[1] not in ("", "1")
    return counts or word.kind in ("NUMBER", "IF", "SAME", "UNDO", "KEEP", "BUILD")


def _plain_sentence(words: list[Word]) -> list[ParsedClause | ConditionalClause]:
    kinds = [w.kind for w in words]
    if kinds[0] == "IF":
        return [_conditional(words)]
    if "IF" in kinds and kinds[0] not in QUESTIONS and kinds[0] != "TELL":
        at = kinds.index("IF")
        return [_trailing(_strip(words[:at]), words[at:])]
    if "PUSHING" in kinds:
        kept = [w for w in words if w.kind != "PUSHING"]
        at = next((i for i, w in enumerate(kept) if w.kind in ("MOVE", "PUT", "TAKE")), None)
        return _plain_sentence([Word("PUSH", "push", w.text) if i == at else w for i, w in enumerate(kept)])
    if "BYDOING" in kinds:  # "clear the table by putting the blocks in the bowl": how it is done says it all
        return _sequence(_strip(words[kinds.index("BYDOING") + 1 :]))
    verb = next((i for i, k in enumerate(kinds) if k in VERBS), 0)
    if (
        kinds[0] == "HOWMANY" and "ASMANY" in kinds and verb
    ):  # "count the bowls and put that many blocks in the red one"
        return _sequence([*words[verb:], Word("ASTHERE", "count", "as there are"), *_strip(words[1:verb])])
    if kinds[0] == "MIRRORED" and "ACROSS" in kinds and "PUT" in kinds:
        # "mirror the red block across the middle line and put the blue one there"
        at = kinds.index("PUT")
        return _sequence([*words[at:], *_strip(words[:at])])
    if kinds[0] == "AWAY" and "COMMA" in kinds and any(w.kind == "ORDINAL" for w in words):
        # "counting from the left, put the second block …"
        at = kinds.index("COMMA")
        rest = _strip(words[at:])
        noun = next((i for i, w in enumerate(rest) if w.kind == "NOUN"), 0) + 1
        return _sequence([*rest[:noun], *words[:at], *rest[noun:]])
    if kinds[0] == "EXCEPT" and "COMMA" in kinds:
        # "except for the red block, put all the blocks …"
        at = kinds.index("COMMA")
        kept = _clause([Word("KEEP", "keep", "keep"), *words[1:at]])
        return [*_sequence(_strip(words[at:])), kept]
    if kinds[0] == "AFTER" and "COMMA" in kinds:
        at = kinds.index("COMMA")
        return [*_sequence(_strip(words[1:at])), *_sequence(_strip(words[at:]))]
    if kinds[0] == "BEFORE" and "COMMA" in kinds:
        at = kinds.index("COMMA")
        return [*_sequence(_strip(words[at:])), *_sequence(_strip(words[1:at]))]
    if kinds[0] == "BEFORE":
        at = next((i for i, k in enumerate(kinds) if k in VERBS and i > 1), 0)
        if at:
            return [*_sequence(words[at:]), *_sequence(_strip(words[1:at]))]
    for joint, first in (("BEFORE", False), ("AFTER", True)):
        if joint in kinds and kinds.index(joint) + 1 < len(kinds) and kinds[kinds.index(joint) + 1] in VERBS:
            at = kinds.index(joint)
            parts = [_sequence(_strip(words[:at])), _sequence(_strip(words[at + 1 :]))]
            return [c for part in (reversed(parts) if first else parts) for c in part]
    if kinds[0] in QUESTIONS or kinds[0] == "TELL":
        return [_question(words)]
    return _sequence(words)


def _question(words: list[Word]) -> ParsedClause:
    asked = _strip(words[1:]) if words[0].kind == "TELL" else words
    if asked and asked[0].kind == "IF":
        asked = asked[1:]
    text = " ".join(w.text for w in words)
    readings = read(asked, "question")
    if not readings and words[0].kind in ("TELL", "IS"):
        readings = [Ask("is", condition=c) for c in read(asked, "condition") if isinstance(c, SceneCondition)]
    if not readings and words[0].kind in ("IS", "WHICH"):
        return _clause(words)
    if not readings:
        raise NotUnderstood(words)
    return ParsedClause(tuple(readings), text)


def _sequence(words: list[Word]) -> list[ParsedClause | ConditionalClause]:
    """Commands joined by then, and, commas; a question may be one of them."""
    found: list[ParsedClause | ConditionalClause] = []
    for then in _split_at(words, {"THEN"}):
        if then[0].kind in QUESTIONS and then[0].kind != "IS":
            found.append(_question(then))
        else:
            found += [_clause(part) for part in _commands(then)]
    return found


def _commands(words: list[Word]) -> list[list[Word]]:
    """Split where a new command begins: at "and put", ", stack", or a verb after a noun."""
    parts: list[list[Word]] = [[]]
    for i, word in enumerate(words):
        before = words[i - 1].kind if i else ""
        after = words[i + 1].kind if i + 1 < len(words) else ""
        starts = word.kind in VERBS - {"WANT"} and (
            before in ("COMMA", "AND")
            or (word.kind in ("PUT", "PICK") and before in ("NOUN", "ONE", "PRONOUN", "CORNER", "SIDE"))
        )
        if starts and parts[-1] and after and _has_verb(parts[-1]):
            parts.append([])
        parts[-1].append(word)
    if len(parts) == 1 and any(w.kind == "COMMA" for w in words) and not _has_verb(words[:1]):
        # "on the left side, stack all the blocks": the place first
        at = next(i for i, w in enumerate(words) if w.kind == "COMMA")
        spot = next((i for i, w in enumerate(words) if w.kind == "PRONOUN" and i > at), None)
        if _has_verb(words[at + 1 : at + 2]) and spot is not None and words[0].kind in ("DET", "COLOR", "NOUN"):
            return _commands([*words[at + 1 : spot], *words[:at], *words[spot + 1 :]])  # "the red block, put it …"
        if _has_verb(words[at + 1 : at + 2]):
            return [[*_strip(words[at:]), *words[:at]]]
    return [p for p in (_strip(part) for part in parts) if p]


def _has_verb(words: Sequence[Word]) -> bool:
    return any(w.kind in VERBS or w.kind in ("SHOULD", "SHAPE") for w in words)


def _clause(words: list[Word]) -> ParsedClause:
    readings = read(words, "command")
    if not readings and words[0].kind in ("ORDINAL", "OTHER", "DET") and words[1:] and words[1].kind in VERBS:
        readings = read(words[1:], "command")
    if not readings:
        raise NotUnderstood(words)
    return ParsedClause(tuple(readings), " ".join(w.text for w in words))


def _conditional(words: list[Word]) -> ConditionalClause:
    """If C, (then) A (, otherwise B)."""
    negated = words[0].value == "unless"
    body, otherwise = _at_else(words[1:])
    ends = [i for i, w in enumerate(body) if w.kind in ("THEN", "COMMA") or (w.kind in VERBS and i > 1)]
    for end in ends:
        conditions = _conditions(body[:end])
        if conditions:
            return ConditionalClause(
                conditions, negated, tuple(_sequence(_strip(body[end:]))), _else(otherwise), _text(words)
            )
    raise NotUnderstood(words)


def _trailing(command: list[Word], rest: list[Word]) -> ConditionalClause:
    """A if C (, otherwise B)."""
    body, otherwise = _at_else(rest[1:])
    conditions = _conditions(body)
    if not conditions:
        raise NotUnderstood(rest)
    return ConditionalClause(
        conditions, rest[0].value == "unless", tuple(_sequence(command)), _else(otherwise), _text([*command, *rest])
    )


def _at_else(words: list[Word]) -> tuple[list[Word], list[Word]]:
    at = next((i for i, w in enumerate(words) if w.kind == "ELSE"), len(words))
    return _strip(words[:at]), _strip(words[at + 1 :])


def _else(words: list[Word]) -> tuple[ParsedClause | ConditionalClause, ...]:
    if words and words[0].kind == "IF":
        return (_conditional(words),)
    return tuple(_sequence(words)) if words else ()


def _conditions(words: list[Word]) -> tuple[SceneCondition, ...]:
    return tuple(c for c in read(_strip(words), "condition") if isinstance(c, SceneCondition))


def _text(words: Sequence[Word]) -> str:
    return " ".join(w.text for w in words)
