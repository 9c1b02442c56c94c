"""`codepolicy api`: the stub that a model sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag
from codepolicy.settings import SurfaceSettings


@dataclass(frozen=True, kw_only=True)
class ApiCommand(SurfaceSettings):
    """Print the functions that a program may call, as the model sees them."""

    env: Annotated[str, tyro.conf.arg(metavar="NAME")] = "pybullet"
    """Environment whose robot the prompt speaks of."""
    editor: Annotated[bool, Flag] = False
    """Print it as a module for editors and type checkers; the one that comes along holds every function of ours."""
    stats: Annotated[bool, Flag] = False
    """Print sizes of stub and constant prompt instead, in estimated tokens."""

    def __call__(self) -> int:
        """Print; returns the exit status."""
        from codepolicy.cli.output import put, put_source
        from codepolicy.models.token_estimate import estimated_tokens
        from codepolicy.plugins import load_environment
        from codepolicy.prompting.prompt import prompt_hash, system_prompt
        from primitives.api import surface
        from primitives.environment import robot_of
        from primitives.stub import editor_stub, render

        chosen = surface(self.surface or "skill", alone=self.surface_alone)
        if self.editor:
            put_source(editor_stub(chosen).rstrip())
            return 0
        stub = render(chosen)
        if not self.stats:
            put_source(stub.rstrip())
            return 0
        environment = load_environment(self.env)
        try:
            arm, workspace = robot_of(environment)
            prompt = system_prompt(chosen, workspace, opening=arm.gripper.max_width)
        finally:
            environment.close()
        put(f"surface        {chosen.level}")
        put(f"functions      {len(chosen.primitives)}")
        put(f"stub           {len(stub)} characters, about {estimated_tokens(stub)} tokens")
        put(f"constant part  {len(prompt)} characters, about {estimated_tokens(prompt)} tokens")
        put(f"prompt hash    {prompt_hash(prompt)}")
        return 0
