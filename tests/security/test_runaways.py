"""Programs that never mean to end: each is over within 50 ms of its limit and costs the host nothing; the next runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from codepolicy.sandbox.host import PolicySandbox, SandboxLimits
from codepolicy.sandbox.policy_process import PolicyProcess
from primitives.failures import FailureKind, InfrastructureError, Stopped
from primitives.images import Image

DEADLINE_S = 0.3
LATE_S = 0.05
START_S = 0.02
"""What starting the program may take, where a limit counts from there."""
GROWTH_BYTES = 20 << 20

WIRE = (
    "import os, sys, struct\n"
    "f = sys._getframe()\n"
    "while 'self' not in f.f_locals:\n    f = f.f_back\n"
    "policy = f.f_locals['self']\n"
    "link = policy._link\n"
    "def send(data):\n    while data:\n        data = data[os.write(link, data):]\n"
    "def frame(body):\n    send(struct.pack('<I', len(body)) + body)\n"
)

LOOPS = {
    "endless loop that swallows everything": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "sleep": "import time\ntime.sleep(1000)",
    "sleep in finally": "import time\ntry:\n    1/0\nfinally:\n    time.sleep(1000)",
    "huge integer": "10**10**8",
    "huge shift": "x = 1 << 10**10" if sys.maxsize < 2**32 else "sum(range(10**12))",
    "regex bomb": "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    "string multiplication": "s = 'x'\nwhile True:\n    s = (s * 2)[:10**6]",
    "list comprehension": "[i for i in range(10**12) if False]",
    "generator recursion": "def g():\n    while True:\n        yield from iter([])\nnext(g())",
    "output flood": "while True:\n    print('x' * 1000)",
    "one huge print": "while True:\n    print('x' * 10**7)",
    "call flood": "while True:\n    ping()",
    "failing call flood": "while True:\n    try:\n        pick('x')\n    except Failure:\n        pass",
    "flood of failures that are kept": "a = []\nwhile True:\n    try:\n"
    "        pick('x')\n    except Failure as f:\n        a.append(f)",
    "signals ignored": (
        "import signal\nfor s in range(1, 32):\n    try:\n        signal.signal(s, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass\nwhile True:\n    pass"
    ),
    "line memory scribbled": "import sys\nf = sys._getframe()\nwhile 'self' not in f.f_locals:\n    f = f.f_back\n"
    "while True:\n    f.f_locals['self']._lines[0] = -5",
    "other descriptors flooded": WIRE + "while True:\n    for fd in range(3, 12):\n        try:\n"
    "            os.write(fd, b'File \"<program 1>\", line 7') if fd != link else 0\n"
    "        except OSError:\n            pass",
    "thread bomb": "import threading\nwhile True:\n    try:\n        threading.Thread(target=print).start()\n"
    "    except RuntimeError:\n        pass",
    "fork bomb": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    "memory hog that carries on": "a = []\nwhile True:\n    try:\n        a.append(bytearray(10**8))\n"
    "    except MemoryError:\n        pass",
    "stop caught": "while True:\n    try:\n        ping()\n    except BaseException:\n        continue",
    "half a frame": WIRE + "send(b'\\x10\\x00')\nwhile True:\n    pass",
}

VIOLATIONS = {
    "4 GB frame header": "send(b'\\xff\\xff\\xff\\xff')",
    "2 MB frame": "frame(b'x' * (2 << 20))",
    "garbage": "frame(os.urandom(1000))",
    "empty frame": "frame(b'')",
    "deeply nested": "frame(b'\\x91' * 100000 + b'\\x00')",
    "deeply nested arguments": "frame(b'\\x85\\xa4type\\xa4call\\xa4name\\xa4ping\\xa4args\\x91' + "
    "b'\\x91' * 200000 + b'\\x00')",
    "huge array header": "frame(b'\\x82\\xa4type\\xa6output\\xa4text\\xdb\\xff\\xff\\xff\\xff')",
    "huge argument count": "frame(b'\\x82\\xa4type\\xa4call\\xa4args\\xdd\\xff\\xff\\xff\\xff')",
    "unknown message": "frame(b'\\x81\\xa4type\\xa4boom')",
    "message of the other direction": "frame(b'\\x83\\xa4type\\xa6raised\\xa5index\\x00\\xa6report\\xc0')",
    "ready again": "frame(b'\\x82\\xa4type\\xa5ready\\xa6layers\\x90')",
    "output beyond the cap": (
        "body = b'\\x82\\xa4type\\xa6output\\xa4text\\xda\\x27\\x10' + b'x' * 10000\n"
        "for i in range(10**6):\n    frame(body)"
    ),
    "invalid text": "frame(b'\\x82\\xa4type\\xa6output\\xa4text\\xa2\\xff\\xfe')",
    "line that is none": "frame(b'\\x85\\xa4type\\xa4call\\xa4name\\xa4ping\\xa4args\\x90\\xa6kwargs\\x80'"
    " b'\\xa4line\\xd3' + b'\\x7f' * 8)",
}


def peak(action: Callable[[], object]) -> int:
    """By how many bytes the action raised this process's peak memory above what it held before."""
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5")
    before = _field(status.read_text(), "VmRSS")
    action()
    return _field(status.read_text(), "VmHWM") - before


