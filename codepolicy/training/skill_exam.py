"""Admission to a library of skills by exam: a skill has to win where it has never been, and no other may lose by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from codepolicy.agent import Agent
from codepolicy.evaluation.statistics import mcnemar
from codepolicy.settings import Settings
from codepolicy.skills.ledger import Entry, Ledger, Result, skill_hash
from codepolicy.skills.library_model import LibraryModel
from codepolicy.skills.skill import Skill
from codepolicy.skills.skill_pattern import pattern
from codepolicy.skills.skill_store import SkillStore
from primitives.environment import Judged, PlannedTrial, World, capability
from primitives.errors import ConfigurationError

PASS: Final = 0.9
"""So large a part of its exam must a skill win."""
FIRST_SEED: Final = 5000
"""Exams are held from this seed on, where no skill comes from."""
LEVEL: Final = 0.05
"""A loss that chance gives less often than this is one."""

Play: TypeAlias = Callable[[Sequence[Skill], PlannedTrial], bool]
"""Whether a library, in the order given, wins a trial."""


def player(environment: World, settings: Settings) -> Play:
    """Plays trials in `environment`, each as anybody would start it."""

    def play(skills: Sequence[Skill], trial: PlannedTrial) -> bool:
        agent = Agent(model=LibraryModel(skills), env=environment, settings=settings)
        episode = agent.run(trial.spec.instruction, task=trial.spec.task, seed=trial.spec.seed, video=False)
        return episode.outcome in ("achieved", "declined") and episode.verdict is not None

    return play


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """Exams of one library.

    Args:
        folder: of the library.
        judge: knows the tasks' trials.
        play: plays them.
    """

    folder: Path
    judge: Judged
    play: Play

    def held(self, skill: Skill, task: str, trials: int) -> Entry:
        """Examine `skill` in `trials` scenes of `task` and write the decision into the ledger.

        Raises:
            ConfigurationError: it is in already, or cannot be made general, so that there is nothing to examine.
        """
        store, ledger = SkillStore(self.folder, learn=True), Ledger(self.folder)
        if skill.id in ledger.admitted:
            raise ConfigurationError(f"skill {skill.id!r} is in the library already")
        if pattern(skill) is None:
            raise ConfigurationError(
                f"skill {skill.id!r} fits its own scene alone: its instruction has to name the things and places that "
                "its program and goal check name, each once, and these no others"
            )
        seeds = range(FIRST_SEED, FIRST_SEED + trials)
        exam = self._results([skill], task, seeds)
        library = [s for s in store.skills if s.id in ledger.admitted]
        won = sum(r.won for r in exam)
        why, admitted = f"won {won} of {trials}", won >= PASS * trials
        if admitted:
            lost = self._loses([*library, skill], ledger)
            why, admitted = (lost, False) if lost is not None else (f"{why}; no earlier exam is lost by it", True)
        if admitted:
            store.add(skill)
        return ledger.add(
            Entry(
                when=_now(),
                decision="admitted" if admitted else "refused",
                skill=skill.id,
                sha256=skill_hash(skill),
                why=why,
                task=task,
                run=skill.run,
                exam=exam,
            )
        )

    def again(self) -> tuple[tuple[str, int, int, float], ...]:
        """All exams once more: of each skill its id, how many were newly won and newly lost, and the exact p-value."""
        store, ledger = SkillStore(self.folder), Ledger(self.folder)
        library = [s for s in store.skills if s.id in ledger.admitted]
        return tuple((id, *self._change(entry, library)) for id, entry in ledger.admitted.items())

    def _loses(self, library: Sequence[Skill], ledger: Ledger) -> str | None:
        """Which earlier exams `library` loses, in words."""
        better = worse = 0
        for id, entry in ledger.admitted.items():
            more, less, _ = self._change(entry, library)
            better, worse = better + more, worse + less
            if sum(r.won for r in entry.exam) + more - less < PASS * len(entry.exam):
                return f"with it the library fails the exam of {id!r}"
        if worse > better and mcnemar(worse, better) < LEVEL:
            return f"with it the library loses {worse} earlier exam scenes and wins {better}"
        return None

    def _change(self, entry: Entry, library: Sequence[Skill]) -> tuple[int, int, float]:
        now = self._results(library, entry.task, [r.seed for r in entry.exam])
        won = {r.seed: r.won for r in entry.exam}
        more = sum(r.won and not won[r.seed] for r in now)
        less = sum(not r.won and won[r.seed] for r in now)
        return more, less, mcnemar(less, more)

    def _results(self, library: Sequence[Skill], task: str, seeds: Sequence[int]) -> tuple[Result, ...]:
        planned = self.judge.trials([task], seeds=seeds, wording="paraphrased")
        return tuple(
            Result(seed=t.spec.seed, instruction=t.spec.instruction or "", won=self.play(library, t)) for t in planned
        )


def examiner(folder: Path, environment: World, settings: Settings) -> Exam:
    """Exams of the library in `folder`, held in `environment`. Raises ConfigurationError."""
    return Exam(folder=folder, judge=capability(environment, Judged), play=player(environment, settings))


def retired(folder: Path, id: str, why: str) -> Entry:
    """Take a skill out; its file goes, its entries stay. Raises ConfigurationError."""
    store, ledger = SkillStore(folder), Ledger(folder)
    skill = next((s for s in store.skills if s.id == id), None)
    if skill is None or id not in ledger.admitted:
        present = ", ".join(ledger.admitted) or "none"
        raise ConfigurationError(f"there is no skill {id!r} in {str(folder)!r}; there are: {present}")
    entry = ledger.add(Entry(when=_now(), decision="retired", skill=id, sha256=skill_hash(skill), why=why))
    (folder / f"{id}.py").unlink()
    return entry


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
