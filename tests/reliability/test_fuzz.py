"""The fuzz job, for as long as a test may take."""

from __future__ import annotations

import pytest
from fuzz_inputs import KINDS, fuzz


@pytest.mark.parametrize("kind", KINDS)
def test_every_input_is_read_or_refused(kind: str) -> None:
    assert fuzz(kind, 0.5, seed=0) >= 20
