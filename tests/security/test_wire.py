"""The decoder of frames from the policy process takes anything and yields a message or a violation, nothing else."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codepolicy.sandbox import wire, wire_values
from codepolicy.sandbox.framed_socket import Closed, Link, TimedOut
from primitives.scene import Pose

tree = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
messages = st.fixed_dictionaries(
    {"type": st.sampled_from(["ready", "call", "output", "ended", "run", "returned", "raised", ""])},
    optional=dict.fromkeys(("name", "args", "kwargs", "line", "text", "layers", "names", "error", "index"), tree),
)


def decoded(body: bytes) -> None:
    try:
        message = wire.decode_inbound(body)
    except wire.ProtocolViolation as violation:
        assert len(str(violation)) < 400
        return
    assert isinstance(message, wire.Ready | wire.Call | wire.Output | wire.Ended)
    if isinstance(message, wire.Call):
        assert len(message.args) <= 64
        assert len(message.kwargs) <= 64
        assert message.line is None or 1 <= message.line <= 1_000_000
        assert all(isinstance(a, msgspec.Raw) for a in message.args)


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_any_bytes(body: bytes) -> None:
    decoded(body)


@pytest.mark.slow
@given(messages)
@settings(max_examples=100, deadline=None)
def test_any_tree_in_the_shape_of_a_message(message: dict[str, object]) -> None:
    decoded(msgspec.msgpack.encode(message))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_real_message_with_damaged_bytes(data: st.DataObject) -> None:
    good = bytearray(
        wire.frame(wire.Call("pick", (wire_values.argument("red block"), wire_values.argument([1.0, 2])), {}, 3))[
            wire.LENGTH.size :
        ]
    )
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    decoded(bytes(good[: data.draw(st.integers(0, len(good)))]))


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this platform")
@pytest.mark.parametrize(("target", "runs"), [("frames", 20_000), ("trace_pipe", 20_000), ("session_values", 500)])
def test_coverage_guided(tmp_path: Path, target: str, runs: int) -> None:
    """A short round; continuous integration runs each for longer."""
    seeds = {
        "frames": wire.frame(wire.Call("pick", (wire_values.argument("red block"),), {}, 3))[wire.LENGTH.size :],
        "trace_pipe": b'File "<program 1>", line 7 in <module>\n',
        "session_values": msgspec.msgpack.encode(["list", 1, ["instance", "P", ["x", 2]]]),
    }
    (tmp_path / "seed").write_bytes(seeds[target])
    script = Path(__file__).with_name(f"fuzz_{target}.py")
    command = [sys.executable, str(script), f"-runs={runs}", "-max_len=4096", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"Done {runs} runs" in done.stderr


@given(st.binary(max_size=300), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_the_link_never_waits_longer_and_never_holds_more(data: bytes, length: int) -> None:
    ours, theirs = socket.socketpair()
    link = Link(ours)
    theirs.sendall(wire.LENGTH.pack(length) + data)
    theirs.close()
    with pytest.raises((wire.ProtocolViolation, Closed)):
        for _ in range(100):
            link.receive(until=time.monotonic() + 0.5)
    link.close()


def test_a_silent_peer_times_out() -> None:
    ours, theirs = socket.socketpair()
    link = Link(ours)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        link.receive(until=started + 0.05)
    assert 0.04 < time.monotonic() - started < 1
    theirs.send(b"\x05\x00\x00\x00ab")
    with pytest.raises(TimedOut):
        link.receive(until=time.monotonic() + 0.05)
    theirs.close()
    with pytest.raises(Closed):
        link.receive(until=time.monotonic() + 0.05)
    link.close()


def test_a_result_beyond_the_cap_is_refused_before_it_is_sent() -> None:
    import numpy as np

    ours, theirs = socket.socketpair()
    link = Link(ours)
    arrays: list[wire_values.Array] = []
    value = wire_values.pack(np.zeros(wire.MAX_OUTBOUND, np.uint8), arrays)
    with pytest.raises(ValueError, match="exceeds"):
        link.send(wire.Returned(value), arrays, until=time.monotonic() + 1)
    link.close()
    theirs.close()


@pytest.mark.parametrize("value", [Pose.top_down(0.5, 0.0, 0.2), 3, "text", None, [1, (2.0, {"a": None})]])
def test_what_is_packed_is_unpacked(value: object) -> None:
    arrays: list[wire_values.Array] = []
    message = wire.decode_outbound(wire.frame(wire.Returned(wire_values.pack(value, arrays)))[wire.LENGTH.size :])
    assert isinstance(message, wire.Returned)
    assert wire_values.unpack(message.value, arrays) == value
