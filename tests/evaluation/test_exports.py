"""Results in the formats of other tools."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codepolicy.cli import status
from tests.evaluation import made

RECORDS = [
    made.record(seed=0),
    made.record(seed=1, won=False, feedback="50% <lost>,\x1b[0m here: it fell"),
    made.record(seed=2, won=False, outcome="infrastructure", kind="infrastructure"),
]


def test_junit_csv_and_annotations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run = made.folder(tmp_path / "run", RECORDS)
    junit, table = tmp_path / "junit.xml", tmp_path / "episodes.csv"
    log = tmp_path / "also.csv"
    assert status(["report", str(run), "--junit", str(junit), "--export", str(table), "--export", str(log)]) == 0
    assert log.read_bytes() == table.read_bytes()
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    failure = suite[1][0]
    assert failure.tag == "failure" and failure.get("type") == "grasp_missed"
    assert failure.get("message") == "50% <lost>,\\x1b[0m here: it fell"
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["won"] for row in rows] == ["True", "False", "False"] and rows[0]["timings.robot"] == "6.0"
    assert "::error title=lift-block-v1 seed 1 lost to grasp_missed::50%25 <lost>%2C" in capsys.readouterr().out


def test_where_it_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = made.folder(tmp_path / "run", RECORDS)
    for flag in ("--junit", "--export"):
        assert status(["report", str(run), flag, str(tmp_path / "missing" / "x.csv")]) == 2
        assert "cannot write" in capsys.readouterr().err


@pytest.mark.slow
def test_a_parquet_file_is_read_by_duckdb(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="pip install 'codepolicy[parquet]'")
    run = made.folder(tmp_path / "run", RECORDS)
    assert status(["report", str(run), "--export", str(tmp_path / "t.parquet")]) == 0
    query = f'select task, seed, won, "timings.total", "labels.family" from \'{tmp_path / "t.parquet"}\' order by seed'
    rows = duckdb.sql(query).fetchall()
    expected = [(r.task, r.seed, r.won, r.timings.total, r.labels["family"]) for r in RECORDS]
    assert sorted(rows) == sorted(expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["run.eval", "run.json"])
@pytest.mark.filterwarnings("ignore")
def test_inspect_ai_reads_its_log(name: str, tmp_path: Path) -> None:
    log = pytest.importorskip("inspect_ai.log", reason="pip install 'codepolicy[inspect]'")
    run = made.folder(tmp_path / "run", RECORDS)
    assert status(["report", str(run), "--export", str(tmp_path / name)]) == 0
    read = log.read_eval_log(str(tmp_path / name))
    assert read.status == "success" and len(read.samples) == len(RECORDS)
    assert {s.id: s.scores["won"].value for s in read.samples} == {
        f"{r.task} seed {r.seed}": "C" if r.won else "I" for r in RECORDS
    }


def test_an_unknown_format_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = made.folder(tmp_path / "run", RECORDS)
    assert status(["report", str(run), "--export", str(tmp_path / "t.xlsx")]) == 2
    assert "give FILE.csv or FILE.parquet" in capsys.readouterr().err


def test_mlflow_keeps_one_run_however_often_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracking = pytest.importorskip("mlflow.tracking")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    run, uri = made.folder(tmp_path / "run", RECORDS[:2]), (tmp_path / "mlflow").as_uri()
    assert status(["report", str(run), "--mlflow", uri]) == 0
    made.folder(tmp_path / "run", RECORDS)
    assert status(["report", str(run), "--mlflow", uri]) == 0
    client = tracking.MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("core")
    (logged,) = client.search_runs([experiment.experiment_id])
    assert logged.data.params["model"] == "offline" and logged.data.params["settings.turns"] == "4"
    assert (logged.data.metrics["episodes"], logged.data.metrics["task/lift-block-v1/rate"]) == (3.0, 1 / 3)
    assert {"run.json", "report.html"} <= {file.path for file in client.list_artifacts(logged.info.run_id)}


def test_a_server_of_mlflow_that_refuses_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mlflow.tracking")
    run = made.folder(tmp_path / "run", RECORDS)
    assert status(["report", str(run), "--mlflow", "nothing://user:secret-word@host"]) == 2
    told = capsys.readouterr().err
    assert "did not take the run" in told and "secret-word" not in told
