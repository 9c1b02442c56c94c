"""Who came into a library of skills, when and why, who was refused, and who left: a file that only grows."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final, Literal

import msgspec

from codepolicy.skills.skill import Skill
from primitives.errors import ConfigurationError
from primitives.regular_file import DAMAGE, regular_lines

LEDGER: Final = "ledger.jsonl"

Decision = Literal["admitted", "refused", "retired"]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One episode of an exam."""

    seed: int
    instruction: str
    won: bool


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One decision."""

    when: str
    """UTC, ISO 8601."""
    decision: Decision
    skill: str
    """Its id."""
    sha256: str
    """Of its file."""
    why: str
    """In a sentence."""
    task: str = ""
    """Whose scenes its exam was held in."""
    run: str = ""
    """That shows it at work."""
    exam: tuple[Result, ...] = ()
    """How it did on scenes and wordings it had not seen."""
    previous: str = ""
    """Hash of the entry before, so that nobody changes one unseen."""


def skill_hash(skill: Skill) -> str:
    """SHA-256 of a skill's file, 64 hex digits."""
    return hashlib.sha256(skill.text.encode()).hexdigest()


class Ledger:
    """The ledger of the library in `folder`.

    Raises:
        ConfigurationError: a line is damaged, or was changed or taken out after it was written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEDGER
        self._last = ""
        entries: list[Entry] = []
        for number, line in enumerate(regular_lines(self._path, "ledger") if self._path.exists() else (), 1):
            try:
                entry = msgspec.json.decode(line, type=Entry)
            except DAMAGE as error:
                raise ConfigurationError(f"line {number} of {str(self._path)!r} is damaged: {error}") from error
            if entry.previous != self._last:
                raise ConfigurationError(
                    f"line {number} of {str(self._path)!r} does not follow from the one before: the ledger was changed"
                )
            entries.append(entry)
            self._last = hashlib.sha256(line.strip()).hexdigest()
        self._entries = entries

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them, oldest first."""
        return tuple(self._entries)

    @property
    def admitted(self) -> dict[str, Entry]:
        """The skills that are in, by id, with the entry of their admission."""
        present: dict[str, Entry] = {}
        for entry in self._entries:
            if entry.decision == "admitted":
                present[entry.skill] = entry
            elif entry.decision == "retired":
                present.pop(entry.skill, None)
        return present

    def add(self, entry: Entry) -> Entry:
        """Write `entry` at the end, and see it onto the disk. Raises ConfigurationError."""
        entry = msgspec.structs.replace(entry, previous=self._last)
        line = msgspec.json.encode(entry)
        try:
            with self._path.open("ab") as file:
                file.write(line + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ConfigurationError(f"cannot write {str(self._path)!r}: {error.strerror or error}") from error
        self._entries.append(entry)
        self._last = hashlib.sha256(line).hexdigest()
        return entry
