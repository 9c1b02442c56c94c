"""The audit log: who let which program command what, line by line, for good.

One JSON object a line, appended and forced to disk before a command is given; each line carries the hash of the line
before it, so that a line that was changed or taken out shows. Several processes may write to one file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from codepolicy.approval import program_hash
from codepolicy.events import Called, Calling, Decided, Ended, Event, Ran, Started
from codepolicy.printable import printable_json
from codepolicy.redaction import redacted_json
from primitives.errors import ConfigurationError
from primitives.failures import InfrastructureError
from primitives.registry import registered

FIRST = "0" * 64
"""What the first line names as the hash of the line before it."""
_TAIL = 1 << 18
"""Bytes in which the last line is looked for; a program of 64 kB fits in with all escapes."""


class AuditLog:
    """Appends to one file, as an observer of runs and for whoever else acts.

    Args:
        path: the file; created where it is missing, its folder too.
        client: who asks for the programs, e.g. "terminal" or the name that an MCP client gives.

    Raises:
        ConfigurationError: the file cannot be written.
    """

    def __init__(self, path: Path, *, client: str) -> None:
        self.path = path
        self.client = client
        self.robot = ""
        self._sha = ""
        self._approved_by = ""
        self._motions = frozenset(p.name for p in registered() if p.kind == "motion")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and not path.is_file():
                raise ConfigurationError(f"cannot write the audit log {str(path)!r}: it is no file")
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        except OSError as error:
            raise ConfigurationError(f"cannot write the audit log {str(path)!r}: {error.strerror or error}") from error

    def __call__(self, event: Event) -> None:
        """Log what of `event` is to be accounted for. Raises InfrastructureError: it cannot be written."""
        match event:
            case Started():
                self._sha, self._approved_by = program_hash(event.program, event.goal), ""
                self.write("program", turn=event.turn, program=event.program, goal=event.goal)
            case Decided():
                self._approved_by = event.decision.by if event.decision.approved else ""
                self.write(
                    "decision", approved=event.decision.approved, by=event.decision.by, why=event.decision.reason
                )
            case Calling() if event.phase == "program" and event.name in self._motions:
                self.write("command", name=event.name, line=event.line, approved_by=self._approved_by or None)
            case Called() if event.phase == "program" and event.record.name in self._motions:
                failure = event.record.failure
                self.write("result", call=event.record.call, failure=failure.kind if failure is not None else None)
            case Ran():
                failure = event.report.failure
                self.write("ran", status=event.report.status, failure=failure.kind if failure is not None else None)
            case Ended():
                self.write("ended", outcome=event.episode.believed, folder=event.episode.folder)
            case _:
                pass

    def write(self, kind: str, **fields: object) -> None:
        """Append one line. Raises InfrastructureError: it cannot be written, so nothing may move."""
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "kind": kind,
            "client": self.client,
            "robot": self.robot,
            "sha256": self._sha,
            **fields,
        }
        try:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                entry["before"] = _last_hash(file)
                line = printable_json(redacted_json(msgspec.json.encode(entry))) + b"\n"
                if os.write(file, line) != len(line):
                    raise OSError("the disk is full")
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise InfrastructureError(
                f"the audit log {str(self.path)!r} cannot be written: {error.strerror or error}",
                hint="Make room, or choose another file with --audit.",
            ) from error


def broken_line(path: Path) -> int | None:
    """Number, from 1, of the first line that does not follow from the one before it; None where all do."""
    before = FIRST
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                named = msgspec.json.decode(line)["before"]
            except (msgspec.DecodeError, KeyError, TypeError):
                return number
            if named != before:
                return number
            before = hashlib.sha256(line).hexdigest()
    return None


def _last_hash(file: int) -> str:
    size = os.fstat(file).st_size
    if size == 0:
        return FIRST
    tail = os.pread(file, min(size, _TAIL), max(0, size - _TAIL)).rstrip(b"\n")
    return hashlib.sha256(tail[tail.rfind(b"\n") + 1 :] + b"\n").hexdigest()
