"""On what an evaluation is played: this machine's processors, or a Ray cluster."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from primitives.errors import ConfigurationError

if TYPE_CHECKING:
    from codepolicy.evaluation.executor import Executor
    from codepolicy.evaluation.run_plan import Plan
    from codepolicy.evaluation.worker_setup import WorkerSetup


@dataclass(frozen=True, kw_only=True)
class ExecutorFlags:
    """Where and how many at once."""

    jobs: int | None = None
    """Processes; as many as there are processors, of the whole cluster with --executor ray, when left out."""
    executor: Literal["pool", "ray"] = "pool"
    """Processes of this machine, or a Ray cluster (pip install 'codepolicy[ray]'); results are the same."""
    address: Annotated[str | None, tyro.conf.arg(metavar="auto|HOST:PORT")] = None
    """Of the Ray cluster; when left out, one is started on this machine."""
    episode_limit: float = 1800.0
    """Wall time in s after which an episode is given up."""

    def checked(self) -> None:
        """Raises ConfigurationError for flags that do not go together."""
        if self.jobs is not None and self.jobs < 1:
            raise ConfigurationError(f"--jobs is {self.jobs}; give at least 1")
        if self.address is not None and self.executor != "ray":
            raise ConfigurationError(f"--address {self.address} is of a Ray cluster; add --executor ray")
        if self.address not in (None, "auto") and not re.fullmatch(r"[^\s:/]+:\d{1,5}", self.address):
            raise ConfigurationError(f"--address is {self.address!r}; give auto or HOST:PORT, e.g. 10.0.0.5:6379")

    @property
    def processes(self) -> int | None:
        """How many at once; None where the cluster's size says it."""
        return self.jobs or (len(os.sched_getaffinity(0)) if self.address is None else None)

    def chosen(self, setup: WorkerSetup, plan: Plan) -> Executor:
        """The executor of `plan`. Raises ConfigurationError where Ray is not installed."""
        from codepolicy.evaluation.episode_player import PrepareElsewhere, PreparePlayer
        from codepolicy.evaluation.run_store import LOG

        processes, folder = self.processes, plan.path
        if self.executor == "ray":
            from codepolicy.evaluation.ray_cluster import RayCluster

            return RayCluster(
                prepare=PrepareElsewhere(setup, plan.file.configuration),
                folder=folder,
                address=self.address,
                processes=processes,
                limit_s=self.episode_limit,
                log=folder / LOG,
            )
        from codepolicy.evaluation.process_pool import ProcessPool

        return ProcessPool(
            prepare=PreparePlayer(setup),
            folder=folder,
            processes=min(processes or 1, max(1, len(plan.jobs))),
            limit_s=self.episode_limit,
            log=folder / LOG,
        )
