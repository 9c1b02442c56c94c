"""Baselines: programs with what came of them, in one file of JSON lines, to be played again without a model.

A team commits such a file and lets its own continuous integration check it, at no cost in tokens: what fails newly is a
change in primitives, perception or checks, since the programs are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from codepolicy.episode import Turn
from codepolicy.evaluation.baseline_file import Case, GivenTurn
from codepolicy.evaluation.program_replay import RecordedEpisode, recorded_outcome
from codepolicy.evaluation.records import Record
from primitives.environment import Judged, PlannedTrial, TrialSpec, World, capability
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_text
from primitives.toml_file import MAX_BYTES as SCENE_BYTES


def save(episodes: Sequence[RecordedEpisode], path: Path) -> int:
    """Write what `episodes` came to as a baseline; returns how many cases it has. Raises ConfigurationError."""
    cases = [case for episode in episodes if (case := _case(episode)) is not None]
    if not cases:
        raise ConfigurationError("none of these episodes has a program, so there is nothing to keep")
    try:
        path.write_bytes(b"".join(msgspec.json.encode(case) + b"\n" for case in cases))
    except OSError as error:
        raise ConfigurationError(f"cannot write {str(path)!r}: {error.strerror or error}") from error
    return len(cases)


def _case(episode: RecordedEpisode) -> Case | None:
    then, trial = recorded_outcome(episode.folder), episode.trial
    if then.outcome in ("infrastructure", "model_error", "interrupted") or not any(t.program for t in then.turns):
        return None
    scene = trial.scene
    if scene is not None and Path(scene).is_file():
        scene = regular_text(Path(scene), "scene", SCENE_BYTES)
    return Case(
        instruction=then.instruction,
        task=trial.task,
        scene=scene,
        seed=trial.seed,
        disturbances=trial.disturbances,
        turns=tuple(_given(then.turns)),
        won=then.outcome in ("achieved", "declined"),
        outcome=then.outcome,
        origin=then.model,
    )


def _given(turns: Sequence[Turn]) -> Iterator[GivenTurn]:
    """Programs and goal checks; a check that came in a turn of its own goes with the program before it."""
    for turn, after in zip(turns, [*turns[1:], None], strict=True):
        late = after.goal if after is not None and after.program is None else None
        if turn.program is not None or turn.goal is None:
            yield GivenTurn(program=turn.program, goal=turn.goal or late)


def trials(cases: Sequence[Case], environment: World) -> tuple[PlannedTrial, ...]:
    """The trials of `cases`. Raises ConfigurationError for a task that is not known."""
    return tuple(_trial(case, environment) for case in cases)


def _trial(case: Case, environment: World) -> PlannedTrial:
    labels = {"origin": case.origin} if case.origin else {}
    if case.task is None:
        spec = TrialSpec(seed=case.seed, scene=case.scene, instruction=case.instruction, disturbances=case.disturbances)
        return PlannedTrial(spec=spec, task=case.label, labels=labels)
    (trial,) = capability(environment, Judged).trials([case.task], seeds=[case.seed], disturbances=case.disturbances)
    spec = msgspec.structs.replace(trial.spec, instruction=case.instruction)
    return msgspec.structs.replace(trial, spec=spec, labels=labels)


def changes(cases: Sequence[Case], records: Sequence[Record]) -> Iterator[tuple[Case, Record]]:
    """The cases that are won now and were not, or the other way round."""
    found = {(r.instruction, r.seed, r.disturbances): r for r in records}
    for case in cases:
        record = found.get((case.instruction, case.seed, case.disturbances))
        if record is not None and record.won != case.won:
            yield case, record
