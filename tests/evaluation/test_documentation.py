"""docs/evaluation.md does what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from codepolicy.cli.compare import CompareCommand
from codepolicy.cli.eval import EvalCommand
from codepolicy.cli.report import ReportCommand
from codepolicy.evaluation.statistics import mcnemar, wilson

PAGE = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text()


@pytest.mark.slow
def test_the_examples_of_the_page_run_one_after_the_other(tmp_path: Path) -> None:
    commands = [line for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    assert len(commands) == 11
    for line in commands:
        command = [sys.executable, "-m", *shlex.split(line)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, line + done.stdout + done.stderr
    page = (tmp_path / "runs" / "whole.html").read_text()
    assert "4 of 4 won" in page and "privileged: program used ground truth" in page
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("1.0 []"), done.stdout + done.stderr


def test_every_flag_of_the_page_exists() -> None:
    known = {
        field.name.replace("_", "-")
        for command in (EvalCommand, CompareCommand, ReportCommand)
        for field in fields(command)
    }
    commands = re.sub(r"python benchmarks/[^`\n]*", "", PAGE)  # those have flags of their own
    named = set(re.findall(r"(?<!-)--([a-z][a-z-]+)", commands))
    assert {flag.removeprefix("no-") for flag in named} <= known | {"head"}  # of `ray start`
    assert {"trials", "seeds", "samples", "shard", "again", "patience", "fail-under", "fail-on"} <= named


def test_the_numbers_of_the_page() -> None:
    assert "36 trials is 90 % at best" in PAGE and round(wilson(36, 36)[0], 2) == 0.90
    assert "six newly failing" in PAGE and mcnemar(6, 0) < 0.05 < mcnemar(5, 0)
