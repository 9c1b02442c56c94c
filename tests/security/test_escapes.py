"""No payload of the corpus reaches anything, with the gate off, as root and as an ordinary user, and with it on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import pytest

ATTACK = Path(__file__).with_name("attack.py")
ROOT = Path(__file__).parents[2]
NOBODY = 65534
ENVIRONMENT = {
    "PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("platlib")]),
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
        reason="needs Linux on x86-64 or ARM64",
    ),
]


def interpreter_for(user: int | None) -> str | None:
    """A Python of this version that the user may execute, and with which the packages can be read."""
    for python in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        try:
            subprocess.run(
                [python, "-c", "import msgspec, codepolicy"],
                check=True,
                user=user,
                capture_output=True,
                cwd="/",
                env=ENVIRONMENT,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    return None


def attack(mode: str, corpus: str, user: int | None = None) -> dict[str, list[str]]:
    python = interpreter_for(user)
    if python is None:
        pytest.skip("an ordinary user cannot execute this Python or read these packages")
    ran = subprocess.run(
        [python, str(ATTACK), mode, corpus],
        capture_output=True,
        cwd="/",
        env=ENVIRONMENT,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    told = json.loads(ran.stdout)
    assert told["uid"] == (os.getuid() if user is None else user)
    return told["wins"]


@cache
def plain(corpus: str) -> dict[str, list[str]]:
    return attack("plain", corpus)


def filtered() -> bool:
    """Whether something around us (a container, say) already takes system calls away."""
    return "Seccomp:\t0" not in Path("/proc/self/status").read_text()


@pytest.mark.parametrize(("corpus", "least"), [("language.txt", 120), ("native.txt", 50)])
def test_every_payload_wins_without_the_sandbox(corpus: str, least: int) -> None:
    wins = plain(corpus)
    valid = [name for name, won in wins.items() if won]
    assert len(valid) >= least
    if not filtered():
        assert [name for name, won in wins.items() if not won] == []


USERS = [pytest.param(None, id="this-user")] + ([pytest.param(NOBODY, id="ordinary-user")] if os.getuid() == 0 else [])


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("corpus", ["language.txt", "native.txt"])
def test_no_payload_wins_with_the_gate_off(corpus: str, user: int | None) -> None:
    wins = attack("confined", corpus, user)
    assert wins.keys() == plain(corpus).keys()
    assert {name: won for name, won in wins.items() if won} == {}


@pytest.mark.parametrize("corpus", ["language.txt", "native.txt"])
def test_no_payload_wins_with_the_gate_on(corpus: str) -> None:
    wins = attack("gated", corpus)
    assert len(wins) >= 50
    assert {name: won for name, won in wins.items() if won} == {}
