import math

import msgspec
import numpy as np
import pytest

from primitives.api import surface
from primitives.arguments import bind, encode
from primitives.failures import BadArgument
from primitives.images import Image, ImageRef
from primitives.results import show
from primitives.scene import Pose, Region, Relation
from tests.motion.things import thing


def call(level, name, *args, **kwargs):
    return bind(surface(level).get(name), [encode(a) for a in args], {k: encode(v) for k, v in kwargs.items()})


@pytest.mark.parametrize(
    ("level", "name", "argument", "value"),
    [
        ("skill", "place", "red bowl", "red bowl"),
        ("skill", "place", (0.4, 0), (0.4, 0.0)),
        ("skill", "place", [0.4, 0.1, 0.2], (0.4, 0.1, 0.2)),
        ("skill", "place", np.array([0.4, 0.1]), (0.4, 0.1)),
        ("skill", "place", (np.float64(0.4), np.float32(0.5)), (0.4, 0.5)),
        ("skill", "place", thing(), thing()),
        ("skill", "place", Region("table", (0, 0), (1, 1)), Region("table", (0, 0), (1, 1))),
        ("tool", "move_to", Pose.top_down(0.4, 0, 0.2), Pose.top_down(0.4, 0, 0.2)),
        ("joint", "plan", [0.1] * 7, [0.1] * 7),
        ("joint", "move_joints", [[0.1] * 7] * 3, [[0.1] * 7] * 3),
        ("joint", "move_joints", [0.1] * 7, [0.1] * 7),
        ("joint", "set_gripper", 0.04, 0.04),
    ],
)
def test_what_a_program_may_pass(level, name, argument, value):
    assert list(call(level, name, argument).values()) == [value]


@pytest.mark.parametrize("condition", [True, Relation(True, "red block in bowl"), np.bool_(True)])
def test_a_condition(condition):
    values = call("skill", "expect", condition, "it is there")
    assert bool(values["condition"]) and values["message"] == "it is there"


@pytest.mark.parametrize(
    ("level", "name", "args", "message"),
    [
        ("skill", "place", [(math.nan, 0.1)], "not a finite number"),
        ("skill", "place", [(math.inf, 0.1)], "not a finite number"),
        ("skill", "place", [(1e300, 0.1)], "nothing larger than"),
        ("skill", "place", [(10**18, 0.1)], "nothing larger than"),
        ("skill", "place", [(0.1,)], "has 1 numbers"),
        ("skill", "place", [(0.1,) * 4], "has 4 numbers"),
        ("skill", "place", [("a", "b")], "wrong type"),
        ("skill", "place", [None], "wrong type"),
        ("skill", "place", [{"type": "object"}], "wrong type"),
        ("skill", "place", [], "lacks the argument 'target'"),
        ("skill", "place", ["a", "b"], "takes 1 positional arguments, 2 were given"),
        ("skill", "pick", [3], "wrong type"),
        ("skill", "pick", ["x" * 3000], "3000 characters"),
        ("skill", "pick", [thing(position=(math.nan, 0.0, 0.0))], "not a finite number"),
        ("joint", "move_joints", [[[0.1] * 1000] * 10], "bytes; the limit is"),
        ("joint", "set_gripper", [True], "wrong type"),
    ],
)
def test_what_is_refused(level, name, args, message):
    with pytest.raises(BadArgument, match=message):
        call(level, name, *args)


def test_keywords():
    assert call("skill", "put", "a", target="b") == {"obj": "a", "target": "b"}
    with pytest.raises(BadArgument, match="got 'obj' twice"):
        call("skill", "put", "a", "b", obj="c")
    with pytest.raises(BadArgument, match="no parameter 'where'") as caught:
        call("skill", "place", "a", where="b")
    assert caught.value.candidates == ("target", "yaw")


def test_garbage_bytes_are_a_bad_argument():
    with pytest.raises(BadArgument, match="wrong type"):
        bind(surface("skill").get("pick"), [msgspec.Raw(b"\xc1\xff")], {})
    nested = msgspec.Raw(b"\x91" * 60_000 + b"\x00")
    with pytest.raises(BadArgument, match="wrong type"):
        bind(surface("skill").get("place"), [nested], {})


def test_images_travel_as_references():
    image = Image(7, "front", np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.float32), np.eye(3), np.eye(4))
    assert call("joint", "segment", image, "red block") == {"image": ImageRef(7), "query": "red block"}


def test_values_are_shown_short():
    assert show(thing()) == "'red block'"
    assert show((0.123456, 1.0)) == "(0.1235, 1)"
    assert show([0.0] * 20) == "[0, 0, 0, 0, 0, 0, 0, 0, …]"
    assert len(show("x" * 500)) < 130
