"""Records, runs and folders made up for tests; nothing is played."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from codepolicy.episode import Timings
from codepolicy.evaluation.configuration import Configuration, RunFile
from codepolicy.evaluation.records import Job, Record
from codepolicy.evaluation.run_store import EvaluationRun
from codepolicy.models.protocol import Usage
from primitives.environment import PlannedTrial, TrialSpec

CONFIGURATION = Configuration(
    environment="pybullet",
    model="offline",
    planner=None,
    critic=None,
    options={},
    settings={
        "turns": 4,
        "feedback": "scene",
        "detector": "rgbd",
        "surface": None,
        "plan": False,
        "examples": True,
        "hierarchy": True,
        "skills": None,
    },
    wording="as the suite says",
    disturbances="as the suite says",
    files={},
    prompts={"skill": "p", "tool": "p", "joint": "p", "templates": "t"},
    surfaces={"skill": "s", "tool": "t", "joint": "j"},
    sources={"codepolicy": "c"},
    packages={},
    python="3.11",
)


def run_file(planned: int = 4, *, tasks: dict[str, str] | None = None, **changes: Any) -> RunFile:
    return RunFile(
        command=("codepolicy", "eval"),
        started="2026-01-01T00:00:00+00:00",
        chosen=("core",),
        planned=planned,
        shard=changes.pop("shard", None),
        configuration=msgspec.structs.replace(CONFIGURATION, **changes),
        tasks=tasks or {},
        git=None,
        machine={},
    )


def job(task: str = "lift-block-v1", seed: int = 0, *, sample: int = 0, **spec: Any) -> Job:
    id, _, _ = task.partition("-v")
    trial = PlannedTrial(spec=TrialSpec(task=id, seed=seed, instruction="Lift it", **spec), task=task, labels={})
    return Job(key=f"{abs(hash((task, seed, sample))):016x}"[:16], trial=trial, sample=sample)


def record(task: str = "lift-block-v1", seed: int = 0, *, won: bool = True, **changes: Any) -> Record:
    sample = changes.pop("sample", 0)
    made = Record(
        key=f"{task} {seed} {sample}",
        task=task,
        seed=seed,
        sample=sample,
        labels={"family": task.split("-", maxsplit=1)[0]},
        instruction=f"Do {seed}",
        disturbances="mild",
        won=won,
        judged=True,
        outcome="achieved" if won else "not_achieved",
        kind="" if won else "grasp_missed",
        told="Every clause holds." if won else "It is elsewhere.",
        feedback="" if won else "line 1: pick: the fingers closed on nothing",
        turns=1 if won else 4,
        surface="skill",
        prompt="p",
        privileged=(),
        usage=Usage(input_tokens=100, output_tokens=10),
        timings=Timings(total=2.0, model=0.5, execution=1.0, robot=6.0),
        result=f"{task} {seed} {won}",
    )
    return msgspec.structs.replace(made, **changes)


def run(records: Iterable[Record], path: str = "first", **changes: Any) -> EvaluationRun:
    kept = tuple(records)
    return EvaluationRun(path=Path(path), file=run_file(len(kept), **changes), records=kept, again=0)


def folder(path: Path, records: Iterable[Record], **changes: Any) -> Path:
    kept = tuple(records)
    path.mkdir(parents=True, exist_ok=True)
    (path / "run.json").write_bytes(msgspec.json.encode(run_file(len(kept), **changes)))
    (path / "episodes.jsonl").write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in kept))
    return path
