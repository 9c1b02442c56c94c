from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from codepolicy.agent import Agent, open_executor
from codepolicy.loop.executor import Executor
from codepolicy.loop.function_synthesis import missing_functions
from codepolicy.models.scripted import ScriptedModel
from codepolicy.settings import Settings
from primitives.environment import TrialSpec, World

Fenced = Callable[..., str]


@pytest.fixture(scope="module")
def executor(world: World) -> Iterator[Executor]:
    with open_executor(world, TrialSpec(), Settings()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("program", "names"),
    [
        ("put_all_left(detect('block'))", ["put_all_left"]),
        ("for b in sort_by_distance(detect(), 'x'):\n    put(b, make_line(3)[0])", ["sort_by_distance", "make_line"]),
        ("putt('a', 'b')", []),
        ("bring('a', 'b')\npick_up('c')\nput_in('a', 'b')", ["bring", "pick_up", "put_in"]),
        ("def f(g):\n    return g(1)\nf(lambda x: x)", []),
        ("x = undefined_value", []),
        ("import math\nmath.dist((0, 0), (1, 1))\nnp.zeros(3)\nlen('x')", []),
        ("syntax error(", []),
        ("name = input()\nopen('x')\nsort_all(eval('1'))", ["sort_all"]),
    ],
)
def test_only_functions_that_nobody_defined_are_missing(executor: Executor, program: str, names: list[str]) -> None:
    assert [m.name for m in missing_functions(program, executor)] == names


@pytest.mark.slow
def test_a_missing_function_is_written_checked_and_kept(world: World, fenced: Fenced) -> None:
    asked = fenced("say(count_words(detect('block')))")
    draft = fenced("def count_words(objects):\n    return number_word(lenn(objects))")
    written = fenced("def count_words(objects):\n    return number_word(len(objects))")
    inner = fenced("def number_word(n):\n    return word_list()[n]")
    innermost = fenced("def word_list():\n    return ['zero', 'one', 'two', 'three', 'four']")
    model = ScriptedModel([asked, draft, written, inner, innermost])
    episode = Agent(model=model, env=world).run("how many blocks are there?")
    assert (episode.outcome, episode.said) == ("answered", ("four",))
    assert len(episode.turns) == 1
    assert "The program below calls `count_words`" in model.conversations[1][1].text
    assert "- `count_words(detect('block'))`" in model.conversations[1][1].text
    assert "'lenn'" in model.conversations[2][-1].text
    assert model.conversations[0][0] == model.conversations[3][0]
    last = model.conversations[4][1].text
    assert last.index("say(count_words") < last.index("def count_words") < last.index("def number_word"), (
        "the whole way"
    )
    assert "return word_list()[n]  # <-- here" in last


def test_nobody_is_asked_to_write_a_built_in_that_cannot_work(world: World, fenced: Fenced) -> None:
    model = ScriptedModel([fenced("which = input('which?')\nsay(which)"), fenced("say('4')")])
    episode = Agent(model=model, env=world).run("how many blocks are there?")
    assert len(model.conversations) == 2 and episode.outcome == "answered"
    feedback = episode.turns[0].feedback or ""
    assert "'input' cannot be used in a program" in feedback and "use say(text)" in feedback


@pytest.mark.slow
def test_off_by_a_setting(world: World, fenced: Fenced) -> None:
    model = ScriptedModel([fenced("say(count_words(detect('block')))")])
    episode = Agent(model=model, env=world, settings=Settings(hierarchy=False, turns=1)).run("how many?")
    assert episode.outcome == "not_achieved" and len(model.conversations) == 1


@pytest.mark.slow
def test_a_function_that_cannot_be_written_becomes_a_finding(world: World, fenced: Fenced) -> None:
    empty = fenced("def count_words(n):\n    pass")
    model = ScriptedModel([fenced("say(count_words(1))"), empty, empty, fenced("say('4')")])
    episode = Agent(model=model, env=world).run("how many?")
    assert "`count_words` does nothing" in model.conversations[2][-1].text
    assert "the name 'count_words' is not defined" in (episode.turns[0].feedback or "")
    assert episode.outcome == "answered"


