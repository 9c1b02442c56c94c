"""The folder that a run leaves behind. Its files are written whole or not at all; the trace grows line by line."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Final

import msgspec

from codepolicy import pose_file
from codepolicy.events import Answered, Asked, Believed, Called, Event, Moved, Proposed, Started, Watched
from codepolicy.file_names import slug
from codepolicy.models import recorded_exchange
from codepolicy.models.protocol import Message
from codepolicy.pose_file import Header, PoseWriter
from codepolicy.printable import printable_json
from codepolicy.redaction import redacted, redacted_json
from primitives.errors import ConfigurationError

TRACE_BYTES: Final = 16 << 20
"""Most of a trace that is kept; a last line then says how many lines were left out."""


class RunFolder:
    """`<parent>/<stamp>_<name>/`, hidden under a temporary name until `reveal`.

    Args:
        parent: folder that holds runs; created when missing.
        name: words for the folder's name, e.g. the instruction.
        stamped: whether the time stands before the name.

    Raises:
        ConfigurationError: `parent` cannot be written to.
    """

    def __init__(self, parent: Path, name: str, *, stamped: bool = True) -> None:
        words = slug(redacted(name), 48) or "run"
        self.parent = parent
        self._final = f"{datetime.now():%Y%m%d-%H%M%S}_{words}" if stamped else words
        self._created = [p for p in (parent, *parent.parents) if not p.exists()]
        try:
            parent.mkdir(parents=True, exist_ok=True)
            self.path = Path(tempfile.mkdtemp(prefix=".starting-", dir=parent))
            self.path.chmod(0o755)
        except OSError as error:
            raise ConfigurationError(
                f"cannot write a run folder into {str(parent)!r}: {error.strerror or error}. Choose another with --out."
            ) from error
        self._trace: FileIO | None = None
        self._left_out = 0
        self._poses: FileIO | None = None
        self._closed = False
        self._pose_writer = PoseWriter(self._append_pose)
        self._revealed = False
        self._asked: tuple[Message, ...] = ()
        self._request = ""
        self._sample = 0

    @property
    def name(self) -> str:
        """What it is called once revealed."""
        return self.path.name if self._revealed else self._final

    def reveal(self) -> None:
        """Give the folder its final name; from here on it stays."""
        if self._revealed:
            return
        self._revealed = True
        for number in range(1, 1000) if self.path.is_dir() else ():
            target = self.parent / (self._final if number == 1 else f"{self._final}-{number}")
            with suppress(OSError):  # another run of the same second has it
                self.path = self.path.rename(target)
                return

    def discard(self) -> None:
        """Leave nothing behind, unless it was revealed."""
        if self._revealed:
            return
        with suppress(OSError):
            self.close()
        shutil.rmtree(self.path, ignore_errors=True)
        for folder in self._created:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def write(self, name: str, content: bytes | str) -> Path:
        """Write the file `name` whole."""
        target = self.path / name
        target.parent.mkdir(exist_ok=True)  # but no folder that somebody has deleted
        partial = target.with_name(f".{target.name}.partial")
        try:
            partial.write_bytes(redacted(content).encode(errors="replace") if isinstance(content, str) else content)
            partial.replace(target)
        except BaseException:  # half a file on a full disk helps nobody
            with suppress(OSError):
                partial.unlink()
            raise
        return target

    def write_json(self, name: str, value: object) -> Path:
        """Write `value` as indented JSON."""
        return self.write(name, _json(value))

    def write_elsewhere(self, name: str, value: object) -> Path:
        """Write `value` as indented JSON into the system's temporary folder; returns where. Raises OSError."""
        number, path = tempfile.mkstemp(prefix=f"{self._final[:60]}-", suffix=f"-{name}")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(_json(value))
        except BaseException:
            Path(path).unlink()
            raise
        return Path(path)

    def append_trace(self, value: object) -> None:
        """Add one line to trace.jsonl."""
        if self._trace is None:
            self._trace = (self.path / "trace.jsonl").open("ab", buffering=0)
        line = printable_json(redacted_json(msgspec.json.encode(value))) + b"\n"
        before = self._trace.tell()
        if before + len(line) > TRACE_BYTES:
            self._left_out += 1
            return
        if self._trace.write(line) != len(line):
            self._trace.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def observe(self, event: Event) -> None:
        """Keep what belongs into the folder: the trace, the programs, the conversation.

        Raises:
            OSError: it cannot be written, or the folder is gone.
        """
        if not self.path.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the folder was deleted while the run went on", str(self.path))
        match event:
            case Called():
                self.append_trace({"turn": event.turn, "phase": event.phase, **msgspec.to_builtins(event.record)})
            case Started():
                self.write(f"program_{event.turn}.py", event.program)
                if event.goal is not None:
                    self.write(f"goal_{event.turn}.py", event.goal)
            case Proposed() if event.proposal.picture:
                self.write(f"approval_{event.turn}.png", event.proposal.picture)
            case Watched():
                header = Header(
                    environment=event.environment,
                    arm=event.arm.name,
                    joints=event.arm.joint_names,
                    workspace=event.workspace,
                )
                self._pose_writer.begin(header)
            case Moved():
                self._pose_writer.moved(event.time, event.q, event.width, event.truth)
            case Believed():
                self._pose_writer.believed(event.time, event.objects)
            case Asked():
                self._asked, self._request, self._sample = event.messages, self._numbered(event), event.sample
                text = "\n\n".join(f"<!-- {m.role} -->\n{_uncommented(m.text)}" for m in event.messages)
                self.write(f"prompts/{self._request}.md", text + "\n")
            case Answered():
                self.reveal()
                recorded_exchange.write(self._conversation(), self._asked, self._sample, event.reply)
                self.write(f"prompts/{self._request}_reply.md", event.reply.text[:1_000_000] + "\n")
            case _:
                pass

    def _conversation(self) -> Path:
        """The folder that `--model replay:` and `--resume` read."""
        folder = self.path / "conversation"
        folder.mkdir(exist_ok=True)
        return folder

    def _numbered(self, event: Asked) -> str:
        """Turn and purpose, numbered from 2 where a turn asks more than once for the same."""
        name = f"{event.turn:02d}" if event.purpose == "program" else f"{event.turn:02d}_{event.purpose}"
        names = (name if n == 1 else f"{name}_{n}" for n in itertools.count(1))
        return next(n for n in names if not (self.path / "prompts" / f"{n}.md").exists())

    def _append_pose(self, line: bytes) -> None:
        """Add one line to the recorded poses, whole or not at all."""
        if self._closed:  # an arm that is still coming to rest after its run was cancelled
            return
        if self._poses is None:
            self._poses = (self.path / pose_file.NAME).open("ab", buffering=0)
        before = self._poses.tell()
        line = printable_json(redacted_json(line))
        if self._poses.write(line) != len(line):
            self._poses.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        """Make sure that trace and poses are on disk. Idempotent."""
        if self._poses is not None:
            self._pose_writer.close()
            poses, self._poses = self._poses, None
            poses.close()
        self._closed = True
        trace, self._trace = self._trace, None
        if trace is not None:
            with trace:
                if self._left_out:
                    trace.write(msgspec.json.encode({"left_out": self._left_out}) + b"\n")
                os.fsync(trace.fileno())


def _json(value: object) -> bytes:
    return printable_json(redacted_json(msgspec.json.format(msgspec.json.encode(value), indent=2))) + b"\n"


def _uncommented(text: str) -> str:
    """`text` that cannot be taken for the line before a message."""
    return text.replace("<!--", "<\\!--")
