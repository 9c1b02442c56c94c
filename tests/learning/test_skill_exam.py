from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from codepolicy.cli import status
from codepolicy.models.protocol import Message
from codepolicy.prompting.prompt import user_prompt
from codepolicy.skills.ledger import LEDGER, Ledger
from codepolicy.skills.library_model import LibraryModel
from codepolicy.skills.skill import Skill
from codepolicy.skills.skill_pattern import pattern
from codepolicy.skills.skill_store import SkillStore
from codepolicy.training.skill_exam import Exam, retired
from primitives.environment import Judged, PlannedTrial, TrialSpec
from primitives.errors import ConfigurationError

PUT = Skill(
    instruction="Put the red block in the green bowl",
    surface="skill",
    program='put("red block", "green bowl")\n',
    goal='def goal():\n    expect(inside("red block", "green bowl"), "the red block is in the green bowl")\n',
)
STACK = Skill(
    instruction="Stack the red block on the blue block",
    surface="skill",
    program='put("red block", "blue block")\n',
    goal='def goal():\n    expect(on("red block", "blue block"), "stacked")\n',
)


class Trials:
    """A judge whose trials are numbered."""

    name = "stub"

    def trials(self, names: Sequence[str], *, seeds: Sequence[int], wording: str) -> tuple[PlannedTrial, ...]:
        assert wording == "paraphrased"
        return tuple(
            PlannedTrial(spec=TrialSpec(seed=s, task=n, instruction=f"{n} {s}"), task=n, labels={})
            for n in names
            for s in seeds
        )


def exam(folder: Path, play: Any) -> Exam:
    return Exam(folder=folder, judge=cast(Judged, Trials()), play=play)


def test_names_become_parameters() -> None:
    found = pattern(PUT)
    assert found is not None and found.names == ("red block", "green bowl")
    fitted = found.fitted("put the yellow cube... no: put the yellow block in the pink bowl")
    fitted = found.fitted("please put the yellow block in the pink bowl")
    assert fitted is not None
    assert fitted[0] == 'put("yellow block", "pink bowl")\n' and 'inside("yellow block", "pink bowl")' in fitted[1]


def test_names_in_another_order_are_told_apart_by_their_kind() -> None:
    found = pattern(PUT)
    assert found is not None
    fitted = found.fitted("in the pink bowl put the yellow block")
    assert fitted is not None and fitted[0] == 'put("yellow block", "pink bowl")\n'


@pytest.mark.parametrize(
    "instruction",
    [
        "put the yellow block on the blue block",
        "push the yellow block off the pink bowl",
        "put the blocks away",
        "hello",
    ],
)
def test_another_kind_of_instruction_does_not_fit(instruction: str) -> None:
    found = pattern(PUT)
    assert found is not None and found.fitted(instruction) is None


def test_a_program_with_names_of_its_own_cannot_be_made_general() -> None:
    own = Skill(
        instruction=PUT.instruction, surface="skill", program=PUT.program + 'pick("blue block")\n', goal=PUT.goal
    )
    assert pattern(own) is None


def test_the_library_answers_without_a_language_model() -> None:
    asked = [Message(role="user", text=user_prompt([], "put the yellow block in the pink bowl"))]
    assert 'put("yellow block", "pink bowl")' in LibraryModel([STACK, PUT]).complete(asked).text
    assert LibraryModel([STACK]).complete(asked).finish == "refusal"


def test_a_skill_that_wins_its_exam_is_admitted_and_written_down(tmp_path: Path) -> None:
    entry = exam(tmp_path, lambda skills, trial: True).held(PUT, "put", 10)
    assert entry.decision == "admitted" and len({r.seed for r in entry.exam}) == 10
    assert [s.id for s in SkillStore(tmp_path).skills] == [PUT.id] == list(Ledger(tmp_path).admitted)


def test_a_skill_that_fails_is_refused_and_that_is_written_down_too(tmp_path: Path) -> None:
    entry = exam(tmp_path, lambda skills, trial: trial.spec.seed % 5 != 0).held(PUT, "put", 10)
    assert entry.decision == "refused" and entry.why == "won 8 of 10"
    assert not SkillStore(tmp_path).skills and [e.decision for e in Ledger(tmp_path).entries] == ["refused"]


def test_a_skill_by_which_an_earlier_one_loses_is_refused(tmp_path: Path) -> None:
    def play(skills: Sequence[Skill], trial: PlannedTrial) -> bool:
        return trial.task != "put" or STACK not in skills

    assert exam(tmp_path, play).held(PUT, "put", 10).decision == "admitted"
    entry = exam(tmp_path, play).held(STACK, "stack", 10)
    assert entry.decision == "refused" and PUT.id in entry.why
    assert list(Ledger(tmp_path).admitted) == [PUT.id]


def test_exams_are_held_again(tmp_path: Path) -> None:
    exam(tmp_path, lambda skills, trial: True).held(PUT, "put", 10)
    ((id, more, less, p),) = exam(tmp_path, lambda skills, trial: trial.spec.seed % 2 == 0).again()
    assert (id, more, less) == (PUT.id, 0, 5) and p == pytest.approx(2 / 32)


def test_a_ledger_that_was_changed_is_noticed(tmp_path: Path) -> None:
    exam(tmp_path, lambda skills, trial: False).held(PUT, "put", 10)
    exam(tmp_path, lambda skills, trial: True).held(STACK, "stack", 10)
    ledger = tmp_path / LEDGER
    ledger.write_bytes(ledger.read_bytes().replace(b"won 0 of 10", b"won 9 of 10"))
    with pytest.raises(ConfigurationError, match="the ledger was changed"):
        Ledger(tmp_path)


def test_retiring_leaves_the_entries(tmp_path: Path) -> None:
    exam(tmp_path, lambda skills, trial: True).held(PUT, "put", 10)
    retired(tmp_path, PUT.id, "no longer wanted")
    assert not SkillStore(tmp_path).skills and not Ledger(tmp_path).admitted
    assert [e.decision for e in Ledger(tmp_path).entries] == ["admitted", "retired"]
    with pytest.raises(ConfigurationError, match="there is no skill"):
        retired(tmp_path, PUT.id, "again")


def test_an_empty_line_of_words_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["skills"],
        ["skills", "lisst", "x"],
        ["skills", "show", "x"],
        ["skills", "exam", str(tmp_path), "x.py"],
    ):
        assert status(words) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.slow
def test_an_exam_in_the_simulator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "put.py").write_text(PUT.text)
    library = tmp_path / "library"
    command = ["skills", "exam", str(library), str(tmp_path / "put.py"), "--trials", "3"]
    assert status([*command, "--task", "manip-put-block-on-plate"]) == 1  # another relation, another thing
    assert status([*command, "--task", "put-block-in-bowl"]) in (0, 1)
    assert status(["skills", "list", str(library)]) in (0, 2)
    told = capsys.readouterr().out
    assert "refused" in told
