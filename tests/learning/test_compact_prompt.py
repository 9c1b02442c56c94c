from __future__ import annotations

import ast

import pytest

from codepolicy.learned.compact_prompt import PALETTE, compact, recolored, target
from codepolicy.learned.known_functions import with_known, without_known
from codepolicy.models.protocol import Message, Reply
from codepolicy.offline.codegen.snippets import SNIPPETS
from codepolicy.offline.model import OfflineModel
from codepolicy.prompting.prompt import Repair, user_prompt
from codepolicy.prompting.prompt_reader import ReadPrompt, read_prompt
from codepolicy.prompting.reply import parse_reply
from primitives.scene import SceneObject
from sim_envs.language.templates import UNSEEN_COLORS

SYSTEM = "def put(obj, target): ...\n# Answer\n"


def thing(name: str, x: float, y: float, on: str = "table") -> SceneObject:
    color, category = name.split()[:2]
    return SceneObject(
        name=name, category=category, color=color, position=(x, y, 0.02), size=(0.04, 0.04, 0.04), yaw=0.0, on=on
    )


def read(instruction: str, *things: SceneObject, repair: Repair | None = None) -> ReadPrompt:
    user = user_prompt(things, instruction, repair=repair)
    return read_prompt([Message(role="system", text=SYSTEM), Message(role="user", text=user)])


SCENE = (
    thing("red block", 0.49, -0.205),
    thing("green bowl", 0.66, 0.06),
    thing("blue block", 0.66, 0.06, "green bowl"),
)


def test_scene_and_instruction_in_few_tokens_from_left_to_right() -> None:
    text = compact(read("Put the red block in the green bowl", *SCENE)).text
    assert text == (
        "Scene: blue block on green bowl, green bowl, red block\nDo: Put the red block in the green bowl\nProgram:\n"
    )


def test_a_repair_turn_tells_what_was_tried_and_what_came_of_it() -> None:
    repair = Repair(
        program='put(find("red block"), find("bowl"))  # <-- ambiguous\n',
        feedback="The program failed on line 1 in find('bowl'): ambiguous: two bowls\nCalls:\nL1 find\nHint: say which",
    )
    text = compact(read("put the red block in the bowl", *SCENE, repair=repair)).text
    assert text.endswith(
        "Tried:\nput(find('red block'), find('bowl'))\n"
        "Result: The program failed in find('bowl'): ambiguous: two bowls\nProgram:\n"
    )


@pytest.mark.parametrize("color", UNSEEN_COLORS)
def test_a_colour_outside_training_has_another_name_and_gets_its_own_back(color: str) -> None:
    request = compact(read(f"put the {color} block in the lime bowl", thing(f"{color} block", 0.5, 0.1)))
    assert color not in request.text and "lime bowl" in request.text
    own = request.colors[color]
    assert own in PALETTE and own != "lime"
    reply = request.reply(f"put(find('{own} block'), find('lime bowl'))\ndef goal():\n    expect(True, 'x')")
    assert f"put(find('{color} block'), find('lime bowl'))" in reply


def test_colours_are_exchanged_at_once() -> None:
    assert recolored("red on green, greenish", {"red": "green", "green": "red"}) == "green on red, greenish"


def test_other_words_for_a_colour_become_the_name_that_the_scene_has() -> None:
    assert "Do: put the gray" not in compact(read("put the grey block down", thing("gray block", 0.5, 0))).text
    request = compact(read("put the grey block down", thing("gray block", 0.5, 0)))
    assert request.text.count(request.colors["gray"]) == 2


def test_more_colours_than_the_palette_has_lose_nothing() -> None:
    from primitives.colors import COLORS

    request = compact(read("tidy up", *(thing(f"{c} block", 0.4, i / 100) for i, c in enumerate(COLORS))))
    names = [part.split()[0] for part in request.text.splitlines()[0].removeprefix("Scene: ").split(", ")]
    assert len(set(names)) == len(COLORS)


def test_what_the_rule_based_writer_writes_survives_the_way_through_the_few_words() -> None:
    prompt = read("put the red block to the left of the green bowl", *SCENE)
    text = user_prompt(SCENE, "put the red block to the left of the green bowl")
    reply = OfflineModel().complete([Message(role="system", text=SYSTEM), Message(role="user", text=text)])
    parsed = parse_reply(reply)
    assert parsed.program is not None and "def is_free" in parsed.program
    written = target(parsed.program, parsed.goal)
    assert written is not None and "def is_free" not in written and len(written) < len(parsed.program) / 2
    again = parse_reply(Reply(text=compact(prompt).reply(written), model="m"))
    assert again.program is not None and again.goal is not None
    assert _statements(again.program) == _statements(parsed.program)


def _statements(program: str) -> set[str]:
    return {ast.dump(node) for node in ast.parse(program).body if not isinstance(node, ast.Import)}


def test_a_known_function_that_was_changed_stays_in_the_program() -> None:
    changed = SNIPPETS["gap"].replace("[:2]", "[:3]")
    assert "def gap" in ast.unparse(without_known(ast.parse(changed + "\ngap(a, b)\n")))
    assert "def gap" not in ast.unparse(without_known(ast.parse(SNIPPETS["gap"] + "\ngap(a, b)\n")))


def test_a_function_of_the_same_name_that_the_program_defines_is_its_own() -> None:
    own = "def gap(a, b):\n    return 1\n\nsay(str(gap(1, 2)))\n"
    assert with_known(own).count("def gap") == 1


def test_a_goal_check_goes_through_names_in_the_order_of_the_scene() -> None:
    goal = "def goal():\n    for name in ('a', 'b'):\n        expect(on(name, 'table'), name)\n"
    scene = [thing("a block", 0.5, 0.1), thing("b block", 0.5, 0.2), thing("c block", 0.5, 0)]
    goal = goal.replace("'a'", "'a block'").replace("'b'", "'b block'")
    written = target("home()\n", goal, scene)
    assert written is not None and "('b block', 'a block')" in written


def test_a_clause_without_a_message_gets_its_condition() -> None:
    goal = "def goal():\n    for name in ('a', 'b'):\n        expect(on(name, 'table'))\n    expect(x < 1)\n"
    goal += "    expect(all(on(name, 'table') for name in ('a', 'b')))"
    text = compact(read("x", *SCENE)).reply("home()\n" + goal)
    assert "expect(x < 1, 'x < 1')" in text
    assert "expect(all((on(name, 'table') for name in ('a', 'b'))), \"all(" in text  # its name has no value outside
    assert """expect(on(name, 'table'), f"on(name, 'table'), name = {name}")""" in text


def test_no_python_is_no_row() -> None:
    assert target("put(", None) is None


def test_an_answer_that_was_not_run_because_its_check_holds_already_is_asked_for_again() -> None:
    said = "The goal check already holds, so it proves nothing; the program was not run.\nHint: …"
    again = read("put it back", *SCENE, repair=Repair(program="home()\n", feedback=said))
    assert compact(again).text == compact(read("put it back", *SCENE)).text
