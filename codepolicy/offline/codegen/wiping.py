"""Writing programs that sweep what lies on a zone off it with a block that is held like a sponge."""

from __future__ import annotations

from codepolicy.offline.codegen import putting_back
from codepolicy.offline.codegen.handling import make_way, remember
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, quoted
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.parser.meaning import Free, Put, Thing, ThingGroup, Wipe, only
from primitives.categories import CONTAINERS
from primitives.scene import SceneObject

_LARGE = 0.06
"""m; what is wider is no crumb, the hand would run against it."""


def write_wipe(writer: Writer, command: Wipe) -> None:
    """Add what wipes.

    Raises:
        Declined: it is no zone, nothing to wipe with, or there is nothing to be swept.
    """
    belief = writer.belief
    zones = choose(command.off, belief)
    belief.moving = tuple(zone.name for zone in zones)  # "with the block nearest to it"
    tools = choose(command.tool, belief)
    belief.moving = ()
    if len(tools) != 1 or tools[0].category != "block":
        raise Declined(f"I wipe with one block, which the hand can hold, not with the {_names(tools)}.")
    tool = tools[0]
    for zone in zones:
        swept = [o for o in belief.carried(zone.name) if o.name != tool.name]
        _check(zone, swept, tool, _told(writer, command.what))
        if tool.on == "gripper":
            putting_back.write(writer, Put(only(Thing(category="block", names=(tool.name,))), Free()))
        make_way(writer, tool)
        writer.write(f"wipe(find({quoted(zone.name)}), find({quoted(tool.name)}))")
        for obj in (*swept, tool):
            writer.moved_to(obj.name, belief.free(obj.name))
        # crumbs that were swept against each other may look like one thing, so the zone is looked at instead
        left = f"[o.name for o in detect() if o.on == {{a}} and o.name != {quoted(tool.name)}]"
        writer.must(GoalClause(zone.name, f"not {left}", "nothing is left on the {a}"))
        writer.must(GoalClause(tool.name, 'on({a}, "table")', "the {a} lies on the table"))
        writer.summary.append(f"sweep {_names(swept)} off the {zone.name} with the {tool.name}")
        tool = belief[tool.name]
    remember(writer, [tool], zones)


def _told(writer: Writer, what: ThingGroup | None) -> list[SceneObject] | None:
    """What the sentence says is to be swept; None for everything, crumbs and the spill."""
    if what is None or all(isinstance(i, Thing) and i.category in ("", "object") and not i.colors for i in what.items):
        return None
    return choose(what, writer.belief.copy())


def _check(zone: SceneObject, swept: list[SceneObject], tool: SceneObject, told: list[SceneObject] | None) -> None:
    if zone.category != "zone":
        raise Declined(f"I wipe over zones, which are flat, not over the {zone.name}.")
    if not swept:
        raise Declined(f"There is nothing on the {zone.name} that could be wiped off.")
    if large := [o for o in swept if o.category in CONTAINERS or max(o.size[:2]) > max(_LARGE, tool.size[2])]:
        raise Declined(f"The {_names(large)} on the {zone.name} cannot be wiped off; it is too large.")
    if told is not None and (others := [o for o in swept if o not in told]):
        raise Declined(f"Wiping the {zone.name} would sweep the {_names(others)} off as well.")


def _names(objects: list[SceneObject]) -> str:
    return phrasing.listed([o.name for o in objects])
