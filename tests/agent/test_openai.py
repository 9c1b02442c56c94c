from __future__ import annotations

import time
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import pytest

from codepolicy.models.openai import OpenAIModel
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, ModelError
from codepolicy.models.registry import suited
from codepolicy.settings import Settings, VisionMode
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


@pytest.mark.parametrize(("name", "mode", "sent"), [("my-own", "on", True), ("gpt-4.1", "off", False)])
def test_vision_is_forced_whatever_the_models_name(
    chat: SimpleNamespace, name: str, mode: VisionMode, sent: bool
) -> None:
    ask = (Message(role="user", text="look", images=(b"png",)),)
    with chat.serving(chat.streamed("ok")) as server:
        subject = suited(f"openai:{name}", Settings(vision=mode), ModelOptions(base_url=server.url), sees=True)
        assert subject.vision is sent
        subject.complete(ask)
    assert (server.requests[0]["messages"][0]["content"] != "look") is sent


def test_a_server_that_refuses_forced_pictures_is_told_of(chat: SimpleNamespace) -> None:
    ask = (Message(role="user", text="look", images=(b"png",)),)
    refused = chat.failing(400, "this model does not support image input")
    with chat.serving(refused) as server, pytest.raises(ConfigurationError, match="image"):
        model(server.url, vision="on").complete(ask)


def test_it_does_without_what_the_server_refuses(chat: SimpleNamespace) -> None:
    ask = (Message(role="user", text="look", images=(b"png",)),)
    with chat.serving(
        chat.failing(400, "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."),
        chat.failing(400, "Unsupported value: 'temperature' does not support 0.2 with this model."),
        chat.failing(400, "stream_options is unknown"),
        chat.failing(400, "this model does not support image input"),
        chat.streamed("ok"),
    ) as server:
        subject = model(server.url, "gpt-4.1", temperature=0.2, max_reply_tokens=50)
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
        model(server.url, timeout=0.1, retries=0).complete(ASK)


def test_a_connection_that_is_always_reset_is_no_matter_of_the_address(chat: SimpleNamespace) -> None:
    with (
        chat.serving(chat.resetting("hal")) as server,
        pytest.raises(ModelError, match="broke the connection off"),
    ):
        model(server.url, retries=2).complete(ASK)
    assert len(server.requests) == 3


def test_a_server_that_asks_for_hours_is_left_alone(chat: SimpleNamespace) -> None:
    sleeps: list[float] = []
    with (
        chat.serving(chat.failing(429, "come back tomorrow", retry_after="80000"), chat.streamed("ok")) as server,
        pytest.raises(ModelError, match="asks to wait 80000 s: come back tomorrow; go on then with --resume"),
    ):
        model(server.url, sleeps=sleeps).complete(ASK)
    assert (len(server.requests), sleeps) == (1, [])


@pytest.mark.parametrize(("header", "waits"), [("soon", 0.5), ("-5", 0.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)])
def test_an_odd_retry_after_does_no_harm(chat: SimpleNamespace, header: str, waits: float) -> None:
    sleeps: list[float] = []
    with chat.serving(chat.failing(429, "slow down", retry_after=header), chat.streamed("ok")) as server:
        assert model(server.url, sleeps=sleeps).complete(ASK).text == "ok"
    assert sleeps == [waits]


HELLO = b'data: {"id": "1", "choices": [{"index": 0, "delta": {"content": "hello"}, "finish_reason": null}]}\n\n'


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (HELLO + b"data: {not json\n\n", "text/event-stream", "sends what is no chat completion"),
        (HELLO + b"data: \xff\xfe\n\n", "text/event-stream", "sends what is no chat completion .*can't decode"),
        (HELLO.replace(b'"hello"', b"5"), "text/event-stream", "the content is a int"),
        (HELLO + b'data: {"error": {"message": "the GPU fell off"}}\n\n', "text/event-stream", "the GPU fell off"),
        (b'data: {"error": "model not loaded"}\n\n', "text/event-stream", "model not loaded"),
        (b'{"error": {"message": "no credit left"}}', "application/json", "answers with an error: no credit left"),
        (b'{"id": "\xff"}', "application/json", "does not answer like an OpenAI-compatible server"),
        (b"[]", "application/json", "does not answer like an OpenAI-compatible server"),
        (b"", "text/event-stream", "does not answer like an OpenAI-compatible server"),
        (b"<html>hi</html>", "text/html; charset=utf-8", "does not answer like an OpenAI-compatible server"),
        (b'{"x": "' + b"y" * 10_000_000 + b'"}', "application/json", "more than 400000 characters"),
    ],
    ids=["no json", "no utf-8", "numbers", "error amid", "error in words", "error as 200", "bytes", "list", "nothing",
         "page", "10 MB"],
)  # fmt: skip
def test_what_is_no_chat_completion_is_a_sentence(chat: SimpleNamespace, data: bytes, kind: str, words: str) -> None:
    with (
        chat.serving(chat.raw(data, kind)) as server,
        pytest.raises((ModelError, ConfigurationError), match=words) as caught,
    ):
        model(server.url, retries=1).complete(ASK)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize("kind", ["text/plain", ""])
