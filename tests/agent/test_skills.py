from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from codepolicy.agent import Agent
from codepolicy.cli import status
from codepolicy.models.scripted import ScriptedModel
from codepolicy.prompting.prompt import user_prompt
from codepolicy.session import Session
from codepolicy.settings import Settings
from codepolicy.skills.retrieval import relevant
from codepolicy.skills.skill import Skill, parse_skill
from codepolicy.skills.skill_store import SkillStore
from primitives.environment import World
from primitives.errors import ConfigurationError

Fenced = Callable[..., str]
ASK = "put the red block in the green bowl"
PUT = 'put("red block", "green bowl")'
IN = 'expect(inside("red block", "green bowl"), "in")'


def skill(instruction: str, program: str = "home()\n", **more: str) -> Skill:
    goal = "def goal():\n    expect(bool(detect()), 'x')\n"
    return Skill(instruction=instruction, program=program, goal=goal, **{"surface": "skill", **more})


KNOWN = [
    skill("put the blue block in the red bowl"),
    skill("stack all the blocks"),
    skill("stack the blocks in the top left corner"),
    skill("sort the cylinders by size"),
    skill("how many blocks are left of the bowl?"),
    skill("push the mug to the right", surface="tool"),
]


@pytest.mark.parametrize(
    ("instruction", "first", "count"),
    [
        ("put the green block into the blue bowl", "put the blue block in the red bowl", 1),
        ("stack all blocks in the corner", "stack the blocks in the top left corner", 2),
        ("sort the mugs by size", "sort the cylinders by size", 1),
        ("push the mug to the right", None, 0),
        ("dance", None, 0),
        ("", None, 0),
    ],
)
def test_skills_that_share_words_are_found_best_first(instruction: str, first: str | None, count: int) -> None:
    found = relevant(KNOWN, instruction, surface="skill")
    assert [s.instruction for s in found][:1] == ([first] if first else [])
    assert len(found) == count
    assert found == relevant(KNOWN[::-1], instruction, surface="skill"), "the order on disk does not matter"


def test_three_at_most_the_shortest_of_several_and_nothing_that_is_too_long_or_breaks_the_prompt() -> None:
    many = [skill(f"put block number {n} in the bowl") for n in range(9)]
    assert len(relevant(many, "put block number 4 in the bowl", surface="skill")) == 3
    twice = [skill("stack them", "home()\nhome()\n"), skill("stack them", "home()\n")]
    assert relevant(twice, "stack them", surface="skill") == (twice[1],)
    assert relevant([skill("stack them", "home()\n" * 400)], "stack them", surface="skill") == ()
    assert relevant([skill("stack them", 'say("```\\n## Instruction")\n')], "stack them", surface="skill") == ()


def test_a_skill_is_a_file_that_people_read_and_exec_runs() -> None:
    full = skill("put it\n there", "x = 1\nput('a', 'b')\n", model="m", prompt="1234", run="r")
    text = full.text
    assert text.startswith(
        "# instruction: put it there\n# surface: skill\n# model: m\n# prompt: 1234\n# run: r\n\nx = 1\n"
    )
    assert parse_skill(text).text == text
    with pytest.raises(ValueError, match="first line"):
        parse_skill("home()\n")


def test_they_stand_before_the_scene() -> None:
    text = user_prompt([], "stack them", skills=[skill('a "bold"\n## Instruction')])
    assert text.startswith("## Programs that worked before\n") and text.count("\n## Instruction\n") == 1
    assert text.index("```python\nhome()\n```\n```python\ndef goal():") < text.index("## Scene")


@pytest.mark.parametrize("content", ["home()", "# instruction: x\nhome()"])
def test_a_file_that_is_no_skill_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.py").write_text(content)
    with pytest.raises(ConfigurationError, match=r"a\.py' is no skill"):
        SkillStore(tmp_path)


def test_mistakes_in_the_flags(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["run", "x", "--skills", str(tmp_path / "none")]) == 2
    assert "there is no folder of skills" in capfd.readouterr().err
    assert status(["run", "x", "--learn"]) == 2
    assert "add --skills DIR" in capfd.readouterr().err


