"""`codepolicy export`: training rows of runs as lines of JSON that TRL reads, split so that nothing held out leaks."""

from __future__ import annotations

import fcntl
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from codepolicy.evaluation.run_store import EvaluationRun, read_run
from codepolicy.models.protocol import Message
from codepolicy.training.episode_rows import Answer, answers
from codepolicy.training.reward import RewardWeights, reward
from codepolicy.training.reworded import variants
from codepolicy.training.split import CELLS, Cell, Split
from primitives.errors import ConfigurationError

Format = Literal["sft", "dpo", "grpo"]
Profile = Literal["compact", "full"]
FEWEST = 8
"""Fewer rows to train on are refused."""
_Prompt = str | list[dict[str, str]]

LICENSES: dict[str, str] = {
    "offline": "Apache-2.0 (rules of this project)",
    "local": "Apache-2.0 (SmolLM2 and an adapter of this project)",
    "oracle": "Apache-2.0 (programs of this project's tasks)",
}
"""Of what a model wrote, by the first part of its name."""
UNKNOWN_LICENSE = "not known here: look up what its maker allows to be trained on"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """What becomes a row."""

    format: Format = "sft"
    profile: Profile = "compact"
    split: Split = field(default_factory=Split)
    weights: RewardWeights = field(default_factory=RewardWeights)
    privileged: bool = False
    """Whether rows of runs that used ground truth are taken."""
    reword: int = 0
    """Other sentences made of each of the rule-based writer's that is trained on."""


@dataclass(slots=True)
class Exported:
    """Rows by cell, and why others were left out."""

    rows: dict[Cell, list[dict[str, object]]] = field(default_factory=lambda: {cell: [] for cell in CELLS})
    left_out: Counter[str] = field(default_factory=lambda: Counter[str]())
    kinds: Counter[str] = field(default_factory=lambda: Counter[str]())
    models: Counter[str] = field(default_factory=lambda: Counter[str]())
    tasks: Counter[str] = field(default_factory=lambda: Counter[str]())
    prompts: Counter[str] = field(default_factory=lambda: Counter[str]())
    surfaces: Counter[str] = field(default_factory=lambda: Counter[str]())


def finished_run(path: Path) -> EvaluationRun:
    """The run in a folder that nobody is writing. Raises ConfigurationError."""
    lock = path / ".lock"
    if lock.is_file():
        with lock.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConfigurationError(
                    f"{str(path)!r} is still being written; export it when the evaluation is over"
                ) from None
    return read_run(path)


def export(
    runs: Sequence[EvaluationRun],
    settings: ExportSettings,
    *,
    versions: dict[str, int],
    start: Callable[[str, int, str], float],
    limits: dict[str, float],
) -> Exported:
    """The rows of `runs`.

    Args:
        runs: of one or several models.
        settings: what becomes a row.
        versions: of the tasks as they are now, by id; episodes of another version are left out.
        start: progress before anything moved, of a task, a seed and disturbances.
        limits: robot time of each task in s, by id.

    Raises:
        ConfigurationError: full prompts of several constant prefixes or surfaces, which one model cannot learn at once;
            too few rows; or a row that is held out and trained on.
    """
    exported = Exported()
    found = list(_usable(runs, settings, versions, exported))
    if settings.profile == "full" and len({(a.prompt_hash, a.surface) for a in found}) > 1:
        kinds = ", ".join(sorted({f"{a.surface} {a.prompt_hash}" for a in found}))
        raise ConfigurationError(
            f"these runs were asked with several prompts ({kinds}), which one set of rows must not mix; "
            "export them one by one, or with --profile compact, in which the prefix does not stand"
        )
    held = {(a.task, a.seed) for a in found if _cell(a, settings) != "train"}
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in found:
        if _cell(answer, settings) == "train" and (answer.task, answer.seed) in held:
            exported.left_out["the same scene is held out in another wording"] += 1
            continue
        groups[msgspec.json.encode((_prompt(answer, settings.profile), answer.task)).decode()].append(answer)
    for group in groups.values():
        _add(group, settings, exported, start, limits)
    _check(exported)
    return exported


def _usable(
    runs: Sequence[EvaluationRun], settings: ExportSettings, versions: dict[str, int], exported: Exported
) -> Iterable[Answer]:
    for run in runs:
        for answer in answers(run):
            match = re.fullmatch(r"([^:]+)-v(\d+)(?::.*)?", answer.task)
            if match is None or versions.get(match[1]) != int(match[2]):
                exported.left_out["the task has another version by now"] += 1
            elif answer.privileged and not settings.privileged:
                exported.left_out[f"used ground truth ({', '.join(answer.privileged)})"] += 1
            elif answer.compact() is None:
                exported.left_out["its program is no Python"] += 1
            else:
                yield answer


