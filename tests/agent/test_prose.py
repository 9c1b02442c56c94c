"""Replies in words alone, in several languages: refusals end the turn, promises do not, questions need no mark."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from codepolicy.agent import Agent
from codepolicy.episode import GoalCheck
from codepolicy.loop.already_done import shows_it_is_done
from codepolicy.models.scripted import ScriptedModel
from codepolicy.prompting.prose import is_question, prose_kind
from primitives.environment import World
from primitives.scene import Relation
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


def test_nothing_to_do_in_another_language_rests_on_measured_relations() -> None:
    inside = Relation(True, "it is inside", ("red block", "green bowl"))
    measured = GoalCheck(status="vacuous", clauses=(Clause(message="in", holds=True, relations=(inside,)),))
    counted = GoalCheck(status="vacuous", clauses=(*measured.clauses, Clause(message="four of them", holds=True)))
    for instruction in ("lege den roten Würfel in die grüne Schüssel", "把红色方块放进绿色碗里"):
        assert shows_it_is_done(measured, instruction, ())
        assert not shows_it_is_done(counted, instruction, ())
    assert not shows_it_is_done(measured, "tidy the table up", ())
