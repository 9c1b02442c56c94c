"""What workers play in tests: episodes that win, break, hang or kill their process, as a script says.

Imported by its plain name, in the workers too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from codepolicy.episode import Timings
from codepolicy.evaluation.records import Job, Record
from codepolicy.models.protocol import Usage
from primitives.errors import ConfigurationError


@dataclass(frozen=True)
class Scripted:
    """For each key what its attempts do, one after the other, the last for ever; "achieved" where nothing is said."""

    script: dict[str, tuple[str, ...]]
    folder: Path

    def __call__(self, path: Path) -> Callable[[Job], Record]:
        return self.play

    def play(self, job: Job) -> Record:
        counted = self.folder / job.key
        attempt = counted.stat().st_size if counted.exists() else 0
        with counted.open("ab") as file:
            file.write(b".")
        acts = self.script.get(job.key, ("achieved",))
        act = acts[min(attempt, len(acts) - 1)]
        if act == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if act == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if act == "exit":
            os._exit(7)
        if act == "raise":
            raise ValueError("somebody's fault")
        if act == "refuse":
            raise ConfigurationError("the model has no key; set OPENAI_API_KEY")
        if act == "child":
            child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(0.0,))
            child.start()
            child.join()
            act = "achieved" if child.exitcode == 0 else "raise"
        if act == "hang":
            time.sleep(600)
        return Record(
            key=job.key,
            task=job.trial.task,
            seed=job.trial.spec.seed,
            sample=job.sample,
            labels={},
            instruction="",
            disturbances="mild",
            won=act == "achieved",
            judged=True,
            outcome=act,  # type: ignore[arg-type]
            kind="" if act == "achieved" else act,
            told=act,
            feedback="",
            turns=1,
            surface="skill",
            prompt="p",
            privileged=(),
            usage=Usage(cost_usd=0.5),
            timings=Timings(total=0.0, model=0.0, execution=0.0, robot=0.0),
            result=msgspec.json.encode(os.getpid()).decode(),
        )
