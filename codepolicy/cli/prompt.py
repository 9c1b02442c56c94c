"""`codepolicy prompt "INSTRUCTION"`: what a model would be asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag, WorldOptions, settings
from codepolicy.settings import ExampleSettings


@dataclass(frozen=True, kw_only=True)
class PromptCommand(ExampleSettings, WorldOptions):
    """Print what a model would be asked first, without asking one."""

    instruction: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="INSTRUCTION")] = None
    """What to do, in quotes. May be left out with --task."""
    stats: Annotated[bool, Flag] = False
    """Print sizes in estimated tokens instead."""

    def __call__(self) -> int:
        """Print; returns the exit status."""
        from codepolicy.agent import checked_instruction, open_executor
        from codepolicy.cli.output import put, put_source
        from codepolicy.models.token_estimate import estimated_tokens
        from codepolicy.plugins import load_environment
        from codepolicy.prompting.prompt import prompt_hash, user_prompt
        from codepolicy.skills.retrieval import relevant
        from codepolicy.skills.skill_store import SkillStore
        from primitives.environment import TrialSpec

        spec = TrialSpec(
            seed=self.seed,
            task=self.task,
            scene=self.scene,
            instruction=checked_instruction(self.instruction, self.task),
            disturbances=self.disturbances,
        )
        store = SkillStore(Path(self.skills)) if self.skills is not None else SkillStore()
        environment = load_environment(self.place)
        try:
            with open_executor(environment, spec, settings(self)) as executor:
                system = executor.system_prompt(examples=self.examples)
                words = executor.trial.instruction
                skills = relevant(store.skills, words, surface=executor.surface.level)
                user = user_prompt(executor.look(), words, skills=[s.example for s in skills])
        finally:
            environment.close()
        if self.stats:
            put(f"constant part  about {estimated_tokens(system)} tokens, hash {prompt_hash(system)}")
            put(f"this request   about {estimated_tokens(user)} tokens")
        else:
            put_source(f"<!-- system -->\n{system}\n\n<!-- user -->\n{user}")
        return 0
