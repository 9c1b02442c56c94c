"""Results do not depend on which kernel OpenBLAS would pick for the processor, and say what they do depend on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import made
import msgspec
import pytest

from codepolicy.evaluation.run_store import Store, merged
from primitives.errors import ConfigurationError

KERNELS = "from codepolicy.numerics import fix_kernel, numerics; fix_kernel(); print(numerics(None)['blas'])"


def told(**variables: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS", "NPY_", "OMP"))}
    done = subprocess.run([sys.executable, "-c", KERNELS], env=environment | variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_kernel_is_used_on_every_processor() -> None:
    pytest.importorskip("threadpoolctl")
    assert "Nehalem x1" in told()
    assert "Haswell" in told(OPENBLAS_CORETYPE="Haswell"), "what a person has set stays"


def test_a_resume_on_another_kernel_is_refused(tmp_path: Path) -> None:
    one = made.run_file(1, numerics={"blas": "openblas 0.3 Nehalem x1"})
    two = made.run_file(1, numerics={"blas": "openblas 0.3 Haswell x1"})
    with Store(tmp_path / "run", one) as store:
        store.append(made.record())
    with pytest.raises(ConfigurationError, match=r"numerics\.blas: openblas 0\.3 Nehalem x1, openblas 0\.3 Haswell x1"):
        Store(tmp_path / "run", two)


def test_shards_of_several_machines_are_one_run_that_says_so(tmp_path: Path) -> None:
    folders = [
        made.folder(tmp_path / kernel, [made.record(seed=seed)], numerics={"blas": kernel})
        for seed, kernel in enumerate(("Nehalem", "Haswell"))
    ]
    assert "mixed" in merged(folders).file.configuration.numerics
    assert msgspec.json.encode(merged(folders[:1]).file.configuration.numerics) == b'{"blas":"Nehalem"}'


@pytest.mark.slow
def test_a_run_says_what_its_last_bits_depend_on(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("home()\n")
    command = [sys.executable, "-m", "codepolicy", "exec", str(tmp_path / "program.py"), "--no-video"]
    subprocess.run([*command, "--out", str(tmp_path / "runs")], check=True, capture_output=True)
    run = json.loads(next((tmp_path / "runs").glob("*/run.json")).read_text())
    assert {"machine", "libc", "blas", "simd", "renderer"} <= run["numerics"].keys()
