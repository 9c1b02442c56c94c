"""A run as one of MLflow's: `pip install 'codepolicy[mlflow]'`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from codepolicy.evaluation.run_store import EPISODES, REPORT, RUN, EvaluationRun
from codepolicy.evaluation.summary import Row, Summary
from codepolicy.redaction import redacted, shown_url
from primitives.errors import ConfigurationError

FOLDER = "codepolicy.folder"
"""Tag by which a run is known again: what is told of it later takes the place of what was told before."""
_NUMBERS = ("rate", "low", "high", "won", "episodes", "first", "lost", "turns", "tokens", "cost_usd")
_TIMES = ("model_s", "executing_s", "wall_s", "robot_s")


def log(run: EvaluationRun, summary: Summary, uri: str) -> str:
    """Tell the MLflow server `uri` of a run: conditions as parameters, rates as metrics, the page as artifact.

    Returns:
        MLflow's id of the run.

    Raises:
        ConfigurationError: MLflow is not installed, does not answer or refuses.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # a run is told to the server that was named and no other
    try:
        from mlflow.tracking import MlflowClient
    except ImportError as error:
        raise ConfigurationError("to log to MLflow: pip install 'codepolicy[mlflow]'") from error
    folder = str(run.path.resolve())
    try:
        client = MlflowClient(tracking_uri=uri)
        name = " ".join(run.file.chosen)
        experiment = client.get_experiment_by_name(name)
        number = experiment.experiment_id if experiment is not None else client.create_experiment(name)
        known = [r for r in client.search_runs([number]) if r.data.tags.get(FOLDER) == folder]
        tags = {FOLDER: folder, "codepolicy.privileged": ", ".join(summary.privileged) or "nothing"}
        entry = known[0] if known else client.create_run(number, run_name=run.path.name, tags=tags)
        id: str = entry.info.run_id
        for key, value in _conditions(run).items():
            client.log_param(id, key, redacted(value)[:500])
        for key, value in _metrics(summary):
            client.log_metric(id, key, value, step=summary.total.episodes)
        for file in (RUN, EPISODES, REPORT):
            if (run.path / file).is_file():
                client.log_artifact(id, str(run.path / file))  # pyright: ignore[reportUnknownMemberType]
        client.set_terminated(id, "FINISHED" if summary.total.episodes >= summary.planned else "RUNNING")
    except Exception as error:  # of a library, a server and the network between
        raise ConfigurationError(f"MLflow at {shown_url(uri)!r} did not take the run: {error}") from error
    return id


def _conditions(run: EvaluationRun) -> Mapping[str, str]:
    configuration = run.file.configuration
    told = {"model": configuration.model, "environment": configuration.environment, "wording": configuration.wording}
    told |= {"disturbances": configuration.disturbances, "configuration": configuration.whole}
    return told | {f"settings.{name}": str(value) for name, value in configuration.settings.items()}


def _metrics(summary: Summary) -> Iterator[tuple[str, float]]:
    """Of all episodes, and the rate of each task."""
    yield from _of("", summary.total, (*_NUMBERS, *_TIMES))
    for row in summary.tasks:
        yield from _of(f"task/{row.name}/", row, ("rate", "episodes"))


def _of(prefix: str, row: Row, fields: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    for field in fields:
        value = getattr(row, field)
        if value is not None:
            yield prefix + field, float(value)
