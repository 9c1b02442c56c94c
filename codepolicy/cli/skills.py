"""`codepolicy skills list|show|exam|retire DIR …`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class SkillsCommand:
    """A library of skills that only gets better: who is in it, and exams that decide who comes in."""

    words: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="list|show|exam|retire DIR …")] = ()
    """list DIR; show DIR ID; exam DIR FILE.py --task ID, or exam DIR to hold all exams again; retire DIR ID."""
    task: str | None = None
    """Task in whose scenes the exam is held."""
    trials: int = 10
    """Scenes of an exam, in seeds and wordings that the skill has not seen."""
    why: str = "taken out by hand"
    """Reason that the ledger keeps for a retirement."""
    env: Annotated[str, tyro.conf.arg(metavar="NAME")] = "pybullet"
    """Environment that judges."""
    json: Annotated[bool, Flag] = False
    """Print JSON."""

    def __call__(self) -> int:
        """Do it; returns the exit status, 1 where a skill was refused or an exam is lost."""
        from pathlib import Path

        from codepolicy.cli.output import put, put_json
        from codepolicy.number_bounds import bounded
        from codepolicy.skills.ledger import Ledger
        from codepolicy.skills.skill_store import SkillStore
        from codepolicy.training.skill_exam import retired
        from primitives.errors import ConfigurationError, unknown_name

        what, rest = self._asked()
        bounded("--trials", self.trials, least=1, most=10_000)
        folder = Path(rest[0])
        if what == "exam":
            return self._exam(folder, rest[1] if len(rest) > 1 else None)
        if what == "retire":
            put(f"retired {retired(folder, rest[1], self.why).skill}")
            return 0
        store, ledger = SkillStore(folder), Ledger(folder)
        if what == "show":
            skill = next((s for s in store.skills if s.id == rest[1]), None)
            if skill is None:
                raise unknown_name("skill", rest[1], [s.id for s in store.skills])
            put(skill.text)
            for entry in ledger.entries:
                if entry.skill == skill.id:
                    put(f"{entry.when} {entry.decision}: {entry.why}")
            return 0
        if self.json:
            put_json({"entries": ledger.entries})
            return 0
        for skill in store.skills:
            entry = ledger.admitted.get(skill.id)
            put(f"{skill.id}  {entry.why if entry is not None else 'never examined'}")
        if not store.skills:
            raise ConfigurationError(f"{str(folder)!r} holds no skills")
        return 0

    def _asked(self) -> tuple[Literal["list", "show", "exam", "retire"], tuple[str, ...]]:
        from primitives.errors import ConfigurationError, unknown_name

        counts = {"list": (1, 1), "show": (2, 2), "exam": (1, 2), "retire": (2, 2)}
        what, rest = (self.words[0], self.words[1:]) if self.words else ("", ())
        if what not in counts:
            raise unknown_name("command of skills", what, counts)
        least, most = counts[what]
        if not least <= len(rest) <= most:
            raise ConfigurationError(
                f"skills {what} takes {'DIR' if most == 1 else 'DIR and one more'}: codepolicy skills --help"
            )
        return (
            "list" if what == "list" else "show" if what == "show" else "exam" if what == "exam" else "retire"
        ), rest

    def _exam(self, folder: object, file: str | None) -> int:
        from pathlib import Path

        from codepolicy.cli.output import put
        from codepolicy.plugins import load_environment
        from codepolicy.settings import Settings
        from codepolicy.skills.skill import parse_skill
        from codepolicy.training.skill_exam import examiner
        from primitives.errors import ConfigurationError
        from primitives.regular_file import regular_text

        if file is not None and self.task is None:
            raise ConfigurationError("say in whose scenes: codepolicy skills exam DIR FILE.py --task ID")
        environment = load_environment(self.env)
        try:
            exam = examiner(Path(str(folder)), environment, Settings(turns=1))
            if file is None:
                changes = exam.again()
                for id, more, less, p in changes:
                    put(f"{id}  newly won {more}, newly lost {less}, p = {p:.2g}")
                return 1 if any(less > more for _, more, less, _ in changes) else 0
            try:
                skill = parse_skill(regular_text(Path(file), "skill"))
            except ValueError as error:
                raise ConfigurationError(f"{file!r} is no skill: {error}") from error
            entry = exam.held(skill, self.task or "", self.trials)
        finally:
            environment.close()
        put(f"{entry.decision} {entry.skill}: {entry.why}")
        return 0 if entry.decision == "admitted" else 1
