"""Skills kept in a folder, one readable file each; without a folder they live as long as the object."""

from __future__ import annotations

from pathlib import Path

from codepolicy.redaction import redacted
from codepolicy.skills.skill import Skill, parse_skill
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_text

SKILL_BYTES = 1_000_000


class SkillStore:
    """Every *.py file of `folder` is a skill. To list them is to list the folder, to remove one to delete its file.

    Args:
        folder: made when missing; None keeps nothing on disk.
        learn: whether `add` keeps anything; a store that does not stays as it is over any number of runs.

    Raises:
        ConfigurationError: a file cannot be read or is no skill, or the folder cannot be made.
    """

    def __init__(self, folder: Path | None = None, *, learn: bool = False) -> None:
        self.learn = learn
        self._folder = folder
        self._skills: dict[str, Skill] = {}
        if folder is None:
            return
        if not learn and not folder.is_dir():
            raise ConfigurationError(f"there is no folder of skills {str(folder)!r}; --learn makes and fills one")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"cannot keep skills in {str(folder)!r}: {error.strerror or error}") from error
        for path in sorted(folder.glob("*.py")):
            try:
                skill = parse_skill(regular_text(path, "skill", SKILL_BYTES))
            except ValueError as error:
                raise ConfigurationError(f"{str(path)!r} is no skill: {error}") from error
            self._skills[skill.id] = skill

    @property
    def skills(self) -> tuple[Skill, ...]:
        """All of them."""
        return tuple(self._skills.values())

    def add(self, skill: Skill) -> None:
        """Keep `skill`, unless this store does not learn or has it already. Raises ConfigurationError."""
        if not self.learn or skill.id in self._skills:
            return
        self._skills[skill.id] = skill
        if self._folder is None:
            return
        target = self._folder / f"{skill.id}.py"
        partial = target.with_suffix(".partial")
        try:
            partial.write_text(redacted(skill.text), encoding="utf-8")
            partial.replace(target)
        except OSError as error:
            raise ConfigurationError(f"cannot keep the skill {str(target)!r}: {error.strerror or error}") from error