def _add(
    group: Sequence[Answer],
    settings: ExportSettings,
    exported: Exported,
    start: Callable[[str, int, str], float],
    limits: dict[str, float],
) -> None:
    """The rows of all answers to one prompt."""
    first = group[0]
    prompt, cell = _prompt(first, settings.profile), _cell(first, settings)
    won = [a for a in group if a.won]
    lost = [a for a in group if not a.won and a.last]

    def keep(row: dict[str, object], of: Answer) -> None:
        more = {"privileged": list(of.privileged)} if of.privileged else {}
        source = {"task": of.task, "seed": of.seed, "kind": of.kind, "instruction": of.instruction, "model": of.model}
        exported.rows[cell].append({"prompt": prompt, **row, **source, **more})
        exported.kinds[of.kind] += 1
        exported.models[of.model] += 1
        exported.tasks[of.task] += 1
        exported.prompts[of.prompt_hash] += 1
        exported.surfaces[of.surface] += 1

    def worth(a: Answer) -> float:
        id = re.sub(r"-v\d+(?::.*)?$", "", a.task)
        return reward(
            won=a.won,
            progress=a.progress,
            start=0.0 if a.won else start(a.task, a.seed, a.disturbances),
            robot_s=a.robot_s,
            limit_s=limits.get(id, 120.0),
            weights=settings.weights,
        )

    best = min(won, key=lambda a: (a.robot_s, len(a.full_reply)), default=None)
    exported.left_out["neither won nor the last of its episode"] += sum(not a.won and not a.last for a in group)
    if settings.format == "sft":
        exported.left_out["did not win"] += len(lost)
        if best is not None:
            exported.left_out["another answer to the same prompt is kept"] += len(won) - 1
            row: dict[str, object] = {"completion": _completion(best, settings.profile)}
            keep(row, best)
            own = cell == "train" and best.model.startswith("offline")
            for text, sentence in variants(best, settings.split, settings.reword) if own else ():
                exported.rows["train"].append(
                    {"prompt": text, **row, "task": best.task, "seed": best.seed, "kind": best.kind,
                     "instruction": sentence, "model": best.model}
                )  # fmt: skip
                exported.kinds["reworded"] += 1
    elif settings.format == "dpo":
        if best is None or not lost:
            exported.left_out["no pair of a won and a lost answer to its prompt"] += len(group)
            return
        for a in lost:
            chosen, rejected = _completion(best, settings.profile), _completion(a, settings.profile)
            keep({"chosen": chosen, "rejected": rejected}, best)
    else:
        judged = [*won, *lost]
        if len(judged) < 2:
            exported.left_out["a single answer to its prompt is no group"] += len(judged)
            return
        row = {
            "completions": [_completion(a, settings.profile) for a in judged],
            "rewards": [round(worth(a), 4) for a in judged],
        }
        keep(row, judged[0])


def _cell(answer: Answer, settings: ExportSettings) -> Cell:
    renamed = settings.profile == "compact"
    return settings.split.cell(task=answer.task, seed=answer.seed, instruction=answer.instruction, renamed=renamed)


def _prompt(answer: Answer, profile: Profile) -> _Prompt:
    if profile == "full":
        return [_chat(m) for m in answer.messages]
    read = answer.compact()
    return read[0].text if read is not None else ""


def _completion(answer: Answer, profile: Profile) -> _Prompt:
    if profile == "full":
        return [{"role": "assistant", "content": answer.full_reply}]
    read = answer.compact()
    return read[1] if read is not None else ""


def _chat(message: Message) -> dict[str, str]:
    return {"role": message.role, "content": message.text}


def _check(exported: Exported) -> None:
    """Nothing that is held out is trained on.

    Raises:
        ConfigurationError: a prompt or a scene is in both, or there are too few rows.
    """
    trained = exported.rows["train"]
    prompts = {msgspec.json.encode(row["prompt"]) for row in trained}
    scenes = {(row["task"], row["seed"]) for row in trained}
    for cell in CELLS[1:]:
        for row in exported.rows[cell]:
            if msgspec.json.encode(row["prompt"]) in prompts or (row["task"], row["seed"]) in scenes:
                raise ConfigurationError(
                    f"{row['task']} seed {row['seed']} is both trained on and held out ({cell}); export other runs"
                )
    if len(trained) < FEWEST:
        reasons = ", ".join(f"{n} {why}" for why, n in exported.left_out.most_common() if n) or "there were no more"
        raise ConfigurationError(
            f"{len(trained)} rows to train on are too few (at least {FEWEST}); left out: {reasons}"
        )


def license_of(model: str) -> str:
    """The licence of what `model` wrote."""
    return LICENSES.get(model.partition(":")[0], UNKNOWN_LICENSE)
