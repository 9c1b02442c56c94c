"""How fast the policy process and the gate are: program start, call round trip, an image to the program, the checks.

    python benchmarks/policy_process.py [--repeats 200]

Prints the median, the fastest and the slowest tenth of each in milliseconds, with the limit that it must keep: by the
median where a processor is free, by the fastest tenth where more processes want to run than there are processors, since
the rest is then the time of waiting for one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from codepolicy.sandbox.host import PolicySandbox
from codepolicy.static_checks import check
from primitives.api import surface
from primitives.images import Image
from primitives.registry import Surface
from primitives.scene import Workspace

IMAGE = Image(1, "front", np.zeros((480, 640, 3), np.uint8), np.zeros((480, 640), np.float32), np.eye(3), np.eye(4))
TIMED = """
import time
samples = []
for i in range({repeats}):
    start = time.perf_counter()
    {call}
    samples.append(time.perf_counter() - start)
print(*(round(1e7 * s) for s in samples))
"""
PROGRAM = '''"""Sort the blocks into the bowls of their colour, tallest first."""
import math
from dataclasses import dataclass

import numpy as np


@dataclass
class Job:
    block: SceneObject
    target: Target
    tries: int = 2


def distance(a, b):
    return math.dist(a.position[:2], b.position[:2])


def jobs_for(blocks, bowls):
    by_color = {bowl.color: bowl for bowl in bowls}
    for block in sorted(blocks, key=lambda b: -b.top):
        if block.color in by_color:
            yield Job(block, by_color[block.color])
        else:
            nearest = min(bowls, key=lambda bowl: distance(block, bowl))
            yield Job(block, nearest, tries=1)


def carry_out(job):
    for attempt in range(job.tries):
        try:
            put(job.block, job.target)
            return True
        except (GraspMissed, Dropped) as failure:
            print(f"{job.block.name}: {failure.message} ({failure.measured}), attempt {attempt + 1}")
        except NotPlaced:
            break
    return False


blocks = detect("blocks")
bowls = detect("bowls")
if not bowls:
    say("There is no bowl.")
else:
    done = [job for job in jobs_for(blocks, bowls) if carry_out(job)]
    centre = np.mean([job.block.position for job in done], axis=0) if done else np.zeros(3)
    say(f"{len(done)} of {len(blocks)} blocks are sorted; they were around {centre.round(2)}.")
    for job in done:
        expect(inside(job.block, job.target), f"{job.block.name} is inside")
    home()


def goal():
    for block in detect("blocks"):
        expect(any(inside(block, bowl) for bowl in detect("bowls")), f"{block.name} is in a bowl")


if __name__ == "__main__":
    print("done")
'''


def dispatch(name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None) -> object:
    """A robot that does nothing at once."""
    del args, kwargs, line
    return IMAGE if name == "capture" else None


def report(what: str, samples: Sequence[float], limit_ms: float) -> None:
    """One row of the table; samples in s."""
    ms = sorted(1e3 * s for s in samples)
    median, fast, slow = statistics.median(ms), ms[len(ms) // 10], ms[len(ms) * 9 // 10]
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    verdict = "ok" if (fast if busy else median) <= limit_ms else "TOO SLOW"
    print(f"{what:<46}{median:>9.3f}{fast:>9.3f}{slow:>9.3f}{limit_ms:>9.3f}  {verdict}")


def starts(sandbox: PolicySandbox, shown: Surface, repeats: int) -> list[float]:
    """From asking for a session to the end of an empty program, in s."""
    samples: list[float] = []
    for _ in range(repeats):
        time.sleep(0.03)  # programs do not follow each other at once; the spare process is made meanwhile
        start = time.perf_counter()
        session = sandbox.session()
        session.run("pass", surface=shown, dispatch=dispatch, deadline_s=10)
        samples.append(time.perf_counter() - start)
        session.close()
    return samples


def calls(sandbox: PolicySandbox, shown: Surface, call: str, repeats: int) -> list[float]:
    """As the program itself measures them, in s."""
    session = sandbox.session()
    limits = {"surface": shown, "dispatch": dispatch, "deadline_s": 60.0}
    outcome = session.run(TIMED.format(call=call, repeats=repeats), **limits)
    session.close()
    return [int(s) / 1e7 for s in outcome.output.split()]


def checks(shown: Surface, repeats: int) -> list[float]:
    """Of a program of 60 lines in which nothing is wrong, in s."""
    samples: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        found = check(PROGRAM, shown, workspace=Workspace())
        samples.append(time.perf_counter() - start)
        assert not found, found
    return samples


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=200)
    repeats = parser.parse_args().repeats
    skill, joint = surface("skill"), surface("joint")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {PROGRAM.count(chr(10))} lines to check\n")
    print(f"{'ms':<46}{'median':>9}{'fastest':>9}{'slowest':>9}{'limit':>9}")
    cold = time.perf_counter()
    with PolicySandbox() as sandbox:
        cold = time.perf_counter() - cold
        report("program start from the pool", starts(sandbox, skill, repeats // 4), 5)
        report("call round trip", calls(sandbox, skill, "home()", repeats * 5), 0.1)
        report("RGB-D 640x480 to the program", calls(sandbox, joint, "capture()", repeats), 1)
        report("gate, with type checker", checks(skill, repeats // 4), 60)
        print(f"\nzygote start, once: {cold * 1e3:.0f} ms; layers: {', '.join(sandbox.layers)}")


if __name__ == "__main__":
    main()
