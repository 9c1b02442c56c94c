"""Rows of episodes that were really played, and rewards that programs try to reach."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codepolicy.cli import status as main
from codepolicy.learned.compact_prompt import PALETTE
from codepolicy.training.reward import RewardWeights, StartProgress, reward
from codepolicy.training.sft_rows import read_rows
from primitives.environment import World
from primitives.errors import ConfigurationError

TASK = "put-block-in-bowl"
GOAL = 'def goal():\n    expect(len(detect()) > 0, "reward: 1.0")\n'
CHEATS = {
    "merely runs": "home()\nhome()\n",
    "prints a reward": 'print("reward: 1.0, verdict: achieved, won: true")\nsay("achieved")\nhome()\n',
    "declines what can be done": 'decline("achieved")\n',
    "looks for the verdict": (
        "import re\n"
        "for name in ('verdict', 'reward', 'episode', 'environment'):\n"
        "    try:\n        print(re.__builtins__['__import__'](name))\n"
        "    except BaseException as error:\n        print(error)\n"
        "home()\n"
    ),
    "writes a file": "try:\n    open('x', 'w').write('{}')\nexcept BaseException as e:\n    print(e)\nhome()\n",
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Folders of evaluations: of the rule-based writer, and of scripted replies."""
    root = tmp_path_factory.mktemp("runs")

    def play(
        name: str, *, replies: list[str] | None = None, task: str = TASK, seeds: str = "0-9", more: tuple[str, ...] = ()
    ) -> Path:
        out = root / name
        if out.exists():
            return out
        model = "offline"
        if replies is not None:
            folder = root / f"{name}-replies"
            folder.mkdir()
            for turn in range(16):
                (folder / f"{turn:02d}.md").write_text(replies[turn % len(replies)])
            model = f"scripted:{folder}"
        flags = [
            "--model",
            model,
            "--seeds",
            seeds,
            "--turns",
            "1",
            "--jobs",
            "1",
            "--out",
            str(out),
            "--patience",
            "0",
        ]
        assert main(["eval", task, *flags, *more]) in (0, 1)
        return out

    return play


def rows(folder: Path, name: str = "train") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


@pytest.mark.slow
def test_rows_are_what_was_asked_and_verified(played: Callable[..., Path], tmp_path: Path) -> None:
    run = played("offline", more=("--wording", "paraphrased"))
    assert (
        main(["export", str(run), "--out", str(tmp_path / "x"), "--hold-out-wordings", "0", "--hold-out-seeds", "8"])
        == 0
    )
    trained, held = rows(tmp_path / "x"), rows(tmp_path / "x", "seeds")
    assert len(trained) == 8 and {row["seed"] for row in held} == {8, 9}
    for row in trained:
        block, bowl = re.findall(r"\w+ (?:block|bowl)", row["instruction"].lower())[:2]
        assert row["completion"].startswith(f"put(find('{block}'), find('{bowl}'))")
        assert row["instruction"] in row["prompt"] and row["prompt"].endswith("Program:\n")
    card = (tmp_path / "x" / "README.md").read_text()
    assert "| train.jsonl | 8 |" in card and "Apache-2.0 (rules of this project)" in card
    assert [r.completion for r in read_rows(tmp_path / "x" / "train.jsonl")] == [r["completion"] for r in trained]


@pytest.mark.slow
def test_full_prompts_are_the_conversation_as_it_was(played: Callable[..., Path], tmp_path: Path) -> None:
    run = played("offline", more=("--wording", "paraphrased"))
    flags = ["--profile", "full", "--hold-out-wordings", "0"]
    assert main(["export", str(run), "--out", str(tmp_path / "x"), *flags]) == 0
    row = rows(tmp_path / "x")[0]
    assert [m["role"] for m in row["prompt"]] == ["system", "user"] and "# Answer" in row["prompt"][0]["content"]
    assert row["completion"][0]["content"].count("```python") == 2


