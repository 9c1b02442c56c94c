"""What counts as a clause of a goal check, and what a failed index is told with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import pytest

from codepolicy.sandbox.host import PolicySandbox
from primitives.api import surface
from primitives.scene import Relation

Clauses = list[tuple[bool, str]]


def goal_clauses(sandbox: PolicySandbox, source: str, entry: str = "goal") -> tuple[Clauses, object]:
    """The clauses that the source states, and how it ended."""
    found: Clauses = []

    def dispatch(name: str, args: Sequence[msgspec.Raw], kwargs: Mapping[str, msgspec.Raw], line: int | None) -> object:
        if name == "inside":
            return Relation(False, "0.1 m away")
        given = [msgspec.msgpack.decode(a) for a in args] + [msgspec.msgpack.decode(a) for a in kwargs.values()]
        found.append((given[0]["holds"] if isinstance(given[0], dict) else given[0], given[1]))
        return None

    session = sandbox.session()
    outcome = session.run(source, surface=surface("skill"), dispatch=dispatch, entry=entry, deadline_s=20)  # type: ignore[arg-type]
    session.close()
    return found, outcome


@pytest.fixture(scope="module")
def sandbox():
    with PolicySandbox() as made:
        yield made


CASES: list[tuple[str, Clauses]] = [
    ("assert 1 > 2, 'more'", [(False, "more")]),
    ("assert not inside('a', 'b')", [(True, "not inside('a', 'b')")]),
    ("assert (1 > 2, 'a tuple is always true')", [(False, "a tuple is always true")]),
    ("x = []\n    assert x, 'something'\n    assert x[0] == 1", [(False, "something")]),
    ("assert 1 > 2, 'first'\n    assert 2 > 1, f'sec{1}nd'", [(False, "first"), (True, "sec1nd")]),
    ("expect(2 > 1)", [(True, "2 > 1")]),
    ("größe = 3\n    expect(größe > 1 and\n        größe < 4)", [(True, "größe > 1 and größe < 4")]),
    ("expect(2 > 1, 'said')", [(True, "said")]),
    ("expect(condition=inside('a', 'b'), message='in')", [(False, "in")]),
]


@pytest.mark.parametrize(("body", "clauses"), CASES, ids=[c[0][:30] for c in CASES])
def test_a_clause(sandbox: PolicySandbox, body: str, clauses: Clauses) -> None:
    found, outcome = goal_clauses(sandbox, f"def goal():\n    {body}\n")
    assert found == clauses
    assert outcome.status == "finished", outcome  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("'the block is in', True", "a text"),
        ("(inside('a', 'b'), 'in')", "a tuple"),
        ("(inside(x, 'b') for x in 'ab')", "a generator"),
        ("[inside('a', 'b'), inside('a', 'c')]", "a list of answers"),
        ("lambda: inside('a', 'b')", "a function"),
    ],
)
def test_a_condition_that_is_always_true_is_refused(sandbox: PolicySandbox, condition: str, why: str) -> None:
    found, outcome = goal_clauses(sandbox, f"def goal():\n    expect({condition})\n")
    assert found == []
    assert f"the condition is {why}" in outcome.failure.message  # type: ignore[attr-defined]


HINTS: list[tuple[str, str]] = [
    ("blocks = [1, 2]\nblocks[2]", "blocks has 2 items here, so its last index is 1"),
    ("blocks = []\nprint(blocks[0])", "blocks is empty here"),
    ("d = {'red': 1}\nd['blue']", "d has the keys 'red'"),
    ("best = None\nbest[0]", "best is None here"),
    ("d = {}\nx = d.get('a').name", "d.get('a') is None here"),
    ("def f(größe):\n    return größe[\n        7]\nf('abc')", "größe has 3 items here"),
]


@pytest.mark.parametrize(("program", "hint"), HINTS, ids=[h[0][:20] for h in HINTS])
def test_a_failed_index_is_told_with_what_is_there(sandbox: PolicySandbox, program: str, hint: str) -> None:
    _, outcome = goal_clauses(sandbox, program, entry="program")
    assert hint in (outcome.failure.hint or "")  # type: ignore[attr-defined]


LETTERS: list[str] = [
    "红方块 = 1\ngröße, Δ, имя, ブロック = 1, 2, 3, 4\nprint(红方块, größe)",
    r"print('\N{DEGREE SIGN}', '\N{SNOWMAN}')",
    "import unicodedata\nprint(unicodedata.normalize('NFC', 'é'))",
    "class Größe:\n    höhe = 1\nprint(Größe().höhe, f'{Größe.höhe!a}')",
    "print('é'.encode('latin-1'), 'é'.encode('ascii', 'ignore'), 'é'.encode('utf-16'), 'ß'.upper(), 'İ'.casefold())",
    "ﬁ = 1\nprint(fi)",
]


@pytest.mark.parametrize("program", LETTERS)
def test_letters_of_every_language_run(sandbox: PolicySandbox, program: str) -> None:
    _, outcome = goal_clauses(sandbox, program, entry="program")
    assert outcome.status == "finished", outcome  # type: ignore[attr-defined]
