from __future__ import annotations

import time
from email.utils import formatdate
from types import SimpleNamespace

import pytest

from codepolicy.models.openai import OpenAIModel
from codepolicy.models.protocol import Message, ModelError
from codepolicy.models.registry import ModelOptions
from primitives.errors import ConfigurationError

ASK = (Message(role="system", text="be brief"), Message(role="user", text="hello"))


def model(url: str, name: str = "small", *, sleeps: list[float] | None = None, **options: object) -> OpenAIModel:
    slept = sleeps if sleeps is not None else []
    return OpenAIModel(name, ModelOptions(base_url=url, **options), sleep=slept.append)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def test_a_streamed_reply_with_usage_and_price(chat: SimpleNamespace) -> None:
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "total_tokens": 1100,
        "prompt_tokens_details": {"cached_tokens": 400},
    }
    with chat.serving(chat.streamed("hel", "lo", usage=usage)) as server:
        reply = model(server.url, "gpt-4.1-mini").complete(ASK)
    assert (reply.text, reply.finish, reply.model) == ("hello", "stop", "small-2025")
    assert (reply.usage.input_tokens, reply.usage.cached_tokens, reply.usage.output_tokens) == (1000, 400, 100)
    assert reply.usage.cost_usd == pytest.approx((600 * 0.4 + 400 * 0.1 + 100 * 1.6) / 1e6)
    assert server.requests[0]["stream"] is True
    assert [m["role"] for m in server.requests[0]["messages"]] == ["system", "user"]


def test_no_usage_is_no_number(chat: SimpleNamespace) -> None:
    with chat.serving(chat.streamed("hi")) as server:
        assert model(server.url).complete(ASK).usage.input_tokens is None


def test_a_server_that_does_not_stream(chat: SimpleNamespace) -> None:
    with chat.serving(chat.whole("plain")) as server:
        assert model(server.url).complete(ASK).text == "plain"


def test_images_go_to_models_with_vision_only(chat: SimpleNamespace) -> None:
    ask = (Message(role="user", text="look", images=(b"png",)),)
    with chat.serving(chat.streamed("ok")) as server:
        model(server.url, "gpt-4.1").complete(ask)
        model(server.url, "small").complete(ask)
    seeing, blind = (r["messages"][0]["content"] for r in server.requests)
    assert seeing[1]["image_url"]["url"] == "data:image/png;base64,cG5n"
    assert blind == "look"


def test_it_does_without_what_the_server_refuses(chat: SimpleNamespace) -> None:
    ask = (Message(role="user", text="look", images=(b"png",)),)
    with chat.serving(
        chat.failing(400, "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."),
        chat.failing(400, "Unsupported value: 'temperature' does not support 0.2 with this model."),
        chat.failing(400, "stream_options is unknown"),
        chat.failing(400, "this model does not support image input"),
        chat.streamed("ok"),
    ) as server:
        subject = model(server.url, "gpt-4.1", temperature=0.2, max_tokens=50)
        assert subject.complete(ask).text == "ok"
        assert subject.complete(ask).text == "ok"
    last = server.requests[-1]
    assert len(server.requests) == 6, "what was refused once is not tried again"
    assert last["max_completion_tokens"] == 50
    assert not {"max_tokens", "temperature", "stream_options"} & last.keys()
    assert last["messages"][0]["content"] == "look"
    assert not subject.vision


def test_it_waits_as_long_as_the_server_asks(chat: SimpleNamespace) -> None:
    sleeps: list[float] = []
    with chat.serving(
        chat.failing(429, "slow down", retry_after="7"), chat.failing(503, "busy"), chat.streamed("ok")
    ) as server:
        assert model(server.url, sleeps=sleeps).complete(ASK).text == "ok"
    assert sleeps == [7.0, 1.0]


def test_it_waits_until_the_date_the_server_names(chat: SimpleNamespace) -> None:
    sleeps: list[float] = []
    date = formatdate(time.time() + 20, usegmt=True)
    with chat.serving(chat.failing(429, "slow down", retry_after=date), chat.streamed("ok")) as server:
        assert model(server.url, sleeps=sleeps).complete(ASK).text == "ok"
    assert 15 < sleeps[0] <= 20


def test_no_quota_is_not_retried(chat: SimpleNamespace) -> None:
    with (
        chat.serving(chat.failing(429, "no money", code="insufficient_quota")) as server,
        pytest.raises(ModelError, match="no money"),
    ):
        model(server.url).complete(ASK)
    assert len(server.requests) == 1


