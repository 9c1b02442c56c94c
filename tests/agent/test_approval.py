"""Nothing moves that nobody approved, and everything that moved can be accounted for."""

from __future__ import annotations

import json
import os
import pty
from collections.abc import Callable
from pathlib import Path

import pytest

from codepolicy.agent import Agent
from codepolicy.approval import Decision, Proposal, program_hash
from codepolicy.audit import AuditLog, broken_line
from codepolicy.cli import status
from codepolicy.cli.screen import Screen
from codepolicy.cli.terminal_approver import TerminalApprover
from codepolicy.loop.executor import Executor
from codepolicy.models.scripted import ScriptedModel
from codepolicy.permissions import Permissions, read_permissions
from codepolicy.session import Session
from codepolicy.settings import Settings
from primitives.api import surface
from primitives.environment import World
from primitives.errors import ConfigurationError
from primitives.failures import InfrastructureError
from primitives.guard import GuardLimits

Fenced = Callable[..., str]
IN = 'expect(inside("red block", "green bowl"), "in")'
PUT = 'put("red block", "green bowl")'
ASKED = "put the red block in the green bowl"


class Person:
    """Answers as told, and keeps what was shown."""

    def __init__(self, *answers: bool) -> None:
        self._answers = list(answers)
        self.shown: list[Proposal] = []

    def decide(self, proposal: Proposal) -> Decision:
        self.shown.append(proposal)
        yes = self._answers.pop(0)
        return Decision(approved=yes, by="ann", reason="" if yes else "not over my cup")


def logged(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.slow
def test_a_person_is_shown_what_would_happen_and_every_command_is_accounted_for(
    world: World, fenced: Fenced, tmp_path: Path
) -> None:
    person, log = Person(True), tmp_path / "audit.jsonl"
    agent = Agent(
        model=ScriptedModel([fenced(PUT, IN)]),
        env=world,
        settings=Settings(approve="ask", audit=str(log)),
        approver=person,
        client="test",
    )
    episode = agent.run(ASKED, seed=3, out=tmp_path, video=False)
    assert episode.outcome == "achieved"
    (shown,) = person.shown
    assert "it works" in shown.rehearsal and shown.calls == ("line 1: put('red block', 'green bowl')",)
    assert shown.program.strip() == PUT and shown.picture.startswith(b"\x89PNG")
    assert episode.folder is not None and (Path(episode.folder) / "approval_1.png").read_bytes() == shown.picture
    lines = logged(log)
    assert [line["kind"] for line in lines] == ["program", "decision", "command", "result", "ran", "ended"]
    assert {line["sha256"] for line in lines} == {program_hash(shown.program, shown.goal)}
    assert (lines[2]["approved_by"], lines[2]["client"], lines[2]["robot"]) == ("ann", "test", "pybullet")
    assert broken_line(log) is None


@pytest.mark.slow
def test_what_is_not_approved_moves_nothing_and_asks_the_model_no_more(world: World, fenced: Fenced) -> None:
    person = Person(False)
    model = ScriptedModel([fenced(PUT, IN)])
    episode = Agent(model=model, env=world, settings=Settings(approve="ask"), approver=person).run(ASKED, seed=3)
    assert (episode.outcome, episode.believed, episode.exit_status) == ("not_approved", "not_approved", 1)
    assert "ann" in episode.summary and "not over my cup" in episode.summary
    assert episode.timings.robot == 0.0 and len(model.conversations) == 1


@pytest.mark.slow
def test_ask_asks_for_every_program_and_run_once_for_a_run(world: World, fenced: Fenced) -> None:
    for mode, asked in (("ask", 3), ("run", 2)):
        answers = [fenced("home()", IN), fenced(PUT, IN), fenced('say("2")'), fenced("home()")]
        person = Person(True, True, True)
        settings = Settings(approve=mode, turns=2)  # type: ignore[arg-type]
        with Session(Agent(model=ScriptedModel(answers), env=world, settings=settings, approver=person), seed=3) as it:
            assert it.run(ASKED).outcome == "achieved"
            it.run("how many bowls are there?")  # moves nothing, so nobody is asked
            it.run("go home")
        assert len(person.shown) == asked


@pytest.mark.slow
def test_a_motion_that_hides_its_name_does_not_move_either(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Executor, "may_move", lambda self, program: False)
    agent = Agent(env=world, settings=Settings(approve="ask"), approver=Person())
    episode = agent.execute('pick("red block")', seed=3, video=False)
    report = episode.turns[0].report
    assert report is not None and report.failure is not None
    assert "'pick' is not defined" in report.failure.message and episode.timings.robot == 0.0


@pytest.mark.slow
def test_the_policy_file_narrows_what_programs_may_do(world: World, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'primitives = ["find", "inside", "pick", "place", "home", "move_to"]\n[speed]\ntool = 0.2\n'
        "[workspace]\nlow = [0.25, -0.1, 0.0]\nhigh = [0.75, 0.4, 0.6]\n[budget]\nprograms = 3\n"
    )
    agent = Agent(env=world, settings=Settings(policy=str(policy), surface="tool", turns=1))

    def failure(program: str) -> str:
        report = agent.execute(program, seed=3, video=False).turns[0].report
        assert report is not None
        return f"{report.failure.kind}: {report.failure.message}" if report.failure is not None else "fine"

    assert failure('put("red block", "green bowl")').startswith("rejected")
    assert "y = -0.250 m of the tool is outside" in failure("move_to(Pose.top_down(0.5, -0.25, 0.3))")
    fast = Agent(env=world).execute('pick("red block")', seed=3, video=False)
    slow = agent.execute('pick("red block")', seed=3, video=False)
    assert slow.timings.robot > 1.3 * fast.timings.robot
    with Session(Agent(model=ScriptedModel(["```python\nhome()\n```"] * 12), env=world, settings=agent.settings)) as it:
        for _ in range(3):
            assert it.run("go home").outcome == "unverified"
        refused = it.run("go home")
    assert "the policy file permits 3 programs" in refused.summary


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('primitves = ["find"]', "Did you mean 'primitives'"),
        ('primitives = ["fnd"]', "Did you mean 'find'"),
        ('forbidden = ["pik"]', "Did you mean 'pick'"),
        ("[speed]\ntol = 1", "key of [speed] 'tol'"),
        ("speed = 3", "speed is a table"),
        ("[speed]\nscale = 2.0", "at most 1"),
        ("[speed]\ntool = 'fast'", "float"),
        ("[budget]\ncalls = -1", "budget.calls is -1"),
        ("[workspace]\nlow = [0.5, 0, 0]\nhigh = [0.4, 1, 1]", "the workspace has x from 0.5 to 0.4 m"),
        ("[workspace]\nlow = [0.5, 0]\nhigh = [0.4, 1, 1]", "length"),
        ('approve = "maybe"', "approve"),
        ("[speed", "TOML"),
    ],
)
def test_a_mistake_in_the_policy_file_is_told_in_a_sentence(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"(?s)policy") as error:
        read_permissions(path)
    assert says in str(error.value)


