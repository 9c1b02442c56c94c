"""Coverage-guided fuzzing of what one program leaves to the next; for as long as you like:

    python tests/security/fuzz_session_values.py -max_total_time=20

Any argument of libFuzzer goes.
"""

from __future__ import annotations

import sys

import atheris
import msgspec

with atheris.instrument_imports(include=["codepolicy.sandbox.session_values", "codepolicy.sandbox.definitions"]):
    from codepolicy.sandbox import preloading, wire
    from codepolicy.sandbox.program_namespace import VALUES, ProgramNamespace

TEXT = "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\n\ndef f(a, b=2):\n    return a\n"


def one_value(data: bytes) -> None:
    """A value or nothing, and the API as it was; anything else is a finding."""
    main = sys.modules["__main__"]
    namespace = ProgramNamespace()
    kept = {"x": msgspec.Raw(data), "P": msgspec.Raw(msgspec.msgpack.encode(["class", 1, 3, "P"]))}
    run = wire.Run(number=2, source="", names=(), entry="program", sources=(wire.Source(1, "", TEXT),), kept=kept)
    namespace.load(run, {})
    assert all(namespace.values[cls.__name__] is cls for cls in VALUES)
    sys.modules["__main__"] = main


if __name__ == "__main__":
    preloading.imports()
    atheris.Setup(sys.argv, one_value)
    atheris.Fuzz()
