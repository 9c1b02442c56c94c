"""Executes the programs of recorded episodes again, without a model, and says where the two part.

An episode is the same, bit for bit, where every call has the same arguments, result, failure and measurements, at the
same robot time, and every body ends at the same place to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import msgspec

from codepolicy.agent import Agent
from codepolicy.episode import Episode
from codepolicy.evaluation import fingerprints
from codepolicy.evaluation.configuration import machine
from codepolicy.evaluation.recorded_replies import RecordedReplies
from codepolicy.evaluation.records import Record
from codepolicy.evaluation.run_store import EPISODES, FOLDERS, SCENE, TRIAL, read_run
from codepolicy.evaluation.worker_setup import ORACLE
from codepolicy.events import Called, Event
from codepolicy.settings import Settings
from primitives.environment import ObjectState, TrialSpec, World
from primitives.errors import ConfigurationError
from primitives.regular_file import DAMAGE, regular_bytes, regular_lines

T = TypeVar("T")
Call = dict[str, object]
"""A line of trace.jsonl without what depends on the machine's speed."""


class SingleRun(msgspec.Struct, frozen=True, kw_only=True):
    """The `run.json` of `codepolicy run` and `exec`."""

    trial: TrialSpec
    environment: str
    model: str
    settings: Settings
    packages: dict[str, str] = {}
    python: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEpisode:
    """An episode on disk, and what it takes to play it again."""

    name: str
    folder: Path
    environment: str
    trial: TrialSpec
    settings: Settings
    model: str
    """The writer of the programs then."""
    critic: bool = False
    versions: Mapping[str, str]
    """What it was made with: packages, Python, sources and machine, by name."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The first place where a replay parts from the record."""

    where: str
    """The call, or the body at the end."""
    field: str
    then: str
    now: str


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one replay."""

    name: str
    folder: str
    calls: int
    outcome_then: str
    outcome_now: str
    difference: Difference | None
    changed: tuple[str, ...]
    """What may be why, as "numpy: 2.4.5, 2.4.6" (then, now); looked at only where something differs."""


def recorded(path: Path) -> tuple[RecordedEpisode, ...]:
    """The episodes that `path` names: an evaluation, one of its episodes (RUN/KEY), or the folder of a single run.

    Raises:
        ConfigurationError: there is no such episode, or it kept no record.
    """
    if (path / EPISODES).is_file():
        return tuple(_of_evaluation(path, None))
    if (path / "run.json").is_file():
        return (_single(path),)
    root = path.parent.parent if path.parent.name == FOLDERS else path.parent
    if (root / EPISODES).is_file():
        found = tuple(_of_evaluation(root, path.name))
        if found:
            return found
        raise ConfigurationError(f"{str(root)!r} has no episode with the key {path.name!r}; see its {EPISODES}")
    raise ConfigurationError(
        f"{str(path)!r} is no recorded run; give the folder of an evaluation, one of its episodes as RUN/KEY, "
        "or the folder that `codepolicy run` left"
    )


def _of_evaluation(root: Path, key: str | None) -> Iterator[RecordedEpisode]:
    run = read_run(root)
    configuration = run.file.configuration
    settings = replace(msgspec.convert(configuration.settings, Settings), skills=None, max_tokens=None, max_cost=None)
    versions = {**configuration.packages, "python": configuration.python, **run.file.machine}
    versions |= {f"sources of {name}": digest for name, digest in configuration.sources.items()}
    for record in run.records:
        if key not in (None, record.key) or record.folder is None:
            continue
        folder = root / record.folder
        yield RecordedEpisode(
            name=record.name,
            folder=folder,
            environment=configuration.environment,
            trial=_trial(folder, record),
            settings=replace(settings, disturbances=record.disturbances),
            model=configuration.model,
            critic=configuration.critic is not None,
            versions=versions,
        )


def _trial(folder: Path, record: Record) -> TrialSpec:
    if not (folder / TRIAL).is_file():
        words, disturbances = record.instruction, record.disturbances
        return TrialSpec(task=record.task, seed=record.seed, instruction=words, disturbances=disturbances)
    spec = _decoded(folder / TRIAL, "trial", TrialSpec)
    own = folder / SCENE
    return msgspec.structs.replace(spec, scene=str(own)) if own.is_file() else spec


def _decoded(path: Path, what: str, type: type[T]) -> T:
    try:
        return msgspec.json.decode(regular_bytes(path, what), type=type)
    except DAMAGE as error:
        raise ConfigurationError(f"{str(path)!r} is damaged or of another version of codepolicy: {error}") from error


def _single(folder: Path) -> RecordedEpisode:
    run = _decoded(folder / "run.json", "run", SingleRun)
    return RecordedEpisode(
        name=run.trial.instruction or run.trial.task or folder.name,
        folder=folder,
        environment=run.environment,
        trial=run.trial,
        settings=replace(run.settings, skills=None, learn=False, max_tokens=None, max_cost=None),
        model=run.model,
        versions={**run.packages, "python": run.python},
    )


def replayed(episode: RecordedEpisode, environment: World) -> Replayed:
    """Execute `episode` again in `environment` and compare.

    Raises:
        ConfigurationError: it has no record, or belongs to a session, whose earlier instructions it stood on.
    """
    then, calls_then = recorded_outcome(episode.folder), _trace(episode.folder)
    if calls_then and calls_then[0].get("started"):
        raise ConfigurationError(
            f"{str(episode.folder)!r} is an instruction of a session that others went before; only what began in a "
            "fresh world can be replayed"
        )
    calls: list[Call] = []
    replies = RecordedReplies(episode.folder)

    def observe(event: Event) -> None:
        replies.observe(event)
        if isinstance(event, Called):
            line = {"turn": event.turn, "phase": event.phase, **msgspec.to_builtins(event.record)}
            calls.append(_timeless(msgspec.json.decode(msgspec.json.encode(line), type=Call)))

    agent = Agent(
        model=replies,
        env=environment,
        settings=episode.settings,
        critic=replies if episode.critic else None,
        observer=observe,
    )
    trial = episode.trial
    words, task, scene, seed = trial.instruction, trial.task, trial.scene, trial.seed
    if episode.model in (ORACLE, "program"):
        program = then.turns[0].program if episode.model == "program" and then.turns else None
        now = agent.execute(program, instruction=words, task=task, scene=scene, seed=seed, video=False)
    else:
        now = agent.run(words, task=task, scene=scene, seed=seed, video=False)
    difference = _first(calls_then, calls) or _at_the_end(then, now)
    return Replayed(
        name=episode.name,
        folder=str(episode.folder),
        calls=len(calls),
        outcome_then=then.outcome,
        outcome_now=now.outcome,
        difference=difference,
        changed=tuple(_changed(episode, then, now)) if difference is not None else (),
    )


def recorded_outcome(folder: Path) -> Episode:
    """What came of the episode in `folder` then. Raises ConfigurationError."""
    try:
        return msgspec.json.decode(regular_bytes(folder / "episode.json", "episode"), type=Episode)
    except (ConfigurationError, *DAMAGE) as error:
        raise ConfigurationError(f"{str(folder)!r} has no readable episode.json to compare with: {error}") from error


def _trace(folder: Path) -> list[Call]:
    path = folder / "trace.jsonl"
    if not path.is_file():  # nothing was called
        return []
    try:
        lines = (line for line in regular_lines(path, "trace") if line.strip())
        return [_timeless(msgspec.json.decode(line, type=Call)) for line in lines]
    except DAMAGE as error:
        raise ConfigurationError(f"{str(path)!r} is damaged: {error}") from error


def _timeless(call: Call) -> Call:
    return {name: value for name, value in call.items() if name != "wall_time"}


def _first(then: Sequence[Call], now: Sequence[Call]) -> Difference | None:
    """The first call that differs."""
    for one, two in zip(then, now, strict=False):
        for field in dict.fromkeys((*one, *two)):
            if one.get(field) != two.get(field):
                return Difference(where=_place(one), field=field, then=_text(one.get(field)), now=_text(two.get(field)))
    if len(then) != len(now):
        longer = then if len(then) > len(now) else now
        where = _place(longer[min(len(then), len(now))])
        made, missing = ("made", "not made") if longer is then else ("not made", "made")
        return Difference(where=where, field="call", then=made, now=missing)
    return None


def _at_the_end(then: Episode, now: Episode) -> Difference | None:
    """The first value of the end state that differs."""
    for name in dict.fromkeys((*then.world, *now.world)):
        one, two = (_plain(e.world.get(name)) for e in (then, now))
        for field in dict.fromkeys((*one, *two)):
            if one.get(field) != two.get(field):
                where = f"{name} at the end"
                return Difference(where=where, field=field, then=_text(one.get(field)), now=_text(two.get(field)))
    ends: list[tuple[str, object, object]] = [
        ("outcome", then.outcome, now.outcome),
        ("said", then.said, now.said),
        ("robot time (s)", then.timings.robot, now.timings.robot),
    ]
    for field, before, after in ends:
        if before != after:
            return Difference(where="the end", field=field, then=_text(before), now=_text(after))
    return None


def _plain(state: ObjectState | None) -> dict[str, object]:
    return {} if state is None else msgspec.structs.asdict(state)


def _place(call: Call) -> str:
    line = f", line {call['line']}" if call.get("line") is not None else ""
    return f"turn {call.get('turn')}, {call.get('phase')}{line}: {call.get('call')}"


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _changed(episode: RecordedEpisode, then: Episode, now: Episode) -> Iterator[str]:
    """Of what results depend on, what is not as it was."""
    today = {**fingerprints.versions(), **machine()}
    packages = [name.removeprefix("sources of ") for name in episode.versions if name.startswith("sources of ")]
    today |= {f"sources of {name}": digest for name, digest in fingerprints.sources(packages).items()}
    for name, before in episode.versions.items():
        if today.get(name) != before:
            yield f"{name}: {before}, {today.get(name, '–')}"
    for name in dict.fromkeys((*then.conditions, *now.conditions)):
        one, two = then.conditions.get(name), now.conditions.get(name)
        if one != two:
            yield f"{name}: {one}, {two}"


def lines(told: Replayed) -> Iterator[str]:
    """For people."""
    if told.difference is None:
        yield f"{told.name}: the same, bit for bit: {told.outcome_now}, {told.calls} calls"
        return
    d = told.difference
    yield f"{told.name}: differs: {told.outcome_then} then, {told.outcome_now} now"
    yield f"  first at {d.where}"
    yield f"    {d.field} then: {d.then}"
    yield f"    {d.field} now:  {d.now}"
    why = "; ".join(told.changed) if told.changed else "nothing that is recorded (packages, Python, renderer, sources)"
    yield f"  changed since (then, now): {why}"
