"""Furniture is worked as the sentence says: the program is run on a table where what is held slides."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from codepolicy.agent import Agent
from codepolicy.session import Session
from codepolicy.settings import Settings
from tests.offline.table import fences, thing
from tests.offline.workshop import Workshop, furniture, tell

TILT = math.radians(10)


def office() -> Workshop:
    """Two drawers, one of them open, and a block."""
    green = furniture("green drawer", 0.60, 0.16, 0.0, yaw=math.pi - TILT)
    red = furniture("red drawer", 0.58, -0.15, 0.075, yaw=-math.pi + TILT)
    return Workshop([green, red, thing("yellow block", 0.35, 0.0)], {"green drawer": "orange", "red drawer": "blue"})


def kitchen() -> Workshop:
    """A sliding door at its right end, a button that is up and one that is down."""
    door = furniture("green door", 0.62, -0.05, 0.12, yaw=math.pi + TILT)
    buttons = [
        furniture("blue button", 0.40, 0.16, 0.0, yaw=0.0),
        furniture("white button", 0.40, -0.22, 0.02, yaw=0.0),
    ]
    return Workshop([door, *buttons, thing("yellow block", 0.33, 0.0)], {"green door": "red"})


DRAWERS = [
    ("pull the green drawer all the way out", {"green drawer": 0.088}),
    ("Could you open the drawer that is closed?", {"green drawer": 0.088}),
    ("open the drawer", {"green drawer": 0.088}),
    ("I want the green drawer to be open", {"green drawer": 0.088}),
    ("open the drawer with the orange handle", {"green drawer": 0.088}),
    ("tug at the orange handle", {"green drawer": 0.088}),
    ("push the red drawer back", {"red drawer": 0.004}),
    ("yank the left drawer open by its handle", {"green drawer": 0.088}),
    ("pull the green drawer towards you", {"green drawer": 0.096}),
    ("open the green drawer halfway", {"green drawer": 0.052}),
    ("open the green one about 5 cm", {"green drawer": 0.05}),
    ("pull the green drawer out by 4 cm", {"green drawer": 0.04}),
    ("open the green drawer 75 %", {"green drawer": 0.078}),
    ("close the drawer that is not closed", {"red drawer": 0.004}),
    ("open the drawer which isn't open", {"green drawer": 0.088}),
    ("shut it", {"red drawer": 0.004}),
    ("push the red drawer in", {"red drawer": 0.004}),
    ("close the open drawer", {"red drawer": 0.004}),
    ("please shut both drawers", {"red drawer": 0.004}),
    ("close everything", {"red drawer": 0.004}),
    ("if the red drawer is open, close it", {"red drawer": 0.004}),
    ("if the green drawer is open, close it, otherwise close the red one", {"red drawer": 0.004}),
    ("push the red drawer back 3 cm", {"red drawer": 0.045}),
    ("open the green drawer, then the red one", {"green drawer": 0.088}),
    ("close the red drawer and open the other one", {"red drawer": 0.004, "green drawer": 0.088}),
    ("open the green drawer, then shut the red one halfway", {"green drawer": 0.088, "red drawer": 0.052}),
]
OTHERS = [
    ("shove the door over to the left", {"green door": 0.008}),
    ("drag the red handle to the left side", {"green door": 0.008}),
    ("slide the cupboard door 5 cm to the left", {"green door": 0.07}),
    ("slide the door halfway to the left", {"green door": 0.055}),
    ("shut the sliding door", {"green door": 0.004}),
    ("push the button", {"blue button": 0.02}),
    ("press the button that is not pressed", {"blue button": 0.02}),
    ("tap the blue button once", {"blue button": 0.02}),
    ("press it all the way down", {"blue button": 0.02}),
    ("hit the blue one", {"blue button": 0.02}),
    ("push down on the button nearest the block", {"blue button": 0.02}),
    ("both buttons should be pressed", {"blue button": 0.02}),
    ("press the blue button, then slide the door to its left", {"blue button": 0.02, "green door": 0.008}),
]


@pytest.mark.parametrize(
    ("make", "sentence", "joints"),
    [(office, *case) for case in DRAWERS] + [(kitchen, *case) for case in OTHERS],
    ids=[sentence for sentence, _ in DRAWERS + OTHERS],
)
def test_it_is_worked_as_the_sentence_says(
    make: Callable[[], Workshop], sentence: str, joints: dict[str, float]
) -> None:
    workshop = make()
    start = {name: o.joint for name, o in workshop.objects.items()}
    reply = tell(sentence, workshop)
    assert reply.finish == "stop", reply.text
    program, goal = fences(reply.text)
    assert workshop.check(goal), "the goal holds before anything moved"
    workshop.run(program)
    assert workshop.check(goal) == []
    for name, obj in workshop.objects.items():
        if obj.joint is not None:
            assert obj.joint == pytest.approx(joints.get(name, start[name]), abs=0.006), name


@pytest.mark.parametrize(
    ("make", "question", "answer"),
    [
        (office, "is the green drawer open?", "No"),
        (office, "which drawer is open?", "red drawer"),
        (office, "how many drawers are closed?", "1 "),
        (kitchen, "is the white button pressed?", "Yes"),
    ],
)
def test_questions_about_what_is_open(make: Callable[[], Workshop], question: str, answer: str) -> None:
    workshop = make()
    (program,) = fences(tell(question, workshop).text)
    workshop.run(program)
    assert answer in " ".join(workshop.said)


@pytest.mark.parametrize(
    ("make", "sentence", "reason"),
    [
        (office, "open the blue drawer", "no blue drawer"),
        (
            office,
            "slide the green drawer to the left",
            "does not slide to the left; it goes to the top or to the bottom",
        ),
        (office, "open the green drawer 30 cm", "slides 0.10 m in all"),
        (office, "press the red drawer", "it is no button"),
        (office, "open the yellow block", "can be neither opened nor closed"),
        (office, "put the red drawer in the corner", "fixed in its place"),
    ],
)
def test_what_no_furniture_does_is_declined(make: Callable[[], Workshop], sentence: str, reason: str) -> None:
    reply = tell(sentence, make())
    assert reply.finish == "refusal" and reason in reply.text, reply.text


@pytest.mark.parametrize(
    ("make", "sentence"),
    [(office, "shut the red drawer"), (kitchen, "push the blue button down"), (kitchen, "slide the door left")],
)
def test_where_there_is_no_hand_to_move_the_other_surface_is_named(make: Callable[[], Workshop], sentence: str) -> None:
    reply = tell(sentence, make(), level="skill")
    assert reply.finish == "refusal" and "--surface tool" in reply.text


def test_what_is_so_already_is_left_alone() -> None:
    workshop = office()
    program, goal = fences(tell("open the red drawer", workshop).text)
    workshop.run(program)
    assert "nothing has to be moved" in " ".join(workshop.said) and workshop.check(goal) == []


def test_back_where_it_was() -> None:
    workshop = office()
    program, goal = fences(tell("pull the red drawer out, then shut it, then put it back where it was", workshop).text)
    workshop.run(program)
    assert workshop.objects["red drawer"].joint == pytest.approx(0.075, abs=0.006) and workshop.check(goal) == []


def test_a_second_try_means_the_same_drawer() -> None:
    workshop = office()
    first, _ = fences(tell("open the drawer that is closed", workshop).text)
    workshop.objects["green drawer"] = furniture("green drawer", 0.60, 0.16, 0.03, yaw=math.pi - TILT)
    workshop.objects["red drawer"] = furniture("red drawer", 0.58, -0.15, 0.0, yaw=math.pi)
    again, _ = fences(tell("open the drawer that is closed", workshop, program=first, feedback="Failed: x").text)
    assert "green drawer" in again and "red drawer" not in again


@pytest.mark.slow
def test_a_session_goes_on_with_the_same_drawer_and_undoes_what_it_did() -> None:
    agent = Agent(model="offline", settings=Settings(turns=2, surface="tool"))
    with Session(agent, task="manip-open-drawer", seed=1) as session:
        said = ("tug the left drawer open halfway", "is it open?", "now shut it", "undo that")
        outcomes = [session.run(words).outcome for words in said]
        joint = max(o.joint or 0.0 for o in session.executor.look())
    assert outcomes == ["achieved", "answered", "achieved", "achieved"] and joint == pytest.approx(0.052, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["open-drawer", "close-drawer", "slide-door", "press-button"])
def test_real_furniture(task: str) -> None:
    agent = Agent(model="offline", settings=Settings(turns=2))
    episode = agent.run(None, task=f"manip-{task}", seed=1, video=False)
    check = episode.turns[-1].goal_check
    assert (episode.outcome, check.status if check else "") == ("achieved", "passed"), episode.summary
