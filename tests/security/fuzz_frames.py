"""Coverage-guided fuzzing of the frame decoder; for as long as you like: python tests/security/fuzz_frames.py

Any argument of libFuzzer goes, e.g. -runs=100000 or a folder for the corpus.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["codepolicy.sandbox.wire"]):
    from codepolicy.sandbox import wire


def one_frame(body: bytes) -> None:
    """A message or a violation; anything else is a finding."""
    try:
        message = wire.decode_inbound(body)
    except wire.ProtocolViolation:
        return
    assert isinstance(message, wire.Ready | wire.Call | wire.Output | wire.Ended)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_frame)
    atheris.Fuzz()
