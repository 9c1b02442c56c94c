"""A run as a log of inspect_ai, which `inspect view` opens: `pip install 'codepolicy[inspect]'`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from codepolicy.episode import Episode
from codepolicy.evaluation.records import LOST, Record
from codepolicy.evaluation.run_store import DAMAGE, EvaluationRun
from codepolicy.evaluation.summary import summarized
from codepolicy.redaction import redacted
from primitives.errors import ConfigurationError


def write_inspect_log(run: EvaluationRun, path: Path) -> None:
    """Write the log: a sample for each episode, its turns as messages, its score whether it was won.

    Raises:
        ConfigurationError: inspect_ai is not installed, or the file cannot be written.
    """
    try:
        from inspect_ai import log
    except ImportError as error:
        raise ConfigurationError("a log of inspect_ai takes it: pip install 'codepolicy[inspect]'") from error
    total, configuration = summarized(run).total, run.file.configuration
    metrics = {
        "accuracy": log.EvalMetric(name="accuracy", value=total.rate),
        "low": log.EvalMetric(name="low", value=total.low),
        "high": log.EvalMetric(name="high", value=total.high),
    }
    whole = log.EvalLog(
        version=2,
        status="success" if total.episodes >= run.file.planned else "cancelled",
        eval=log.EvalSpec(
            created=run.file.started,
            task=" ".join(run.file.chosen),
            dataset=log.EvalDataset(name=" ".join(run.file.chosen), samples=len(run.records)),
            model=f"codepolicy/{configuration.model}",
            config=log.EvalConfig(),
            packages=configuration.packages,
            metadata={"environment": configuration.environment, "settings": configuration.settings},
        ),
        results=log.EvalResults(
            total_samples=run.file.planned,
            completed_samples=total.episodes,
            scores=[log.EvalScore(name="won", scorer="won", metrics=metrics)],
        ),
        samples=[_sample(run, record, log) for record in run.records],
    )
    try:
        log.write_eval_log(whole, str(path))
    except OSError as error:
        raise ConfigurationError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def _sample(run: EvaluationRun, record: Record, log: Any) -> Any:
    from inspect_ai.model import ModelUsage
    from inspect_ai.scorer import Score

    usage, messages = record.usage, _messages(run, record)
    return log.EvalSample(
        id=f"{record.task} seed {record.seed}",
        epoch=record.sample + 1,
        input=redacted(record.instruction),
        target="won",
        messages=messages,
        scores={
            "won": Score(
                value="C" if record.won else "I",
                answer=record.outcome,
                explanation=redacted(record.told if record.won else f"{record.kind}: {record.feedback or record.told}"),
            )
        },
        metadata={"key": record.key, "kind": record.kind, "turns": record.turns, **record.labels},
        model_usage={
            f"codepolicy/{run.file.configuration.model}": ModelUsage(
                input_tokens=usage.input_tokens or 0, output_tokens=usage.output_tokens or 0, total_tokens=record.tokens
            )
        },
        total_time=record.timings.total,
        working_time=record.timings.total - record.timings.model,
        error=None if record.outcome not in LOST else _error(record, log),
    )


def _error(record: Record, log: Any) -> Any:
    told = redacted(record.told)
    return log.EvalError(message=told, traceback=told, traceback_ansi=told)


def _messages(run: EvaluationRun, record: Record) -> Sequence[Any]:
    """Instruction, then programs and feedback by turn."""
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser

    messages: list[Any] = [ChatMessageUser(content=redacted(record.instruction))]
    try:
        content = (run.path / (record.folder or "") / "episode.json").read_bytes()
        episode = msgspec.json.decode(content, type=Episode)
    except (OSError, *DAMAGE):
        return messages
    for turn in episode.turns:
        fences = [f"```python\n{source.rstrip()}\n```" for source in (turn.program, turn.goal) if source]
        messages.append(ChatMessageAssistant(content="\n\n".join(fences) or "(no program)"))
        if turn.feedback:
            messages.append(ChatMessageUser(content=turn.feedback))
    return messages
