"""Kills, fills and interrupts real runs, and counts what survives.

    python benchmarks/reliability.py [ROUNDS] [--record FILE] [--seconds S]     # 200 rounds when ROUNDS is left out

With --record each round adds a line to FILE, the same command goes on after the last one, and --seconds ends a piece.

Three faults in turn, each at a random moment or size (the seed is the number of the round):

kill        SIGKILL of an evaluation and its processes; the same command again must complete it, with no episode lost
fill        no file may grow beyond a random size; the record, or a sentence and status 3, must be left
interrupt   SIGINT or SIGTERM; status 130, one JSON object, and a whole record where the run had begun

Every round also fails by a traceback, a process that is left, or a temporary folder that is left.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PROGRAM = """put("red block", "green bowl")

def goal():
    expect(inside(find("red block"), find("green bowl")), "the red block is in the green bowl")
"""
CODEPOLICY = (sys.executable, "-m", "codepolicy")
LONGEST_S = 180.0


def main() -> int:
    """Run the rounds and print the table; 1 where something did not survive."""
    options = argparse.ArgumentParser(description="Kill, fill and interrupt real runs.")
    options.add_argument("rounds", nargs="?", type=int, default=200)
    options.add_argument("--record", type=Path)
    options.add_argument("--seconds", type=float, default=math.inf)
    chosen = options.parse_args()
    kinds: dict[str, Callable[[Path, random.Random], str]] = {"kill": kill, "fill": fill, "interrupt": interrupt}
    ended = dict(json.loads(line) for line in _lines(chosen.record))
    until = time.monotonic() + chosen.seconds
    for number in range(chosen.rounds):
        if number in ended or time.monotonic() > until:
            continue
        fault = kinds[list(kinds)[number % len(kinds)]]
        with tempfile.TemporaryDirectory() as folder:
            ended[number] = fault(Path(folder), random.Random(number)) or left_behind(Path(folder)) or "survived"
        if chosen.record is not None:
            with chosen.record.open("a") as file:
                file.write(json.dumps([number, ended[number]]) + "\n")
    table = {
        name: Counter(told for number, told in sorted(ended.items()) if number % len(kinds) == at)
        for at, name in enumerate(kinds)
    }
    print(f"{'fault':12}{'rounds':>8}{'survived':>10}")
    for name, counted in table.items():
        print(f"{name:12}{counted.total():8}{counted['survived']:10}")
        for why, times in counted.items():
            if why != "survived":
                print(f"    {times} x {why}")
    return int(any(counted["survived"] != counted.total() for counted in table.values()))


def _lines(path: Path | None) -> list[str]:
    return path.read_text().splitlines() if path is not None and path.exists() else []


def started(folder: Path, *arguments: str, before: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    """A command in a session and with a temporary folder of its own."""
    (folder / "tmp").mkdir(exist_ok=True)
    return subprocess.Popen(
        [*CODEPOLICY, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=before,
        env={**os.environ, "TMPDIR": str(folder / "tmp"), "RELIABILITY_ROUND": str(folder)},
    )


def kill(folder: Path, generator: random.Random) -> str:
    """What went wrong, if anything."""
    command = ("eval", "put-block-in-bowl", "--oracle", "--trials", "2", "--jobs", "1", "--out", str(folder / "out"))
    process = started(folder, *command)
    after_s = generator.uniform(0.2, 12.0)
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)  # on a fast machine it may have ended
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    again = started(folder, *command, "--json")
    out, said = again.communicate(timeout=LONGEST_S)
    for partial in (folder / "tmp").glob("*"):  # of the process that was killed, which could not
        subprocess.run(["rm", "-rf", str(partial)], check=True)
    if again.returncode != 0 or b"Traceback" in said:
        return f"status {again.returncode} on going on: {said.decode()[-200:]!r}"
    records = [json.loads(line) for line in (folder / "out" / "episodes.jsonl").read_text().splitlines()]
    whole = len({r["key"] for r in records}) == 2 and json.loads(out)["ending"] == "complete"
    return "" if whole else "episodes are lost"


def fill(folder: Path, generator: random.Random) -> str:
    """What went wrong, if anything."""
    size = int(10 ** generator.uniform(1.0, 6.5))
    (folder / "program.py").write_text(PROGRAM)
    video = generator.choice(("--video", "--no-video"))
    process = started(
        folder,
        *("exec", str(folder / "program.py"), "--json", "--out", str(folder / "runs"), video),
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    out, said = process.communicate(timeout=LONGEST_S)
    if b"Traceback" in said or len(out.splitlines()) != 1:
        return f"{size} bytes: {said.decode()[-200:]!r}"
    told = json.loads(out)
    if told["outcome"] == "achieved":
        kept = any((folder / "runs").glob("*/episode.json")) or any("episode.json" in note for note in told["notes"])
        return "" if kept else f"{size} bytes: no record and no word"
    return "" if process.returncode == 3 and told["outcome"] in ("error", "infrastructure") else f"{size} bytes: {told}"


def interrupt(folder: Path, generator: random.Random) -> str:
    """What went wrong, if anything."""
    (folder / "program.py").write_text(PROGRAM)
    video = generator.choice(("--video", "--no-video"))
    process = started(folder, "exec", str(folder / "program.py"), "--json", "--out", str(folder / "runs"), video)
    time.sleep(generator.uniform(0.3, 6.0))
    process.send_signal(generator.choice((signal.SIGINT, signal.SIGTERM)))
    out, said = process.communicate(timeout=LONGEST_S)
    if process.returncode == 0:
        return ""  # it was faster
    if b"init_import_site" in said or process.returncode == -signal.SIGTERM:
        return ""  # the interpreter had not come to a line of ours
    if process.returncode != 130 or b"Traceback" in said or len(out.splitlines()) != 1:
        return f"status {process.returncode}: {said.decode()[-200:]!r}"
    begun = json.loads(out)["outcome"] == "interrupted"
    kept = list((folder / "runs").glob("*/episode.json"))
    return "" if bool(kept) == begun else "the record is missing"


def left_behind(folder: Path) -> str:
    """Processes and temporary files of a round that has ended."""
    until = time.monotonic() + 5.0
    while (alive := _alive(folder)) and time.monotonic() < until:
        time.sleep(0.1)
    if alive:
        return f"processes are left: {', '.join(alive)}"
    files = [path.name for path in (folder / "tmp").iterdir()]
    return f"temporary files are left: {', '.join(files)}" if files else ""


def _alive(folder: Path) -> list[str]:
    mark, found = f"RELIABILITY_ROUND={folder}".encode(), list[str]()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:80])
        except OSError:
            continue
    return found


if __name__ == "__main__":
    sys.exit(main())