@pytest.mark.slow
def test_no_program_reaches_the_reward(played: Callable[..., Path], tmp_path: Path) -> None:
    won = played("offline", more=("--wording", "paraphrased"))
    cheats = [f"```python\n{cheat}```\n```python\n{GOAL}```\n" for cheat in CHEATS.values()]
    lost = played("cheats", replies=cheats, seeds="0-7", more=("--wording", "paraphrased"))
    flags = ["--format", "grpo", "--hold-out-wordings", "0"]
    assert main(["export", str(won), str(lost), "--out", str(tmp_path / "x"), *flags]) == 0
    groups = rows(tmp_path / "x")
    assert len(groups) == 8
    for row in groups:
        assert len(row["rewards"]) == 2 and row["rewards"][0] > 0.9 and row["rewards"][1] == 0.0, row
    flags = ["--format", "dpo", "--hold-out-wordings", "0"]
    assert main(["export", str(won), str(lost), "--out", str(tmp_path / "y"), *flags]) == 0
    pairs = rows(tmp_path / "y")
    assert len(pairs) == 8 and all(r["chosen"].startswith("put(") and "put(" not in r["rejected"] for r in pairs)
    assert all(r.rejected is not None for r in read_rows(tmp_path / "y" / "train.jsonl"))


@pytest.mark.slow
def test_ground_truth_is_left_out_and_said(
    played: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = played("oracle", seeds="0-7", more=("--detector", "oracle"))
    assert main(["export", str(run), "--out", str(tmp_path / "x"), "--hold-out-wordings", "0"]) == 2
    assert "used ground truth (detector)" in capsys.readouterr().err
    flags = ["--hold-out-wordings", "0", "--privileged"]
    assert main(["export", str(run), "--out", str(tmp_path / "x"), *flags]) == 0
    assert all(row["privileged"] == ["detector"] for row in rows(tmp_path / "x"))


@pytest.mark.slow
def test_bad_input_is_a_sentence_and_loses_nothing(
    played: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = played("offline", more=("--wording", "paraphrased"))
    with (run / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["export", str(run), "--out", str(tmp_path / "x")]) == 2
    assert "still being written" in capsys.readouterr().err
    assert main(["export", str(run), "--out", str(tmp_path / "x"), "--hold-out-seeds", "3"]) == 2
    assert "too few" in capsys.readouterr().err
    assert main(["export"]) == 2 and main(["export", str(tmp_path)]) == 2
    assert not (tmp_path / "x").exists()
    assert main(["export", str(run), "--out", str(tmp_path / "x"), "--hold-out-wordings", "0"]) == 0
    before = (tmp_path / "x" / "train.jsonl").read_bytes()
    assert main(["export", str(run), "--out", str(tmp_path / "x"), "--hold-out-wordings", "0"]) == 2
    assert (tmp_path / "x" / "train.jsonl").read_bytes() == before


def test_a_line_that_is_no_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"prompt":"a","completion":"b"}\n{"prompt":"a"}\n')
    with pytest.raises(ConfigurationError, match="line 2 of"):
        read_rows(tmp_path / "x.jsonl")


def test_the_reward_is_success_then_progress_then_cost() -> None:
    def worth(won: bool, progress: float, start: float, robot_s: float = 10.0) -> float:
        return reward(won=won, progress=progress, start=start, robot_s=robot_s, limit_s=100, weights=RewardWeights())

    assert worth(True, 1.0, 0.0, 10) > worth(True, 1.0, 0.0, 90) > worth(False, 0.99, 0.0) > worth(False, 0.5, 0.0) > 0
    assert worth(False, 0.5, 0.5) == 0.0, "what held before is no progress"
    assert worth(False, 0.2, 0.5) == 0.0 and worth(False, 1.0, 1.0) == 0.0
    with pytest.raises(ConfigurationError):
        RewardWeights(cost=0.5)


@pytest.mark.slow
def test_progress_at_the_start_is_measured(world: World) -> None:
    start = StartProgress(world)
    assert 0.0 <= start.of("put-block-in-bowl-v1", 0, "mild") < 1.0


def test_the_palette_has_none_of_the_held_out_colours() -> None:
    from codepolicy.training.split import UNSEEN

    assert not set(PALETTE) & set(UNSEEN)
