"""What is put aside before anything else: what the gripper still holds, and what stood in the way on the last turn."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from codepolicy.offline.codegen.handling import make_belief_free, make_way
from codepolicy.offline.codegen.object_expressions import by_name
from codepolicy.offline.codegen.program_writer import Writer, number, quoted
from codepolicy.offline.grounding.belief import Belief
from codepolicy.prompting.prompt_reader import ReadPrompt
from primitives import relations
from primitives.categories import CONTAINERS
from primitives.scene import REGION_NAMES, Region, SceneObject, Vector2

_POINT = re.compile(r"at \((-?[\d.]+), (-?[\d.]+)\)")
_CALL = re.compile(r"put\(.+?, \((-?[\d.]+), (-?[\d.]+)\)\)")
_LANE = re.compile(
    r"blocked: (.+?) stands? in the way of .+? from \((-?[\d.]+), (-?[\d.]+)\) to \((-?[\d.]+), (-?[\d.]+)\)"
)
_FULL = re.compile(rf"no free spot for .+? at ({'|'.join(REGION_NAMES)})")
_CROWDED = re.compile(r"no free spot for (.+?) at (.+?)(?:[:;,.]|$)")
_MOTION = re.compile(r"\b(put|push|pick|uncover|place_all|part|aside|solve|slide|press_down|lift|pour|wipe)\(")


@dataclass(frozen=True, slots=True)
class Obstruction:
    """Why something could not be put, or grasped, where it was to be."""

    names: tuple[str, ...] = ()
    """What stood there."""
    point: Vector2 | None = None
    """Where room is needed, where that is known."""
    lane: tuple[Vector2, Vector2] | None = None
    """Beginning and end of the way that was blocked."""
    area: str = ""
    """The region that was full."""
    first: tuple[str, str] | None = None
    """What is to go first into which container, once that has room again."""


def obstruction(prompt: ReadPrompt, belief: Belief) -> Obstruction:
    """What the feedback says was in the way; nothing where it does not say so."""
    outcome = (prompt.feedback or "").split("\n", 1)[0]
    if full := _FULL.search(outcome):
        return Obstruction(area=full[1])
    if (crowded := _CROWDED.search(outcome)) and {crowded[1], crowded[2]} <= belief.objects.keys():
        return _crowded(crowded[1], belief[crowded[2]], belief, again=any("no free spot" in e for e in prompt.earlier))
    if blocked := _LANE.search(outcome):
        x0, y0, x1, y1 = (float(blocked[k]) for k in range(2, 6))
        stood = tuple(n for n in blocked[1].split(" and ") if n in belief.objects)
        return Obstruction(stood, (x0, y0), lane=((x0, y0), (x1, y1)))
    names = tuple(
        n
        for n in sorted(belief.objects, key=len, reverse=True)
        if re.search(rf"would touch {re.escape(n)}(?! \d)", outcome)
    )
    match = _POINT.search(outcome) or _CALL.search(outcome)
    point = (float(match[1]), float(match[2])) if match else None
    if "the arm stopped" in outcome and point is not None:
        names = _nearest(point, belief)
    grasped = next((o for o in belief.objects.values() if f"every grasp of {o.name} collides" in outcome), None)
    return Obstruction(names, grasped.position[:2] if grasped else point)


def _crowded(name: str, holder: SceneObject, belief: Belief, *, again: bool) -> Obstruction:
    """A container that has room, but not as things lie in it: the one in its middle, or all of them, come out first."""
    inside = [o for o in belief.carried(holder.name) if o.name != name]
    if holder.category not in CONTAINERS or not inside:
        return Obstruction()
    inside.sort(key=lambda o: math.dist(o.position[:2], holder.position[:2]))
    names = tuple(o.name for o in (inside if again else inside[:1]))
    return Obstruction(names, holder.position[:2], first=(name, holder.name))


def _nearest(point: Vector2, belief: Belief) -> tuple[str, ...]:
    """What an arm that stopped short of a point has most likely met."""
    there = [
        o for o in belief.others() if o.on == "table" and math.dist(o.position[:2], point) < 0.07 + max(o.size) / 2
    ]
    return tuple(o.name for o in sorted(there, key=lambda o: math.dist(o.position[:2], point) - max(o.size) / 2)[:1])


def in_the_way(prompt: ReadPrompt, writer: Writer, start: Belief) -> list[str]:
    """Names of what must be put aside before the program of `writer`, in that order.

    Args:
        prompt: the request.
        writer: a program that was written as if nothing stood in the way.
        start: the scene of the prompt.
    """
    motions = [line for line in writer.lines if _MOTION.search(line)]
    if not motions:
        return []
    found = obstruction(prompt, start)
    anchors = {name for clause in writer.clauses for name in clause.about if clause.subject}
    grasp = "every grasp of" in (prompt.feedback or "").split("\n", 1)[0]
    aside = [n for n in found.names if grasp or n not in anchors]
    aside = [m for n in aside for m in _instead(n, prompt, start)]
    if found.area:
        aside += _occupants(found.area, writer, start)
    held = next((o.name for o in start.objects.values() if o.on == "gripper"), None)
    aside = [n for n in aside if n != held]
    if held is not None and (aside or not _finishes(motions[0], held, writer) or _stuck(prompt)):
        return [held, *aside]
    return aside


def _instead(name: str, prompt: ReadPrompt, start: Belief) -> list[str]:
    """A container that the fingers would touch is not moved with what is in it: the rest of that is taken out first."""
    contents = [o for o in start.carried(name) if f"every grasp of {o.name} collides" not in (prompt.feedback or "")]
    if start[name].category not in CONTAINERS or not start.carried(name):
        return [name]
    free = sorted(contents, key=lambda o: (-o.top, math.dist(o.position[:2], start[name].position[:2])))
    return [o.name for o in free[:1]]


def _occupants(area: str, writer: Writer, start: Belief) -> list[str]:
    """What takes up room in a region without belonging there."""
    region = start.workspace.region(area)
    belong = {c.subject for c in writer.clauses if c.condition.startswith("in_region") and f'"{area}"' in c.condition}
    anchors = {name for c in writer.clauses for name in c.about}
    there = [
        o
        for o in start.objects.values()
        if o.on == "table" and o.category != "zone" and o.name not in belong | anchors and _overlaps(o, region)
    ]
    return [o.name for o in sorted(there, key=lambda o: -o.size[0] * o.size[1])][:2]


def _overlaps(obj: SceneObject, region: Region) -> bool:
    return bool(relations.footprint(obj).intersects(shapely.box(*region.low, *region.high)))


def _finishes(line: str, held: str, writer: Writer) -> bool:
    """Whether the first motion of a program puts down what is held."""
    return line.startswith("put(") and writer.order[:1] == [held]


def _stuck(prompt: ReadPrompt) -> bool:
    """Whether putting down what is held just failed without naming anything that could be moved."""
    outcome = (prompt.feedback or "").split("\n", 1)[0]
    return any(word in outcome for word in ("blocked:", "unreachable:"))


def write_aside(writer: Writer, names: Sequence[str], why: Obstruction) -> None:
    """Add what puts these things aside."""
    for name in names:
        obj = writer.belief[name]
        thing = by_name([obj])
        if obj.on == "gripper":
            variable = writer.define("held", thing)
            writer.write(f"put({variable}, free_spot({variable}, {variable}.position[:2]))")
        else:
            make_way(writer, obj)
            x, y = why.point or obj.position[:2]
            off = f"region({quoted(why.area)})" if why.area else f"({number(x)}, {number(y)})"
            if why.lane is not None:
                off = "passage(" + ", ".join(f"({number(x)}, {number(y)})" for x, y in why.lane) + ")"
            writer.write(f"aside({thing}, {off})")
        make_belief_free(writer, writer.belief[name])
    writer.summary.append(f"put {' and '.join(names)} aside")
    if why.first is not None:
        name, holder = why.first
        writer.write(f"put({by_name([writer.belief[name]])}, {by_name([writer.belief[holder]])})")
        writer.moved(name)
        writer.belief.set_on(name, holder)
