"""Coverage-guided fuzzing of what is read of the trace pipe; for as long as you like:

    python tests/security/fuzz_trace_pipe.py -max_total_time=20

Any argument of libFuzzer goes.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["codepolicy.sandbox.policy_process"]):
    from codepolicy.sandbox import policy_process


def one_pipe(told: bytes) -> None:
    """A line or none; anything else is a finding."""
    line = policy_process.line_in(told)
    assert line is None or 1 <= line <= 9_999_999


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_pipe)
    atheris.Fuzz()
