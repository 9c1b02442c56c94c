"""The Gymnasium environments keep Gymnasium's contract."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import sim_envs.gym_env as module


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [{"task": None}, {"task": "put-block-in-bowl", "disturbances": "mild"}])
def test_gymnasium_has_no_complaint(arguments: dict[str, str | None]) -> None:
    env = gymnasium.make("codepolicy/Tabletop-v0", render_mode="rgb_array", **arguments)
    check_env(env.unwrapped)
    env.close()


def test_actions_turn_the_joints_and_move_the_fingers() -> None:
    env = module.Tabletop(task=None, image_size=(32, 24))
    first, _ = env.reset(seed=1)
    action = np.zeros(8, np.float32)
    action[0], action[7] = 1.0, -1.0
    for _ in range(5):
        observation, reward, terminated, truncated, _ = env.step(action)
    assert observation["q"][0] - first["q"][0] == pytest.approx(0.5, abs=0.02)
    assert np.abs(observation["q"][1:] - first["q"][1:]).max() < 0.01
    assert observation["width"][0] < 0.02
    assert (reward, terminated, truncated) == (0.0, False, False)
    assert observation["rgb"].shape == (24, 32, 3)
    env.close()


def test_an_episode_of_a_task_tells_its_instruction() -> None:
    env = module.Tabletop(image_size=(32, 24))
    _, info = env.reset(seed=1)
    assert "block" in info["instruction"]
    assert info["status"] == "not_achieved"
    _, again = env.reset(seed=1)
    assert again == info
    env.close()