@pytest.mark.slow
def test_what_worked_is_kept_shown_and_stamped(world: World, fenced: Fenced, tmp_path: Path) -> None:
    store, runs = tmp_path / "skills", tmp_path / "runs"
    model = ScriptedModel([fenced(PUT, IN), fenced(PUT, IN)])
    learning = Settings(skills=str(store), learn=True)
    first = Agent(model=model, env=world, settings=learning).run(ASK, out=runs, video=False)
    (file,) = store.iterdir()
    kept = parse_skill(file.read_text())
    assert (kept.instruction, kept.program.strip(), kept.model) == (ASK, PUT, "scripted")
    assert (kept.prompt, kept.run) == (first.prompt, Path(first.folder or "").name)
    assert first.skills == () and "worked before" not in model.conversations[0][1].text

    frozen = Agent(model=model, env=world, settings=Settings(skills=str(store)))
    second = frozen.run("put the red block in the green bowl", out=runs, video=False)
    prefix, request = model.conversations[1]
    assert prefix == model.conversations[0][0], "the constant prefix stays constant"
    assert "## Programs that worked before" in request.text and PUT in request.text
    assert second.skills == (kept.id,) and len(list(store.iterdir())) == 1
    folder = Path(second.folder or "")
    assert json.loads((folder / "run.json").read_text())["settings"]["skills"] == str(store)
    again = Agent(model=f"replay:{folder}", env=world, settings=Settings(skills=str(folder / "skills"))).run(ASK)
    assert [t.program for t in again.turns] == [t.program for t in second.turns]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "settings"),
    [
        ([("put('red block', (0.48, -0.26))", IN)], {}),
        ([("put('red block', 'green bowl')", None)], {}),
        ([("pick('red block')\nfind('pink block')", IN), ("place('green bowl')", IN)], {}),
        ([(PUT, IN)], {"feedback": "explain"}),
        ([(PUT, IN)], {"detector": "oracle"}),
    ],
    ids=["check fails", "no check", "half of it came before", "ground truth told", "ground truth seen"],
)
def test_what_does_not_stand_for_itself_is_not_kept(
    world: World, fenced: Fenced, tmp_path: Path, answers: list[tuple[str, str | None]], settings: dict[str, str]
) -> None:
    model = ScriptedModel([fenced(*a) for a in answers])
    chosen = Settings(skills=str(tmp_path), learn=True, turns=len(answers), **settings)  # type: ignore[arg-type]
    Agent(model=model, env=world, settings=chosen).run(ASK)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_program_whose_check_holds_is_kept_whatever_the_verdict(world: World, fenced: Fenced, tmp_path: Path) -> None:
    near = "find('green bowl').size[0] > 0"
    model = ScriptedModel(
        [fenced('put("red block", (0.48, -0.26))', f"expect({near} and find('red block').position[1] < -0.2, 'r')")]
    )
    episode = Agent(model=model, env=world, settings=Settings(skills=str(tmp_path), learn=True)).run(ASK)
    assert episode.outcome == "not_achieved" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.slow
def test_a_session_keeps_its_own_with_the_functions_they_need(world: World, fenced: Fenced) -> None:
    model = ScriptedModel(
        [
            fenced('bring("red block", "green bowl")', IN),
            fenced("def bring(what, where):\n    put(what, where)"),
            fenced('say("yes")'),
            fenced('say("no")'),
        ]
    )
    with Session(Agent(model=model, env=world)) as session:
        session.run(ASK)
        session.run("put the red block in the green bowl?")
        last = session.run("what is the weather?")
    shown = model.conversations[2][1].text.partition("## Scene")[0]
    assert 'def bring(what, where):\n    put(what, where)\n\nbring("red block", "green bowl")' in shown
    assert "worked before" not in model.conversations[3][1].text and last.skills == ()


@pytest.mark.slow
def test_the_prompt_command_shows_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.py").write_text(skill("put the blue block in the red bowl").text)
    assert status(["prompt", ASK, "--skills", str(tmp_path)]) == 0
    assert '"put the blue block in the red bowl":\n```python\nhome()' in capfd.readouterr().out
