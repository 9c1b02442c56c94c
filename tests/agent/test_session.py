from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codepolicy.agent import Agent
from codepolicy.events import Called, Event
from codepolicy.loop.episode_run import Interrupted
from codepolicy.models.scripted import ScriptedModel
from codepolicy.session import Session
from codepolicy.settings import Settings
from primitives.environment import World

Fenced = Callable[..., str]


@pytest.mark.slow
def test_world_variables_and_history_survive(world: World, fenced: Fenced, tmp_path: Path) -> None:
    model = ScriptedModel(
        [
            fenced('bowl = "green bowl"\nput("red block", bowl)', 'expect(inside("red block", "green bowl"), "in")'),
            fenced("say(f\"{sum(bool(inside(b, bowl)) for b in detect('block'))} in {bowl}\")"),
        ]
    )
    with Session(Agent(model=model, env=world), out=tmp_path) as session:
        first = session.run("put the red block in the green bowl")
        second = session.run("how many blocks are in it?")
    assert (first.outcome, second.outcome, second.said) == ("achieved", "answered", ("1 in green bowl",))
    assert session.history[0].startswith(
        '1. "put the red block in the green bowl": achieved. Moved: red block from (0.'
    )
    assert "on green bowl" in session.history[0]
    asked = model.conversations[1][1].text
    assert session.history[0] in asked.partition("## Session")[2]
    assert "| green bowl |" in asked.partition("## Session")[0]
    assert len(list(tmp_path.glob("*/episode.json"))) == 2


@pytest.mark.slow
def test_each_instruction_has_its_own_verdict_which_no_model_sees(world: World, fenced: Fenced) -> None:
    easy = 'expect(find("blue block").position[1] < -0.2, "right")'
    model = ScriptedModel(
        [
            fenced('put("red block", "green bowl")', 'expect(inside("red block", "green bowl"), "in")'),
            fenced('put("blue block", (0.48, -0.26))', easy),
            "nothing",
            fenced('say("two")'),
        ]
    )
    with Session(Agent(model=model, env=world)) as session:
        first = session.run("put the red block in the green bowl")
        second = session.run("put the blue block in the red bowl")
        third = session.run("say how far that is, roughly?")
    assert first.verdict is not None and second.verdict is not None
    assert (first.task, first.verdict.status) == ("put-block-in-bowl", "achieved")
    assert (second.outcome, second.believed, second.verdict.status) == ("not_achieved", "achieved", "not_achieved")
    assert (third.outcome, third.verdict, third.task) == ("answered", None, None)
    seen = "".join(m.text for c in model.conversations for m in c)
    assert second.verdict.explanation not in seen
    told = session.history[1]
    assert told.startswith('2. "put the blue block in the red bowl": achieved.')


@pytest.mark.slow
def test_a_session_goes_on_after_ctrl_c(world: World, fenced: Fenced) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, Called) and event.record.name == "pick":
            raise KeyboardInterrupt

    put_down = fenced("place((0.49, -0.26))", 'expect(find("red block").on == "table", "down")')
    model = ScriptedModel([fenced('pick("red block")\nhome()', 'expect(False, "x")'), put_down])
    with Session(Agent(model=model, env=world, observer=interrupt, settings=Settings(turns=1))) as session:
        with pytest.raises(Interrupted):
            session.run("lift the red block")
        assert "interrupted" in session.history[0] and "on gripper" in session.history[0]
        assert session.run("put it down").outcome == "stopped"
        session.recover()
        assert session.run("put it down").outcome in ("achieved", "unverified")


@pytest.mark.slow
def test_chat_reads_lines_and_prints_an_object_for_each(tmp_path: Path) -> None:
    (tmp_path / "1.md").write_text("```python\nsay('four')\n```")
    (tmp_path / "2.md").write_text("```python\nsay('five')\n```")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "codepolicy",
            "chat",
            "--json",
            "--model",
            f"scripted:{tmp_path}",
            "--out",
            f"{tmp_path}/r",
        ],
        input="how many blocks?\n\nhow many now?\nexit\nnever read\n",
        capture_output=True,
        text=True,
        timeout=120,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["said"] for a in answers] == [["four"], ["five"]]
    assert done.returncode == 0