def test_a_stream_with_the_wrong_content_type_is_read(chat: SimpleNamespace, kind: str) -> None:
    with chat.serving(chat.raw(HELLO + b"data: [DONE]\n\n", kind)) as server:
        assert model(server.url).complete(ASK).text == "hello"


def test_redirects(chat: SimpleNamespace) -> None:
    away = chat.raw(b"", "text/plain", 307, location="/v1/elsewhere", content_length="0")
    with chat.serving(away, chat.streamed("ok")) as server:
        assert model(server.url).complete(ASK).text == "ok"
    login = chat.raw(b"", "text/plain", 302, location="/login", content_length="0")
    with chat.serving(login) as server, pytest.raises(ConfigurationError, match="does not answer like"):
        model(server.url).complete(ASK)
    with (
        chat.serving(away) as server,
        pytest.raises(ConfigurationError, match="redirects in a circle; check --base-url"),
    ):
        model(server.url).complete(ASK)


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


def test_an_unknown_model_that_is_called_a_bad_request(chat: SimpleNamespace) -> None:
    with (
        chat.serving(chat.failing(400, "smal is not a valid model ID")) as server,
        pytest.raises(ConfigurationError, match=r"knows no model 'smal'\. Did you mean 'small'"),
    ):
        model(server.url, "smal").complete(ASK)


def test_a_limit_that_does_not_fit_beside_the_prompt_is_left_to_the_server(chat: SimpleNamespace) -> None:
    words = "'max_tokens' or 'max_completion_tokens' is too large: 4096. The maximum context length is 4096 tokens"
    with chat.serving(chat.failing(400, words), chat.failing(400, words), chat.streamed("ok")) as server:
        assert model(server.url).complete(ASK).text == "ok"
    assert not {"max_tokens", "max_completion_tokens"} & server.requests[-1].keys()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "This model's maximum context length is 8192 tokens."),
        (400, "the request exceeds the available context size. try increasing the context size"),
        (400, "prompt is too long: 210000 tokens > 200000 maximum"),
        (400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
        (400, "Prompt contains 40000 tokens, too large for model with 32768 maximum context length"),
        (413, "Request Entity Too Large"),
        (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193"),
    ],
)
def test_a_context_overflow(chat: SimpleNamespace, status: int, words: str) -> None:
    with (
        chat.serving(chat.failing(status, words)) as server,
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
        assert model(server.url, max_reply_tokens=100).complete(ASK).text == "done"
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


def test_a_budget_in_money_needs_a_price_and_holds_without_reported_usage(
    chat: SimpleNamespace, tmp_path: Path
) -> None:
    unpriced = OpenAIModel("small", ModelOptions(base_url="http://x/v1"))
    with pytest.raises(ConfigurationError, match="--max-cost needs to know what 'small' costs; give --prices"):
        suited(unpriced, Settings(max_cost=1.0), ModelOptions())
    path = tmp_path / "prices.toml"
    path.write_text("[small]\ninput = 1000.0\noutput = 2000.0\n")
    with chat.serving(chat.streamed("one two three")) as server:
        usage = model(server.url, prices=str(path)).complete(ASK).usage
    assert usage.input_tokens is None and usage.cost_usd is not None
    assert usage.cost_usd == pytest.approx((3 * 1000 + 3 * 2000) / 1e6, rel=0.4)


def test_faulty_prices(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text("[small]\ninput = 1.0\noutputs = 2.0\n")
    with pytest.raises(ConfigurationError, match="outputs"):
        OpenAIModel("small", ModelOptions(base_url="http://x/v1", prices=str(path)))
