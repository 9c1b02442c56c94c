"""Training itself, on a model of a few thousand weights: it goes on where it stopped, and ends where it always does."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, os, sys
from dataclasses import replace
from pathlib import Path
os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from tokenizers import Tokenizer, models
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from codepolicy.training.adapter_file import write_adapter
from codepolicy.training.adapted_model import LoraSettings
from codepolicy.training.lora import ADAPTER, LoraTraining
from codepolicy.training.sft_rows import TrainingRow
from primitives.errors import ConfigurationError

out = Path(sys.argv[1])
inner = Tokenizer(models.BPE(vocab={chr(i): i for i in range(128)}, merges=[], unk_token="?"))
tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=chr(1), pad_token=chr(2), unk_token="?")
config = LlamaConfig(vocab_size=128, hidden_size=32, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2)
torch.manual_seed(1)
LlamaForCausalLM(config).save_pretrained(out / "base")
tokenizer.save_pretrained(out / "base")
rows = [TrainingRow(prompt=f"Do: put {i}\\n", completion=f"put({i})") for i in range(16)]
settings = LoraSettings(epochs=6, batch=4, learning_rate=5e-3, rank=4, alpha=8)
found = {}

def weights(name):
    from safetensors.torch import load_file
    return load_file(str(out / name / ADAPTER / "adapter_model.safetensors"))

def train(name, *, settings=settings, rows=rows, **more):
    losses = []
    training = LoraTraining(out / "base", out / name, settings)
    whole = training.fit(rows, progress=lambda s: losses.append(s.loss), **more)
    return whole, losses, training

whole, losses, training = train("once")
found["learns"] = [losses[0], losses[-1]]
found["likelihood"] = training.likelihoods(rows[:2])
parts = [train("pieces", minutes=0)[:2]]
while not parts[-1][0]:
    parts.append(train("pieces", minutes=0)[:2])
found["pieces"] = len(parts)
once, pieces = weights("once"), weights("pieces")
found["same"] = all(torch.equal(once[k], pieces[k]) for k in once)
try:
    train("once", rows=rows[:8])
except ConfigurationError as error:
    found["other rows"] = str(error)
try:
    train("few", rows=rows[:2])
except ConfigurationError as error:
    found["few"] = str(error)
pairs = [TrainingRow(prompt=r.prompt, completion=r.completion, rejected="home()") for r in rows]
found["preferences"] = train("pairs", rows=pairs)[1][:: 23]
upper = replace(settings, from_layer=1, epochs=1)
train("upper", settings=upper)
lower = [v for k, v in weights("upper").items() if ".layers.0." in k and "lora_B" in k]
found["lower untouched"] = bool(lower) and all(float(v.abs().max()) == 0 for v in lower)
print(json.dumps(found))
"""


@pytest.mark.slow
def test_training_goes_on_where_it_stopped_and_is_the_same_every_time(tmp_path: Path) -> None:
    for package in ("torch", "transformers", "peft", "safetensors"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}: pip install 'codepolicy[train]'")
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["learns"][1] < found["learns"][0] - 0.1
    assert all(value < 0 for value in found["likelihood"])
    assert found["pieces"] == 24 and found["same"]
    assert "the training of other rows" in found["other rows"] and "too few to train on" in found["few"]
    assert found["preferences"][1] < found["preferences"][0]
    assert found["lower untouched"]
