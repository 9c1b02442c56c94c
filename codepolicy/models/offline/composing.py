"""From clauses to a program: each reading is tried in the scene, and the likeliest one that works is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from codepolicy.models.offline import deciding, phrasing
from codepolicy.models.offline.answering import write_answer
from codepolicy.models.offline.belief import Belief, Declined
from codepolicy.models.offline.choosing import candidates, choose
from codepolicy.models.offline.clauses import Clause, Conditional, NotUnderstood
from codepolicy.models.offline.clearing import write_clear
from codepolicy.models.offline.expressions import refer
from codepolicy.models.offline.handling import check_movable, make_way, remember
from codepolicy.models.offline.meaning import (
    Again,
    Ask,
    At,
    Back,
    Clear,
    Command,
    Free,
    Group,
    Home,
    Keep,
    Pick,
    Place,
    Pronoun,
    Put,
    PutAsMany,
    Shape,
    Stack,
    Swap,
    Thing,
    Undo,
    only,
    with_category,
)  # fmt: skip
from codepolicy.models.offline.putting import write_put
from codepolicy.models.offline.read_commands import Bare, BareTo, Incomplete, Several
from codepolicy.models.offline.stacking import write_stack
from codepolicy.models.offline.swapping import write_swap
from codepolicy.models.offline.words import tokenize
from codepolicy.models.offline.writer import Clause as GoalClause
from codepolicy.models.offline.writer import Writer, quoted

_T = TypeVar("_T")

UNLIKELY = 100


class Composer:
    """Writes one program for a sequence of clauses.

    Args:
        belief: the scene of the prompt.
        last: the last command of the session, for "do the same with the blue one".
        undo: what takes back the last instruction of the session.
    """

    def __init__(self, belief: Belief, *, last: Command | None = None) -> None:
        self.writer = Writer(belief)
        self.last = last
        self.kept: tuple[Thing | Pronoun, ...] = ()

    def compose(self, clauses: Sequence[Clause | Conditional]) -> Writer:
        """The program.

        Raises:
            Declined: no reading can be carried out in this scene.
        """
        kept = [r.what for c in clauses if isinstance(c, Clause) for r in c.readings if isinstance(r, Keep)]
        self.kept = tuple(i for g in kept for i in g.items)
        for clause in _picked_and_put(clauses):
            if isinstance(clause, Clause) and any(isinstance(r, Keep) for r in clause.readings):
                continue
            if isinstance(clause, Conditional):
                self._decide(clause)
            else:
                self._choose(clause.readings, clause.text)
        return self.writer

    def _choose(self, readings: Sequence[object], text: str) -> None:
        """Write the likeliest reading that works."""
        picks = any(isinstance(r, Pick) for r in readings)
        if any(isinstance(r, Put) and _lifts(r) for r in readings):
            readings = [r for r in readings if not isinstance(r, Pick)]
        rated = sorted(((self._cost(r, picks=picks), i, r) for i, r in enumerate(readings)), key=lambda t: t[:2])
        refusals: list[Declined] = []
        for _, _, reading in rated:
            trial = _fork(self.writer)
            try:
                last = self._write(trial, reading)
            except Declined as declined:
                refusals.append(declined)
                continue
            self.writer, self.last = trial, last
            return
        likeliest = rated[0][2]
        if isinstance(likeliest, Bare | BareTo | Incomplete | Again) and any(t.unknown for t in things_in(likeliest)):
            raise NotUnderstood(tokenize(text)[0])
        raise refusals[0]

    def _cost(self, reading: object, *, picks: bool) -> int:
        if isinstance(reading, Incomplete):
            return UNLIKELY
        cost = 8 if isinstance(reading, Bare | BareTo) else 0
        if picks and isinstance(reading, Put | Several) and not _lifts(reading):
            cost += 2 if isinstance(reading, Put) else 10
        for thing in things_in(reading):
            cost += self._oddity(thing)
        for group in _instances(reading, Group):
            whole = [
                i for i in group.items if isinstance(i, Thing) and i.plural and not (i.colors or i.where or i.other)
            ]
            cost += 4 * any(
                i.category == w.category and i is not w
                for w in whole
                for i in group.items
                if isinstance(i, Thing) and not i.other
            )
        cost -= 3 * any(shape.around is not None for shape in _instances(reading, Shape))
        for place in _instances(reading, Place):
            cost += 3 * (
                place.name.split()[0] in ("left", "right", "top", "bottom")
                and place.name.count(" ") == 1
                and "corner" in place.name
            )
        return cost

    def _oddity(self, thing: Thing) -> int:
        """How little a phrase helps: what needs no description is seldom described, so other readings are likelier."""
        cost = 2 * bool(thing.unknown) + (not thing.category and not thing.colors and not thing.many)
        if not thing.where:
            return cost
        if thing.many:
            return cost + 2
        bare = replace(thing, where=(), match=None)
        try:
            return cost + (3 if len(candidates(bare, self.writer.belief)) == 1 else 0)
        except Declined:
            return cost

    def _write(self, writer: Writer, reading: object) -> Command | None:
        if self.kept and isinstance(reading, Put | Stack):
            reading = replace(reading, what=self._without_kept(reading.what))
        match reading:
            case Several(commands):
                for command in commands:
                    self._write(writer, command)
                return commands[-1]
            case Bare(put):
                if self.last is not None and not isinstance(self.last, Put | Stack):
                    raise Declined("What should be done with it?")
                category = next((t.category for t in things_in(self.last) if t.category), "")
                if category and isinstance(self.last, Put):
                    put = replace(put, what=with_category(put.what, category), push=self.last.push)
                return self._write(writer, put)
            case BareTo(to):
                if not isinstance(self.last, Put | Pick | Stack):
                    raise Declined("What should be put there?")
                return self._write(writer, Put(self.last.what, to))
            case Incomplete(what):
                raise Declined(
                    f"Where should {phrasing.group(what)} go? Name an object or a place, for example "
                    '"in the green bowl" or "on the left side".'
                )
            case Put():
                write_put(writer, reading)
            case PutAsMany():
                return self._write(writer, _counted(writer.belief, reading))
            case Stack():
                write_stack(writer, reading)
            case Swap():
                write_swap(writer, reading)
            case Clear():
                write_clear(writer, reading)
            case Pick():
                _write_pick(writer, reading)
            case Home():
                writer.write("home()")
                writer.summary.append("move the arm home")
                writer.silent = writer.moves == 0
            case Ask():
                write_answer(writer, reading)
            case Again(what):
                return self._write(writer, self._repeated(what))
            case Undo():
                if not writer.belief.undone:
                    raise Declined("There is nothing to undo: nothing was moved before this.")
                moved = tuple(Thing(names=(name,)) for name in writer.belief.undone)
                write_put(writer, Put(Group(moved), Back()))
            case _:
                raise Declined("I do not know how to do that.")
        return reading

    def _without_kept(self, what: Group) -> Group:
        """The group without what is to stay."""
        return replace(
            what,
            items=tuple(
                replace(i, exceptions=with_category(Group(self.kept), i.category))
                if isinstance(i, Thing) and i.many and i.exceptions is None
                else i
                for i in what.items
            ),
        )

    def _repeated(self, what: Group) -> Command:
        if not isinstance(self.last, Put | Stack | Pick):
            raise Declined("There is nothing before this that I could do again; say the whole instruction.")
        category = next((t.category for t in things_in(self.last.what) if t.category), "")
        return replace(self.last, what=with_category(what, category))

    def _decide(self, clause: Conditional) -> None:
        belief = self.writer.belief
        refusal: Declined | None = None
        self._expect_subject(clause)
        for condition in clause.conditions:
            words = deciding.text(condition)
            bound = belief.bound.get(f"whether {words}")
            try:
                truth = bound[0] == "yes" if bound else deciding.is_true(condition, belief)
                expression = None if bound else deciding.code(condition, belief)
            except Declined as declined:
                refusal = refusal or declined
                continue
            break
        else:
            assert refusal is not None
            raise refusal
        subject = condition.subject
        try:
            self.writer.belief.subjects = tuple(o.name for o in refer(_fork(self.writer), subject).objects)
            others = [g for g in _instances(condition.test, Group) if g.items]
            self.writer.belief.targets = tuple(o.name for g in others for o in refer(_fork(self.writer), g).objects)
        except Declined:
            pass
        taken = truth != clause.negated
        comment = f"# whether {words}: {'yes' if truth else 'no'}"
        branch = clause.then if taken else clause.otherwise
        if expression is None:
            self.writer.write(comment)
            self._branch(branch, "nothing is to be done")
            return
        other = clause.otherwise if taken else clause.then
        first = f"if {'not (' + expression + ')' if clause.negated else expression}:"
        self.writer.write(comment, first)
        parts: list[Callable[[], None]] = [lambda: self._branch(branch, "nothing is to be done", indent=1)]
        parts.insert(1 if taken else 0, lambda: self._untaken(other))
        parts[0]()
        self.writer.write("else:")
        parts[1]()

    def _expect_subject(self, clause: Conditional) -> None:
        """Let "it" in the condition mean what the command is about, and "otherwise in Y" repeat that command."""
        first = clause.then[0] if clause.then else None
        if not isinstance(first, Clause):
            return
        for reading in first.readings:
            if isinstance(reading, Put | Pick | Stack) and _is_pronoun(reading.what):
                self.last = reading
                return
            if isinstance(reading, Put | Pick | Stack):
                try:
                    self.writer.belief.subjects = tuple(o.name for o in refer(_fork(self.writer), reading.what).objects)
                except Declined:
                    continue
                self.last = reading
                return

    def _branch(self, clauses: Sequence[Clause | Conditional], nothing: str, *, indent: int = 0) -> None:
        self.writer.indent += indent
        before, moves = len(self.writer.lines), self.writer.moves
        if clauses:
            self.compose(clauses)
        if len(self.writer.lines) == before:
            self.writer.write(f"say({quoted(nothing)})")
        if self.writer.moves == moves and not self.writer.clauses:
            self.writer.silent = True
        self.writer.indent -= indent

    def _untaken(self, clauses: Sequence[Clause | Conditional]) -> None:
        """The branch that this scene does not take, as far as it can be written."""
        aside = Composer(self.writer.belief.copy(), last=self.last)
        aside.writer.variables = dict(self.writer.variables)
        aside.writer.indent = self.writer.indent + 1
        try:
            aside.compose(clauses)
        except Declined as declined:
            aside.writer.lines = []
            aside.writer.write(f"say({quoted(str(declined))})")
        if not aside.writer.lines:
            aside.writer.write('say("nothing is to be done")')
        self.writer.lines += aside.writer.lines


def _counted(belief: Belief, command: PutAsMany) -> Put:
    """The command with its number: those that are there already count, and stay."""
    item, counted = command.what.items[0], command.counted.items[0]
    if not isinstance(item, Thing) or not isinstance(counted, Thing):
        raise Declined("As many of what? Name the things.")
    number = len(choose(only(replace(counted, quantity="all", plural=True)), belief)) * (item.count or 1)
    found = candidates(replace(item, count=None, quantity="all", plural=True), belief)
    if number > len(found):
        raise Declined(f"That takes {number} {phrasing.plural(phrasing.noun(item))}, and there are {len(found)}.")
    target = choose(command.to.things, belief)[0].name if isinstance(command.to, At) else ""
    found.sort(key=lambda o: (o.on != target, bool(belief.carried(o.name)), o.on != "table", o.name))
    names = tuple(o.name for o in found[:number])
    return Put(Group((Thing(item.category, names=names, plural=number > 1),)), command.to)


def _write_pick(writer: Writer, command: Pick) -> None:
    ref = refer(writer, command.what)
    if len(ref.objects) != 1:
        raise Declined(f"I can hold one thing at a time, not {phrasing.listed(ref.names)}; say where each should go.")
    obj = ref.one
    check_movable(obj)
    remember(writer, ref.objects)
    if obj.on != "gripper":
        make_way(writer, obj)
        writer.write(f"pick({ref.code})")
        writer.moved(obj.name)
        x, y, _ = obj.position
        writer.belief.set(obj.name, (x, y, 0.2), "gripper")
    writer.must(GoalClause(obj.name, 'find({a}).on == "gripper"', "the {a} is held"))
    writer.summary.append(f"pick up {phrasing.group(command.what)}")


def _picked_and_put(clauses: Sequence[Clause | Conditional]) -> Iterator[Clause | Conditional]:
    """The clauses with "pick up X" and "put it on Y" made one command."""
    waiting: Clause | None = None
    for clause in clauses:
        if waiting is not None and isinstance(clause, Clause):
            merged = [_joined(a, b) for a in waiting.readings for b in clause.readings]
            together = tuple(m for m in merged if m is not None)
            if together:
                waiting = Clause(together, f"{waiting.text} and {clause.text}")
                if not any(isinstance(m, Pick) for m in together):
                    yield waiting
                    waiting = None
                continue
        if waiting is not None:
            yield waiting
            waiting = None
        if isinstance(clause, Clause) and any(_lifts(r) for r in clause.readings):
            waiting = clause
        else:
            yield clause
    if waiting is not None:
        yield waiting


def _lifts(reading: object) -> bool:
    return isinstance(reading, Pick) or (
        isinstance(reading, Put) and isinstance(reading.to, Free) and reading.to.out_of is not None
    )


def _joined(first: object, second: object) -> object | None:
    if not _lifts(first) or not isinstance(first, Pick | Put):
        return None
    if isinstance(second, Pick) and _is_pronoun(second.what) and isinstance(first, Pick):
        return first
    if isinstance(second, Put | Stack) and _is_pronoun(second.what):
        return replace(second, what=first.what)
    if isinstance(second, Several) and isinstance(second.commands[0], Put) and _is_pronoun(second.commands[0].what):
        return Several((replace(second.commands[0], what=first.what), *second.commands[1:]))
    return None


def _is_pronoun(group: Group) -> bool:
    return len(group.items) == 1 and isinstance(group.items[0], Pronoun)


def _fork(writer: Writer) -> Writer:
    return replace(
        writer,
        belief=writer.belief.copy(),
        lines=list(writer.lines),
        clauses=list(writer.clauses),
        variables=dict(writer.variables),
        summary=list(writer.summary),
        order=list(writer.order),
    )


def _instances(meaning: object, kind: type[_T]) -> Iterator[_T]:
    if isinstance(meaning, kind):
        yield meaning
    if isinstance(meaning, tuple):
        for part in cast("tuple[object, ...]", meaning):
            yield from _instances(part, kind)
    elif dataclasses.is_dataclass(meaning):
        for f in dataclasses.fields(meaning):
            yield from _instances(getattr(meaning, f.name), kind)


def things_in(meaning: object) -> Iterator[Thing]:
    """Every noun phrase of a meaning."""
    return _instances(meaning, Thing)
