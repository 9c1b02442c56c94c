"""Writing programs that pour what is in a cup into something else, and put the cup back."""

from __future__ import annotations

from codepolicy.offline.codegen.handling import remember
from codepolicy.offline.codegen.program_writer import GoalClause, Writer, quoted
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.parser.meaning import Pour, Thing, ThingGroup
from primitives.categories import CONTAINERS
from primitives.scene import SceneObject


def write_pour(writer: Writer, command: Pour) -> None:
    """Add what pours.

    Raises:
        Declined: it is no cup, or nothing could catch what is poured.
    """
    belief = writer.belief
    cup = poured_from(command.what, belief)
    if cup.category != "mug":
        raise Declined(f"I can pour from a mug, which the hand can hold by its rim and turn, not from the {cup.name}.")
    contents = belief.carried(cup.name)
    belief.moving = (cup.name,)  # "into the bowl nearest to it"
    targets = choose(command.into, belief, moving=cup)
    belief.moving = ()
    if len(targets) != 1 or targets[0].category not in CONTAINERS or targets[0].name == cup.name:
        raise Declined(f"What is poured goes into one bowl, box or other mug, not into the {targets[0].name}.")
    target = targets[0]
    remember(writer, [cup], [target])
    writer.write(f"pour(find({quoted(cup.name)}), find({quoted(target.name)}))")
    # the bottom of a cup is seldom seen: what somebody wants to pour is taken to be there, and the check tells
    count = max(len(contents), 1) + len(belief.carried(target.name))
    for obj in (cup, *contents):
        writer.moved(obj.name)
    for obj in contents:
        belief.set_on(obj.name, target.name)
    # what lies in a cup is seen in part, and may be called something else when it lies in the open
    inside = "sum(bool(inside(o, {a})) for o in detect() if o.name != {a})"
    things = "thing is" if count == 1 else "things are"
    writer.must(GoalClause(target.name, f"{inside} >= {count}", f"at least {count} {things} in the {{a}}"))
    writer.must(GoalClause(cup.name, "not any(o.on == {a} for o in detect())", "the {a} is empty"))
    writer.must(GoalClause(cup.name, 'on({a}, "table")', "the {a} stands on the table"))
    writer.summary.append(f"pour what is in the {cup.name} into the {target.name} and put it back where it was")


def poured_from(what: ThingGroup, belief: Belief) -> SceneObject:
    """The cup that is meant by itself or by what is in it.

    Raises:
        Declined: it is not there, or not clear.
    """
    item = what.items[0]
    described = item.where if isinstance(item, Thing) else ()
    named = [w.to for w in described if isinstance(w.to, ThingGroup) and w.relation in ("in", "on")]
    try:
        said = choose(named[0] if named else what, belief.copy())
    except Declined:  # what lies in a cup is seldom seen; where there is one cup, it lies there
        said = [o for o in belief.objects.values() if o.category == "mug"]
        if named or len(said) != 1:
            raise
    cups = {o.name if o.category in CONTAINERS else o.on for o in said}
    if len(cups) != 1 or not cups <= belief.objects.keys():
        raise Declined(f'From what should I pour? Say, for example, "from the mug"; I see: {belief.names}.')
    return belief[cups.pop()]
