"""`--model local`: a small language model with our adapter, run by llama.cpp on this machine.

It gets the same conversation as any model and reads instruction and scene out of it (`compact_prompt`); it answers with
one program and one goal check, or says that the request is none that it learned.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from codepolicy.learned.adapter_card import AdapterCard, read_card
from codepolicy.learned.compact_prompt import CompactPrompt, compact, recolored
from codepolicy.learned.shapes import grammar
from codepolicy.learned.vocabulary import inside_solid, refusal, unknown_words
from codepolicy.models import local
from codepolicy.models.http_request import Answer, Bounds, ExchangeError, exchange
from codepolicy.models.local_server import gguf_file, local_server, need_llama_cpp, packaged_model
from codepolicy.models.openai_errors import server_error
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, Model, ModelError, Reply, Usage
from codepolicy.prompting.prompt_reader import ReadPrompt, read_prompt
from primitives.errors import ConfigurationError

PACKAGED: Final = Path(__file__).parent / "adapter" / "smollm2-135m.gguf"
CONTEXT: Final = 2048
"""Tokens of request and reply together."""
LONGEST_REPLY: Final = 400
"""Tokens; the longest that it learned has fewer."""
VARIED: Final = 0.7
"""Sampling temperature of second and further samples, unless one is given."""
_BYTES: Final = 4_000_000


def _grammar() -> str:
    """GBNF: lines of a program, then at most one goal check with indented lines, and nothing else."""
    head = "def goal("
    apart = [f'"{head[:i]}" [^{head[i]}\\n`] rest' if i else f"[^{head[0]}\\n`] rest" for i in range(len(head))]
    prefixes = [f'"{head[:i]}"' for i in range(1, len(head))]
    return "\n".join(
        (
            'root ::= line ("\\n" line)* ("\\n" goal)?',
            'goal ::= "def goal():" ("\\n    " rest)+',
            "rest ::= [^\\n`]*",
            f'line ::= "" | {" | ".join(prefixes + apart)}',
        )
    )


class LearnedModel:
    """The base model in `file` with `adapter`.

    Args:
        file: GGUF.
        options: temperature and the longest reply; the rest is ignored.
        adapter: GGUF with its card beside it; None asks the base model in the same few words, for comparisons.

    Raises:
        ConfigurationError: an adapter for another base model, prompt or API.
    """

    def __init__(self, file: Path, options: ModelOptions, *, adapter: Path | None) -> None:
        self._file, self._options, self._adapter = file, options, adapter
        self._card: AdapterCard | None = read_card(adapter, file) if adapter is not None else None
        self._words = frozenset(self._card.words) if self._card is not None else None

    @property
    def id(self) -> str:
        """ "local:" and the adapter's name."""
        return f"local:{self._adapter.stem if self._adapter is not None else self._file.name}"

    @property
    def vision(self) -> bool:
        """Never."""
        return False

    @property
    def priced(self) -> bool:
        """It costs nothing."""
        return True

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """A program and a goal check, or why there is none.

        Raises:
            ModelError: something else than a program is asked for, or the server did not answer.
        """
        started = time.perf_counter()
        prompt = read_prompt(messages)
        why = self._outside(prompt)
        if why is not None:
            return self._reply(refusal(why), started, Usage(input_tokens=0, output_tokens=0), finish="refusal")
        request = compact(prompt)
        temperature = self._options.temperature
        if temperature is None:
            temperature = VARIED if sample else 0.0
        written = self._written(request, temperature, sample)
        usage = Usage(
            input_tokens=written.tokens_evaluated,
            cached_tokens=min(written.tokens_cached, written.tokens_evaluated),
            output_tokens=written.tokens_predicted,
        )
        if self._card is not None and not temperature and written.likelihood < self._card.least_likely:
            why = "it does not read like one of them, so what I would write is a guess"
            return self._reply(refusal(why), started, usage, finish="refusal")
        return self._reply(request.reply(written.content), started, usage)  # it cannot go on where it was cut off

    def likelihood(self, messages: Sequence[Message]) -> float:
        """Mean log-likelihood of a token of the reply, in nats, by which the card's threshold is set."""
        return self._written(compact(read_prompt(messages)), 0.0, 0).likelihood

    def _outside(self, prompt: ReadPrompt) -> str | None:
        """Why a request is not of a kind that was learned."""
        if not prompt.instruction or "# Answer" not in prompt.system:
            raise ModelError(
                f"{self.id} writes programs alone; a plan, a critic or a function needs another model, e.g. "
                "--planner openai:NAME or --critic openai:NAME"
            )
        if self._words is None:
            return None
        unknown = unknown_words(prompt.instruction, self._words)
        if unknown:
            shown = ", ".join(repr(w) for w in unknown[:5])
            return f"too few instructions I learned from have the word{'s' if len(unknown) > 1 else ''} {shown}"
        solid = inside_solid(prompt.instruction)
        if solid is not None:
            return f"nothing goes inside a {solid}"
        if prompt.level not in ("skill", "both"):
            return f"I learned no programs for the {prompt.level} surface alone"
        return None

    def _bounds(self, request: CompactPrompt) -> str:
        """The grammar of a reply."""
        shapes = self._card.shapes if self._card is not None else ()
        names = [recolored(o.name, request.colors) for o in request.objects]
        return (grammar(shapes, names, request.instruction) if shapes else "") or _grammar()

    def _written(self, request: CompactPrompt, temperature: float, sample: int) -> _Completion:
        server = local_server(self._file, CONTEXT, self._adapter)
        asked = {
            "prompt": request.text,
            "n_predict": min(self._options.max_reply_tokens, LONGEST_REPLY),
            "temperature": temperature,
            "seed": sample,
            "n_probs": 1,
            "cache_prompt": True,
            "grammar": self._bounds(request),
        }
        patience = max(self._options.timeout, local.PATIENCE_S)
        bounds = Bounds(first_s=patience, idle_s=patience, total_s=patience, size=_BYTES)

        def read(answer: Answer) -> _Completion:
            body = b"".join(answer.body)
            if answer.status != 200:
                raise server_error(answer.status, answer.headers, body)
            return msgspec.json.decode(body, type=_Completion)

        try:
            headers = {"content-type": "application/json"}
            return exchange(f"{server.url}/completion", msgspec.json.encode(asked), headers, bounds, read)
        except (ExchangeError, msgspec.MsgspecError) as error:
            raise ModelError(f"the server of {self.id} gave no usable answer: {error}", retryable=True) from error

    def _reply(self, text: str, started: float, usage: Usage, *, finish: Literal["stop", "refusal"] = "stop") -> Reply:
        return Reply(
            text=text,
            model=self.id,
            usage=msgspec.structs.replace(usage, cost_usd=0.0),
            latency_s=time.perf_counter() - started,
            finish=finish,
        )


