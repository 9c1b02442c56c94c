"""Programs that clean a zone: with a sponge, crumb by crumb, with the bare fingers."""

from __future__ import annotations

WIPE = """\
LOW = 0.002  # how far the sponge is above the table, in m


def lane(zone, others):
    # the way in which there is most room before and behind the zone, of what stands there and of the table
    half, (x, y, _), area = zone.size[0] / 2, zone.position, region("table")

    def room(way):
        (u, v), reach = way, half + 0.07
        free = [min(x - s * reach * u - area.low[0], area.high[0] - x + s * reach * u) for s in (-1, 1)]
        free += [min(y - s * reach * v - area.low[1], area.high[1] - y + s * reach * v) for s in (-1, 1)]
        for o in others:
            dx, dy = o.position[0] - x, o.position[1] - y
            free.append(max(abs(u * dx + v * dy) - reach, abs(v * dx - u * dy) - half - 0.03) - max(o.size[:2]) / 2)
        return min(free)

    return max([(0, 1), (1, 0)], key=room)


def strokes(zone, sponge):
    # across the way, overlapping by a fourth of the sponge and more, and a little wider than the zone
    span, long = zone.size[0] / 2 + 0.015 - max(sponge.size[:2]) / 2, max(sponge.size[:2])
    count = 1 + math.ceil(max(2 * span, 0) / (0.75 * long))
    return [-span + 2 * span * n / (count - 1) for n in range(count)] if count > 1 else [0.0]


def wipe(zone, sponge):
    others = [o for o in detect() if o.name not in (zone.name, sponge.name) and not on(o, zone)]
    u, v = lane(zone, others)
    grasp = min(grasps(sponge), key=lambda g: math.dist(g.pose.position[:2], sponge.position[:2]))
    a, b, _ = grasp.pose.position
    held = sponge.top - 0.012  # near its top, so that the fingers pass above the crumbs
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(Pose((a, b, held), grasp.pose.quaternion_xyzw))
    close_gripper()
    move_linear(grasp.pre_grasp)
    x, y, _ = zone.position
    half, turn = zone.size[0] / 2, 0 if v else math.pi / 2

    def at(along, aside, height):
        return Pose.top_down(x + u * along - v * aside, y + v * along + u * aside, height, turn)

    first, last = -half - 0.035, half + 0.01
    offsets = strokes(zone, sponge)
    move_to(at(first, offsets[0], held + 0.06))
    for aside in offsets:
        move_linear(at(first, aside, held + 0.06))
        move_linear(at(first, aside, held + LOW))
        move_linear(at(last, aside, held + LOW))
        move_linear(at(last, aside, held + 0.06))
    move_linear(at(first, 0, held + 0.06))
    move_linear(at(first, 0, held + 0.001))
    open_gripper()
    move_linear(at(first, 0, held + 0.1))
    home()
"""

BY_HAND = """\
x, y, _ = zone.position
beside = zone.size[1] / 2 + 0.03
for n in range(12):
    for crumb in [o for o in detect() if on(o, zone)]:
        try:
            grasp = grasps(crumb)[0]
            break
        except Failure:
            pass  # its neighbours have to go first
    else:
        break
    open_gripper()
    move_to(grasp.pre_grasp)
    move_linear(grasp.pose)
    close_gripper()
    move_linear(grasp.pre_grasp)
    a, b = x - 0.06 + 0.03 * (n // 2), y + (beside if n % 2 else -beside)
    move_to(Pose.top_down(a, b, 0.15))
    move_linear(Pose.top_down(a, b, grasp.pose.position[2] + 0.003))
    open_gripper()
    move_linear(Pose.top_down(a, b, 0.15))
home()
"""

BARE_FINGERS = """\
u, v = lane(zone, [o for o in detect() if o.name != zone.name and not on(o, zone)])
(x, y, _), reach = zone.position, zone.size[0] / 2 + 0.03
close_gripper()
for n in range(-6, 7):
    a, b = x + 0.015 * n * v, y + 0.015 * n * u
    move_linear(Pose.top_down(a - u * reach, b - v * reach, 0.06, math.pi / 2 * u))
    for along, height in ((-reach, 0.012), (reach, 0.012), (reach, 0.06)):
        move_linear(Pose.top_down(a + u * along, b + v * along, height, math.pi / 2 * u))
home()
"""
