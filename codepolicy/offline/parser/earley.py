"""From tokens to meanings, by an Earley parser: every reading of a clause that the grammar allows."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from lark import Lark, Token, Tree
from lark.common import LexerConf
from lark.exceptions import UnexpectedInput
from lark.lexer import Lexer

from codepolicy.offline.lexicon.tokenizer import Word
from codepolicy.offline.parser import (
    arrangement_rules,
    command_rules,
    description_rules,
    operation_rules,
    place_rules,
    question_rules,
    thing_rules,
    tower_rules,
)
from codepolicy.offline.parser.rule_parts import Implausible, Parts

Start = Literal["command", "condition", "question"]

MAX_READINGS = 40
"""Readings of one phrase that are followed; they multiply with every place where a phrase can be attached."""

_READERS = (
    thing_rules,
    description_rules,
    place_rules,
    command_rules,
    operation_rules,
    tower_rules,
    arrangement_rules,
    question_rules,
)
_RULES = {name: rule for reader in _READERS for name, rule in reader.RULES.items()}


class _Words(Lexer):
    """Hands the tokens of `words.tokenize` to the parser."""

    def __init__(self, lexer_conf: LexerConf) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        """Lark's simple lexer interface; the text is the list of tokens."""
        del parser_state
        for position, word in enumerate(cast("Sequence[Word]", lexer_state)):
            yield Token(word.kind, word.value, start_pos=position, column=position, line=1)


@cache
def _parser() -> Lark:
    grammar = files("codepolicy.offline.parser").joinpath("grammar.lark").read_text(encoding="utf-8")
    starts = ["command", "condition", "question"]
    return Lark(grammar, parser="earley", lexer=_Words, ambiguity="explicit", start=starts, maybe_placeholders=False)


def read(words: Sequence[Word], start: Start) -> list[object]:
    """Every meaning of `words` as a `start`, without duplicates; empty when there is none."""
    frontend: Any = copy.copy(cast("Any", _parser()).parser)
    frontend.parser = _pruned(frontend.parser, frozenset(w.kind for w in words))
    try:
        tree = frontend.parse(list(words), start=start)
    except UnexpectedInput:
        return []
    return _meanings(tree, {})


def _pruned(parser: Any, kinds: frozenset[str]) -> Any:
    """The parser without rules that need a token the sentence lacks: five times as fast, with the same result."""
    smaller = copy.copy(parser)
    smaller.predictions = {
        symbol: [rule for rule in rules if all(not s.is_term or s.name in kinds for s in rule.expansion)]
        for symbol, rules in parser.predictions.items()
    }
    return smaller


def _meanings(node: Tree[Token] | Token, known: dict[int, list[object]]) -> list[object]:
    """Every meaning of a node of the forest; phrases that cannot be meant are dropped where they stand."""
    if isinstance(node, Token):
        return [node]
    if id(node) in known:
        return known[id(node)]
    found: list[object] = []
    if node.data == "_ambig":
        for child in node.children:
            found.extend(m for m in _meanings(child, known) if m not in found)
    else:
        rule = _RULES[str(node.data)]
        parts = [_meanings(child, known) for child in node.children]
        for combination in itertools.islice(itertools.product(*parts), 4 * MAX_READINGS):
            try:
                meaning = rule(Parts(combination))
            except Implausible:
                continue
            if meaning not in found:
                found.append(meaning)
    known[id(node)] = found[:MAX_READINGS]
    return known[id(node)]
