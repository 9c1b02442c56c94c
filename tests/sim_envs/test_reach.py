"""The environment of docs/reinforcement_learning.md, which stable-baselines3 learns in."""

from __future__ import annotations

import re
from pathlib import Path

import gymnasium
import numpy as np


def test_the_wrapper_of_the_documentation_rewards_what_comes_nearer() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reinforcement_learning.md").read_text()
    (source,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    space: dict[str, object] = {"__name__": "reach"}
    exec(source, space)
    env: gymnasium.Env[np.ndarray, np.ndarray] = space["make"]()  # type: ignore[operator]
    seen, _ = env.reset(seed=3)
    assert env.observation_space.contains(seen)
    q, way = seen[:7], seen[10:]
    rewards = []
    for _ in range(40):
        # the direction that every joint has to turn in, by differences
        tool = env.unwrapped.tool  # type: ignore[attr-defined]
        here = tool(q.astype(float))[:3, 3]
        turned = (tool(q.astype(float) + row)[:3, 3] - here for row in 1e-4 * np.eye(7)[[0, 1, 3]])
        jacobian = np.stack(list(turned), axis=1) / 1e-4
        step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-3 * np.eye(3), way)
        seen, reward, near, _, _ = env.step(np.clip(step / 0.1, -1, 1).astype(np.float32))
        q, way = seen[:7], seen[10:]
        rewards.append(float(reward))
        if near:
            break
    assert near and rewards[-1] > 1.0 and min(rewards) > -0.5
    env.close()