def _field(status: str, name: str) -> int:
    return next(int(row.split()[1]) << 10 for row in status.splitlines() if row.startswith(name + ":"))


def assert_punctual(run: Callable[[], float], limit: float) -> None:
    """Ends within `LATE_S` of its limit; a busy machine may need several tries to show it."""
    late = min(_until_good(run, limit))
    assert late < LATE_S, f"{late * 1000:.0f} ms late"


def _until_good(run: Callable[[], float], limit: float) -> list[float]:
    late: list[float] = []
    for _ in range(20):
        late.append(run() - limit)
        if late[-1] < LATE_S:
            break
    return late


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOPS)
def test_what_never_ends_is_ended(run, robot, name: str) -> None:
    def once() -> float:
        started = time.monotonic()
        outcome = run(LOOPS[name], deadline_s=DEADLINE_S)
        took = time.monotonic() - started
        assert outcome.failure is not None
        assert outcome.failure.kind is FailureKind.LIMIT, outcome.failure
        assert len(outcome.output) < 30_000
        return took

    if sys.platform == "linux":
        assert peak(lambda: assert_punctual(once, DEADLINE_S)) < GROWTH_BYTES
    else:
        assert_punctual(once, DEADLINE_S)
    assert run("print('next')").output == "next\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "line"),
    [("sleep", 2), ("huge integer", 1), ("regex bomb", 2), ("list comprehension", 1)],
)
def test_the_line_that_never_ended_is_told(run, name: str, line: int) -> None:
    assert run(LOOPS[name], deadline_s=DEADLINE_S).failure.line == line


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_of_the_wire_ends_the_program(run, robot, name: str) -> None:
    def attack() -> float:
        started = time.monotonic()
        outcome = run(WIRE + VIOLATIONS[name] + "\nwhile True:\n    pass", deadline_s=5.0)
        took = time.monotonic() - started
        assert outcome.failure is not None
        assert outcome.failure.kind is FailureKind.POLICY_ERROR
        assert "policy process" in outcome.failure.message
        assert len(outcome.failure.message) < 500
        return took

    if sys.platform == "linux":
        assert peak(lambda: assert_punctual(attack, START_S)) < GROWTH_BYTES
    else:
        assert_punctual(attack, START_S)
    assert robot.calls == []
    assert run("print('next')").output == "next\n"


def test_who_asks_for_images_and_never_reads_is_ended(sandbox: PolicySandbox, robot) -> None:
    image = Image(1, "c", np.zeros((480, 640, 3), np.uint8), np.zeros((480, 640), np.float32), np.eye(3), np.eye(4))
    robot.answers["capture"] = lambda: image
    body = b"\x85\xa4type\xa4call\xa4name\xa7capture\xa4args\x90\xa6kwargs\x80\xa4line\xc0"
    source = WIRE + f"frame({body!r})\nwhile True:\n    pass"
    with PolicySandbox(limits=SandboxLimits(read_s=0.2)) as impatient:
        session = impatient.session()
        session.run("1", surface=robot.surface, dispatch=robot, deadline_s=5)

        def attack() -> float:
            robot.calls.clear()
            started = time.monotonic()
            outcome = session.run(source, surface=robot.surface, dispatch=robot, deadline_s=10)
            took = time.monotonic() - started
            assert took > 0.2
            assert outcome.failure is not None
            assert "did not read the result of capture" in outcome.failure.message
            assert len(robot.calls) < 10
            return took

        if sys.platform == "linux":
            assert peak(lambda: assert_punctual(attack, 0.2 + START_S)) < GROWTH_BYTES
        else:
            assert_punctual(attack, 0.2 + START_S)
        assert session.run("print(1)", surface=robot.surface, dispatch=robot, deadline_s=5).output == "1\n"


