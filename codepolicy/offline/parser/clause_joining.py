"""Clauses that are one command: "pick up the block" and "put it in the bowl"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codepolicy.offline.parser.clauses import ConditionalClause, ParsedClause
from codepolicy.offline.parser.command_rules import Incomplete, Several
from codepolicy.offline.parser.meaning import Free, Pick, Pronoun, Put, Stack, ThingGroup, Wipe


def picked_and_put(clauses: Sequence[ParsedClause | ConditionalClause]) -> Iterator[ParsedClause | ConditionalClause]:
    """The clauses with "pick up X" and "put it on Y" made one command."""
    waiting: ParsedClause | None = None
    for clause in clauses:
        if waiting is not None and isinstance(clause, ParsedClause):
            merged = [_joined(a, b) for a in waiting.readings for b in clause.readings]
            together = tuple(m for m in merged if m is not None)
            if together:
                waiting = ParsedClause(together, f"{waiting.text} and {clause.text}")
                if not any(isinstance(m, Pick) for m in together):
                    yield waiting
                    waiting = None
                continue
        if waiting is not None:
            yield waiting
            waiting = None
        if isinstance(clause, ParsedClause) and _waits(clause):
            waiting = clause
        else:
            yield clause
    if waiting is not None:
        yield waiting


def _waits(clause: ParsedClause) -> bool:
    """Whether a clause may be half a command, the other half of which follows."""
    return any(lifts(r) for r in clause.readings) or all(isinstance(r, Incomplete) for r in clause.readings)


def lifts(reading: object) -> bool:
    """Whether a reading only takes something up, or out of something."""
    return isinstance(reading, Pick) or (
        isinstance(reading, Put) and isinstance(reading.to, Free) and reading.to.out_of is not None
    )


def _joined(first: object, second: object) -> object | None:
    if isinstance(first, Incomplete) and isinstance(second, Put) and is_pronoun(second.what):
        return replace(second, what=first.what)
    if not lifts(first) or not isinstance(first, Pick | Put):
        return None
    if isinstance(second, Pick) and is_pronoun(second.what) and isinstance(first, Pick):
        return replace(first, height=second.height or first.height)
    if isinstance(second, Wipe) and is_pronoun(second.tool):
        return replace(second, tool=first.what)
    if isinstance(second, Put | Stack) and is_pronoun(second.what):
        return replace(second, what=first.what)
    if isinstance(second, Several) and isinstance(second.commands[0], Put) and is_pronoun(second.commands[0].what):
        return Several((replace(second.commands[0], what=first.what), *second.commands[1:]))
    return None


def is_pronoun(group: ThingGroup) -> bool:
    """Whether a group is "it" or "them" alone."""
    return len(group.items) == 1 and isinstance(group.items[0], Pronoun)
