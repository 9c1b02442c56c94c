"""A fork after a run neither hangs nor crashes: it draws in software, or says what to do."""

from __future__ import annotations

import subprocess
import sys

import pytest

PARENT = """
import os, signal, sys
from sim_envs.environment import PyBulletEnvironment
from primitives.environment import TrialSpec
environment = PyBulletEnvironment()
environment.reset(TrialSpec(seed=0))
environment.picture(__import__("pathlib").Path(sys.argv[1]))
sys.stdout.flush()
child = os.fork()
"""
USES_IT = """
if child == 0:
    try:
        environment.picture(__import__("pathlib").Path(sys.argv[1]))
        print("drawn")
    except Exception as error:
        print(type(error).__name__, error)
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
"""
MAKES_ANOTHER = """
if child == 0:
    import warnings
    warnings.simplefilter("ignore")
    other = PyBulletEnvironment()
    other.reset(TrialSpec(seed=0))
    other.picture(__import__("pathlib").Path(sys.argv[1]))
    other.close()
    print("drawn by", other.renderer.name)
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
"""
VECTOR = """
import warnings
warnings.simplefilter("ignore")
import gymnasium, numpy as np
import codepolicy
make = lambda: gymnasium.make("codepolicy/Tabletop-v0")
first = make()
first.reset(seed=0)
first.close()
if __name__ == "__main__":
    envs = gymnasium.vector.AsyncVectorEnv([make, make], context="fork")
    seen, _ = envs.reset(seed=[1, 2])
    print(seen["rgb"].shape, seen["rgb"].std() > 5)
    envs.close()
"""


def told(source: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", source, *arguments], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_world_that_was_forked_says_what_to_do(tmp_path: object) -> None:
    said = told(PARENT + USES_IT, f"{tmp_path}/a.png")
    assert "drawn" in said or "forked from one that draws" in said


@pytest.mark.slow
def test_a_world_made_after_a_fork_works(tmp_path: object) -> None:
    assert "drawn by" in told(PARENT + MAKES_ANOTHER, f"{tmp_path}/a.png")


@pytest.mark.slow
def test_vector_environments_work() -> None:
    assert "(2, 120, 160, 3) True" in told(VECTOR)
