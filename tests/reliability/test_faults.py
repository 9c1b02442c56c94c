"""Faults of every day: full disks, deleted folders, interrupts. The record or a sentence survives; nothing leaks."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ACHIEVES = """put("red block", "green bowl")

def goal():
    expect(inside(find("red block"), find("green bowl")), "in it")
"""
FOR_LONG = """for i in range(200):
    home()
    put("red block", "left side")
    put("red block", "right side")
"""


def started(
    tmp_path: Path, *arguments: str, program: str = ACHIEVES, before: Callable[[], None] | None = None
) -> subprocess.Popen[bytes]:
    """`codepolicy exec` in a session of its own."""
    file = tmp_path / "program.py"
    file.write_text(program)
    return subprocess.Popen(
        [sys.executable, "-m", "codepolicy", "exec", str(file), "--out", str(tmp_path / "runs"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=before,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )


def limited(size: int) -> Callable[[], None]:
    """No file may grow beyond `size` bytes, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 300, 3_000, 20_000, 60_000, 200_000])
def test_a_full_disk_leaves_the_record_or_a_sentence(size: int, tmp_path: Path) -> None:
    process = started(tmp_path, "--json", before=limited(size))
    out, written = process.communicate(timeout=120)
    told = json.loads(out)
    assert b"Traceback" not in written, written.decode()
    if told["outcome"] in ("error", "infrastructure"):
        assert process.returncode in (2, 3)
        assert len(told.get("error", told.get("summary", ""))) > 20, told
    else:
        assert (told["outcome"], process.returncode) == ("finished", 0) or told["outcome"] == "achieved"
        record = next((tmp_path / "runs").glob("*/episode.json"), None)
        assert record is not None or any("episode.json" in note for note in told["notes"])
    said = json.dumps(told)
    assert ".starting-" not in said, "the folder is named as it is called in the end"
    left = [path.name for path in (tmp_path / "runs").rglob(".*")]
    assert not left, left
    if size == 200_000:
        assert told["outcome"] == "achieved", "a disk that is too small for the video costs the video alone"


@pytest.mark.slow
def test_a_folder_that_is_deleted_is_noticed_at_once(tmp_path: Path) -> None:
    process = started(tmp_path, "--json", "--no-video", program=FOR_LONG)
    trace = tmp_path / "runs"
    deadline = time.monotonic() + 60
    while not list(trace.glob("*/trace.jsonl")) + list(trace.glob(".starting-*/trace.jsonl")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    shutil.rmtree(trace)
    deleted = time.monotonic()
    out, said = process.communicate(timeout=60)
    told = json.loads(out)
    assert time.monotonic() - deleted < 30
    assert (told["outcome"], process.returncode) == ("infrastructure", 3), said.decode()
    assert "was deleted while the run went on" in told["summary"]
    assert told["folder"] is None or not Path(told["folder"]).exists()


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.05, 0.15, 0.3, 0.5, 0.8, 1.2, 2.0])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_at_any_time_ends_with_130_and_one_object(number: int, after_s: float, tmp_path: Path) -> None:
    process = started(tmp_path, "--json")
    time.sleep(after_s)
    process.send_signal(number)
    out, said = process.communicate(timeout=60)
    if b"init_import_site" in said or b"<frozen runpy>" in said.splitlines()[1:2]:
        return  # the interpreter had not come to a line of ours
    assert b"Traceback" not in said, said.decode()
    assert process.returncode in (130, 0, -number), said.decode()
    if process.returncode == 130 or out:
        assert len(out.splitlines()) == 1
        assert json.loads(out)["outcome"] in ("interrupted", "error", "achieved")
    left = [path.name for path in tmp_path.iterdir() if path.name not in ("runs", "program.py")]
    assert not left, left


ORPHAN = """
import os, sys, time
from codepolicy.sandbox.host import PolicySandbox
sandbox = PolicySandbox()
child = os.fork()
if child == 0:
    time.sleep(30)  # holds the host's end of the zygote's socket
    os._exit(0)
print(child, flush=True)
time.sleep(30)
"""


def zygotes() -> set[int]:
    """Process ids of every zygote of this machine."""
    found: set[int] = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"codepolicy.sandbox.zygote" in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
        except OSError:
            continue
    return found


@pytest.mark.slow
def test_a_zygote_does_not_outlive_its_host_even_where_a_fork_holds_its_socket() -> None:
    host = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE)
    assert host.stdout is not None
    child = int(host.stdout.readline())
    mine = {pid for pid in zygotes() if _parent(pid) == host.pid}
    assert len(mine) == 1
    host.kill()
    host.wait()
    host.stdout.close()
    deadline = time.monotonic() + 15
    while mine & zygotes() and time.monotonic() < deadline:
        time.sleep(0.1)
    left = mine & zygotes()
    os.kill(child, signal.SIGKILL)
    assert not left


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


@pytest.mark.slow
def test_sessions_leave_no_descriptor_and_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codepolicy.agent import Agent

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    agent = Agent()

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    agent.execute("home()", video=False)
    before = descriptors()
    for _ in range(3):
        agent.execute("home()", video=False)
    assert descriptors() <= before + 1
    assert not list(tmp_path.glob("codepolicy-gate-*"))
