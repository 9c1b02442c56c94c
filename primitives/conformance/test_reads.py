"""States: fresh, in order, at once."""

# pyright: basic

from __future__ import annotations

import itertools
import time

import numpy as np

from primitives.conformance.subject import Record, Subject
from primitives.robot import ArmMode, ArmState


def test_shapes(subject: Subject) -> None:
    """A state has a finite value for every joint."""
    state, dof = subject.state(), subject.info.dof
    for name, value in (("q", state.q), ("dq", state.dq)):
        assert value.shape == (dof,) and np.all(np.isfinite(value)), f"{name} is {value!r}"
    assert isinstance(state.mode, ArmMode)


def test_fresh(subject: Subject, record_property: Record) -> None:
    """States are fresh, by the host's clock."""
    ages: list[float] = []
    for _ in range(20):
        ages.append(time.monotonic() - subject.state().received)
        time.sleep(0.01)
    record_property("oldest", f"{1000 * max(ages):.0f} ms")
    assert min(ages) > -0.05 and sorted(ages)[len(ages) // 2] < 0.3, f"{max(ages):.2f} s old"


def test_in_order(subject: Subject) -> None:
    """Neither clock runs backwards."""
    states: list[ArmState] = []
    for _ in range(50):
        states.append(subject.state())
        time.sleep(0.002)
    assert all(a.stamp <= b.stamp and a.received <= b.received for a, b in itertools.pairwise(states))


def test_at_once(subject: Subject, record_property: Record) -> None:
    """Reading a state never waits."""
    took: list[float] = []
    for _ in range(200):
        began = time.perf_counter()
        subject.state()
        took.append(time.perf_counter() - began)
    record_property("median", f"{1e6 * sorted(took)[100]:.0f} us")
    assert sorted(took)[100] < 0.005, f"half of the reads take more than {1000 * sorted(took)[100]:.1f} ms"


def test_at_rest(subject: Subject) -> None:
    """An arm at rest measures the same place twice."""
    a = subject.state()
    time.sleep(0.1)
    b = subject.state()
    assert float(np.abs(a.q - b.q).max()) < 0.01 and float(np.abs(b.dq).max()) < 0.05
