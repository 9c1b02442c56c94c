"""The whole loop on the real world, with scripted models."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from codepolicy.agent import Agent
from codepolicy.episode import Episode
from codepolicy.events import Called, Calling, Event
from codepolicy.loop.episode_run import Interrupted
from codepolicy.loop.interrupts import uninterrupted
from codepolicy.loop.llm_client import Budget, LLMClient
from codepolicy.models.protocol import Message, ModelError, Reply
from codepolicy.models.reply_progress import listener
from codepolicy.models.scripted import Answer, ScriptedModel
from codepolicy.prompting.instruction_kind import is_question
from codepolicy.settings import Settings, VisionMode
from primitives.environment import World
from primitives.errors import ConfigurationError

Fenced = Callable[..., str]
IN_GREEN = 'expect(inside("red block", "green bowl"), "red in green")'
PUT = 'put("red block", "green bowl")'
ASK = "put the red block in the green bowl"


def run(world: World, *answers: Answer, instruction: str = ASK, out: Path | None = None, **settings: object):
    model = ScriptedModel(answers)
    agent = Agent(model=model, env=world, settings=Settings(**settings))  # type: ignore[arg-type]
    return agent.run(instruction, out=out, video=False), model


@pytest.mark.slow
def test_a_slip_is_repaired_and_the_result_verified(world: World, fenced: Fenced, tmp_path: Path) -> None:
    first = fenced('red = fnd("red block")\nput(red, "green bowl")', IN_GREEN)
    episode, model = run(world, first, fenced(PUT, IN_GREEN), out=tmp_path)
    assert episode.outcome == "achieved"
    assert episode.verdict is not None and episode.verdict.status == "achieved"
    assert episode.goal_check.status == "passed"
    assert episode.goal_check.clauses[0].detail
    assert [t.report.status for t in episode.turns if t.report] == ["rejected", "finished"]
    assert episode.privileged == ()
    second = model.conversations[1][1].text
    assert 'red = fnd("red block")  # <-- rejected' in second
    assert "Did you mean 'find'?" in second
    assert model.conversations[0][0] == model.conversations[1][0], "the prefix stays the same, so that it is cached"

    folder = Path(episode.folder or "")
    assert folder.parent == tmp_path and "put-the-red-block" in folder.name
    assert {p.name for p in folder.iterdir()} == {
        "run.json", "episode.json", "trace.jsonl", "poses.jsonl", "before.png", "after.png", "prompts", "conversation",
        "program_1.py", "program_2.py", "goal_1.py", "goal_2.py",
    }  # fmt: skip
    assert msgspec.json.decode((folder / "episode.json").read_bytes(), type=Episode) == episode
    calls = [json.loads(line) for line in (folder / "trace.jsonl").read_text().splitlines()]
    assert [c["name"] for c in calls if c["phase"] == "program" and c["turn"] == 2] == ["put"]


@pytest.mark.slow
def test_a_failed_clause_goes_back_with_its_measurement(world: World, fenced: Fenced) -> None:
    wrong = fenced('pick("red block")\nplace((0.48, -0.26))', IN_GREEN)
    episode, model = run(world, wrong, fenced(PUT, IN_GREEN), turns=2)
    assert episode.outcome == "achieved"
    told = model.conversations[1][1].text
    assert "FAILS: red in green (red block is 0." in told
    assert "| red block | (" in told.partition("## Feedback")[2]


@pytest.mark.slow
def test_a_program_that_repairs_itself_needs_no_turn(world: World, fenced: Fenced) -> None:
    program = 'try:\n    find("purple block")\nexcept NotFound as lost:\n    say(lost.message)\n' + PUT
    episode, _ = run(world, fenced(program, IN_GREEN))
    assert (episode.outcome, len(episode.turns)) == ("achieved", 1)
    assert "purple" in episode.said[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "goal",
    [
        "expect(True, 'done')",
        "expect(bool(detect('bowls')), 'there are bowls')",
        "expect(len(detect('block')) * 0 + 1 == 2 - 1, 'arithmetic')",
        "expect(find('blue bowl').on == 'table', 'something that the instruction leaves alone')",
        "detect()\n    return True",
        "detect()",
        "try:\n        expect(inside(find('pink block'), find('green bowl')), 'in')\n    except Failure:\n        pass",
        "try:\n        put_it = find('pink block')\n    except Exception:\n        expect(True, 'well')",
    ],
)
def test_a_vacuous_check_is_sent_back_before_anything_moves(world: World, fenced: Fenced, goal: str) -> None:
    episode, model = run(world, fenced(PUT, goal), fenced(PUT, IN_GREEN))
    assert episode.turns[0].report is None and episode.turns[0].goal_check.status == "vacuous"
    assert "already holds" in model.conversations[1][1].text
    assert episode.outcome == "achieved" and episode.goal_check.status == "passed"


@pytest.mark.slow
@pytest.mark.parametrize(
    "goal",
    [
        "put('red block', 'red bowl')",
        "expect(insid('red block', 'green bowl'), 'in')",
        "import random; expect(random.random() > 0.5, 'perhaps')",
        "from time import time; expect(time() % 2 > 1, 'perhaps')",
        "expect(np.random.random() > 0.5, 'perhaps')",
    ],
)
def test_a_faulty_goal_check_is_sent_back_before_anything_moves(world: World, fenced: Fenced, goal: str) -> None:
    episode, model = run(world, fenced(PUT, goal), fenced(PUT, IN_GREEN))
    assert episode.turns[0].report is None
    assert "The goal check was rejected (line 2 of the check)" in model.conversations[1][1].text
    assert episode.outcome == "achieved" and len(episode.turns) == 2


@pytest.mark.slow
def test_a_program_cannot_mark_itself_done(world: World, fenced: Fenced) -> None:
    cheat = "inside = lambda a, b: True\ndone = True\nhome()"
    episode, _ = run(world, fenced(cheat, IN_GREEN), turns=1)
    assert episode.outcome == "not_achieved" and episode.goal_check.status == "failed"


@pytest.mark.slow
def test_what_was_so_from_the_start_is_told_apart_from_motion_that_proves_nothing(world: World, fenced: Fenced) -> None:
    goal = 'expect(on("red block", "table"), "on the table")'
    asked = "leave the red block where it is"
    left, _ = run(world, *[fenced('say("That is so.")', goal)] * 2, instruction=asked)
    assert (left.outcome, left.believed) == ("achieved", "achieved")
    assert left.summary.startswith("nothing had to be done: That is so.")
    silent, _ = run(world, *[fenced("detect()", goal)] * 2, instruction=asked)
    assert (silent.outcome, len(silent.turns)) == ("unverified", 2), "it is told once, and nobody said that it is so"
    assert silent.turns[0].report is None and "already holds" in (silent.turns[0].feedback or "")
    moved, _ = run(world, *[fenced('pick("red block")\nplace("left side")', goal)] * 2, instruction=asked)
    assert moved.outcome == "unverified" and "proves nothing" in moved.summary


@pytest.mark.slow
@pytest.mark.parametrize(
    ("instruction", "goal"),
    [
        ("spell hello with the blocks", 'expect(on("red block", "table"), "a block is on the table")'),
        ("put the red block in the green bowl", 'expect(find("red block") is not None, "there is a red block")'),
        ("put the red block in the green bowl", 'expect(len(detect("block")) == 4, "four blocks")'),
        ("put the red block in the green bowl", 'expect(on("blue block", "table"), "the blue block")'),
        ("leave the purple block where it is", 'expect(on("red block", "table"), "on the table")'),
    ],
)
def test_what_exists_or_is_about_something_else_shows_nothing(
    world: World, fenced: Fenced, instruction: str, goal: str
) -> None:
    episode, model = run(world, *[fenced('say("done")', goal)] * 2, instruction=instruction)
    assert episode.believed == "unverified" and len(episode.turns) == 2
    assert "The goal check already holds" in model.conversations[1][1].text


@pytest.mark.slow
def test_a_missing_goal_check_is_asked_for_once_and_the_program_runs_once(world: World, fenced: Fenced) -> None:
    check = f"```python\ndef goal():\n    {IN_GREEN}\n```"
    episode, model = run(world, fenced(PUT), check)
    assert (episode.believed, episode.goal_check.status) == ("achieved", "passed")
    assert [t.program is None for t in episode.turns] == [False, True]
    assert sum(c.name == "put" for t in episode.turns if t.report for c in t.report.calls) == 1
    asked = model.conversations[1][1].text
    assert "its goal check is missing" in asked and PUT in asked

    held = 'expect(on("green bowl", "table"), "it stands")'
    episode, _ = run(world, fenced(PUT), f"```python\ndef goal():\n    {held}\n```")
    assert (episode.believed, episode.goal_check.status) == ("unverified", "vacuous")
    wrong = 'expect(inside("red block", "blue bowl"), "in blue")'
    late = f"```python\ndef goal():\n    {wrong}\n```"
    episode, model = run(world, fenced(PUT), late, fenced('put("red block", "blue bowl")', wrong))
    assert episode.believed == "achieved" and len(episode.turns) == 3
    told = model.conversations[2][1].text
    assert "FAILS: in blue" in told and wrong in told
    episode, _ = run(world, fenced(PUT), "I see no way to check that.")
    assert episode.believed == "unverified" and len(episode.turns) == 2


def test_the_goal_check_shown_stays_where_only_the_program_is_sent_again(world: World, fenced: Fenced) -> None:
    episode, model = run(world, fenced('red = fnd("red block")', IN_GREEN), fenced(PUT))
    assert (episode.believed, episode.goal_check.status) == ("achieved", "passed")
    assert episode.turns[1].goal == episode.turns[0].goal is not None
    assert "It stays unless you send a new one." in model.conversations[1][1].text

    only_program, late = fenced(PUT), f"```python\ndef goal():\n    {IN_GREEN}\n```"
    episode, model = run(world, fenced(PUT, 'put("red block", "blue bowl")'), only_program, late)
    assert episode.believed == "achieved" and len(episode.turns) == 3
    assert "It stays" not in model.conversations[1][1].text, "it was the goal check that was wrong"
    assert "its goal check is missing" in model.conversations[2][1].text


@pytest.mark.slow
def test_a_check_of_half_the_sentence_is_asked_about_once(world: World, fenced: Fenced) -> None:
    both = ASK + " and the blue block in the blue bowl"
    half, blue = fenced(PUT, IN_GREEN), 'expect(inside("blue block", "blue bowl"), "blue")'
    episode, model = run(world, half, "Nothing is missing.", instruction=both)
    assert episode.believed == "achieved" and "does not look at: blue block, blue bowl" in episode.summary
    assert len(model.conversations) == 2
    told = model.conversations[1][1].text
    assert "does not look at: blue block, blue bowl" in told and IN_GREEN in told
    rest = fenced('put("blue block", "blue bowl")', f"{IN_GREEN}\n    {blue}")
    episode, _ = run(world, half, rest, instruction=both)
    assert episode.believed == "achieved" and "look at" not in episode.summary
    assert sum(c.name == "put" for t in episode.turns if t.report for c in t.report.calls) == 2
    episode, _ = run(world, half, f"```python\ndef goal():\n    {blue}\n```", instruction=both, turns=2)
    assert episode.believed == "not_achieved" and episode.goal_check.failed_clauses[0].message == "blue"


@pytest.mark.slow
def test_a_condition_that_is_not_met_is_a_success(world: World, fenced: Fenced) -> None:
    asked = "if there is a purple block, put it in the green bowl"
    program = 'found = detect("purple block")\nif found:\n    put(found[0], "green bowl")\nelse:\n    say("none")'
    goals = (
        'for block in detect("purple block"):\n        expect(inside(block, "green bowl"), "in")',
        'expect(not detect("purple block"), "none there")',
        None,
    )
    for goal in goals:
        episode, model = run(world, fenced(program, goal) if goal else fenced(program), instruction=asked)
        assert (episode.exit_status, len(model.conversations)) == (0, 1), episode.summary
    wrong, _ = run(world, *[fenced('say("none")', 'expect(not detect("purple block"), "none")')] * 2,
                   instruction="put the purple block in the green bowl")  # fmt: skip
    assert wrong.exit_status == 1


@pytest.mark.slow
def test_what_only_speaks_is_an_answer_where_nothing_is_ordered(world: World, fenced: Fenced) -> None:
    for instruction, said in (
        ("don't move anything", "I stand still."),
        ("danke", "Gern geschehen!"),
        ("put the red block on the table", "It is already there."),
    ):
        for reply in (fenced(f"say({said!r})"), said):
            episode, model = run(world, reply, instruction=instruction)
            assert (episode.outcome, episode.said, len(model.conversations)) == ("answered", (said,), 1)
    both = "how many blocks are there, and put the red block in the green bowl"
    episode, model = run(world, *[fenced('say("4")')] * 2, instruction=both)
    assert episode.believed == "unverified" and "The program moved nothing" in model.conversations[1][1].text
    episode, _ = run(world, fenced('say("4")'), fenced(PUT, IN_GREEN), instruction=both)
    assert episode.believed == "achieved" and len(episode.turns) == 2
    held = fenced('say("All as asked.")', 'expect(on("red block", "table"), "on it")')
    episode, _ = run(world, held, instruction="put the red block on the table")
    assert (episode.believed, len(episode.turns)) == ("achieved", 1)
    episode, _ = run(world, "I'll move the red block.", "I'll do it right away.")
    assert episode.believed == "unverified" and len(episode.turns) == 2


@pytest.mark.slow
def test_a_refusal_of_what_is_in_view_is_contradicted_once(world: World, fenced: Fenced) -> None:
    false = "There is no red block on the table."
    for reply in (false, fenced(f"decline({false!r})")):
        episode, model = run(world, reply, fenced(PUT, IN_GREEN))
        assert episode.outcome == "achieved" and 'the cameras see "red block"' in model.conversations[1][1].text
        episode, _ = run(world, reply, reply)
        assert episode.believed == "declined" and episode.summary != false
    asked = "put the purple block in the green bowl"
    episode, model = run(world, "There is no purple block, but a red block.", instruction=asked)
    assert episode.outcome == "declined" and len(model.conversations) == 1


@pytest.mark.slow
def test_the_time_and_the_picture_are_told(world: World, fenced: Fenced) -> None:
    model = ScriptedModel([fenced('put("red block", "blue bowl")', IN_GREEN), fenced(PUT, IN_GREEN)], vision=True)
    Agent(model=model, env=world).run(ASK, video=False)
    first, second = (c[1] for c in model.conversations)
    assert "One program may take 300 s. The instruction may take 120 s of robot time, 0 s are used." in first.text
    assert "## Picture" in first.text and len(first.images) == 1 and "at the start" not in first.text
    assert " s are used." in second.text and "120 s of robot time, 0 s" not in second.text
    assert "on the left at the start, on the right now" in second.text


def test_without_a_goal_check_the_result_is_unverified(world: World, fenced: Fenced) -> None:
    episode, _ = run(world, fenced("home()"), instruction="wave with the arm")
    assert episode.outcome == "unverified" and episode.goal_check.status == "missing"
    assert episode.verdict is None


@pytest.mark.slow
def test_a_question_is_answered_without_motion(world: World, fenced: Fenced) -> None:
    episode, _ = run(world, fenced("say(f\"{len(detect('block'))} blocks\")"), instruction="how many blocks are there?")
    assert (episode.outcome, episode.said) == ("answered", ("4 blocks",))


def test_what_is_not_there_ends_the_run_in_the_programs_words(world: World, fenced: Fenced) -> None:
    program = 'if not detect("purple bowl"):\n    raise NotFound("no purple bowl; I see: " + detect()[0].name)'
    episode, model = run(world, fenced(program, "find('purple bowl')"), instruction="put a block in the purple bowl")
    assert episode.outcome == "declined" and episode.summary.startswith("no purple bowl; I see: ")
    assert len(model.conversations) == 1


@pytest.mark.slow
def test_what_cannot_be_done_ends_the_run_in_the_programs_words(world: World, fenced: Fenced) -> None:
    program = 'raise Unreachable("the bowl is wider than the mug")'
    episode, model = run(world, fenced(program), instruction="put the blue bowl inside the mug")
    assert episode.outcome == "declined" and episode.summary == "the bowl is wider than the mug"
    assert len(model.conversations) == 1


def test_a_refusal_ends_the_run_with_its_words(world: World) -> None:
    episode, _ = run(world, Reply(text="no purple bowl; I see: red bowl", model="m", finish="refusal"))
    assert (episode.outcome, episode.summary) == ("refused", "no purple bowl; I see: red bowl")


@pytest.mark.slow
def test_a_cut_off_reply_is_continued(world: World, fenced: Fenced) -> None:
    whole = fenced('say("hello")')
    episode, model = run(
        world, Reply(text=whole[:16], model="m", finish="length"), whole[16:], instruction="who is it?"
    )
    assert episode.outcome == "answered" and len(episode.turns) == 1
    assert model.conversations[1][-1].text.startswith("Your reply was cut off")


@pytest.mark.parametrize(
    ("reply", "instruction", "outcome"),
    [
        ("Which block do you mean?", "put the block in the bowl", "asked"),
        ("你是指哪个方块？", "把方块放进碗里", "asked"),
        ("أي مكعب تقصد؟", "ضع المكعب في الوعاء", "asked"),
        ("Das kann ich nicht tun: es ist gefährlich.", "wirf den Block auf mich", "declined"),
        ("No puedo hacerlo.", "tira el bloque al suelo", "declined"),
        ("Es sind vier Blöcke.", "Wie viele Blöcke sind da?", "answered"),
        ("Four blocks.", "count the blocks", "answered"),
    ],
)
def test_words_alone_end_the_instruction_in_one_turn(world: World, reply: str, instruction: str, outcome: str) -> None:
    episode, model = run(world, reply, instruction=instruction)
    assert (episode.outcome, episode.said, len(model.conversations)) == (outcome, (reply,), 1)


@pytest.mark.parametrize(
    ("program", "outcome", "words"),
    [
        ('ask("Which one?")', "asked", "Which one?"),
        ('try:\n    ask("哪一个？")\nexcept Exception:\n    home()', "asked", "哪一个？"),
        ('raise Ambiguous("which?")', "asked", "which?"),
        ('decline("It is glued to the table.")', "declined", "It is glued to the table."),
        ('raise NotFound("no pink block")', "declined", "no pink block"),
    ],
)
def test_asking_and_declining_end_the_instruction(
    world: World, fenced: Fenced, program: str, outcome: str, words: str
) -> None:
    episode, model = run(world, fenced(program), instruction="tidy up")
    assert (episode.outcome, episode.summary, episode.said) == (outcome, words, (words,))
    assert len(model.conversations) == 1 and episode.exit_status == {"asked": 4, "declined": 1}[outcome]


@pytest.mark.slow
def test_the_model_sees_its_own_goal_check_and_what_is_still_defined(world: World, fenced: Fenced) -> None:
    program = 'def tidy(color, far=False):\n    home()\n\nbowl = "green bowl"\ntidy("red")'
    _, model = run(world, fenced(program, IN_GREEN), fenced(PUT, IN_GREEN), turns=2)
    told = model.conversations[1][1].text.partition("## Scene")[2]
    assert "def goal():\n    " + IN_GREEN in told and "`tidy(color, far=False)`" in told and "`bowl`" in told


def test_findings_of_program_and_goal_check_are_told_together(world: World, fenced: Fenced) -> None:
    wrong = fenced('x = fnd("red block")\nput(x)', "expect(insid('red block', 'green bowl'), 'in')")
    episode, _ = run(world, wrong, fenced('decline("no")'), turns=2)
    told = episode.turns[0].feedback or ""
    assert "'fnd'" in told and "line 2" in told and "goal check, line 2: " in told and "insid" in told


@pytest.mark.slow
def test_the_same_failure_three_times_asks_for_another_way(world: World, fenced: Fenced) -> None:
    _, model = run(world, *[fenced('find("purple block")', IN_GREEN)] * 4)
    hints = [c[1].text.rpartition("Hint: ")[2] for c in model.conversations[1:]]
    assert len(set(hints)) == 3
    assert "3 times: this way does not work" in hints[2]
    assert "## Earlier turns\nturn 1: not_found" in model.conversations[2][1].text


@pytest.mark.slow
def test_the_token_budget_ends_the_run_with_a_record(world: World, fenced: Fenced, tmp_path: Path) -> None:
    episode, model = run(world, *[fenced('find("x")')] * 4, max_tokens=4000, out=tmp_path)
    assert episode.outcome == "model_error" and "token budget of 4000 is used up" in episode.summary
    assert len(model.conversations) < 4
    assert (Path(episode.folder or "") / "episode.json").is_file()


@pytest.mark.slow
def test_a_model_that_fails_later_leaves_a_record(world: World, fenced: Fenced, tmp_path: Path) -> None:
    episode, _ = run(world, fenced('find("x")', IN_GREEN), ModelError("the server is on fire"), out=tmp_path)
    assert (episode.outcome, episode.summary) == ("model_error", "the server is on fire")
    assert len(episode.turns) == 1 and (Path(episode.folder or "") / "episode.json").is_file()


def test_a_model_that_is_set_up_wrongly_leaves_nothing(world: World, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no key"):
        run(world, ConfigurationError("no key"), out=tmp_path / "runs")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("when", ["asking", "moving"])
def test_ctrl_c_leaves_a_whole_record(world: World, fenced: Fenced, tmp_path: Path, when: str) -> None:
    def observer(event: Event) -> None:
        if when == "moving" and isinstance(event, Calling) and event.name == "put":
            raise KeyboardInterrupt

    def answer(_: object) -> str:
        if when == "asking":
            raise KeyboardInterrupt
        return fenced(PUT, IN_GREEN)

    with pytest.raises(Interrupted) as caught:
        Agent(model=ScriptedModel([answer]), env=world, observer=observer).run(ASK, out=tmp_path, video=False)
    episode = caught.value.episode
    assert episode.outcome == "interrupted"
    folder = Path(episode.folder or "")
    assert msgspec.json.decode((folder / "episode.json").read_bytes(), type=Episode) == episode
    assert not list(tmp_path.glob(".*")), "nothing half-written beside it"
    assert len(episode.turns) == (when == "moving")


def test_what_a_request_had_cost_until_it_was_cut_off_is_counted() -> None:
    def answer(_: object) -> str:
        tell = listener()
        assert tell is not None
        tell("pick(" * 100, "hm " * 100)
        raise KeyboardInterrupt

    budget = Budget()
    with pytest.raises(KeyboardInterrupt):
        LLMClient(ScriptedModel([answer]), budget, lambda event: None).ask([Message(role="user", text="Go")], turn=1)
    assert (budget.usage.input_tokens or 0) > 0 and (budget.usage.output_tokens or 0) > 100


@pytest.mark.slow
@pytest.mark.parametrize("when", ["picture", "start_recording", "write_video"])
def test_ctrl_c_around_the_run_leaves_a_whole_record_too(
    world: World, fenced: Fenced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    kept, calls = getattr(type(world), when), list[str]()

    def interrupted(self: object, *arguments: object) -> None:
        calls.append(when)
        if len(calls) == 1:
            raise KeyboardInterrupt
        kept(self, *arguments)

    monkeypatch.setattr(type(world), when, interrupted)
    agent = Agent(model=ScriptedModel([fenced('say("hi")')]), env=world)
    try:
        episode = agent.run("who is there?", out=tmp_path)
    except Interrupted as caught:
        episode = caught.episode
    assert episode.outcome == ("answered" if when == "write_video" else "interrupted")
    (folder,) = tmp_path.iterdir()
    assert msgspec.json.decode((folder / "episode.json").read_bytes(), type=Episode) == episode
    assert not (folder / "video.mp4").exists()
    assert (folder / "run.json").exists()


def test_a_record_is_not_cut_in_half() -> None:
    kept = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs without one
    try:
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, kept)


@pytest.mark.slow
def test_ground_truth_levels_are_stamped_and_go_on_where_the_check_is_too_easy(world: World, fenced: Fenced) -> None:
    easy = fenced('put("red block", (0.48, -0.26))', "expect(find('red block').position[1] < 0, 'right')")
    episode, model = run(world, easy, fenced(PUT, IN_GREEN), feedback="explain")
    assert episode.outcome == "achieved" and episode.privileged == ("feedback",)
    assert "Because: " in model.conversations[1][1].text
    honest, _ = run(world, easy, feedback="scene")
    assert honest.outcome == "not_achieved" and honest.goal_check.status == "passed"


def test_the_observer_hears_of_calls_before_and_after(world: World, fenced: Fenced) -> None:
    heard: list[str] = []

    def observer(event: Event) -> None:
        if isinstance(event, Calling) and event.phase == "program":
            heard.append(f"> {event.name}")
        elif isinstance(event, Called) and event.phase == "program":
            heard.append(f"< {event.record.name} line {event.record.line}")

    Agent(model=ScriptedModel([fenced('detect()\nsay("hi")')]), env=world, observer=observer).run("who is there?")
    assert heard == ["> detect", "< detect line 1", "> say", "< say line 2"]


@pytest.mark.slow
def test_models_with_vision_get_one_picture_then_before_and_after(world: World, fenced: Fenced) -> None:
    model = ScriptedModel([fenced("find('x')"), fenced('say("hi")')], vision=True)
    Agent(model=model, env=world).run("what is there?")
    (first,), (second,) = (c[1].images for c in model.conversations)
    width = [int.from_bytes(png[16:20], "big") for png in (first, second)]
    assert first.startswith(b"\x89PNG") and width[1] == 2 * width[0]


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "seen"), [("auto", ("scripted",)), ("off", ())])
def test_vision_is_a_setting_and_recorded(
    world: World, fenced: Fenced, mode: VisionMode, seen: tuple[str, ...]
) -> None:
    model = ScriptedModel([fenced(PUT, IN_GREEN)], vision=True)
    critic = ScriptedModel(["done"], vision=True)
    episode = Agent(model=model, critic=critic, env=world, settings=Settings(vision=mode)).run("do it")
    assert episode.vision == seen
    assert critic.conversations and all(
        bool(m.images) == bool(seen) for asked in (*model.conversations, *critic.conversations) for m in asked[1:]
    )


@pytest.mark.slow
def test_a_run_that_was_cut_short_is_resumed_without_paying_twice(world: World, fenced: Fenced, tmp_path: Path) -> None:
    first, second = fenced('find("pink block")'), fenced('say("four")')
    cut, _ = run(world, first, ModelError("no money"), instruction="how many blocks?", out=tmp_path)
    assert cut.outcome == "model_error"
    model = ScriptedModel([second])
    resumed = Agent(model=model, env=world, resume=cut.folder).run("how many blocks?", out=tmp_path, video=False)
    assert resumed.outcome == "answered" and len(resumed.turns) == 2
    assert len(model.conversations) == 1, "the first reply came from the record"
    again = Agent(model=f"replay:{resumed.folder}", env=world).run("how many blocks?")
    assert [t.program for t in again.turns] == [t.program for t in resumed.turns]


@pytest.mark.slow
def test_any_sentence_in_the_scene_of_a_task(world: World) -> None:
    place, names = Agent(model="offline", env=world), {"green drawer", "yellow drawer"}
    seen = place.run("what do you see?", scene="manip-close-drawer", seed=1, video=False)
    assert (seen.outcome, seen.task, seen.surface) == ("answered", None, "tool")
    assert names <= seen.world.keys() and all(name in seen.said[0] for name in names)
    with pytest.raises(ConfigurationError, match="--scene manip-close-drawer"):
        place.run("what do you see?", task="manip-close-drawer")


@pytest.mark.slow
def test_another_run_is_not_resumed(world: World, fenced: Fenced, tmp_path: Path) -> None:
    other, _ = run(world, fenced('say("four")'), instruction="how many blocks?", out=tmp_path / "other")
    model = ScriptedModel([fenced('say("three")')])
    with pytest.raises(ConfigurationError, match=r"began with another request .*how many blocks"):
        Agent(model=model, env=world, resume=other.folder).run("how many bowls?", out=tmp_path / "new", video=False)
    assert not model.conversations
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"instruction": "  "}, "the instruction is empty"),
        ({"instruction": None}, "the instruction is empty"),
        ({"instruction": "x" * 5000}, "at most 4000"),
        ({"instruction": "x", "task": "a", "scene": "b"}, "not both"),
        ({"instruction": "x", "task": "no-such-task"}, "unknown task 'no-such-task'"),
        ({"instruction": "x", "scene": "no-such-scene"}, "no-such-scene"),
    ],
)
def test_faulty_arguments_leave_nothing(world: World, tmp_path: Path, arguments: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        Agent(model=ScriptedModel([]), env=world).run(**arguments, out=tmp_path / "a" / "b")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("how many blocks are there", True),
        ("Is the red block left of it?", True),
        ("please tell me what you see", True),
        ("describe the scene", True),
        ("put the red block in the bowl", False),
        ("do the same with the blue one", False),
        ("island the block", False),
    ],
)
def test_questions_are_told_from_instructions(words: str, question: bool) -> None:
    assert is_question(words) is question


def test_a_goal_check_that_moves_keeps_a_given_program_from_running(world: World) -> None:
    episode = Agent(env=world).execute("home()\n\ndef goal():\n    put('red block', 'red bowl')\n")
    assert episode.outcome == "not_achieved" and episode.turns[0].report is None
    assert "of the goal check" in episode.summary


@pytest.mark.slow
def test_a_clause_that_denies_a_relation_is_told_with_its_measurement(world: World, fenced: Fenced) -> None:
    goal = (
        'apart = not near("red block", "blue block", distance=0.001)\n'
        '    expect(apart and not find("red block").on == "table", "off the table")\n'
        '    expect(not in_region("blue block", "table"), "away")'
    )
    episode, _ = run(world, fenced("home()", goal), instruction="tidy up", turns=1)
    first, second = episode.goal_check.clauses
    assert "red block" in first.detail and "blue block" in first.detail
    assert second.detail.startswith("blue block is") and "red block" not in second.detail
