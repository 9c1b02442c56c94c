"""A real Ray cluster of two nodes: the same results as the pool, whatever dies meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codepolicy.evaluation.run_store import read_run

TASKS = ("lift-block", "put-block-in-bowl", "--trials", "5")

pytest.importorskip("ray", reason="pip install 'codepolicy[ray]'")


@pytest.fixture
def cluster() -> Iterator[subprocess.Popen[str]]:
    # a dead node is noticed within seconds instead of half a minute
    quick = {"RAY_health_check_period_ms": "500", "RAY_health_check_failure_threshold": "3"}
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("ray_nodes.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", **quick},
    )
    yield process
    process.communicate(timeout=60)


def evaluation(out: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "codepolicy", "eval", *TASKS, "--oracle", "--out", str(out), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 90
    while not condition() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition(), process.communicate(timeout=30)


@pytest.mark.slow
def test_a_node_and_the_driver_die_and_nothing_is_lost_or_doubled(
    cluster: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert cluster.stdin is not None and cluster.stdout is not None
    out, pooled = tmp_path / "ray", tmp_path / "pool"
    ray = ("--executor", "ray", "--address", cluster.stdout.readline().strip())
    lines = out / "episodes.jsonl"

    def played() -> int:
        return lines.read_bytes().count(b"\n") if lines.is_file() else 0

    driver = evaluation(out, *ray)
    until(lambda: played() >= 2, driver)
    cluster.stdin.write("kill\n")
    cluster.stdin.flush()
    assert cluster.stdout.readline() == "killed\n"
    until(lambda: played() >= 6, driver)
    driver.kill()
    driver.communicate(timeout=30)
    before = lines.read_bytes()
    assert 6 <= played() < 10

    again = evaluation(out, *ray)
    told, error = again.communicate(timeout=120)
    assert again.returncode == 0, told + error
    assert "already there" in error and lines.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    assert played() == len({json.loads(line)["key"] for line in lines.read_bytes().splitlines()}) == 10

    reference = evaluation(pooled, "--jobs", "2")
    reference.communicate(timeout=120)
    ours, theirs = read_run(out).records, read_run(pooled).records
    assert [(r.key, r.result, r.won) for r in ours] == [(r.key, r.result, r.won) for r in theirs]
    assert all(r.folder is not None and (out / r.folder / "episode.json").is_file() for r in ours)
    assert not list((out / "episodes").glob(".*")), "nothing half written is left"
    assert all("lost" in why for r in ours for why in r.broke), "nothing else broke"
