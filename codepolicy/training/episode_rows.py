"""Training rows of the episodes of a run: what was asked, what was answered, and what execution said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from codepolicy.episode import Episode, Turn
from codepolicy.evaluation.records import LOST, Record
from codepolicy.evaluation.run_store import EvaluationRun
from codepolicy.learned.compact_prompt import CompactPrompt, compact, recolored, target
from codepolicy.models.protocol import Message
from codepolicy.prompting.prompt_reader import read_prompt
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_bytes

Kind = Literal["program", "repair", "refusal", "question"]
EPISODE_BYTES = 64_000_000
_MESSAGE = re.compile(r"^<!-- (system|user|assistant) -->\n", re.MULTILINE)
_Role = Literal["system", "user", "assistant"]
_WHY = "it cannot be done"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One request of an episode and what a model answered."""

    task: str
    """Id with version."""
    seed: int
    sample: int
    instruction: str
    turn: int
    """From 1 on."""
    kind: Kind
    model: str
    """Who wrote it."""
    surface: str
    prompt_hash: str
    """Of the constant prefix."""
    messages: tuple[Message, ...]
    """The request."""
    program: str | None
    goal: str | None
    words: str
    """A reply in words alone."""
    disturbances: str
    last: bool
    """Whether the episode ended with it."""
    won: bool
    """Whether the episode ended with this answer and ground truth says that it is achieved, or rightly declined."""
    progress: float
    """Fraction of the goal that held in the end, in [0, 1]."""
    robot_s: float
    """Robot time of the episode."""
    moved: bool
    """Whether the arm moved while this answer was executed."""
    privileged: tuple[str, ...]
    """What used ground truth."""
    run: str
    """Folder of the run."""

    @property
    def full_reply(self) -> str:
        """The answer as any model gives it."""
        if self.program is None:
            return self.words
        return "\n".join(f"```python\n{code.strip()}\n```" for code in (self.program, self.goal) if code)

    def compact(self) -> tuple[CompactPrompt, str] | None:
        """Request and answer for a model that knows the API; None where the answer is no Python."""
        read = read_prompt(self.messages)
        request = compact(read)
        if self.program is None:
            return request, recolored(declined(self.words), request.colors)
        written = target(self.program, self.goal, read.objects, colors=request.colors)
        return None if written is None else (request, written)


def answers(run: EvaluationRun) -> Iterator[Answer]:
    """Every answer of a run's episodes that ended by a verdict, in the order of the records.

    Raises:
        ConfigurationError: an episode's folder is damaged.
    """
    for record in run.records:
        if record.folder is None or not record.judged or record.outcome in LOST:
            continue
        folder = run.path / record.folder
        if (folder / "prompts").is_dir():
            yield from _of_episode(run, record, folder)


def _of_episode(run: EvaluationRun, record: Record, folder: Path) -> Iterator[Answer]:
    file = folder / "episode.json"
    try:
        episode = msgspec.json.decode(regular_bytes(file, "episode", EPISODE_BYTES), type=Episode)
    except msgspec.MsgspecError as error:
        raise ConfigurationError(f"{str(file)!r} is damaged: {error}") from error
    asked = [i for i in range(1, len(episode.turns) + 1) if (folder / "prompts" / f"{i:02d}.md").is_file()]
    last = len(episode.turns)
    for number in asked:
        yield _answer(run, record, folder, episode, asked=number, answered=number)
    if record.won and asked[:1] == [1] and last > 1 and all(turn.report is None for turn in episode.turns[:-1]):
        yield _answer(run, record, folder, episode, asked=1, answered=last)  # nothing was run before


def _answer(run: EvaluationRun, record: Record, folder: Path, episode: Episode, *, asked: int, answered: int) -> Answer:
    """What turn `answered` says to the request of turn `asked`."""
    turn, last = episode.turns[answered - 1], answered == len(episode.turns)
    words = "" if turn.program is not None else _reply(folder, answered)
    return Answer(
        task=record.task,
        seed=record.seed,
        sample=record.sample,
        instruction=record.instruction,
        turn=asked,
        kind=_kind(asked, turn, words, record),
        model=turn.model or run.file.configuration.model,
        surface=record.surface,
        prompt_hash=record.prompt,
        messages=_messages(folder / "prompts" / f"{asked:02d}.md"),
        program=turn.program,
        goal=turn.goal,
        words=words,
        disturbances=record.disturbances,
        last=last,
        won=record.won and last,
        progress=episode.verdict.progress if episode.verdict is not None and last else 0.0,
        robot_s=episode.timings.robot,
        moved=turn.report is not None and any(_MOTION.fullmatch(c.name) for c in turn.report.calls),
        privileged=record.privileged,
        run=str(run.path),
    )


_MOTION = re.compile(r"pick|place|put|push|home|move_\w+|open_gripper|close_gripper|set_gripper")
"""Names of calls that move the arm."""


def _kind(number: int, turn: Turn, words: str, record: Record) -> Kind:
    program = turn.program or ""
    if record.outcome == "declined" or (words and record.won):
        return "refusal"
    if record.outcome in ("asked", "answered") or "ask(" in program:
        return "question"
    return "program" if number == 1 else "repair"


def _messages(path: Path) -> tuple[Message, ...]:
    parts = _MESSAGE.split(path.read_text(encoding="utf-8"))
    roles: dict[str, _Role] = {"system": "system", "user": "user", "assistant": "assistant"}
    return tuple(
        Message(role=roles[role], text=text.strip()) for role, text in zip(parts[1::2], parts[2::2], strict=True)
    )


def _reply(folder: Path, number: int) -> str:
    file = folder / "prompts" / f"{number:02d}_reply.md"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def declined(words: str) -> str:
    """A reply in words as a program that says the first sentence, in which a person is told why not."""
    sentence = re.split(r"(?<=[.!?;])\s", words.strip())[0][:160].rstrip(";") or _WHY
    return f"decline({sentence!r})"
