"""From clauses to a program: each reading is tried in the scene, and the likeliest one that works is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codepolicy.offline.codegen import conditionals
from codepolicy.offline.codegen.answers import write_answer
from codepolicy.offline.codegen.clearing import write_clear
from codepolicy.offline.codegen.counting import counted_out
from codepolicy.offline.codegen.furniture_operation import as_operation, write_operation
from codepolicy.offline.codegen.hanoi import write_hanoi
from codepolicy.offline.codegen.object_expressions import refer
from codepolicy.offline.codegen.picking_up import write_pick
from codepolicy.offline.codegen.pouring import poured_from, write_pour
from codepolicy.offline.codegen.program_writer import Writer, quoted
from codepolicy.offline.codegen.put_dispatch import write_put
from codepolicy.offline.codegen.stacking import write_stack
from codepolicy.offline.codegen.swapping import write_swap
from codepolicy.offline.codegen.wiping import write_wipe
from codepolicy.offline.grounding import phrasing
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.grounding.selection import choose
from codepolicy.offline.grounding.standing_stacks import stack_under
from codepolicy.offline.lexicon.tokenizer import tokenize
from codepolicy.offline.parser.clause_joining import is_pronoun, lifts, picked_and_put
from codepolicy.offline.parser.clauses import ConditionalClause, NotUnderstood, ParsedClause
from codepolicy.offline.parser.command_rules import Bare, BareTo, Incomplete, Several
from codepolicy.offline.parser.likelihood import cost
from codepolicy.offline.parser.meaning import (  # fmt: skip
    Again,
    Ask,
    At,
    Back,
    Clear,
    Command,
    Free,
    Hanoi,
    Home,
    Keep,
    Operate,
    Pick,
    Pour,
    Pronoun,
    Put,
    PutAsMany,
    Stack,
    SwapCommand,
    Thing,
    ThingGroup,
    Undo,
    Wipe,
    only,
    with_category,
)
from codepolicy.offline.parser.traversal import instances, things_in


class Composer:
    """Writes one program for a sequence of clauses.

    Args:
        belief: the scene of the prompt.
        last: the last command of the session, for "do the same with the blue one".
    """

    def __init__(self, belief: Belief, *, last: Command | None = None) -> None:
        self.writer = Writer(belief)
        self.last = last
        self.kept: tuple[Thing | Pronoun, ...] = ()

    def compose(self, clauses: Sequence[ParsedClause | ConditionalClause]) -> Writer:
        """The program.

        Raises:
            Declined: no reading can be carried out in this scene.
        """
        kept = [r.what for c in clauses if isinstance(c, ParsedClause) for r in c.readings if isinstance(r, Keep)]
        self.kept = tuple(i for g in kept for i in g.items)
        for clause in picked_and_put(clauses):
            if isinstance(clause, ParsedClause) and any(isinstance(r, Keep) for r in clause.readings):
                continue
            if isinstance(clause, ConditionalClause):
                self._decide(clause)
            else:
                self._choose(clause.readings, clause.text)
        return self.writer

    def _choose(self, readings: Sequence[object], text: str) -> None:
        """Write the likeliest reading that works."""
        picks = any(isinstance(r, Pick) for r in readings)
        if any(isinstance(r, Put) and lifts(r) for r in readings):
            readings = [r for r in readings if not isinstance(r, Pick)]
        rated = sorted(
            ((cost(r, self.writer.belief, picks=picks), i, r) for i, r in enumerate(readings)), key=lambda t: t[:2]
        )
        refusals: list[Declined] = []
        for _, _, reading in rated:
            trial = self.writer.copy()
            try:
                last = self._write(trial, reading)
            except Declined as declined:
                refusals.append(declined)
                continue
            self.writer = trial
            self.last = self.last if isinstance(last, Ask) else last  # "do the same" is not to ask again
            return
        likeliest = rated[0][2]
        if isinstance(likeliest, Bare | BareTo | Incomplete | Again) and any(t.unknown for t in things_in(likeliest)):
            raise NotUnderstood(tokenize(text)[0])
        raise refusals[0]

    def _write(self, writer: Writer, reading: object) -> Command | None:
        if self.kept and isinstance(reading, Put | Stack):
            reading = replace(reading, what=self._without_kept(reading.what))
        if isinstance(reading, Put) and (operation := as_operation(reading, writer.belief)) is not None:
            reading = operation
        match reading:
            case Pour():
                write_pour(writer, reading)
            case Wipe():
                write_wipe(writer, reading)
            case Put(what, Back()) if isinstance(self.last, Pour) and _is_back(writer.belief, what, self.last):
                return self.last
            case Hanoi():
                write_hanoi(writer, reading)
            case Operate():
                write_operation(writer, reading)
            case Several(commands):
                company: list[str] = []
                for command in commands:
                    self._write(writer, command)
                    company += [n for n in writer.belief.subjects if n not in company]
                writer.belief.company = tuple(company)
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
                if any(o.on == "gripper" for o in writer.belief.objects.values()) and _is_held(writer.belief, what):
                    return self._write(writer, Put(what, Free()))
                raise Declined(
                    f"Where should {phrasing.group(what)} go? Name an object or a place, for example "
                    '"in the green bowl" or "on the left side".'
                )
            case Put() if _is_tower(reading.what):
                write_stack(writer, _moved_tower(writer.belief, reading))
            case Put():
                write_put(writer, reading)
            case PutAsMany():
                return self._write(writer, counted_out(writer.belief, reading))
            case Stack():
                write_stack(writer, reading)
            case SwapCommand():
                write_swap(writer, reading)
            case Clear():
                write_clear(writer, reading)
            case Pick():
                write_pick(writer, reading)
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
                return self._write(writer, Put(ThingGroup(moved), Back()))
            case _:
                raise Declined("I do not know how to do that.")
        return reading

    def _without_kept(self, what: ThingGroup) -> ThingGroup:
        """The group without what is to stay."""
        return replace(
            what,
            items=tuple(
                replace(i, exceptions=with_category(ThingGroup(self.kept), i.category))
                if isinstance(i, Thing) and i.many and i.exceptions is None
                else i
                for i in what.items
            ),
        )

    def _repeated(self, what: ThingGroup) -> Command:
        if not isinstance(self.last, Put | Stack | Pick | Operate):
            raise Declined("There is nothing before this that I could do again; say the whole instruction.")
        category = next((t.category for t in things_in(self.last.what) if t.category), "")
        return replace(self.last, what=with_category(what, category))

    def _decide(self, clause: ConditionalClause) -> None:
        belief = self.writer.belief
        refusal: Declined | None = None
        self._expect_subject(clause)
        for condition in clause.conditions:
            words = conditionals.text(condition)
            bound = belief.bound.get(f"whether {words}")
            try:
                truth = bound[0] == "yes" if bound else conditionals.is_true(condition, belief)
                expression = None if bound else conditionals.code(condition, belief)
            except Declined as declined:
                refusal = refusal or declined
                continue
            break
        else:
            assert refusal is not None
            raise refusal
        subject = condition.subject
        try:
            self.writer.belief.subjects = tuple(o.name for o in refer(self.writer.copy(), subject).objects)
            others = [g for g in instances(condition.test, ThingGroup) if g.items]
            self.writer.belief.targets = tuple(o.name for g in others for o in refer(self.writer.copy(), g).objects)
        except Declined:
            pass
        taken = truth != clause.negated
        comment = f"# whether {words}: {'yes' if truth else 'no'}"
        branch = clause.then if taken else clause.otherwise
        if expression is None:
            self.writer.write(comment)
            self._branch(branch, "nothing is to be done")
            return
        self.writer.write(comment, f"if {'not (' + expression + ')' if clause.negated else expression}:")
        if not taken:
            self._untaken(clause.then)
            self.writer.write("else:")
        self._branch(branch, "nothing is to be done", indent=1)
        if taken:
            self.writer.write("else:")
            self._untaken(clause.otherwise)

    def _expect_subject(self, clause: ConditionalClause) -> None:
        """Let "it" in the condition mean what the command is about, and "otherwise in Y" repeat that command."""
        first = clause.then[0] if clause.then else None
        if not isinstance(first, ParsedClause):
            return
        for reading in first.readings:
            if isinstance(reading, Put | Pick | Stack) and is_pronoun(reading.what):
                self.last = reading
                return
            if isinstance(reading, Put | Pick | Stack):
                try:
                    self.writer.belief.subjects = tuple(o.name for o in refer(self.writer.copy(), reading.what).objects)
                except Declined:
                    continue
                self.last = reading
                return

    def _branch(self, clauses: Sequence[ParsedClause | ConditionalClause], nothing: str, *, indent: int = 0) -> None:
        self.writer.indent += indent
        before, moves = len(self.writer.lines), self.writer.moves
        if clauses:
            self.compose(clauses)
        if len(self.writer.lines) == before:
            self.writer.write(f"say({quoted(nothing)})")
        if self.writer.moves == moves and not self.writer.clauses:
            self.writer.silent = True
        self.writer.indent -= indent

    def _untaken(self, clauses: Sequence[ParsedClause | ConditionalClause]) -> None:
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


def _is_tower(what: ThingGroup) -> bool:
    """Whether a whole tower is to be moved."""
    item = what.items[0]
    return len(what.items) == 1 and isinstance(item, Thing) and item.category == "tower"


def _moved_tower(belief: Belief, command: Put) -> Stack:
    """The same tower, built anew somewhere else."""
    (top,) = choose(command.what, belief)[:1]
    chain = tuple(only(Thing(o.category, names=(o.name,))) for o in stack_under(top, belief))
    if isinstance(command.to, At) and command.to.relation in ("in", "on", "to"):
        return Stack(ThingGroup(()), chain=(*chain, command.to.things))
    return Stack(ThingGroup(()), command.to, chain=chain)


def _is_back(belief: Belief, what: ThingGroup, poured: Pour) -> bool:
    """Whether "put it back" speaks of the cup that was poured from, which is back already."""
    cup = choose(what, belief.copy())
    return [o.name for o in cup] == [poured_from(poured.what, Belief.of(belief.start.values())).name]


def _is_held(belief: Belief, what: ThingGroup) -> bool:
    """Whether "put it down" speaks of what the gripper holds."""
    return all(o.on == "gripper" for o in choose(what, belief.copy()))
