"""`codepolicy doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag, ModelFlags, model_options


@dataclass(frozen=True, kw_only=True)
class DoctorCommand(ModelFlags):
    """Check this installation and a --model, and say what to do about each finding."""

    robot: Annotated[str | None, tyro.conf.arg(metavar="FILE.toml")] = None
    """Check this robot file and the robot behind it instead; connects, and moves nothing."""
    json: Annotated[bool, Flag] = False
    """Print one JSON object."""

    def __call__(self) -> int:
        """Print; returns 0 when runs are possible, 2 otherwise."""
        from codepolicy.cli.diagnosis import diagnose, diagnose_robot
        from codepolicy.cli.output import put, put_json

        if self.robot is not None:
            findings = diagnose_robot(self.robot)
        else:
            findings = diagnose(self.model, model_options(self), max_cost=self.max_cost)
        broken = any(f.status == "error" for f in findings)
        if self.json:
            put_json({"schema_version": 1, "ok": not broken, "findings": findings})
        else:
            for finding in findings:
                put(f"{finding.status:<7} {finding.what}: {finding.found}")
                if finding.advice:
                    put(f"{'':<7} -> {finding.advice}")
        return 2 if broken else 0
