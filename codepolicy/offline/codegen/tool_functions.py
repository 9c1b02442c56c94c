"""Functions of the tool surface that lead the hand: at furniture, with a cup, with a sponge. Those that a program calls
are put in front of it."""

from __future__ import annotations

from primitives.categories import BOARD, DRAWER_TRAVEL

TRAVEL = f'''
def travel(thing):
    """How far a drawer or a door slides in all, in m, as is usual for its size."""
    return {DRAWER_TRAVEL} * thing.size[0] if thing.category == "drawer" else thing.size[1] / 2 - {2 * BOARD}
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

LANE = '''
def lane(zone, others):
    """The way (dx, dy) over zone with most room before and behind it, of others and of the table."""
    (x, y, _), (long, wide, _), table = zone.position, zone.size, region("table")

    def room(way):
        dx, dy = way
        reach, side = (dx * long + dy * wide) / 2 + 0.07, (dy * long + dx * wide) / 2 + 0.03
        free = [min(x - reach * dx - table.low[0], table.high[0] - x - reach * dx)]
        free += [min(y - reach * dy - table.low[1], table.high[1] - y - reach * dy)]
        for o in others:
            a, b = abs(o.position[0] - x), abs(o.position[1] - y)
            ahead, beside = dx * a + dy * b, dy * a + dx * b
            free.append(max(ahead - reach, beside - side) - max(o.size[:2]) / 2)
        return min(free)

    return max([(0, 1), (1, 0)], key=room)
'''

STROKES = '''
def strokes(width, long):
    """How far to either side strokes of something that is long m must lie to overlap and to wipe width m."""
    most = max(width / 2 + 0.015 - long / 2, 0)
    count = 1 + math.ceil(2 * most / (0.75 * long))
    return [most * (2 * n / (count - 1) - 1) for n in range(count)] if count > 1 else [0.0]
'''

WIPE = '''
def wipe(zone, sponge):
    """Sweep what lies on zone off it with sponge, held just above the table, and put sponge down beside zone."""
    dx, dy = lane(zone, [o for o in obstacles(sponge) if not on(o, zone)])
    grasp = min(grasps(sponge), key=lambda g: math.dist(g.pose.position[:2], sponge.position[:2]))
    a, b, _ = grasp.pose.position
    held = max(sponge.top - 0.012, 0.012)  # near its top, so that the fingers pass above what is swept
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(Pose((a, b, held), grasp.pose.quaternion_xyzw))
    close_gripper()
    move_linear(grasp.pre_grasp)
    expect(holding(), f"the {sponge.name} is held")
    x, y, _ = zone.position
    half, thick = (dx * zone.size[0] + dy * zone.size[1]) / 2, min(sponge.size[:2])
    start, end = -half - thick / 2 - 0.015, half - thick / 2 + 0.03
    offsets = strokes(dy * zone.size[0] + dx * zone.size[1], max(sponge.size[:2]))

    def at(along, aside, lift):
        return Pose.top_down(x + dx * along - dy * aside, y + dy * along + dx * aside, held + lift, dx * math.pi / 2)

    move_to(at(start, offsets[0], 0.06))
    for aside in offsets:
        move_linear(at(start, aside, 0.06))
        move_linear(at(start, aside, 0.002))
        move_linear(at(end, aside, 0.002))
        move_linear(at(end, aside, 0.06))
    move_linear(at(start, 0, 0.06))
    move_linear(at(start, 0, 0.001))
    open_gripper()
    move_linear(at(start, 0, 0.1))
    home()
'''

MECHANISMS: dict[str, str] = {
    "travel": TRAVEL,
    "slide": SLIDE,
    "press_down": PRESS,
    "lift": LIFT,
    "pour": POUR,
    "lane": LANE,
    "strokes": STROKES,
    "wipe": WIPE,
}
"""By the name of the function."""
