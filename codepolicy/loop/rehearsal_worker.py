"""A process that rehearses: `python -m codepolicy.loop.rehearsal_worker` answers jobs on stdin until it is closed.

A frame is a little-endian uint32 length and that many bytes of MessagePack, either way. What libraries print goes to
stderr.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import BinaryIO

import msgspec

from codepolicy.sandbox.wire import LENGTH


def main() -> None:
    """Answer until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        _serve(sys.stdin.buffer, answers)


def _serve(questions: BinaryIO, answers: BinaryIO) -> None:
    from codepolicy.loop.rehearsal import Rehearsal, Rehearsed, rehearse
    from codepolicy.plugins import load_twin
    from codepolicy.sandbox.policy_process import Zygote
    from primitives.errors import ConfigurationError
    from primitives.failures import Failure
    from primitives.plugins import broke
    from primitives.twin import Twin

    twins: dict[str, Twin] = {}
    zygote = Zygote()
    try:
        while (frame := read_frame(questions)) is not None:
            job = msgspec.msgpack.decode(frame, type=Rehearsal)
            began = time.perf_counter()
            try:
                if job.twin not in twins:
                    twins[job.twin] = load_twin(job.twin)
                answer = rehearse(job, twins[job.twin], zygote)
            except (ConfigurationError, Failure) as error:
                answer = Rehearsed(broken=str(error))
            except Exception as error:  # of a plug-in, or of ours: the robot has not moved, and somebody is told
                answer = Rehearsed(broken=broke("the rehearsal", error))
            answer = msgspec.structs.replace(answer, wall_time=time.perf_counter() - began)
            write_frame(answers, msgspec.msgpack.encode(answer))
    finally:
        for twin in twins.values():
            twin.close()
        zygote.close()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame; None at the end."""
    head = _exactly(stream, LENGTH.size)
    return _exactly(stream, LENGTH.unpack(head)[0]) if head is not None else None


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Send one frame whole."""
    view = memoryview(LENGTH.pack(len(content)) + content)
    while view:
        view = view[stream.write(view) :]


def _exactly(stream: BinaryIO, count: int) -> bytes | None:
    parts: list[bytes] = []
    while count:
        part = stream.read(count)
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


if __name__ == "__main__":
    main()
