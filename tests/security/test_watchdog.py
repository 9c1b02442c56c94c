"""The watchdog cannot be fooled: what a process writes is data with bounds, and after its end it computes no more."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codepolicy.agent import Agent
from codepolicy.sandbox import policy_process, watchdog
from codepolicy.sandbox.host import PolicySandbox, PolicySession, SandboxLimits
from primitives.environment import World
from primitives.failures import FailureKind

WIRE = (
    "import os, sys, struct, time, msgspec\n"
    "from codepolicy.sandbox import wire\n"
    "f = sys._getframe()\n"
    "while 'self' not in f.f_locals:\n    f = f.f_back\n"
    "policy = f.f_locals['self']\n"
    "link = policy._link\n"
    "others = [fd for fd in range(12) if fd != link]\n"
    "def send(data):\n    while data:\n        data = data[os.write(link, data):]\n"
    "def tell(data):\n    for fd in others:\n        try:\n            os.write(fd, data)\n"
    "        except OSError:\n            pass\n"
    "def call(name, *args):\n    return wire.frame(wire.Call(name, "
    "tuple(msgspec.Raw(msgspec.msgpack.encode(a)) for a in args), {}, 1))\n"
)
GENERATOR = (
    "def frames():\n    yield source.gi_frame.f_back\nsource = frames()\nf = next(source)\n"
    "while 'self' not in f.f_locals:\n    f = f.f_back\npolicy, osm = f.f_locals['self'], f.f_globals['os']\n"
    "while True:\n    for d in range(3, 12):\n        if d != policy._link:\n            try:\n"
    "                osm.write(d, b'File \"<program ' + b'1' * 5000 + b'>\", line 1\\n')\n"
    "            except OSError:\n                pass"
)
ON_THE_PIPE = {
    "5,000 digits of a program": b'File "<program ' + b"1" * 5000 + b'>", line 1\n',
    "5,000 digits of a line": b'File "<program 1>", line ' + b"9" * 5000 + b"\n",
    "a line of none": b'File "<program 1>", line 0\n',
    "digits of another script": 'File "<program ١>", line ١\n'.encode(),
    "a line beyond any": b'File "<program 999999>", line 9999999\n',
    "no text": bytes(range(256)) * 16,
    "nothing but beginnings": b'File "<program ' * 2000,
    "ends of a traceback": b"in <module>\n" * 3000,
    "zeros": b"\0" * 10_000,
}


@pytest.mark.parametrize("name", ON_THE_PIPE)
def test_what_stands_on_the_trace_pipe_delays_nothing(run, name: str) -> None:
    started = time.monotonic()
    outcome = run(WIRE + f"while True:\n    tell({ON_THE_PIPE[name]!r})", deadline_s=0.3)
    assert time.monotonic() - started < 2.0
    assert outcome.failure.kind is FailureKind.LIMIT and outcome.failure.blame == "policy"
    assert outcome.failure.line is None or 1 <= outcome.failure.line <= 9_999_999


def test_the_same_by_way_of_a_generators_frame(run) -> None:
    outcome = run(GENERATOR, deadline_s=0.3)
    assert outcome.failure.kind is FailureKind.LIMIT and outcome.wall_time < 2.0


@given(st.lists(st.binary(max_size=300) | st.sampled_from(list(ON_THE_PIPE.values())), max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_bytes_on_the_trace_pipe_are_a_line_or_none(pieces: list[bytes]) -> None:
    process = policy_process.PolicyProcess.__new__(policy_process.PolicyProcess)
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    process._trace, process._pid, process._status, process._lock = read, 2**22 + 1, None, threading.Lock()
    process._lines = bytearray(4096)  # type: ignore[assignment]
    for piece in pieces:
        os.write(write, piece[:8192])
    started = time.monotonic()
    line = process.where()
    assert line is None or 1 <= line <= 9_999_999
    assert time.monotonic() - started < 1.0
    os.close(read)
    os.close(write)


FLOODS = {
    "a thousand calls at once": "send(call('ping') * 1000)\nwhile True:\n    os.read(link, 65536)",
    "calls behind a call": "send(call('ping') + call('pick', 'x'))\nwhile True:\n    pass",
    "half a call behind a call": "send(call('ping') + b'\\x10')\nwhile True:\n    pass",
    "output behind a call": "send(call('ping') + wire.frame(wire.Output('x')))\nwhile True:\n    pass",
    "an end behind a call": "send(call('ping') + wire.frame(wire.Ended()))\nwhile True:\n    pass",
    "a call from a signal": "import signal\nsignal.signal(signal.SIGALRM, lambda *a: send(call('ping')))\n"
    "signal.setitimer(signal.ITIMER_REAL, 0.01, 0.001)\nwhile True:\n    pick('x') if 0 else ping()",
    "empty output": "while True:\n    send(wire.frame(wire.Output('')) * 256)",
    "output, one character each": "while True:\n    send(wire.frame(wire.Output('x')) * 256)",
    "an end with too much": "send(wire.frame(wire.Ended(error='x' * 10**6)))\nwhile True:\n    pass",
    "an end with too many names": "send(wire.frame(wire.Ended(kept={str(i): msgspec.Raw(b'\\x01') "
    "for i in range(2000)})))\nwhile True:\n    pass",
    "an end with too many sources": "send(wire.frame(wire.Ended(sources=tuple(range(100)))))\nwhile True:\n    pass",
    "numbers that are none": "send(b'\\x0e\\x00\\x00\\x00' + b'\\x82\\xa4type\\xa5ended' + b'\\xa5index')",
}  # fmt: skip


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_the_program(run, robot, name: str) -> None:
    robot.answers["ping"] = lambda: time.sleep(0.02)
    started = time.monotonic()
    outcome = run(WIRE + FLOODS[name], deadline_s=3.0)
    assert time.monotonic() - started < 4.0
    assert outcome.failure is not None and outcome.failure.blame == "policy"
    assert outcome.failure.kind in (FailureKind.POLICY_ERROR, FailureKind.LIMIT)
    assert len(robot.calls) <= 5
    assert run("print('next')").output == "next\n"


def test_output_that_never_ends_is_no_sign_of_life(robot) -> None:
    with PolicySandbox(limits=SandboxLimits(stall_s=0.3, output_chars=10**9)) as sandbox:
        source = WIRE + "while True:\n    send(wire.frame(wire.Output('x')))\n    time.sleep(0.01)"
        outcome = sandbox.session().run(source, surface=robot.surface, dispatch=robot, deadline_s=20)
    assert outcome.failure.kind is FailureKind.LIMIT and outcome.wall_time < 3.0
    assert "without calling a primitive" in outcome.failure.message


@pytest.mark.parametrize(
    "after", ["while True:\n    pass", "time.sleep(60)", "send(call('ping') * 3)\nwhile True: pass"]
)
def test_after_a_forged_end_it_computes_no_more(run, robot, session: PolicySession, after: str) -> None:
    pids: list[int] = []
    robot.answers["ping"] = lambda: pids.append(session._process._pid)
    outcome = run(WIRE + "ping()\nsend(wire.frame(wire.Ended()))\n" + after, deadline_s=20)
    assert outcome.status == "finished" and outcome.wall_time < 5.0
    assert session._process is None and len(robot.calls) == 1
    assert _gone(pids[0])


def test_after_its_end_every_process_is_gone(run, robot, session: PolicySession) -> None:
    pids: list[int] = []
    robot.answers["ping"] = lambda: pids.append(session._process._pid)
    for source in ("ping()", "ping()\n1 / 0", "ping()\nraise SystemExit", "ping()\nimport os\nos._exit(3)"):
        run(source)
    assert len(set(pids)) == 4 and all(_gone(pid) for pid in pids)


def _gone(pid: int) -> bool:
    for _ in range(300):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.01)
    return False


def test_no_call_is_carried_out_after_the_deadline(run, robot) -> None:
    late: list[float] = []
    robot.answers["ping"] = lambda: late.append(time.monotonic())
    started = time.monotonic()
    outcome = run("while True:\n    try:\n        ping()\n    except BaseException:\n        pass", deadline_s=0.2)
    assert outcome.failure.kind is FailureKind.LIMIT
    assert all(t < started + 0.2 + 0.05 for t in late)


def test_the_deadline_holds_when_the_watching_thread_does_not(run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The zygote kills by itself: here the thread of this process sleeps through the deadline."""

    def sleeps(self: watchdog.Watchdog) -> None:
        os.read(self._wake, 1)

    monkeypatch.setattr(watchdog.Watchdog, "_run", sleeps)
    outcome = run("while True:\n    pass", deadline_s=0.3)
    assert outcome.failure.kind is FailureKind.LIMIT
    assert outcome.wall_time < 2.0