def test_who_computes_for_too_long_between_calls_is_ended(robot) -> None:
    with PolicySandbox(limits=SandboxLimits(stall_s=0.2)) as strict:
        session = strict.session()

        def stall() -> float:
            started = time.monotonic()
            outcome = session.run(
                "ping()\nwhile True:\n    x = 1", surface=robot.surface, dispatch=robot, deadline_s=10
            )
            took = time.monotonic() - started
            assert outcome.failure.kind is FailureKind.LIMIT
            assert "without calling a primitive" in outcome.failure.message
            assert outcome.failure.line in (2, 3)
            return took

        assert_punctual(stall, 0.2 + START_S)


class Motion:
    """A primitive that moves until it is stopped."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def __call__(self) -> object:
        if not self.stopped.wait(5):
            raise AssertionError("nobody stopped the robot")
        raise Stopped("the robot was stopped")


def test_at_the_deadline_the_moving_robot_is_stopped(run, robot) -> None:
    motion = robot.answers["ping"] = Motion()

    def once() -> float:
        motion.stopped.clear()
        started = time.monotonic()
        outcome = run("x = 1\nping()", deadline_s=DEADLINE_S, on_death=motion.stopped.set)
        assert outcome.failure.kind is FailureKind.LIMIT
        assert outcome.failure.line == 2
        return time.monotonic() - started

    assert_punctual(once, DEADLINE_S)
    assert run("print('next')").output == "next\n"


@pytest.mark.parametrize("death", ["os._exit(0)", "os._exit(3)", "ctypes.string_at(0)", "os.abort()"])
def test_when_the_program_dies_in_motion_the_robot_is_stopped(run, robot, death: str) -> None:
    motion = robot.answers["ping"] = Motion()
    program = (
        "import os, signal, ctypes\n"
        f"signal.signal(signal.SIGALRM, lambda *a: {death})\nsignal.setitimer(signal.ITIMER_REAL, 0.1)\nping()"
    )
    started = time.monotonic()
    outcome = run(program, on_death=motion.stopped.set)
    assert time.monotonic() - started < 1.0
    assert outcome.failure.kind is FailureKind.POLICY_ERROR
    assert "policy process" in outcome.failure.message
    assert run("print('next')").output == "next\n"


def test_a_program_that_dies_outside_of_motion_stops_nothing(run, robot) -> None:
    run("ping()\nimport os\nos._exit(0)", on_death=robot.stop)
    run("while True:\n    pass", deadline_s=0.1, on_death=robot.stop)
    assert robot.stops == 0


def test_many_sessions_run_side_by_side(sandbox: PolicySandbox, robot) -> None:
    outcomes: dict[int, str] = {}

    def one(number: int) -> None:
        session = sandbox.session()
        source = f"x = {number}\nfor i in range(20):\n    ping(x)\nprint(x)"
        outcomes[number] = session.run(source, surface=robot.surface, dispatch=robot, deadline_s=20).output
        session.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert outcomes == {n: f"{n}\n" for n in range(8)}


def test_when_the_zygote_is_gone_so_are_its_children(robot) -> None:
    sandbox = PolicySandbox()
    process = sandbox._spare
    assert isinstance(process, PolicyProcess)
    sandbox._zygote.close()
    assert _ends(process._pid)
    sandbox.close()


def test_when_the_host_is_killed_so_are_the_zygote_and_its_children() -> None:
    code = (
        "import time\nfrom codepolicy.sandbox.host import PolicySandbox\nsandbox = PolicySandbox()\n"
        "print(sandbox._zygote.pid, sandbox._spare._pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        pids = [int(pid) for pid in host.stdout.readline().split()]
        host.kill()
    assert len(pids) == 2 and all(_ends(pid) for pid in pids)


def test_a_zygote_that_was_killed_is_nobody_s_program_s_fault() -> None:
    with PolicySandbox() as sandbox:
        os.kill(sandbox._zygote.pid, signal.SIGKILL)
        assert _ends(sandbox._zygote.pid)
        with pytest.raises(InfrastructureError, match="the policy zygote is gone"):
            sandbox._fork()


def _ends(pid: int) -> bool:
    """Whether a process is gone, or waits to be reaped, within two seconds."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False
