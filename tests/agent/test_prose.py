"""Replies in words alone, in several languages: refusals end the turn, promises do not, questions need no mark."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from codepolicy.agent import Agent
from codepolicy.episode import GoalCheck
from codepolicy.loop.already_done import shows_it_is_done
from codepolicy.loop.denials import denied
from codepolicy.loop.goal_coverage import overlooked
from codepolicy.models.scripted import ScriptedModel
from codepolicy.prompting.instruction_kind import asks_only, is_question
from codepolicy.prompting.prose import prose_kind
from primitives.environment import World
from primitives.scene import Relation, SceneObject
from primitives.trace import Clause

COMMAND = "put the red block in the green bowl"
PROMISES = (
    "I'll move the red block into the green bowl now.",
    "Sure! Let me do that for you.",
    "Okay, moving the red block to the green bowl...",
    "I will first pick up the red block, then place it into the green bowl.",
    "Done! The red block is in the green bowl.",
    "The red block has been placed in the green bowl.",
    "Ich werde den roten Block jetzt in die grüne Schüssel legen.",
    "Erledigt, der Würfel liegt in der Schüssel.",
    "Voy a poner el bloque rojo en el cuenco verde.",
    "Claro, ahora mismo.",
    "Je vais placer le bloc rouge dans le bol vert.",
    "Sto per spostare il blocco rosso nella ciotola verde.",
    "好的，我现在把红色方块放进绿色碗里。",
    "赤いブロックを緑のボウルに移動します。",
    "Сейчас я положу красный кубик в зелёную миску.",
)
REFUSALS = (
    "There is no red block on the table.",
    "I'm sorry, I can't do that.",
    "I will not move the knife, it is unsafe.",
    "Sure, I looked, but the bowl is missing.",
    "I have only a gripper; this needs two hands.",
    "Das geht leider nicht.",
    "Ich werde das nicht tun.",
    "Es gibt hier keine Schüssel.",
    "No puedo hacerlo.",
    "Je ne peux pas le faire.",
    "Non posso farlo, mi dispiace.",
    "这里没有红色方块。",
    "赤いブロックはありません。",
    "Здесь нет красного кубика.",
    "Hapa hakuna kitu kama hicho.",
)
QUESTIONS = (
    "how many blocks are there",
    "wie viele Würfel liegen auf dem Tisch",
    "Wo ist die rote Schüssel",
    "cuántos bloques hay",
    "¿Dónde está el cuenco rojo?",
    "combien de blocs y a-t-il",
    "quanti blocchi ci sono",
    "quantos blocos há na mesa",
    "hoeveel blokken liggen er",
    "сколько кубиков на столе",
    "桌上有几个方块",
    "红色的碗在哪里",
    "ブロックはいくつありますか",
    "블록이 몇 개 있어",
    "zähle die Würfel",
)
COMMANDS = (
    "put the red block in the bowl",
    "lege den roten Würfel in die Schüssel",
    "pon el bloque rojo en el cuenco",
    "mets le bloc rouge dans le bol",
    "metti il blocco rosso nella ciotola",
    "leg het rode blok in de kom",
    "положи красный кубик в миску",
    "把红色方块放进碗里",
    "赤いブロックをボウルに入れて",
    "빨간 블록을 그릇에 넣어",
    "weise den Block der Schüssel zu",
    "hayrack to the left",
)


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise_is_no_refusal(text: str) -> None:
    assert prose_kind(text, COMMAND) == "promise"


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_one_whatever_it_begins_with(text: str) -> None:
    assert prose_kind(text, COMMAND) == "refusal"


@pytest.mark.parametrize("text", QUESTIONS)
def test_questions_need_no_mark(text: str) -> None:
    assert is_question(text)
    assert prose_kind("Sure: three.", text) == "answer"


@pytest.mark.parametrize("text", COMMANDS)
def test_commands_are_no_questions(text: str) -> None:
    assert not is_question(text)


@pytest.mark.slow
def test_a_promise_costs_one_turn_and_not_the_instruction(world: World, fenced: Callable[..., str]) -> None:
    good = fenced('put("red block", "green bowl")', 'expect(inside("red block", "green bowl"), "in")')
    model = ScriptedModel(["I'll move the red block now.", good])
    episode = Agent(model=model, env=world).run(COMMAND, video=False)
    assert (episode.outcome, len(episode.turns)) == ("achieved", 2)
    assert "The reply had no program in it." in model.conversations[1][-1].text
    assert "I'll move" not in " ".join(episode.said)


def thing(color: str, category: str) -> SceneObject:
    name = f"{color} {category}"
    return SceneObject(name=name, category=category, color=color, position=(0.5, 0.0, 0.02), size=(0.04, 0.04, 0.04))


SCENE = (thing("red", "block"), thing("blue", "block"), thing("green", "bowl"), thing("red", "bowl"))


def checked(*of: tuple[str, ...], about: tuple[str, ...] = (), nothing: bool = False) -> GoalCheck:
    clauses = tuple(Clause(message="m", holds=True, relations=(Relation(True, "so", names),)) for names in of)
    seen = tuple(dict.fromkeys((*about, *(name for names in of for name in names))))
    return GoalCheck(status="passed", clauses=clauses, about=seen, found_nothing=nothing)


def test_nothing_to_do_in_another_language_rests_on_measured_relations() -> None:
    measured = checked(("red block", "green bowl"))
    counted = msgspec.structs.replace(measured, clauses=(Clause(message="four of them", holds=True),))
    for instruction in (
        "lege den roten Würfel in die grüne Schüssel",
        "把红色方块放进绿色碗里",
        "metu la ruĝan en la verdan",
    ):
        assert shows_it_is_done(measured, instruction, SCENE)
        assert not shows_it_is_done(counted, instruction, SCENE)
    assert not shows_it_is_done(checked(("blue block", "green bowl")), "lege den roten Würfel in die Schüssel", SCENE)
    assert not shows_it_is_done(measured, "tidy the table up", SCENE)
    assert shows_it_is_done(checked(nothing=True), "if there is a purple block, put it in the green bowl", SCENE)
    assert not shows_it_is_done(checked(nothing=True), "put the purple block in the green bowl", SCENE)
    assert shows_it_is_done(checked(("red block", "table")), "don't move anything", SCENE)


@pytest.mark.parametrize(
    "instruction",
    [
        "put the red block in the green bowl and the blue block in the red bowl",
        "the red block goes in the green bowl, the blue one into the red bowl",
        "lege den roten Würfel in die grüne Schüssel und den blauen in die rote Schüssel",
        "pon el bloque rojo en el cuenco verde y el bloque azul en el cuenco rojo",
        "mets le bloc rouge dans le bol vert et le bleu dans le bol rouge",
        "metti il blocco rosso nella ciotola verde e quello blu nella ciotola rossa",
        "положи красный кубик в зелёную миску, а синий кубик в красную миску",
        "把红色方块放进绿色碗里，再把蓝色方块放进红色碗里",
        "赤いブロックを緑のボウルに、青いブロックを赤いボウルに入れて",
        "빨간 블록을 초록 그릇에 넣고 파란 블록을 빨간 그릇에 넣어",
    ],
)
def test_a_check_of_half_the_sentence_is_told(instruction: str) -> None:
    assert overlooked(checked(("red block", "green bowl")), instruction, SCENE) == ("blue block", "red bowl")
    both = checked(("red block", "green bowl"), ("blue block", "red bowl"))
    assert overlooked(both, instruction, SCENE) == ()


@pytest.mark.parametrize(
    ("instruction", "of", "missed"),
    [
        ("put all blocks in the green bowl", [("red block", "green bowl")], ("block",)),
        ("put a block in the green bowl", [("red block", "green bowl")], ()),
        ("stack the red block on the blue block", [("blue block", "red block")], ("red block with blue block",)),
        ("put the red block on the blue block", [("red block", "blue block")], ()),
        ("put the red block in the red bowl, not in the green bowl",
         [("red block", "green bowl"), ("red block", "red bowl")], ()),
        ("put the red block in the red bowl and the blue block in the green bowl",
         [("red block", "green bowl"), ("blue block", "red bowl")],
         ("red block with red bowl", "blue block with green bowl")),
        ("if the purple block is there, put the red block in the green bowl", [("red block", "green bowl")], ()),
        ("metu la ruĝan en la verdan", [("red block", "green bowl")], ()),
    ],
)  # fmt: skip
def test_what_a_check_overlooks(instruction: str, of: list[tuple[str, ...]], missed: tuple[str, ...]) -> None:
    assert overlooked(checked(*of), instruction, SCENE) == missed


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("There is no red block on the table.", True),
        ("I cannot see a red block.", True),
        ("The red block is not there.", True),
        ("Es gibt keinen roten Würfel.", True),
        ("No hay ningún bloque rojo.", True),
        ("Il n'y a pas de bloc rouge.", True),
        ("这里没有红色方块。", True),
        ("赤いブロックはありません。", True),
        ("Здесь нет красного кубика.", True),
        ("There is no purple block; I see a red block and a blue block.", False),
        ("The red block is too wide for the hand.", False),
        ("There is no green bowl for it.", False),
        ("Das ist mir zu gefährlich.", False),
    ],
)
def test_what_is_denied_and_in_view(reason: str, found: bool) -> None:
    assert bool(denied(reason, "put the red block in the red bowl", SCENE)) is found


@pytest.mark.parametrize(
    ("reply", "instruction"),
    [
        ("It is already there, nothing to do.", COMMAND),
        ("Der rote Block liegt schon in der Schüssel.", COMMAND),
        ("El bloque ya está en el cuenco.", COMMAND),
        ("Le bloc est déjà dans le bol, rien à faire.", COMMAND),
        ("红色方块已经在碗里了。", COMMAND),
        ("Gern geschehen!", "danke"),
        ("No problem.", "thanks!"),
        ("Alles bleibt, wie es ist.", "Bitte nichts anfassen"),
    ],
)
def test_nothing_to_do_is_an_answer(reply: str, instruction: str) -> None:
    assert prose_kind(reply, instruction) == "answer"


@pytest.mark.parametrize(
    "reply", ["I have already moved the block.", "已经放好了。", "I can't: the bowl is already full."]
)
def test_what_the_model_says_it_did_is_no_answer(reply: str) -> None:
    assert prose_kind(reply, COMMAND) != "answer"


@pytest.mark.parametrize(
    ("instruction", "only"),
    [
        ("how many blocks are there?", True),
        ("which block is close to the bowl?", True),
        ("how many blocks are there, and put the red one in the bowl", False),
        ("can you put the red block in the bowl?", False),
        ("Kannst du den roten Block in die Schüssel legen?", False),
        ("cuántos bloques hay y pon el rojo en el cuenco", False),
        ("碗里放了几个方块？", True),
        ("数一数有几个方块，并把红色方块放进碗里", False),
    ],
)
def test_a_question_may_stand_beside_an_order(instruction: str, only: bool) -> None:
    assert asks_only(instruction) is only
