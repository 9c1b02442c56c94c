"""How many held-out rows an adapter wins when its own answers are executed, not only how likely theirs are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from codepolicy.agent import Agent
from codepolicy.learned.model import LearnedModel
from codepolicy.models.local_server import need_llama_cpp
from codepolicy.models.options import ModelOptions
from codepolicy.plugins import load_environment
from codepolicy.settings import Settings
from codepolicy.training.sft_rows import TrainingRow
from codepolicy.training.split import unversioned


def held_out_wins(adapter: Path, base: Path, rows: Sequence[TrainingRow], count: int) -> list[tuple[TrainingRow, bool]]:
    """Play up to `count` of `rows`, first turns with a task and a seed, and whether ground truth says that each is won.

    Args:
        adapter: GGUF, with its card beside it.
        base: GGUF.
        rows: that training did not see.
        count: how many are drawn; the same ones every time.

    Raises:
        ConfigurationError: llama.cpp is not installed, or the adapter does not fit.
    """
    need_llama_cpp()
    playable = [row for row in rows if row.task and row.instruction and row.kind != "repair"]
    drawn = random.Random(0).sample(playable, min(count, len(playable)))
    world = load_environment("pybullet")
    try:
        model = LearnedModel(base, ModelOptions(), adapter=adapter)
        agent = Agent(model=model, env=world, settings=Settings(turns=1, disturbances="mild"))
        found: list[tuple[TrainingRow, bool]] = []
        for row in drawn:
            episode = agent.run(row.instruction, task=unversioned(row.task), seed=row.seed, video=False)
            found.append((row, episode.achieved))
        return found
    finally:
        world.close()
