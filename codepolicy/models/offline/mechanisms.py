"""Functions of the tool surface that work what is fixed to the table, put in front of the program that calls them."""

from __future__ import annotations

TRAVEL = '''
def travel(thing):
    """How far a drawer or a door slides in all, in m, as is usual for its size."""
    return 0.65 * thing.size[0] if thing.category == "drawer" else thing.size[1] / 2 - 0.02
'''

SLIDE = '''
def slide(thing, joint):
    """Take a drawer or a door by its handle and slide it until its joint is at joint m."""
    way = joint - thing.joint
    if abs(way) < 0.004:
        return
    handle = min(detect("handles"), key=lambda h: math.dist(h.position[:2], thing.position[:2]))
    grasp = grasps(handle)[0]
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(grasp.pose)
    close_gripper()
    expect(holding(), f"the {handle.name} is held")
    turn, (x, y, z) = grasp.pose.quaternion_xyzw, grasp.pose.position
    yaw = thing.yaw + (math.pi / 2 if thing.category == "door" else 0)
    x, y = x + way * math.cos(yaw), y + way * math.sin(yaw)
    move_linear(Pose((x, y, z), turn))
    open_gripper()
    move_linear(Pose((x, y, z + 0.12), turn))
    home()
'''

PRESS = '''
def press_down(button):
    """Press the button down with closed fingers, whose tips are 9 mm below the tool."""
    x, y, _ = button.position
    close_gripper()
    move_to(Pose.top_down(x, y, button.top + 0.06))
    move_linear(Pose.top_down(x, y, button.top - 0.010))
    move_linear(Pose.top_down(x, y, button.top + 0.06))
    home()
'''

LIFT = '''
def lift(obj, height):
    """Take obj and hold it height m above where it stood."""
    grasp, _ = pick(obj)
    x, y, z = grasp.pose.position
    move_linear(Pose((x, y, z + height), grasp.pose.quaternion_xyzw))
'''

POUR = '''
def pour(cup, target):
    """Hold cup near its rim, pour what is in it into target, and put it back where it stood."""
    # a cup is round: of its grasps take the one with the hand least turned
    grasp = min(grasps(cup), key=lambda g: abs(g.pose.quaternion_xyzw[1]))
    turn, (a, b, _) = grasp.pose.quaternion_xyzw, grasp.pose.position
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(Pose((a, b, cup.top - 0.010), turn))
    close_gripper()
    expect(holding(), f"the {cup.name} is held")
    move_linear(grasp.pre_grasp)
    home()
    x, y, z = target.position[0], target.position[1] + 0.055, target.top + cup.size[2] + 0.1
    move_to(Pose.top_down(x, y, z, math.pi / 2, 0.8))  # as far as nothing comes out yet
    # little by little once the side of the cup is level, so that what is in it comes slowly
    for tilt in (1.5, 1.6, 1.65, 1.7, 1.75, 1.85, 1.7, 1.9):
        move_linear(Pose.top_down(x, y, z, math.pi / 2, tilt))
    home()
    move_to(grasp.pre_grasp)
    move_linear(Pose((a, b, cup.top - 0.008), turn))
    open_gripper()
    move_linear(grasp.pre_grasp)
    home()
'''

MECHANISMS: dict[str, str] = {"travel": TRAVEL, "slide": SLIDE, "press_down": PRESS, "lift": LIFT, "pour": POUR}
"""By the name of the function."""
