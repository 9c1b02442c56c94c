from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from codepolicy.agent import Agent
from codepolicy.episode import Outcome
from codepolicy.loop.episode_run import judged
from codepolicy.loop.llm_client import Budget, LLMClient
from codepolicy.models import registry
from codepolicy.models.prices import Price, cost, price_table
from codepolicy.models.protocol import Message, Model, ModelError, Reply, Usage
from codepolicy.models.recording_model import RecordingModel
from codepolicy.models.replay import ReplayModel
from codepolicy.models.scripted import ScriptedModel
from codepolicy.settings import Settings
from primitives.environment import Verdict, VerdictStatus
from primitives.errors import ConfigurationError

ASK = (Message(role="system", text="prefix"), Message(role="user", text="line one\nstack the blocks"))
OTHER = (Message(role="system", text="prefix"), Message(role="user", text="line one\nstack the bowls"))


def test_models_load_by_name(tmp_path: Path) -> None:
    (tmp_path / "1.md").write_text("first")
    (tmp_path / "2.md").write_text("second")
    model: Model = registry.load(f"scripted:{tmp_path}")
    assert [model.complete(ASK).text for _ in range(2)] == ["first", "second"]
    with pytest.raises(ModelError, match="has 2 answers and was asked 3 times"):
        model.complete(ASK)
    with pytest.raises(ConfigurationError, match=r"unknown model 'scripte'\. Did you mean 'scripted'"):
        registry.load("scripte:x")


def test_what_is_recorded_is_replayed(tmp_path: Path) -> None:
    usage = Usage(input_tokens=10, output_tokens=5)
    recorder = RecordingModel(ScriptedModel([Reply(text="one", model="m", usage=usage), "two", "three"]), tmp_path)
    assert recorder.id == "scripted"
    replies = [recorder.complete(ASK), recorder.complete(ASK, sample=1), recorder.complete(OTHER)]
    replay = ReplayModel(tmp_path)
    assert [replay.complete(ASK), replay.complete(ASK, sample=1), replay.complete(OTHER)] == replies
    assert replay.id == f"replay:{tmp_path.name}"
    texts = [p.read_text() for p in tmp_path.glob("*.json")]
    assert len(texts) == 3 and any('"text": "line one\\nstack the blocks"' in t for t in texts), "readable JSON"


def test_a_miss_names_the_nearest_recording(tmp_path: Path) -> None:
    RecordingModel(ScriptedModel(["one"]), tmp_path).complete(ASK)
    (name,) = [p.name for p in tmp_path.glob("*.json")]
    with pytest.raises(ModelError, match=rf"the nearest is {name}: it differs in 2 lines, first '-stack the blocks'"):
        ReplayModel(tmp_path).complete(OTHER)
    with pytest.raises(ModelError, match="it is sample 0, and sample 2 was asked for"):
        ReplayModel(tmp_path).complete(ASK, sample=2)


@pytest.mark.parametrize("content", ["{", '{"key": 1}'])
def test_a_damaged_recording_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ConfigurationError, match=r"a\.json' is no recording"):
        ReplayModel(tmp_path)


def test_the_longest_name_has_the_price() -> None:
    usage = Usage(input_tokens=1_000_000, cached_tokens=500_000, output_tokens=1_000_000)
    table = {"m": Price(input=100, output=100), "m-mini": Price(input=2, cached=1, output=3)}
    assert cost("m-mini-2025", usage, table) == pytest.approx(1 + 0.5 + 3)
    assert cost("unknown", usage, table) is None
    assert cost("m", Usage(), table) is None
    assert all(price.output > price.input > 0 for price in price_table().values())


def test_budgets_count_what_servers_report_and_estimate_the_rest() -> None:
    priced = Reply(text="x", model="m", usage=Usage(input_tokens=600, output_tokens=500, cost_usd=0.4))
    by_tokens = LLMClient(ScriptedModel([priced] * 3), Budget(max_tokens=2000), lambda event: None)
    by_tokens.ask(ASK, turn=1)
    assert by_tokens.budget.tokens_left == 900
    by_tokens.ask(ASK, turn=1)
    with pytest.raises(ModelError, match=r"token budget of 2000 is used up \(2200 spent\); raise --max-tokens"):
        by_tokens.ask(ASK, turn=1)
    by_money = LLMClient(ScriptedModel([priced] * 3), Budget(max_cost_usd=0.5), lambda event: None)
    by_money.ask(ASK, turn=1)
    by_money.ask(ASK, turn=1)
    with pytest.raises(ModelError, match=r"0\.50 USD is used up \(0\.80 spent\)"):
        by_money.ask(ASK, turn=1)
    silent = LLMClient(ScriptedModel(["one two three"]), Budget(), lambda event: None)
    assert 3 <= (silent.ask(ASK, turn=1).usage.output_tokens or 0) <= 5


def test_a_broken_plug_in_is_a_model_error() -> None:
    def broken(messages: object) -> str:
        raise ValueError("oops")

    with pytest.raises(ModelError, match="model 'scripted' broke: ValueError: oops"):
        LLMClient(ScriptedModel([broken]), Budget(), lambda event: None).ask(ASK, turn=1)


def test_messages_survive_the_recording_format() -> None:
    message = Message(role="user", text="é\n", images=(b"\x89PNG\x00",))
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@pytest.mark.parametrize(
    ("outcome", "status", "expected"),
    [
        ("achieved", "achieved", "achieved"),
        ("achieved", "not_achieved", "not_achieved"),
        ("finished", "declined", "declined"),
        ("unverified", "achieved", "achieved"),
        ("unverified", "not_achieved", "not_achieved"),
        ("refused", "declined", "declined"),
        ("refused", "not_achieved", "refused"),
        ("refused", "achieved", "refused"),
        ("achieved", None, "achieved"),
        ("interrupted", "achieved", "interrupted"),
    ],
)
def test_ground_truth_has_the_last_word(outcome: Outcome, status: VerdictStatus | None, expected: Outcome) -> None:
    verdict = None
    if status is not None:
        verdict = Verdict(task="t-v1", status=status, progress=0.0, facts={}, explanation="because")
    assert judged(outcome, "it holds", verdict)[0] == expected


def test_a_budget_in_money_set_from_python_refuses_a_model_without_a_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    with pytest.raises(ConfigurationError, match="costs"):
        Agent(model="openai:nobody-knows-it", settings=Settings(max_cost=1.0)).loaded("openai:nobody-knows-it")


class Unpriced:
    """A model of somebody's own that says no more than it must."""

    id = "mine"
    vision = False

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        return Reply(text="", model="mine")


@pytest.mark.parametrize("role", ["model", "planner", "critic"])
def test_a_budget_in_money_refuses_a_model_object_without_a_price(role: str) -> None:
    models: dict[str, Model] = {"model": ScriptedModel([]), role: Unpriced()}
    with pytest.raises(ConfigurationError, match=r"needs to know what 'mine' costs.*`priced = True`"):
        Agent(**models, settings=Settings(max_cost=1.0)).run("wave")  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["model", "critic"])
def test_vision_cannot_be_forced_on_a_model_that_has_none(role: str) -> None:
    models: dict[str, Model | str] = {"model": ScriptedModel([], vision=True), role: "offline"}
    with pytest.raises(ConfigurationError, match="model 'offline' takes no pictures"):
        Agent(**models, settings=Settings(vision="on")).run("wave")  # type: ignore[arg-type]
