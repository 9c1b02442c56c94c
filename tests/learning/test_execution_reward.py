from __future__ import annotations

import inspect

import pytest

from codepolicy.training.execution_reward import ExecutionReward
from primitives.environment import Judged, capability

WIN = "put(find('{block}'), find('{bowl}'))\ndef goal():\n    expect(inside('{block}', '{bowl}'))"
RUN = "home()\ndef goal():\n    expect(len(detect()) > 0)"


@pytest.mark.slow
def test_answers_are_executed_and_judged_and_always_alike() -> None:
    from codepolicy.plugins import load_environment

    world = load_environment("pybullet")
    (trial,) = capability(world, Judged).trials(["put-block-in-bowl"], seeds=[3])
    world.close()
    instruction = trial.spec.instruction or ""
    words = instruction.split()
    block, bowl = (" ".join(words[i : i + 2]) for i in (2, 6))
    answers = [
        WIN.format(block=block, bowl=bowl),
        RUN,
        "no program at all (",
        f"```python\nput('{block}', '{bowl}')\n```",
    ]
    columns = {"task": ["put-block-in-bowl-v1"] * 4, "seed": [3] * 4, "instruction": [instruction] * 4}
    judged = ExecutionReward()
    rewards = judged([""] * 4, answers, **columns)
    again = judged([""] * 4, [[{"role": "assistant", "content": a}] for a in answers], **columns, kind=["x"] * 4)
    judged.close()
    assert rewards == again
    assert rewards[0] > 0.9 and rewards[1] == rewards[2] == 0.0
    assert inspect.signature(judged.__call__).parameters["columns"].kind is inspect.Parameter.VAR_KEYWORD
