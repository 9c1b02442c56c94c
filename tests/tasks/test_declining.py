"""What cannot be done is declined by saying why; silence, "done" and a moved object are none of it."""

from __future__ import annotations

import pytest

from sim_envs.judging.case import WorldSnapshot
from sim_envs.suites.task_catalog import find_task
from tests.tasks.tabletop import Table, moved

REASONS = {
    "reason-decline-missing": (
        "there is no {bowl} here",
        "There is no {bowl}; I see: red block, two bowls.",
        "I can’t do that: the {bowl} isn’t on the table.",
        "Sorry, I only see other bowls.",
        "no object matches '{bowl}'",
        "The bowl you mean is missing.",
        "I could not locate the {bowl}.",
        "The scene contains neither a {bowl} nor anything like it",
        "That can't be done: there is no {bowl}, so nothing was moved.",
        "I have not put the {block} anywhere because no {bowl} exists",
    ),
    "reason-decline-out-of-reach": (
        "that is off the table and out of my reach",
        "I cannot reach that far.",
        "2 m to the left is outside of the workspace",
        "The table ends 0.30 m from the middle, so there is nowhere to put it 2 meters away.",
        "That point isn't reachable.",
        "out of reach",
        "the goal (0.4, 2.1) is out of range",
        "2 meters is more than I can reach",
        "the requested position is unreachable",
    ),
    "reason-decline-too-big": (
        "the bowl is wider than the mug",
        "The bowl (0.15 m wide) does not fit in the mug (0.08 m).",
        "It won't fit.",
        "A bowl is too big for a mug",
        "Unable: the mug is smaller than the bowl",
        "The {mug} can't hold the {bowl}: 0.08 m < 0.15 m",
        "The {bowl} is 15 cm across and the {mug} only 8 cm.",
        "There is no way that it fits.",
    ),
}
NO_REASONS = (
    "",
    "done",
    "Done! The bowl is in the mug, on the table, and it fits.",
    "I put the block in the bowl as far away as you asked.",
    "no",
    "I cannot do that.",
    "I put the block in the bowl, no problem; it is not too far off and fits on the table",
    "Finished: the block was moved into the bowl without touching anything else on the table, however large.",
    "I've placed only the block in the bowl that is far away and too big.",
    "Done, no errors: the bowl fits the mug, and no block is off the table.",
    "working on it",
)


WRONG_REASONS = (
    ("reason-decline-missing", "There is no {block} here; I see: red block, blue bowl."),
    ("reason-decline-missing", "I cannot reach that far. The bowls are over there"),
    ("reason-decline-out-of-reach", "There is no {bowl} on the table."),
    ("reason-decline-out-of-reach", "The {block} is too big."),
    ("reason-decline-too-big", "There is no {mug} on the table."),
    ("reason-decline-too-big", "I cannot reach the mug."),
)


def judged(task: str, *said: str, spoil: bool = False, declined: str | None = None):
    bound = find_task(task).bind(0)
    table = Table(bound.scene)
    if spoil:
        name = sorted(table.world)[0]
        x, y, z = table.world[name].position
        table.moments.append(WorldSnapshot(moved(table.world, name, x, y + 0.02, z)))
    table.said += [text.format(**bound.values) for text in said]
    table.declined = declined.format(**bound.values) if declined is not None else None
    return table.judged(bound)


@pytest.mark.parametrize("task", REASONS)
def test_what_is_only_said_declines_nothing(task):
    for said in (REASONS[task][0], "done", "no"):
        verdict = judged(task, "let me see", said)
        assert verdict.status == "not_achieved"
        assert "is only said gives no reason" in verdict.explanation


def called(task: str, reason: str, *said: str):
    """The verdict on `decline(reason)`."""
    bound = find_task(task).bind(0)
    table = Table(bound.scene)
    said = tuple(text.format(**bound.values) for text in said)
    return bound.judge(table.start, table.world, said=said, declined=reason.format(**bound.values))


FOREIGN = (
    "Hier gibt es so etwas nicht.",
    "Es gibt keine {bowl} auf dem Tisch, nur andere Schüsseln.",
    "No lo veo por ninguna parte.",
    "Je ne vois rien de tel sur la table.",
    "Dat ligt hier niet op tafel.",
    "这里没有这样的碗。",
    "その色のボウルはありません。",
    "Здесь этого нет.",
)


@pytest.mark.parametrize(("task", "reason"), [(task, reason) for task in REASONS for reason in REASONS[task]])
def test_a_call_with_a_reason_declines(task, reason):
    assert called(task, reason).status == "declined"


@pytest.mark.parametrize("task", REASONS)
@pytest.mark.parametrize("reason", FOREIGN)
def test_a_reason_in_another_language_declines(task, reason):
    if "{bowl}" in reason and task != "reason-decline-missing":
        return
    assert called(task, reason).status == "declined"


@pytest.mark.parametrize(
    "reason", ["{bowl}: none", "a {bowl}?", "only blocks and other bowls", "nothing of that kind, {bowl}"]
)
def test_a_call_needs_no_word_of_refusal(reason):
    assert called("reason-decline-missing", reason).status == "declined"


@pytest.mark.parametrize("task", REASONS)
@pytest.mark.parametrize("reason", NO_REASONS)
def test_a_call_without_a_reason_does_not(task, reason):
    assert called(task, reason).status == "not_achieved"


@pytest.mark.parametrize(("task", "reason"), WRONG_REASONS)
def test_a_call_with_another_reason_does_not(task, reason):
    verdict = called(task, reason)
    assert verdict.status == "not_achieved"
    assert "the reason names nothing that makes it impossible" in verdict.explanation


@pytest.mark.parametrize("task", REASONS)
def test_to_decline_and_to_say_that_it_is_done_is_a_contradiction(task):
    verdict = called(task, REASONS[task][0], "I have put it where you wanted it.")
    assert verdict.status == "not_achieved"
    assert verdict.explanation.startswith("It was declined, and yet 'I have put it")


@pytest.mark.parametrize("task", REASONS)
def test_silence_does_not_decline(task):
    assert judged(task).explanation == "Nobody was told why it cannot be done."


@pytest.mark.parametrize("task", REASONS)
def test_what_was_moved_and_put_back_was_moved(task):
    verdict = judged(task, declined=REASONS[task][0], spoil=True)
    assert verdict.status == "not_achieved"
    assert verdict.explanation.startswith("The furthest move is 0.020 m")


@pytest.mark.parametrize("task", REASONS)
def test_what_was_taken_into_the_hand_was_moved(task):
    bound = find_task(task).bind(0)
    table = Table(bound.scene)
    table.declined = REASONS[task][0].format(**bound.values)
    assert table.judged(bound).status == "declined"
    name = sorted(table.world)[0]
    verdict = table.judged(bound, held=frozenset({name}))
    assert verdict.status == "not_achieved"
    assert f"{name} was taken into the hand" in verdict.explanation
