"""Run folders as agents may read them: what programs did and what was believed, without ground truth."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from codepolicy.redaction import redacted
from primitives.errors import ConfigurationError, unknown_name
from primitives.regular_file import regular_bytes

SHOWN = 20
"""The latest runs."""
FILE_BYTES = 20_000_000
READ_CHARACTERS = 200_000
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FILES = re.compile(r"(?:program|goal)_\d{1,4}\.py|trace\.jsonl")


class _Turn(msgspec.Struct):
    program: str | None = None


class _Episode(msgspec.Struct):
    """What of an episode is told: nothing that ground truth decided."""

    believed: str
    instruction: str = ""
    model: str = ""
    privileged: tuple[str, ...] = ()
    turns: tuple[_Turn, ...] = ()


class RunRecords:
    """The run folders below `out`. Nothing outside of it is ever read, and no link is followed."""

    def __init__(self, out: Path, *, privileged: bool) -> None:
        self._out = out
        self._privileged = privileged

    def listed(self) -> str:
        """The latest runs, a line each."""
        names = sorted((p.name for p in self._out.iterdir()), reverse=True) if self._out.is_dir() else []
        lines: list[str] = []
        for name in names:
            episode = self._episode(name) if _RUN.fullmatch(name) else None
            if episode is not None:
                programs = sum(turn.program is not None for turn in episode.turns)
                words = msgspec.json.encode(episode.instruction[:120]).decode()
                lines.append(f"{name}: {episode.believed}, {programs} programs, {words}, by {episode.model}")
            if len(lines) == SHOWN:
                break
        return redacted("\n".join(lines)) or "There are no runs yet."

    def files(self, run: str) -> str:
        """Addresses of the files of a run that can be read."""
        folder = self._folder(run)
        names = sorted(p.name for p in folder.iterdir() if _FILES.fullmatch(p.name) and p.is_file())
        return "\n".join(f"codepolicy://runs/{run}/{name}" for name in names) or "It left no files."

    def read(self, run: str, file: str) -> str:
        """A file of a run, cut where it is long. Raises ConfigurationError: there is none that may be read."""
        folder = self._folder(run)
        if not _FILES.fullmatch(file):
            raise ConfigurationError(f"program_N.py, goal_N.py and trace.jsonl of a run can be read, not {file[:99]!r}")
        path = folder / file
        if path.is_symlink() or not path.is_file():
            raise ConfigurationError(f"the run {run!r} has no file {file!r}")
        text = regular_bytes(path, "file", FILE_BYTES).decode("utf-8", "replace")
        return redacted(text if len(text) <= READ_CHARACTERS else f"{text[:READ_CHARACTERS]}\n… cut here")

    def _folder(self, run: str) -> Path:
        folder = self._out / run
        if not _RUN.fullmatch(run) or folder.is_symlink() or not folder.is_dir() or self._episode(run) is None:
            known = [p.name for p in self._out.iterdir() if self._episode(p.name)] if self._out.is_dir() else []
            raise unknown_name("run", run[:200], sorted(known, reverse=True)[:SHOWN])
        return folder

    def _episode(self, name: str) -> _Episode | None:
        """None where it is no run folder, is still being written, or may not be told."""
        folder = self._out / name
        record = folder / "episode.json"
        if folder.is_symlink() or record.is_symlink() or not record.is_file():
            return None
        try:
            content = regular_bytes(record, "record", FILE_BYTES)
            episode = msgspec.json.decode(content, type=_Episode)
        except (ConfigurationError, msgspec.DecodeError):
            return None
        return episode if self._privileged or not episode.privileged else None
