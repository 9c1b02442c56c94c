"""The Gymnasium environments keep Gymnasium's contract."""

from __future__ import annotations

import functools
import subprocess
import sys

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AsyncVectorEnv

import codepolicy  # noqa: F401 - registers the environment
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


@pytest.mark.parametrize("action", [np.full(8, np.nan), np.r_[np.inf, np.zeros(7)], np.zeros(7), np.zeros((1, 8))])
def test_an_action_that_is_none_is_refused_and_changes_nothing(action: np.ndarray) -> None:
    env = module.Tabletop(task=None, image_size=(32, 24))
    first, _ = env.reset(seed=1)
    with pytest.raises(ValueError, match="8 finite numbers"):
        env.step(action.astype(np.float32))
    observation, *_ = env.step(np.zeros(8, np.float32))
    assert np.abs(observation["q"] - first["q"]).max() < 0.01
    assert np.abs(env.tool(observation["q"])[:3, 3] - env.tool(first["q"])[:3, 3]).max() < 0.01
    env.close()


def test_the_goal_is_in_the_observation_and_ground_truth_apart() -> None:
    env = module.Tabletop(image_size=(32, 24))
    observation, info = env.reset(seed=1)
    goal, state = bytes(observation["goal"]).rstrip(b"\0").decode(), observation["state"]
    assert goal == info["instruction"] and "block" in goal and info["privileged"] == "state"
    assert info["truth"]["status"] == "not_achieved" and set(info) == {"instruction", "privileged", "truth"}
    rows = state[state.any(axis=1)]
    named = [row for row in rows if row[-1]]
    kinds = [module.CATEGORY_NAMES[int(row[-3])] for row in sorted(named, key=lambda row: row[-1])]
    assert kinds == ["block", "bowl"] and [f"{module.COLOR_NAMES[int(r[-2])]} " in goal for r in named] == [True, True]
    assert ((rows[:, :2] > (0.2, -0.4)) & (rows[:, :2] < (0.8, 0.4))).all()
    again, same = env.reset(seed=1)
    assert same == info and (again["goal"] == observation["goal"]).all() and (again["state"] == state).all()
    env.close()


def test_a_learner_without_privilege_is_told_nothing_but_what_is_measured() -> None:
    env = module.Tabletop(image_size=(32, 24), state=False)
    observation, info = env.reset(seed=1)
    assert "state" not in observation and info["privileged"] == ""
    assert "state" not in env.observation_space.spaces
    env.close()


@pytest.mark.parametrize("order", ["codepolicy, gymnasium", "gymnasium, codepolicy", "gymnasium, sim_envs, codepolicy"])
def test_importing_codepolicy_is_all_it_takes(order: str) -> None:
    code = (
        f"import {order}\nspec = gymnasium.spec('codepolicy/Tabletop-v0')\n"
        "import importlib.util\nassert importlib.util.find_spec('gymnasium').loader is gymnasium.__loader__\n"
        "print(spec.entry_point, gymnasium.__version__)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.stdout.startswith("sim_envs.gym_env:Tabletop"), done.stderr


def test_importing_codepolicy_does_not_import_gymnasium() -> None:
    code = "import codepolicy, sys; assert not {'gymnasium', 'numpy'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.slow
def test_environments_in_fresh_processes_are_one_vector() -> None:
    makers = [functools.partial(gymnasium.make, "codepolicy:codepolicy/Tabletop-v0", image_size=(32, 24))] * 2
    vector = AsyncVectorEnv(makers, context="spawn")
    try:
        observation, info = vector.reset(seed=[1, 2])
        assert observation["rgb"].shape == (2, 24, 32, 3) and observation["state"].shape[0] == 2
        told = [bytes(goal).rstrip(b"\0").decode() for goal in observation["goal"]]
        assert (
            told == list(info["instruction"])
            and told[0] != told[1]
            and observation["rgb"].any()
            and list(info["privileged"]) == ["state"] * 2
        )
        observation, reward, *_ = vector.step(np.zeros((2, 8), np.float32))
        assert reward.shape == (2,)
    finally:
        vector.close()
