"""Spelling, the vocabulary, and what reading costs."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from codepolicy.models.options import ModelOptions
from codepolicy.offline import make
from codepolicy.offline.lexicon.tokenizer import spell, tokenize
from codepolicy.offline.lexicon.vocabulary import phrases
from codepolicy.offline.parser.clauses import clauses
from codepolicy.prompting.reply import parse_reply
from primitives.colors import COLORS
from primitives.errors import ConfigurationError
from tests.offline.sentences import CORPUS
from tests.offline.table import ask, thing


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Put it 10cm LEFT.", "put it 10 cm left ."),
        ("the top-left corner", "the top left corner"),
        ("don’t", "do not"),
        ("the bowl's colour", "the bowl color"),
        ("at the centre", "at the center"),
        ("0.5 m", "0.5 m"),
        ("1,5 cm", "1.5 cm"),
    ],
)
def test_spelling(written: str, read: str) -> None:
    assert spell(written) == read


def test_a_slip_of_the_keyboard_is_corrected_and_said() -> None:
    scene = [thing("red block", 0.4, 0.1), thing("green bowl", 0.5, -0.1)]
    reply = ask("put the red blcok in the grene bowl", scene)
    assert reply.finish == "stop"
    assert "'blcok' as 'block'" in reply.text


def test_no_phrase_means_two_things() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for phrase, kind, value in phrases():
        assert seen.setdefault(phrase, (kind, value)) == (kind, value), phrase


@pytest.mark.parametrize("color", sorted(COLORS))
def test_every_colour_that_cameras_name_is_known(color: str) -> None:
    scene = [thing(f"{color} block", 0.4, 0.1), thing("green bowl", 0.5, -0.1), thing("green block", 0.6, 0.1)]
    assert f'find("{color} block")' in ask(f"pick up the {color} block", scene).text


@pytest.mark.slow
def test_reading_a_sentence_is_quick() -> None:
    sentences = [s for _, group in CORPUS for s in group[:3]]
    clauses(tokenize(sentences[0])[0])
    start = time.process_time()
    for sentence in sentences:
        clauses(tokenize(sentence)[0])
    assert (time.process_time() - start) / len(sentences) < 0.05


def test_importing_the_entry_point_loads_no_parser() -> None:
    code = "import sys, codepolicy.offline; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_model_says_what_it_is_and_takes_no_argument() -> None:
    model = make("", ModelOptions())
    assert (model.id, model.vision) == ("offline", False)
    with pytest.raises(ConfigurationError, match="takes no argument"):
        make("gpt", ModelOptions())


def test_replies_are_read_like_those_of_a_language_model() -> None:
    scene = [thing("red block", 0.4, 0.1), thing("green bowl", 0.5, -0.1)]
    parsed = parse_reply(ask("put the red block in the green bowl", scene))
    assert parsed.program == 'put(find("red block"), find("green bowl"))\n'
    assert parsed.goal is not None
    assert parse_reply(ask("sing", scene)).refusal
