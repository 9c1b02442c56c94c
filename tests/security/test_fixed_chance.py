"""In the process of a goal check nothing tells one run from another: no clock, no random number, no identity."""

from __future__ import annotations

import sys
import time

import pytest

from codepolicy.sandbox import confinement, fixed_chance
from codepolicy.sandbox.host import PolicySandbox

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

LIBC = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
COINS = {
    "generator under another name": "from numpy import random as r\ncoin = r.random()",
    "module spelled in pieces": 'coin = getattr(np, "ran" + "dom").random()',
    "new generator without a seed": "coin = np.random.default_rng().random()",
    "seed sequence": "coin = np.random.SeedSequence().entropy",
    "Python's generator": "import random\ncoin = random.random()",
    "Python's system generator": "import random\ncoin = random.SystemRandom().random()",
    "entropy of the system": "import os\ncoin = os.urandom(8)",
    "universally unique": "import sys\ncoin = sys.modules['random'].Random().random()",
    "date of numpy": 'coin = str(np.datetime64("now"))',
    "date of numpy, in microseconds": 'coin = str(np.array("now", dtype="M8[us]"))',
    "today of numpy": 'coin = str(np.datetime64("today"))',
    "time": "import time\ncoin = time.time()",
    "time in nanoseconds": "import time\ncoin = time.perf_counter_ns(), time.monotonic_ns(), time.process_time_ns()",
    "time from a saved module": "import sys\ncoin = sys.modules['time'].thread_time()",
    "broken-down time": "import time\ncoin = time.gmtime(), time.localtime(), time.ctime(), time.strftime('%s')",
    "a clock by number": "import time\ncoin = [time.clock_gettime(n) for n in (0, 1, 4, 5, 6)]",
    "libc's time": LIBC + "coin = libc.time(None)",
    "libc's clock": LIBC + "libc.clock.restype = ctypes.c_long\ncoin = libc.clock()",
    "libc's clock_gettime": LIBC + "b = (ctypes.c_long * 2)()\ncoin = libc.clock_gettime(0, b), list(b)",
    "libc's coarse clock": LIBC + "b = (ctypes.c_long * 2)()\ncoin = libc.clock_gettime(5, b), list(b)",
    "libc's gettimeofday": LIBC + "b = (ctypes.c_long * 2)()\ncoin = libc.gettimeofday(b, None), list(b)",
    "libc's getrandom": LIBC + "b = ctypes.create_string_buffer(8)\ncoin = libc.getrandom(b, 8, 0), b.raw",
    "libc's times": LIBC + "b = (ctypes.c_long * 4)()\ncoin = libc.times(b), list(b)",
    "libc's getrusage": LIBC + "b = (ctypes.c_long * 18)()\ncoin = libc.getrusage(0, b), list(b)",
    "process id": "import os\ncoin = os.getpid()",
    "thread id": LIBC + "coin = libc.syscall(186), libc.syscall(178)",
    "a raw system call": LIBC + "b = (ctypes.c_long * 2)()\ncoin = libc.syscall(228, 1, b), list(b)",
    "the processor it runs on": LIBC + "b = (ctypes.c_uint * 1)()\ncoin = libc.syscall(309, b, 0, 0), list(b)",
    "which processors there are": "import os\ncoin = os.sched_getaffinity(0)",
    "time that a timer cuts off": (
        "import signal\nn = 0\ngone = []\nsignal.signal(signal.SIGALRM, lambda *a: gone.append(1))\n"
        "try:\n    signal.setitimer(signal.ITIMER_REAL, 0.02)\nexcept OSError as e:\n    gone.append(str(e))\n"
        "while not gone:\n    n += 1\ncoin = n"
    ),
    "time that sleeping takes": "import time\nt = time.time()\ntime.sleep(0.01)\ncoin = time.time() - t",
    "hash of a text": "coin = hash('red block')",
    "order of a set": "coin = list({'red', 'green', 'blue', 'yellow'})",
    "addresses": "coin = id(object()), [id([n]) for n in range(50)], hash(object()), repr(object())",
    "addresses of arrays": "coin = [np.zeros(n).ctypes.data for n in (1, 200, 50_000)]",
    "memory that nobody wrote": "coin = [np.empty(n).tobytes() for n in (1, 8, 100, 3000, 200_000)]",
    "memory after an answer": "b = find('x')\ncoin = id(b), id(b.position), np.empty(64).tobytes()",
    "number of the file": "import sys\ncoin = sys._getframe().f_code.co_filename",
    "descriptors": "import sys\nf = sys._getframe()\nwhile 'self' not in f.f_locals:\n    f = f.f_back\n"
    "coin = f.f_locals['self']._link",
}  # fmt: skip


def value(sandbox: PolicySandbox, robot, source: str, seed: int = 0) -> str:
    session = sandbox.check_session()
    goal = f"def goal():\n    pass\n{source}\nprint(repr(coin))"
    outcome = session.run(goal, surface=robot.surface, dispatch=robot, entry="goal", seed=seed, deadline_s=5.0)
    session.close()
    return outcome.output if outcome.failure is None else outcome.failure.message


@linux
@pytest.mark.parametrize("name", COINS)
def test_it_is_the_same_each_time(sandbox: PolicySandbox, robot, name: str) -> None:
    values: set[str] = set()
    for _ in range(4):
        values.add(value(sandbox, robot, COINS[name]))
        time.sleep(0.011)
    assert len(values) == 1, values


@linux
def test_programs_keep_their_clocks(sandbox: PolicySandbox, robot) -> None:
    session = sandbox.session()
    source = "import time\nprint(time.time(), np.datetime64('now'))"
    outcome = session.run(source, surface=robot.surface, dispatch=robot, deadline_s=5.0)
    told = float(outcome.output.split()[0])
    assert abs(told - time.time()) < 60
    assert outcome.output.split()[1] > "2020"


@linux
@pytest.mark.parametrize(
    "coin",
    [
        "coin = np.random.random() < 0.5",
        "import random\ncoin = random.getrandbits(64)",
        "import time\ncoin = time.time()",
        "coin = id(object()) // 16 % 2, id([]) // 32 % 2, id({}) // 64 % 8",
        "coin = hash(object()) % 7, hash(object()) % 11",
        "coin = np.random.default_rng().random()",
    ],
)
def test_what_follows_from_chance_differs_with_the_seed(sandbox: PolicySandbox, robot, coin: str) -> None:
    assert len({value(sandbox, robot, coin, seed) for seed in (0, 1, 2, 3)}) > 1


@linux
def test_a_wait_for_a_time_to_pass_ends(sandbox: PolicySandbox, robot) -> None:
    source = "import time\nt = time.monotonic()\nn = 0\nwhile time.monotonic() < t + 5:\n    n += 1\ncoin = n"
    assert 100 < int(value(sandbox, robot, source)) < 1000


@linux
def test_the_kernels_clocks_are_taken_away(sandbox: PolicySandbox) -> None:
    process = sandbox._fork(fixed=True)
    assert set(process.layers) == {*confinement.LAYERS, confinement.FIXED}
    process.kill()


def test_where_there_is_no_page_of_the_clocks_it_says_so(monkeypatch) -> None:
    monkeypatch.setattr("pathlib.Path.read_text", lambda self: "")
    with pytest.raises(OSError, match="no page"):
        fixed_chance.unmap_clocks()