def test_it_gives_up_on_a_broken_server_with_its_words(chat: SimpleNamespace) -> None:
    with (
        chat.serving(chat.failing(500, "the disk is full")) as server,
        pytest.raises(ModelError, match="status 500: the disk is full"),
    ):
        model(server.url, retries=2).complete(ASK)
    assert len(server.requests) == 3


def test_a_lost_connection_is_retried(chat: SimpleNamespace) -> None:
    with chat.serving(chat.dropping("hal"), chat.streamed("hello")) as server:
        assert model(server.url).complete(ASK).text == "hello"


def test_a_stall_ends_in_a_sentence(chat: SimpleNamespace) -> None:
    with (
        chat.serving(chat.stalling("hal", seconds=0.6)) as server,
        pytest.raises(ModelError, match=r"sent nothing for 0\.1 s; raise --timeout"),
    ):
        model(server.url, timeout_s=0.1, retries=0).complete(ASK)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key(chat: SimpleNamespace, status: int) -> None:
    with (
        chat.serving(chat.failing(status, "bad key")) as server,
        pytest.raises(ConfigurationError, match="OPENAI_API_KEY: bad key"),
    ):
        model(server.url).complete(ASK)


def test_an_unknown_model_is_told_its_neighbours(chat: SimpleNamespace) -> None:
    with (
        chat.serving(chat.failing(404, "no such model")) as server,
        pytest.raises(ConfigurationError, match=r"knows no model 'smal'\. Did you mean 'small'"),
    ):
        model(server.url, "smal").complete(ASK)


def test_an_ordinary_web_page_is_no_server(chat: SimpleNamespace) -> None:
    with (
        chat.serving(chat.page) as server,
        pytest.raises(ConfigurationError, match="does not answer like an OpenAI-compatible server"),
    ):
        model(server.url).complete(ASK)


def test_nobody_there() -> None:
    with pytest.raises(ConfigurationError, match=r"cannot reach http://127\.0\.0\.1:9/v1"):
        model("http://127.0.0.1:9/v1").complete(ASK)


def test_a_context_overflow(chat: SimpleNamespace) -> None:
    words = "This model's maximum context length is 8192 tokens."
    with (
        chat.serving(chat.failing(400, words, code="context_length_exceeded")) as server,
        pytest.raises(ModelError, match="does not fit into the context of 'small'"),
    ):
        model(server.url).complete(ASK)


def test_an_endless_reply_is_cut_off(chat: SimpleNamespace) -> None:
    with (
        chat.serving(chat.streamed(*["x" * 50_000] * 200)) as server,
        pytest.raises(ModelError, match="more than 400000 characters"),
    ):
        model(server.url).complete(ASK)


def test_thinking_that_leaves_no_room_gets_more(chat: SimpleNamespace) -> None:
    with chat.serving(
        chat.streamed("hmm", field="reasoning_content", finish="length"), chat.streamed("done")
    ) as server:
        assert model(server.url, max_tokens=100).complete(ASK).text == "done"
    assert [r["max_tokens"] for r in server.requests] == [100, 400]


def test_an_empty_reply(chat: SimpleNamespace) -> None:
    with chat.serving(chat.streamed("")) as server, pytest.raises(ModelError, match="an empty reply 2 times"):
        model(server.url).complete(ASK)


def test_refusals_come_back_as_such(chat: SimpleNamespace) -> None:
    with chat.serving(
        chat.streamed("I will not.", field="refusal"), chat.streamed("x", finish="content_filter")
    ) as server:
        subject = model(server.url)
        assert (subject.complete(ASK).finish, subject.complete(ASK).finish) == ("refusal", "refusal")


@pytest.mark.parametrize(
    ("name", "url", "words"),
    [("", "http://x/v1", "say which model"), ("gpt-4.1", None, "set OPENAI_API_KEY"), ("a", "localhost", "no address")],
)
def test_what_cannot_be_set_up(name: str, url: str | None, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        OpenAIModel(name, ModelOptions(base_url=url))


def test_faulty_prices(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "prices.toml"
    path.write_text("[small]\ninput = 1.0\noutputs = 2.0\n")
    with pytest.raises(ConfigurationError, match="outputs"):
        OpenAIModel("small", ModelOptions(base_url="http://x/v1", prices=str(path)))
