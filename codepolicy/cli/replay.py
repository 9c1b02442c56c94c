"""`codepolicy replay RUN[/KEY]…`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class ReplayCommand:
    """Execute recorded programs again, without a model, and prove the same end state or show where it parts."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RUN[/KEY]")] = ()
    """Folders of `eval`, one of its episodes by key, or folders that `run` and `exec` left."""
    json: Annotated[bool, Flag] = False
    """Print one JSON object for each episode."""

    def __call__(self) -> int:
        """Replay; returns 0 where every episode is the same, bit for bit, else 1."""
        from pathlib import Path

        from codepolicy.cli.output import put, put_json
        from codepolicy.evaluation.program_replay import lines, recorded, replayed
        from codepolicy.plugins import load_environment
        from primitives.environment import World
        from primitives.errors import ConfigurationError

        if not self.runs:
            raise ConfigurationError("say what to replay: codepolicy replay RUN, or one of its episodes as RUN/KEY")
        episodes = [episode for run in self.runs for episode in recorded(Path(run))]
        environments: dict[str, World] = {}
        different = 0
        try:
            for episode in episodes:
                name = episode.environment
                if name not in environments:
                    environments[name] = load_environment(name)
                told = replayed(episode, environments[name])
                different += told.difference is not None
                if self.json:
                    put_json(told)
                else:
                    for line in lines(told):
                        put(line)
        finally:
            for environment in environments.values():
                environment.close()
        if not self.json:
            put(f"{len(episodes) - different} of {len(episodes)} episodes are the same, bit for bit")
        return 1 if different else 0
