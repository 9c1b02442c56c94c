"""`--model skills:DIR`: a library of skills that answers by itself, without a language model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, Reply
from codepolicy.prompting.prompt_reader import read_prompt
from codepolicy.skills.skill import Skill
from codepolicy.skills.skill_pattern import pattern
from codepolicy.skills.skill_store import SkillStore
from primitives.errors import ConfigurationError


class LibraryModel:
    """Fits the first skill whose pattern an instruction has.

    Args:
        skills: in the order in which they are tried.
    """

    def __init__(self, skills: Sequence[Skill]) -> None:
        self._patterns = [p for p in map(pattern, skills) if p is not None]

    @property
    def id(self) -> str:
        """Always "skills"."""
        return "skills"

    @property
    def vision(self) -> bool:
        """Never."""
        return False

    @property
    def priced(self) -> bool:
        """It costs nothing."""
        return True

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """Program and goal check of a skill that fits, or that there is none."""
        del sample
        started = time.perf_counter()
        instruction = read_prompt(messages).instruction
        fitted = next((f for p in self._patterns if (f := p.fitted(instruction)) is not None), None)
        if fitted is None:
            text = f"None of the {len(self._patterns)} skills of this library is for that."
        else:
            text = "\n".join(f"```python\n{code.strip()}\n```" for code in fitted)
        return Reply(
            text=text,
            model=self.id,
            latency_s=time.perf_counter() - started,
            finish="refusal" if fitted is None else "stop",
        )


def make(argument: str, options: ModelOptions) -> LibraryModel:
    """`skills:DIR`. Raises ConfigurationError."""
    del options
    if not argument:
        raise ConfigurationError("say which library: --model skills:DIR, a folder of skills")
    return LibraryModel(SkillStore(Path(argument)).skills)