def test_a_policy_file_never_widens_a_limit() -> None:
    wide = Permissions(force=500.0)
    assert wide.limits(GuardLimits()).gripper_force == GuardLimits().gripper_force
    assert {"say", "expect", "ask", "decline"} <= set(Permissions(primitives=("find",)).surface(surface("skill")).names)


def test_a_changed_or_missing_line_of_the_audit_log_shows(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    for client in ("a", "b"):
        log = AuditLog(path, client=client)
        log.write("stop")
        log.write("stop")
    lines = path.read_bytes().splitlines(keepends=True)
    assert broken_line(path) is None and len(lines) == 4
    path.write_bytes(b"".join([lines[0], lines[1].replace(b'"a"', b'"x"'), *lines[2:]]))
    assert broken_line(path) == 3
    path.write_bytes(b"".join(lines[:1] + lines[2:]))
    assert broken_line(path) == 2


def test_an_audit_log_that_cannot_be_written_is_refused_or_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="it is no file"):
        AuditLog(tmp_path, client="a")
    log = AuditLog(tmp_path / "log", client="a")
    log.path = tmp_path
    with pytest.raises(InfrastructureError, match="cannot be written"):
        log.write("stop")


@pytest.mark.parametrize(
    ("typed", "approved"), [("yes\n", True), ("n\n", False), ("\n", False), ("mind the cup\n", False)]
)
def test_the_terminal_takes_nothing_but_yes_for_an_approval(
    typed: str, approved: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        os.write(ours, typed.encode())
        decision = TerminalApprover(Screen(stderr=True)).decide(
            Proposal(
                sha256="0" * 64, instruction="x", robot="r", turn=1, program="home()\n# \x1b[2J", calls=("home()",)
            )
        )
    os.close(ours)
    assert decision.approved is approved and "terminal" in decision.by
    assert decision.reason == ("mind the cup" if "cup" in typed else "")
    shown = capsys.readouterr().err
    assert "home()" in shown and "\x1b[2J" not in shown


def test_approval_without_anybody_to_ask_is_refused_before_anything_happens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert status(["run", ASKED, "--approve", "ask", "--out", str(tmp_path / "runs")]) == 2
    assert "a person has to approve" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
