"""The Tower of Hanoi: any number of discs, any three places, and every move by the rules."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec
import pytest

from codepolicy.agent import Agent
from codepolicy.settings import Settings
from primitives.scene import SceneObject, Target
from tests.offline.table import Table, ask, fences, thing
from tests.offline.workshop import Workshop, tell

COLORS = ("purple", "orange", "green", "brown")


def tower(place: SceneObject, count: int) -> list[SceneObject]:
    """So many blocks on a place, the smallest on top, named by `COLORS` from the bottom up."""
    discs: list[SceneObject] = []
    below = place
    for n, color in enumerate(COLORS[:count]):
        size = 0.065 - 0.01 * n
        discs.append(thing(f"{color} block", *place.position[:2], size, on=below.name, z=below.top + size / 2))
        below = discs[-1]
    return discs


def scene(count: int = 3, kind: str = "zone") -> list[SceneObject]:
    """Three places in a row and a tower on the red one, which is on the right."""
    places = [
        thing(f"{c} {kind}", 0.45, y, (0.14, 0.14, 0.002)) for c, y in (("red", -0.2), ("blue", 0), ("yellow", 0.2))
    ]
    return [*places, *tower(places[0], count)]


def on_the_table() -> list[SceneObject]:
    """The same tower where there is no red place."""
    there = scene()[1:]
    return [msgspec.structs.replace(o, on="table") if o.on == "red zone" else o for o in there]


def upside_down() -> list[SceneObject]:
    """The largest block on a smaller one."""
    sizes = dict(zip(("purple block", "orange block", "green block"), (0.035, 0.045, 0.055), strict=True))
    return [msgspec.structs.replace(o, size=(sizes[o.name],) * 3) if o.name in sizes else o for o in scene()]


class Rules(Table):
    """A table that counts the moves and watches over the rules."""

    moves = 0

    def put(self, obj: SceneObject | str, target: Target | str) -> None:
        name = obj if isinstance(obj, str) else obj.name
        assert not [o for o in self.objects.values() if o.on == name], f"{name} is covered"
        super().put(obj, target)
        below = self.objects[self.objects[name].on]
        assert below.category != "block" or below.size[0] > self.objects[name].size[0], f"{name} on {below.name}"
        self.moves += 1


def _assert_tower(objects: dict[str, SceneObject], place: str, count: int) -> None:
    for name, below in itertools.pairwise([*(f"{c} block" for c in reversed(COLORS[:count])), place]):
        assert objects[name].on == below


@pytest.mark.parametrize(
    ("sentence", "count", "kind"),
    [
        ("do the tower of Hanoi from the red zone to the blue zone", 3, "zone"),
        (
            "move the tower from the red to the blue zone, without ever putting a bigger disk on a smaller one",
            4,
            "zone",
        ),
        ("play hanoi, please: bring the tower from the rightmost zone to the one in the middle", 2, "zone"),
        ("carry the tower to the blue plate as in the Towers of Hanoi", 3, "plate"),
        ("move the discs from the red zone to the blue zone via the yellow one by the rules of Hanoi", 3, "zone"),
    ],
)
def test_the_tower_is_moved_by_the_rules(sentence: str, count: int, kind: str) -> None:
    table = Rules(scene(count, kind))
    reply = ask(sentence, list(table.objects.values()))
    assert reply.finish == "stop", reply.text
    program, goal = fences(reply.text)
    assert table.check(goal), "the goal holds before anything moved"
    table.run(program)
    assert table.check(goal) == [] and table.moves == 2**count - 1
    _assert_tower(table.objects, f"blue {kind}", count)


def test_a_tower_on_its_way_goes_on_from_where_it_is() -> None:
    table = Rules(scene())
    sentence = "solve the towers of hanoi: move the tower from the red zone to the blue zone"
    program, goal = fences(ask(sentence, list(table.objects.values())).text)
    table.put("green block", "blue zone")
    table.put("orange block", "yellow zone")
    left = fences(ask(sentence, list(table.objects.values()), program=program, feedback="Failed: x").text)[0]
    table.run(left)
    assert table.check(goal) == [] and table.moves <= 7
    _assert_tower(table.objects, "blue zone", 3)


def test_with_the_hand_alone() -> None:
    workshop = Workshop(scene(), {})
    program, goal = fences(tell("towers of hanoi from the red zone to the yellow zone", workshop).text)
    workshop.run(program)
    assert workshop.check(goal) == []
    _assert_tower(workshop.objects, "yellow zone", 3)


@pytest.mark.parametrize(
    ("sentence", "objects", "reason"),
    [
        ("solve the towers of hanoi", scene(), "Where should the tower go"),
        ("towers of hanoi from the blue zone to the red zone", scene(), "No tower stands on the blue zone"),
        ("towers of hanoi to the blue zone", on_the_table(), "bare table"),
        ("towers of hanoi to the blue zone", upside_down(), "is not smaller"),
        ("towers of hanoi from the red zone to the blue zone", scene()[:2] + scene()[3:], "takes a third"),
        ("towers of hanoi from the red zone to the red zone", scene(), "stands on the red zone already"),
    ],
)
def test_what_is_no_such_game_is_declined(sentence: str, objects: Sequence[SceneObject], reason: str) -> None:
    reply = ask(sentence, list(objects))
    assert reply.finish == "refusal" and reason in reply.text, reply.text


@pytest.mark.slow
def test_real_blocks() -> None:
    agent = Agent(model="offline", settings=Settings(turns=2))
    assert agent.run(None, task="ravens-towers-of-hanoi", seed=1, video=False).outcome == "achieved"
