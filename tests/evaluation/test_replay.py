"""Recorded programs, executed again: the same to the last bit, or the first call and value that differ."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from codepolicy.agent import Agent
from codepolicy.evaluation.program_replay import Replayed, lines, recorded, replayed
from codepolicy.evaluation.recorded_replies import RecordedReplies
from codepolicy.models.scripted import ScriptedModel
from codepolicy.plugins import load_environment
from primitives.errors import ConfigurationError

REPLIES = (
    "```python\nput('red block', 'purple bowl')\n```\n```python\ndef goal():\n    expect(False, 'no')\n```",
    "```python\nblock = find('red block')\nput(block, 'green bowl')\n```\n"
    "```python\ndef goal():\n    expect(inside('red block', 'green bowl'), 'the block is in the bowl')\n```",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose first program fails and whose second one does it."""
    out = tmp_path_factory.mktemp("replay")
    episode = Agent(model=ScriptedModel(REPLIES)).run("put the red block in the green bowl", out=out, video=False)
    assert episode.outcome == "achieved" and len(episode.turns) == 2
    return next(out.iterdir())


def again(folder: Path) -> Replayed:
    environment = load_environment("pybullet")
    try:
        return replayed(recorded(folder)[0], environment)
    finally:
        environment.close()


@pytest.mark.slow
def test_a_run_of_two_turns_ends_the_same_without_its_model(run: Path) -> None:
    told = again(run)
    assert told.difference is None and told.outcome_now == "achieved" and told.calls >= 3
    assert "the same, bit for bit" in next(lines(told))


def _trace(folder: Path) -> None:
    path = folder / "trace.jsonl"
    path.write_text(path.read_text().replace('"finger width (m)":0.0', '"finger width (m)":0.1', 1))


def _world(folder: Path) -> None:
    path = folder / "episode.json"
    episode = json.loads(path.read_text())
    x = episode["world"]["red block"]["position"][0]
    episode["world"]["red block"]["position"][0] = x + 2e-16 * max(1.0, abs(x))
    episode["conditions"]["renderer"] = "gl: another"
    path.write_text(json.dumps(episode))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "where", "field"),
    [
        (_trace, "turn 2, program, line 2: put('red block', 'green bowl')", "measured"),
        (_world, "red block", "position"),
    ],
)
def test_the_first_difference_is_shown_with_its_place(
    run: Path, tmp_path: Path, change: Callable[[Path], None], where: str, field: str
) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "changed"))
    change(folder)
    told = again(folder)
    assert told.difference is not None
    assert told.difference.where.startswith(where) and told.difference.field == field
    text = "\n".join(lines(told))
    assert told.difference.then in text and told.difference.now in text
    if change is _world:
        assert "renderer: gl: another, " in text


@pytest.mark.slow
def test_a_reply_that_is_missing_ends_the_replay_there(run: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "short"))
    (folder / "prompts" / "02_reply.md").unlink()
    told = again(folder)
    assert told.outcome_now == "model_error" and told.difference is not None
    assert told.difference.field == "call" and (told.difference.then, told.difference.now) == ("made", "not made")


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no recorded run"):
        recorded(tmp_path)
    (tmp_path / "run.json").write_text('{"trial": 3}')
    with pytest.raises(ConfigurationError, match="damaged or of another version"):
        recorded(tmp_path)


def test_replies_without_a_record_say_so(tmp_path: Path) -> None:
    from codepolicy.models.protocol import ModelError

    with pytest.raises(ModelError, match="no reply"):
        RecordedReplies(tmp_path).complete(())
