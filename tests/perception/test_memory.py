"""Names last across looks, through hands and while something is in the way."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from primitives.failures import Ambiguous, NotFound
from primitives.perception.tracking.scene_memory import SceneMemory
from primitives.robot import ArmMode, ArmState
from sim_envs.robots.panda import arm_info
from tests.perception.things import EmptyTable, Scripted, StillArm, robot, thing


def seen(color: str, category: str, x: float, y: float, z: float = 0.02):
    return thing(f"{color} {category}", x, y, z)


def names(objects) -> dict[str, tuple[float, float]]:
    return {o.name: (round(o.position[0], 3), round(o.position[1], 3)) for o in objects}


def test_duplicates_are_numbered_from_left_to_right() -> None:
    memory = SceneMemory(robot(), Scripted([seen("red", "block", 0.5, -0.1), seen("red", "block", 0.5, 0.1)]))
    assert names(memory.look()) == {"red block 1": (0.5, 0.1), "red block 2": (0.5, -0.1)}


def test_names_stay_when_one_thing_passes_another() -> None:
    first = [seen("red", "block", 0.5, 0.1), seen("red", "block", 0.5, 0.0)]
    moved = [seen("red", "block", 0.5, -0.2), seen("red", "block", 0.501, 0.001)]
    memory = SceneMemory(robot(), Scripted(first, moved))
    memory.look()
    assert names(memory.look()) == {"red block 1": (0.5, -0.2), "red block 2": (0.501, 0.001)}


def test_a_twin_that_appears_later_leaves_the_name_in_use_alone() -> None:
    alone, both = [seen("red", "block", 0.5, -0.1)], [seen("red", "block", 0.5, -0.1), seen("red", "block", 0.5, 0.1)]
    memory = SceneMemory(robot(), Scripted(alone, both))
    (first,) = memory.look()
    memory.look()
    assert memory.current(first).position == memory.find("red block").position == (0.5, -0.1, 0.02)
    assert names(memory.find_all("red block")) == {"red block": (0.5, -0.1), "red block 2": (0.5, 0.1)}


def test_a_thing_whose_color_flickers_keeps_its_name() -> None:
    memory = SceneMemory(robot(), Scripted([seen("orange", "block", 0.5, 0)], [seen("brown", "block", 0.502, 0)]))
    memory.look()
    (again,) = memory.look()
    assert (again.name, again.color) == ("orange block", "orange")


@pytest.mark.parametrize(("shift", "kept"), [(0.004, True), (0.02, False)])
def test_what_is_half_hidden_keeps_the_shape_it_was_seen_with(shift: float, kept: bool) -> None:
    whole = msgspec.structs.replace(seen("red", "block", 0.5, 0.0), yaw=-0.7, confidence=0.9)
    part = msgspec.structs.replace(
        seen("red", "block", 0.5 + shift, 0.0), yaw=0.5, size=(0.049, 0.04, 0.04), confidence=0.4
    )
    memory = SceneMemory(robot(), Scripted([whole], [part], [part]))
    memory.look()
    for _ in range(2):
        (again,) = memory.look()
        assert again.confidence == 0.4
        assert ((again.position, again.yaw, again.size) == (whole.position, whole.yaw, whole.size)) == kept


def test_a_zone_keeps_its_name_place_and_size_while_something_lies_on_it() -> None:
    whole = thing("green zone", 0.5, 0.0, 0.0005, size=(0.16, 0.16, 0.001))
    strip = thing("green zone", 0.5, 0.055, 0.0005, size=(0.16, 0.05, 0.001))
    rest = thing("green zone", 0.5, -0.06, 0.0005, size=(0.16, 0.04, 0.001))
    other = thing("green zone", 0.6, -0.2, 0.0005, size=(0.1, 0.1, 0.001))
    memory = SceneMemory(robot(), Scripted([whole], [strip, rest], [strip, other], [whole, other]))
    (first,) = memory.look()
    assert memory.look() == [first]
    assert names(memory.look()) == {"green zone": (0.5, 0.0), "green zone 2": (0.6, -0.2)}
    assert names(memory.look()) == {"green zone": (0.5, 0.0), "green zone 2": (0.6, -0.2)}


def test_another_thing_elsewhere_gets_its_own_name() -> None:
    memory = SceneMemory(robot(), Scripted([seen("red", "block", 0.5, 0)], [seen("blue", "block", 0.6, 0.1)]))
    memory.look()
    assert set(names(memory.look())) == {"blue block"}


def test_released_where_it_was_put_it_keeps_its_name() -> None:
    before = [seen("red", "block", 0.4, 0.1), seen("red", "block", 0.4, -0.1)]
    between = [seen("red", "block", 0.4, 0.1)]
    after = [seen("red", "block", 0.4, 0.1), seen("red", "block", 0.3, 0.283)]
    arm = StillArm(arm_info())
    memory = SceneMemory(robot(arm), Scripted(before, between, after))
    memory.look()
    memory.hold(memory.find("red block 2"), 0.04)
    assert names(memory.look()) == {"red block 1": (0.4, 0.1)}
    assert memory.held is not None
    assert memory.find("red block 2").on == "gripper"
    turned = arm.info.home + np.array([1.0, 0, 0, 0, 0, 0, 0])
    arm.state = lambda: ArmState(turned, 0 * turned, 0.04, ArmMode.IDLE, 0.0, 0.0)  # type: ignore[method-assign]
    memory.release()
    assert memory.held is None
    assert names(memory.objects) == {"red block 1": (0.4, 0.1), "red block 2": (0.3, 0.283)}


def test_what_hangs_in_the_gripper_is_not_on_the_table() -> None:
    arm = StillArm(arm_info())
    memory = SceneMemory(robot(arm), Scripted([seen("red", "block", 0.4, 0.1)]))
    memory.look()
    memory.hold(memory.find("red block"), 0.04)
    held = memory.held
    assert held is not None
    in_hand = thing("red block", *held.position)
    memory = SceneMemory(robot(arm), Scripted([seen("red", "block", 0.4, 0.1)], [in_hand]))
    memory.look()
    memory.hold(memory.find("red block"), 0.04)
    assert memory.look() == []


def test_the_held_thing_moves_with_the_hand() -> None:
    arm = StillArm(arm_info())
    memory = SceneMemory(robot(arm), Scripted([seen("red", "block", 0.4, 0.1)]))
    memory.look()
    memory.hold(memory.find("red block"), 0.04)
    before = memory.held
    turned = arm.info.home + np.array([0.5, 0, 0, 0, 0, 0, 0])
    arm.state = lambda: ArmState(turned, 0 * turned, 0.04, ArmMode.IDLE, 0.0, 0.0)  # type: ignore[method-assign]
    after = memory.held
    assert before is not None
    assert after is not None
    assert before.position == pytest.approx((0.4, 0.1, 0.02))
    c, s = np.cos(0.5), np.sin(0.5)
    assert after.position == pytest.approx((0.4 * c - 0.1 * s, 0.4 * s + 0.1 * c, 0.02))
    assert after.yaw == pytest.approx(0.5)


def test_looks_anew_only_when_something_moved() -> None:
    detector = Scripted([seen("red", "block", 0.5, 0)])
    memory = SceneMemory(robot(), detector)
    _ = memory.objects, memory.objects, memory.find("red block")
    assert detector.count == 1
    memory.invalidate()
    _ = memory.objects
    assert detector.count == 2


def test_current_follows_the_thing() -> None:
    memory = SceneMemory(robot(), Scripted([seen("red", "block", 0.5, 0)], [seen("red", "block", 0.4, 0.1)]))
    old = memory.find("red block")
    memory.invalidate()
    assert memory.current(old).position == (0.4, 0.1, 0.02)


def test_what_is_gone_is_not_found() -> None:
    memory = SceneMemory(robot(), Scripted([seen("red", "block", 0.5, 0)], []))
    old = memory.find("red block")
    memory.invalidate()
    with pytest.raises(NotFound, match="red block"):
        memory.current(old)


def test_what_is_hidden_is_remembered() -> None:
    camera = EmptyTable()
    memory = SceneMemory(robot(cameras=(camera,)), Scripted([seen("red", "block", 0.49, 0.0)], []))
    memory.look()
    camera.depth = np.full((48, 64), 0.5, np.float32)  # the arm, half a metre above the table
    assert names(memory.look()) == {"red block": (0.49, 0.0)}
    camera.depth = np.ones((48, 64), np.float32)
    assert memory.look() == []


def test_on_names_the_supporter() -> None:
    stack = [
        thing("red block", 0.5, 0.1, 0.02),
        thing("blue block", 0.501, 0.1, 0.06),
        thing("green bowl", 0.4, -0.1, 0.025),
        thing("pink block", 0.4, -0.1, 0.03),
    ]
    on = {o.name: o.on for o in SceneMemory(robot(), Scripted(stack)).look()}
    assert on == {
        "red block": "table", "blue block": "red block", "green bowl": "table", "pink block": "green bowl"
    }  # fmt: skip


def test_find_says_what_it_could_be() -> None:
    memory = SceneMemory(robot(), Scripted([seen("red", "block", 0.5, 0), seen("blue", "block", 0.5, 0.1)]))
    with pytest.raises(Ambiguous) as caught:
        memory.find("block")
    assert caught.value.candidates == ("blue block", "red block")
