"""What commands that arrange, sort and match things mean."""

from __future__ import annotations

from dataclasses import replace

from codepolicy.offline.parser.meaning import (
    ORIENTATIONS,
    ArrangementShape,
    At,
    Command,
    Place,
    Pronoun,
    Put,
    Stack,
    Thing,
    ThingGroup,
)
from codepolicy.offline.parser.node_values import by_size, destinations
from codepolicy.offline.parser.place_rules import Ordering, Spacing, Tower, moved_spacing
from codepolicy.offline.parser.rule_parts import Implausible, Parts, Rule, one_of

BOWLS = ThingGroup((Thing("bowl", plural=True, quantity="the", match="same"),))


def _shaped(p: Parts, *, default: ArrangementShape | None) -> ArrangementShape:
    shapes = [d for d in destinations(p) if isinstance(d, ArrangementShape)]
    places = [d for d in destinations(p) if not isinstance(d, ArrangementShape)]
    around = next((s.around for s in shapes if s.around), None)
    named = [s for s in shapes if not s.around] or shapes
    if not named and default is None:
        raise Implausible("no arrangement")
    form = named[0] if named else default
    assert form is not None
    if p.has("TOGETHER") and not named:
        form = ArrangementShape("together")
    for word in (*p.tokens("ORIENTATION"), *(s.orientation for s in named[1:])):
        orientation = "horizontal" if word == "leftward" else word
        form = replace(form, orientation=one_of(orientation, ORIENTATIONS) or form.orientation)
        form = replace(form, backward=form.backward or word == "leftward")
    if p.has("UPWARD"):
        form = replace(form, orientation="vertical", backward=p.token("UPWARD") == "up")
    listed = p.maybe(Ordering)
    if listed is not None and form.kind not in ("line", "together"):
        raise Implausible("an order, but no line")
    if len(places) > 1:
        raise Implausible("two places for one arrangement")
    return moved_spacing(
        replace(
            form,
            by=by_size(p),
            around=around,
            at=places[0] if places else None,
            order=listed.things if listed else None,
        ),
        p.maybe(Spacing),
    )


def arrange(p: Parts) -> Command:
    """Arrange X in a shape."""
    bare = not (destinations(p) or p.has("BYSIZE", "SIZEEND", "TOGETHER") or p.has("ORIENTATION"))
    if bare and p.has("ARRANGE") and not p.has("LINEUP"):
        raise Implausible("no arrangement")
    lined = p.has("LINEUP", "BYSIZE", "SIZEEND", "ORIENTATION", "UPWARD")
    lined = lined or p.maybe(Spacing) is not None or p.maybe(Ordering) is not None
    form = _shaped(
        p, default=ArrangementShape("line") if lined else ArrangementShape("together") if p.has("TOGETHER") else None
    )
    if form.kind == "tower":
        return Stack(p.one(ThingGroup), form.at, by=form.by)
    if p.has("STACK") and form.kind != "pyramid":
        raise Implausible("a stack is no arrangement")
    return Put(p.one(ThingGroup), form)


def line_up(p: Parts) -> Command:
    """Line X up."""
    if p.token("SHAPE") != "line":
        raise Implausible("not line up")
    return Put(p.one(ThingGroup), _shaped(p, default=ArrangementShape("line")))


def form(p: Parts) -> Command:
    """X should form a line."""
    if p.maybe(Tower):
        return Stack(p.one(ThingGroup), by=by_size(p), upward=p.token("UPWARD") == "up")
    return Put(p.one(ThingGroup), _shaped(p, default=None))


def pronoun_shape(p: Parts) -> Put:
    """(so that) they are in a line."""
    return Put(ThingGroup((Pronoun(plural=True),)), _shaped(p, default=None))


def scatter(p: Parts) -> Put:
    """Spread X out: each in another corner."""
    return Put(p.one(ThingGroup), Place("corner", distinct=True))


def build_shape(p: Parts) -> Put:
    """Make a circle of X."""
    what = p.maybe(ThingGroup) or ThingGroup((Thing("block", plural=True, quantity="all"),))
    return Put(what, _shaped(p, default=None))


def sort(p: Parts) -> Command:
    """Sort X by colour or by size."""
    places = destinations(p)
    if p.has("STACK", "CLEAR", "GATHER", "SCATTER") and not p.has("MATCHING", "BYCOLOR"):
        raise Implausible("not sorting")
    if p.has("STACK"):
        return Put(p.one(ThingGroup), ArrangementShape("pairs"))
    if p.has("BYSIZE", "SIZEEND"):
        shape = next((d for d in places if isinstance(d, ArrangementShape)), ArrangementShape("line"))
        return Put(p.one(ThingGroup), replace(shape, by=by_size(p)))
    if not places:
        if p.has("DISTRIBUTE", "ARRANGE", "DIFFERENT") and not p.has("MATCHING", "BYCOLOR"):
            raise Implausible("not by anything")
        return Put(p.one(ThingGroup), ArrangementShape("pairs"))
    to = places[0]
    single = isinstance(to, At) and all(isinstance(t, Thing) and not t.many for t in to.things.items)
    if isinstance(to, At) and single and not p.has("MATCHING", "BYCOLOR"):
        return Put(p.one(ThingGroup), replace(to, relation="to"))
    if isinstance(to, At):
        spread = p.has("DISTRIBUTE") and not p.has("MATCHING", "BYCOLOR")
        things = tuple(
            (replace(t, distinct=True) if spread else replace(t, match=t.match or "same"))
            if isinstance(t, Thing)
            else t
            for t in to.things.items
        )
        return Put(p.one(ThingGroup), At("on" if to.relation == "on" else "in", ThingGroup(things)))
    return Put(p.one(ThingGroup), to)


def match(p: Parts) -> Put:
    """Match X with Y."""
    groups = p.all(ThingGroup)
    if len(groups) == 1 and len(groups[0].items) == 2:
        groups = [ThingGroup((groups[0].items[0],)), ThingGroup((groups[0].items[1],))]
    other = groups[1] if len(groups) > 1 else BOWLS
    things = tuple(replace(t, match=t.match or "same") if isinstance(t, Thing) else t for t in other.items)
    return Put(groups[0], At("to", ThingGroup(things)))


RULES: dict[str, Rule] = {
    "arrange": arrange,
    "line_up": line_up,
    "build_shape": build_shape,
    "form": form,
    "scatter": scatter,
    "pronoun_shape": pronoun_shape,
    "sort": sort,
    "match": match,
}