@pytest.mark.slow
def test_that_a_function_cannot_be_written_is_told_to_the_author_of_the_program(world: World, fenced: Fenced) -> None:
    program = "for block in detect('block'):\n    grams = weigh(\n        block, unit='g')\n    say(str(grams))"
    why = "Mit diesen Funktionen lässt sich nichts wiegen."
    model = ScriptedModel([fenced(program), why, fenced("decline('nothing here measures weight')")])
    episode = Agent(model=model, env=world).run("which block is the heaviest?")
    asked = model.conversations[1][1].text
    assert "## Instruction\nwhich block is the heaviest?" in asked and "| red block |" in asked
    assert "- `weigh( block, unit='g')`" in asked and "        block, unit='g')  # <-- here" in asked
    assert f'weigh() was not written: "{why}"' in model.conversations[2][1].text
    assert (episode.outcome, len(model.conversations)) == ("declined", 3)


@pytest.mark.slow
def test_a_function_may_be_written_with_others_beside_it(world: World, fenced: Fenced) -> None:
    helper = "LIMIT = 3\n\ndef _many(n):\n    return n > LIMIT\n\n"
    source = helper + "def count_words(n):\n    return 'many' if _many(n) else 'few'"
    model = ScriptedModel([fenced("say(count_words(len(detect('block'))))"), fenced(source)])
    episode = Agent(model=model, env=world).run("how many blocks are there?")
    assert (episode.outcome, episode.said) == ("answered", ("many",))


@pytest.mark.slow
def test_a_whole_program_instead_of_a_function_is_taken(world: World, fenced: Fenced) -> None:
    goal = 'expect(inside("red block", "green bowl"), "in")'
    invented, other = fenced('put_in("red block", "green bowl")', goal), fenced('put("red block", "green bowl")')
    model = ScriptedModel([invented, other])
    episode = Agent(model=model, env=world).run("put the red block in the green bowl", video=False)
    assert (episode.outcome, len(episode.turns), len(model.conversations)) == ("achieved", 1, 2)
    assert episode.turns[0].program == 'put("red block", "green bowl")\n' and episode.turns[0].goal is not None
    tried = fenced("def count_words(n):\n    return str(n)\n\nprint(count_words(3))")
    episode = Agent(model=ScriptedModel([fenced("say(count_words(4))"), tried]), env=world).run("how many blocks?")
    assert (episode.outcome, episode.said) == ("answered", ("4",))


@pytest.mark.slow
def test_a_failure_in_a_written_function_is_marked_there_and_mended_by_a_new_definition(
    world: World, fenced: Fenced
) -> None:
    goal = "expect(number_of(detect('bowl')) == 4 and not find('red block').on == 'table', 'x')"
    bring = "def bring(what):\n    middle = (0.5, 0.0)\n    put(what, 'pink bowl')"
    number = "def number_of(things):\n    return len(things) / 0"
    mended = "def bring(what):\n    put(what, 'green bowl')\ndef number_of(things):\n    return len(things)\n"
    model = ScriptedModel(
        [
            fenced("blocks = detect('block')\n\nsay(f'{number_of(blocks)}')\nbring('red block')", goal),
            fenced(bring),
            fenced(number),
            fenced("bring('red block')", goal),
            fenced(mended + "bring('red block')", goal),
        ]
    )
    episode = Agent(model=model, env=world).run("put the red block away")
    first, second = model.conversations[3][1].text, model.conversations[4][1].text
    assert "say(f'{number_of(blocks)}')  # <-- policy_error" in first
    assert 'failed on line 3 (in "number_of", its line 2: "return len(things) / 0"): policy_error' in first
    assert "    return len(things) / 0  # <-- policy_error\n```" in first.partition("## Feedback")[0]
    assert 'failed on line 1 (in "bring", its line 3: "put(what, \'pink bowl\')") in put(' in second
    assert "    put(what, 'pink bowl')  # <-- not_found" in second and "define it in the program" in second
    assert episode.outcome == "achieved", "the check, too, uses the new definition"
