"""Writing programs that answer a question about the scene, without moving."""

from __future__ import annotations

from codepolicy.offline.codegen import conditionals
from codepolicy.offline.codegen.handling import remember
from codepolicy.offline.codegen.object_expressions import by_name, refer, sort_key
from codepolicy.offline.codegen.program_writer import Writer, quoted, tuple_of
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Declined
from codepolicy.offline.grounding.selection import candidates, choose, ranked
from codepolicy.offline.parser.meaning import Ask, Order, Thing, ThingGroup
from primitives.categories import CONTAINERS

NAMES = '", ".join(o.name for o in {0})'


def write_answer(writer: Writer, ask: Ask) -> None:
    """Add what says the answer.

    Raises:
        Declined: something the question speaks of is not there.
    """
    writer.silent = True
    match ask.kind:
        case "describe":
            writer.write("objects = detect()", 'say("I see: " + (", ".join(o.name for o in objects) or "nothing"))')
            writer.summary.append("say what there is")
        case "count":
            _count(writer, ask)
        case "which":
            _which(writer, ask)
        case "where":
            _where(writer, ask)
        case "color":
            ref = refer(writer, ask.subject)
            source = ref.code if ref.many else f"[{ref.code}]"
            writer.write(f"for thing in {source}:", '    say(f"The {thing.name} is {thing.color}.")')
            writer.summary.append(f"say the colour of {phrasing.group(ask.subject)}")
        case "distance":
            assert ask.other is not None
            first, second = refer(writer, ask.subject), refer(writer, ask.other)
            if len(first.objects) != 1 or len(second.objects) != 1:
                raise Declined("I measure between two single things; name one and one.")
            writer.write(
                f"a, b = {first.code}, {second.code}",
                'say(f"The {a.name} is {gap(a, b):.2f} m from the {b.name}, from centre to centre.")',
            )
            writer.summary.append("say how far apart they are")
        case "is":
            _is(writer, ask)


def _count(writer: Writer, ask: Ask) -> None:
    source, words = _listed(writer, ask)
    writer.write(
        f"found = {source}", f'say(f"{{len(found)}} ({words}): " + (", ".join(o.name for o in found) or "none"))'
    )
    writer.summary.append(f"count {words}")


def _which(writer: Writer, ask: Ask) -> None:
    if ask.order is not None:
        _which_of(writer, ask.subject, ask.order)
        return
    source, words = _listed(writer, ask)
    none = "nothing" if _of_any_kind(ask.subject) else "none"
    writer.write(f"found = {source}", f'say(", ".join(f"the {{o.name}}" for o in found) or "{none}")')
    writer.summary.append(f"say which is meant by {words!r}")


def _of_any_kind(group: ThingGroup) -> bool:
    return all(isinstance(i, Thing) and i.category in ("", "thing", "object") for i in group.items)


def _which_of(writer: Writer, group: ThingGroup, order: Order) -> None:
    named = [o for item in group.items for o in choose(ThingGroup((item,)), writer.belief)]
    ranked(order, named, writer.belief)  # raises where they are alike
    key = sort_key(writer, order, "o")
    if key is None:
        raise Declined("I cannot compare them in that way.")
    writer.write(f"found = min({by_name(named)}, key=lambda o: {key})", 'say(f"the {found.name}")')
    writer.summary.append(f"say which of {phrasing.listed([o.name for o in named])} it is")


def _listed(writer: Writer, ask: Ask) -> tuple[str, str]:
    """An expression of the list of what is asked about, and the words for it; nothing may be there."""
    item = ask.subject.items[0]
    words = phrasing.group(ask.subject)
    if isinstance(item, Thing) and not candidates(item, writer.belief):
        if item.unknown:
            raise Declined(f"I do not know what {item.unknown!r} is; I see: {writer.belief.names}.")
        wider = Thing(category=item.category, colors=item.colors, plural=True, quantity="all")
        if item.where and candidates(wider, writer.belief):
            for test in item.where:
                if isinstance(test.to, ThingGroup):
                    choose(test.to, writer.belief)
        return "[]", words.replace('"', "'")
    ref = refer(writer, ask.subject)
    around = [w.to for w in item.where if isinstance(w.to, ThingGroup)] if isinstance(item, Thing) else []
    remember(writer, ref.objects, [o for group in around for o in choose(group, writer.belief)])
    return (ref.code if ref.many else f"[{ref.code}]"), words.replace('"', "'")


def _where(writer: Writer, ask: Ask) -> None:
    ref = refer(writer, ask.subject)
    remember(writer, ref.objects)
    source = ref.code if ref.many else f"[{ref.code}]"
    around = ("gripper", *(n for n, o in sorted(writer.belief.objects.items()) if o.category in CONTAINERS))
    inside = {o.on in around for o in ref.objects}
    word = {frozenset([True]): "in", frozenset([False]): "on"}.get(frozenset(inside), "{preposition}")
    writer.write(f"for thing in {source}:", "    x, y, z = thing.position")
    if len(inside) > 1:
        writer.write(f'    preposition = "in" if thing.on in {tuple_of(around)} else "on"')
    writer.write(f'    say(f"The {{thing.name}} is at x {{x:.2f}}, y {{y:.2f}} m, {word} the {{thing.on}}.")')
    writer.summary.append(f"say where {phrasing.group(ask.subject)} is")


def _is(writer: Writer, ask: Ask) -> None:
    assert ask.condition is not None
    truth = conditionals.is_true(ask.condition, writer.belief)
    expression = conditionals.code(ask.condition, writer.belief)
    words = conditionals.text(ask.condition)
    if expression is None:
        writer.write(f"say({quoted(('Yes: ' if truth else 'No, it is not so that ') + words + '.')})")
    else:
        writer.write(
            f"if {expression}:",
            f"    say({quoted('Yes: ' + words + '.')})",
            "else:",
            f"    say({quoted('No, it is not so that ' + words + '.')})",
        )
    writer.summary.append(f"say whether {words}")
