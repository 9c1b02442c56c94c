"""Rows and rewards with the real TRL, on a model of a few thousand weights."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, os, sys
os.environ["HF_HUB_OFFLINE"] = "1"
from datasets import load_dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer
from codepolicy.training.execution_reward import ExecutionReward

folder, out = sys.argv[1:]
words = {chr(i): i for i in range(128)}
inner = Tokenizer(models.BPE(vocab=words, merges=[], unk_token="?"))
tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token=chr(1), pad_token=chr(2), unk_token="?")
config = LlamaConfig(vocab_size=128, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2)
rows = {name: load_dataset("json", data_files=f"{folder}/{name}.jsonl")["train"] for name in ("sft", "dpo")}
common = dict(output_dir=out, max_steps=1, per_device_train_batch_size=2, report_to=[], use_cpu=True, bf16=False)
base = f"{out}/base"
LlamaForCausalLM(config).save_pretrained(base)
tokenizer.save_pretrained(base)
SFTTrainer(base, args=SFTConfig(**common), train_dataset=rows["sft"], processing_class=tokenizer).train()
DPOTrainer(base, args=DPOConfig(**common), train_dataset=rows["dpo"], processing_class=tokenizer).train()
reward = ExecutionReward()
args = GRPOConfig(**common, num_generations=2, max_completion_length=4)
trainer = GRPOTrainer(base, reward_funcs=reward, args=args, train_dataset=rows["sft"], processing_class=tokenizer)
trainer.train()
print(json.dumps([log for log in trainer.state.log_history if "reward" in log][:1]))
"""


@pytest.mark.slow
def test_trl_reads_the_rows_and_calls_the_reward(tmp_path: Path) -> None:
    if importlib.util.find_spec("trl") is None:
        pytest.skip("needs trl: pip install trl")
    source = {
        "task": "put-block-in-bowl-v1",
        "seed": 3,
        "kind": "program",
        "instruction": "Put the green block in the green bowl",
    }
    for name, answers in (("sft", {"completion": "home()"}), ("dpo", {"chosen": "home()", "rejected": "say('x')"})):
        lines = [json.dumps({"prompt": f"Do: {i}\n", **answers, **source}) for i in range(4)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1])[0]["reward"] == 0.0