def test_the_deadline_holds_when_telling_the_line_breaks(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: object) -> None:
        raise ValueError("Exceeds the limit (4300 digits) for integer string conversion")

    monkeypatch.setattr(policy_process.PolicyProcess, "where", breaks)
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    outcome = run("while True:\n    pass", deadline_s=0.3)
    assert outcome.failure.kind is FailureKind.LIMIT and outcome.wall_time < 2.0


RECORDED = {
    "the trace pipe": (GENERATOR, "limit"),
    "an end and a loop": (WIRE + "send(wire.frame(wire.Ended()))\nwhile True:\n    pass", None),
    "pipelined motion": (WIRE + "send(call('put', 'red block', 'blue bowl') * 20)\nwhile 1:\n    pass", "policy_error"),
    "empty output": (WIRE + FLOODS["empty output"], "policy_error"),
    "sudden death": ("import os\nfind('red block')\nos._exit(0)", "policy_error"),
    "garbage": (WIRE + "send(b'\\xff' * 100)\nwhile True:\n    pass", "policy_error"),
    "sudden death in motion": (
        "import os, signal\nsignal.signal(signal.SIGALRM, lambda *a: os._exit(0))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.3)\nput('red block', 'blue bowl')\nhome()\nhome()",
        None,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDED)
def test_a_killed_program_is_its_own_loss_and_leaves_a_record(world: World, fenced, tmp_path: Path, name: str) -> None:
    from codepolicy.models.scripted import ScriptedModel
    from codepolicy.settings import Settings

    source, kind = RECORDED[name]
    agent = Agent(model=ScriptedModel([fenced(source)]), env=world, settings=Settings(turns=1, deadline=3.0))
    episode = agent.execute(source, out=tmp_path, gate=False)
    report = episode.turns[-1].report
    assert episode.outcome not in ("infrastructure", "model_error", "interrupted")
    assert report is not None
    assert report.failure is None or report.failure.blame == "policy"
    if kind is not None:
        assert report.failure is not None and report.failure.kind == kind
    assert Path(episode.folder or "", "episode.json").is_file()
