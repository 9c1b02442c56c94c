"""What is in a cup is poured; the check afterwards counts what lies in the bowl."""

from __future__ import annotations

import msgspec
import pytest

from codepolicy.agent import Agent
from codepolicy.offline.codegen.tool_functions import POUR
from codepolicy.settings import Settings
from primitives.scene import SceneObject
from tests.offline.table import Table, fences, thing
from tests.offline.workshop import Workshop, tell


def kitchen() -> Workshop:
    """A mug with two balls in it, an empty one, and two bowls."""
    bowls = [thing("blue bowl", 0.36, -0.05), thing("red bowl", 0.58, 0.03)]
    mugs = [thing("blue mug", 0.56, 0.24), thing("white mug", 0.36, -0.24)]
    spots = (("orange", 0.572), ("pink", 0.548))
    balls = [thing(f"{color} ball", x, 0.24, 0.02, "blue mug", 0.02) for color, x in spots]
    return Workshop([*bowls, *mugs, *balls], {})


class Poured(Table):
    """A table on which `pour` pours."""

    def pour(self, cup: SceneObject, target: SceneObject) -> None:
        self.calls.append(f"pour {cup.name} into {target.name}")
        for n, ball in enumerate([o for o in self.objects.values() if o.on == cup.name]):
            x, y, _ = target.position
            self._set(ball.name, (x + 0.02 * n, y, 0.02), target.name)


@pytest.mark.parametrize(
    ("sentence", "bowl"),
    [
        ("pour what is in the blue cup into the blue bowl", "blue bowl"),
        ("please tip the balls out of the mug on the left into the red bowl", "red bowl"),
        ("empty the blue mug into the bowl nearest to it", "red bowl"),
        ("decant the orange ball into the red bowl", "red bowl"),
        ("pour the contents of the blue mug into the blue bowl, then put it back", "blue bowl"),
        ("if the blue bowl is empty, pour the balls from the blue mug into it", "blue bowl"),
    ],
)
def test_it_is_poured_where_the_sentence_says(sentence: str, bowl: str) -> None:
    workshop = kitchen()
    reply = tell(sentence, workshop)
    assert reply.finish == "stop", reply.text
    program, goal = fences(reply.text)
    table = Poured(list(workshop.objects.values()))
    assert table.check(goal), "the goal holds before anything moved"
    api = {**table.api(), "pour": table.pour}
    exec(compile(program.replace(POUR.strip("\n"), ""), "<program>", "exec"), api)
    assert table.calls == [f"pour blue mug into {bowl}"] and table.check(goal) == []


def test_a_ball_that_went_astray_fails_the_check() -> None:
    workshop = kitchen()
    _, goal = fences(tell("pour the blue mug into the blue bowl", workshop).text)
    table = Poured(list(workshop.objects.values()))
    table.pour(table.objects["blue mug"], table.objects["blue bowl"])
    assert table.check(goal) == []
    table.objects["pink ball"] = thing("pink ball", 0.36, 0.15, 0.02)
    assert table.check(goal) == ["at least 2 things are in the blue bowl"]
    table.objects["blue mug"] = msgspec.structs.replace(table.objects["blue mug"], on="gripper")
    assert "the blue mug stands on the table" in table.check(goal)


def test_where_the_bottom_of_the_cup_is_not_seen_the_check_tells_whether_there_was_anything() -> None:
    workshop = kitchen()
    program, goal = fences(tell("pour the white mug into the blue bowl", workshop).text)
    assert 'pour(find("white mug"), find("blue bowl"))' in program
    table = Poured(list(workshop.objects.values()))
    table.pour(table.objects["white mug"], table.objects["blue bowl"])
    assert table.check(goal) == ["at least 1 thing is in the blue bowl"]


def test_balls_that_nobody_sees_are_in_the_only_cup() -> None:
    bowls = [thing("blue bowl", 0.36, -0.05), thing("red bowl", 0.58, 0.03)]
    one, two = thing("white mug", 0.36, -0.24), thing("blue mug", 0.56, 0.24)
    reply = tell("pour the balls into the blue bowl", Workshop([*bowls, one], {}))
    assert 'pour(find("white mug"), find("blue bowl"))' in fences(reply.text)[0]
    reply = tell("pour the balls into the blue bowl", Workshop([*bowls, one, two], {}))
    assert reply.finish == "refusal"
    assert "no ball" in reply.text


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("pour the red bowl into the blue bowl", "I can pour from a mug"),
        ("pour the blue mug into the purple bowl", "no purple bowl"),
    ],
)
def test_what_cannot_be_poured_is_declined(sentence: str, reason: str) -> None:
    reply = tell(sentence, kitchen())
    assert reply.finish == "refusal" and reason in reply.text, reply.text


def test_the_skill_surface_cannot_pour() -> None:
    assert "--surface tool" in tell("pour the blue mug into the blue bowl", kitchen(), level="skill").text


@pytest.mark.slow
def test_real_balls() -> None:
    agent = Agent(model="offline", settings=Settings(turns=2))
    assert agent.run(None, task="manip-pour-balls", seed=1, video=False).outcome == "achieved"