class _Token(msgspec.Struct):
    logprob: float


class _Completion(msgspec.Struct):
    """What llama.cpp's server answers."""

    content: str
    tokens_evaluated: int = 0
    tokens_predicted: int = 0
    tokens_cached: int = 0
    completion_probabilities: list[_Token] = []

    @property
    def likelihood(self) -> float:
        """Mean log-likelihood of its tokens, in nats."""
        values = [max(t.logprob, -20.0) for t in self.completion_probabilities]
        return math.fsum(values) / len(values) if values else 0.0


def make(argument: str, options: ModelOptions) -> Model:
    """`local`; `local:FILE.gguf[,…]` for any chat model; `local:[FILE.gguf],adapter=FILE.gguf` or `adapter=none`.

    Raises:
        ConfigurationError: no server, no such file, an adapter that does not fit, or an unknown setting.
    """
    need_llama_cpp()
    name, *settings = argument.split(",")
    given = [s.removeprefix("adapter=") for s in settings if s.startswith("adapter=")]
    if not given and (name or settings):
        return local.make(argument, options)
    if len(settings) > 1:
        raise ConfigurationError(f"local model: {argument!r}: beside adapter= there are no other settings")
    file = gguf_file(name) if name else packaged_model()
    if given in (["teacher"], ["teacher-errs"]):
        from codepolicy.learned.teacher import Teacher

        return Teacher(errs=given == ["teacher-errs"])
    if given == ["none"]:
        return LearnedModel(file, options, adapter=None)
    return LearnedModel(file, options, adapter=gguf_file(given[0], "adapter") if given else PACKAGED)
