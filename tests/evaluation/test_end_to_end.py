"""The commands as a user types them: real worlds, real processes, real signals."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codepolicy.evaluation.run_store import read_run

TASKS = ("lift-block", "put-block-in-bowl", "reason-decline-missing")


def cli(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, "-m", "codepolicy", *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def one_process(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("evaluation") / "one"
    cli("eval", *TASKS, "--trials", "2", "--jobs", "1", "--out", str(out))
    return out


@pytest.mark.slow
def test_episodes_are_the_same_in_one_process_and_in_several(one_process: Path, tmp_path: Path) -> None:
    several = tmp_path / "several"
    arguments = ("eval", *reversed(TASKS), "--trials", "2", "--jobs", "2", "--out", str(several), "--fail-under", "1")
    told = cli(*arguments)
    assert "all " in told.stdout and "61.0% - 100.0%" in told.stdout
    first, second = read_run(one_process).records, read_run(several).records
    assert [(r.key, r.result, r.won) for r in first] == [(r.key, r.result, r.won) for r in second]
    assert len({r.result for r in first}) == 6
    comparison = json.loads(cli("compare", str(one_process), str(several), "--json").stdout)
    assert comparison["identical"] == 6 and comparison["differences"] == []
    before = (several / "episodes.jsonl").read_bytes()
    assert "episode" not in cli(*arguments).stderr, "nothing is left to play"
    assert (several / "episodes.jsonl").read_bytes() == before


@pytest.mark.slow
def test_what_is_interrupted_or_killed_goes_on(one_process: Path, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    arguments = ("eval", *TASKS, "--trials", "2", "--jobs", "2", "--out", str(out))
    episodes = out / "episodes.jsonl"
    for ending, lines in ((signal.SIGINT, 1), (signal.SIGKILL, 3)):
        process = subprocess.Popen(
            [sys.executable, "-m", "codepolicy", *arguments],
            stderr=subprocess.PIPE,
            text=True,
            # a shell starts background jobs without one
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (episodes.is_file() and episodes.read_bytes().count(b"\n") >= lines):
            time.sleep(0.05)
        process.send_signal(ending)
        _, error = process.communicate(timeout=20)
        assert process.returncode == (130 if ending == signal.SIGINT else -9), error
    before = episodes.read_bytes()
    before = before[: before.rfind(b"\n") + 1]
    assert 3 <= before.count(b"\n") < 6
    told = cli(*arguments)
    assert "already there" in told.stderr
    after = episodes.read_bytes()
    assert after.startswith(before) and after.count(b"\n") == 6, "nothing is played twice"
    assert [r.result for r in read_run(out).records] == [r.result for r in read_run(one_process).records]
    assert not list((out / "episodes").glob(".starting-*"))


@pytest.mark.slow
def test_an_episode_is_replayed_from_its_folder(one_process: Path) -> None:
    run = read_run(one_process)
    record = next(r for r in run.records if r.task == "put-block-in-bowl-v1")
    assert record.folder is not None
    replayed = json.loads(cli("replay", str(one_process / record.key), "--json").stdout)
    assert replayed["difference"] is None and replayed["outcome_now"] == record.outcome


@pytest.mark.slow
def test_what_is_lost_fails_the_build_and_stands_in_the_page(one_process: Path, tmp_path: Path) -> None:
    reply, out = tmp_path / "reply.md", tmp_path / "lost"
    reply.write_text(
        '```python\nsay("nothing to do <here>")\n```\n```python\ndef goal():\n    expect(False, "never")\n```\n'
    )
    arguments = ("--trials", "2", "--jobs", "1", "--out", str(out), "--turns", "1", "--model", f"scripted:{reply}")
    told = cli("eval", "put-block-in-bowl", *arguments, "--fail-under", "0.9", "--json", status=1)
    summary = json.loads(told.stdout)
    assert summary["total"]["won"] == 0 and summary["total"]["episodes"] == 2
    assert "0 of 2 won (0.0%), --fail-under asks for 90.0%" in told.stderr
    html = (out / "report.html").read_text()
    assert "say(&quot;nothing to do &lt;here&gt;&quot;)" in html and "<h3>goal check <small>2</small></h3>" in html
    told = cli("compare", str(one_process), str(out), "--fail-on", "any", status=1)
    assert told.stdout.startswith("newly failing: 2\n") and "model: offline, scripted:" in told.stdout
    cli("compare", str(one_process), str(out))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["eval"], "say what to play"),
        (["eval", "cor"], "Did you mean 'core'"),
        (["eval", "core", "--jobs", "0"], "--jobs is 0"),
        (["eval", "core", "--address", "auto"], "add --executor ray"),
        (["eval", "core", "--executor", "ray", "--address", "nonsense"], "give auto or HOST:PORT"),
        (["eval", "core", "--fail-under", "95"], "--fail-under is 95"),
        (["eval", "core", "--trials", "2", "--seeds", "1-2"], "give one of them"),
        (["eval", "core", "--learn", "--skills", "x"], "depend on those before"),
        (["compare", "one"], "compare takes two runs, not 1"),
        (["compare", "nowhere", "nowhere"], "holds no evaluation"),
        (["report"], "say which run"),
        (["eval", "core", "--detector", "eyes"], "unknown detector 'eyes'"),
        (["eval", "core", "--model", "scripted:nowhere"], "neither a file nor a folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes_are_told_in_a_sentence(
    arguments: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    from codepolicy.cli import status

    monkeypatch.chdir(tmp_path)
    assert status(arguments) == 2
    told = capsys.readouterr()
    assert told.err.startswith("codepolicy: ") and says in told.err and told.out == ""
    assert not any(tmp_path.iterdir()), "nothing is written"


@pytest.mark.slow
def test_programs_that_must_lose_are_played_and_one_that_wins_fails_the_build(tmp_path: Path) -> None:
    out = str(tmp_path / "decoys")
    told = cli("eval", "reason-decline-missing", "--decoys", "--trials", "1", "--jobs", "1", "--out", out)
    assert "lost to" not in told.stdout + told.stderr
    records = read_run(Path(out)).records
    assert {"do nothing", "says it is done"} <= {r.decoy for r in records} and not any(r.won for r in records)
    assert {r.privileged for r in records} == {("program",)}
    file = Path(out) / "episodes.jsonl"
    first, *others = file.read_text().splitlines(keepends=True)
    file.write_text(first.replace('"won":false', '"won":true') + "".join(others))
    told = cli("report", out, status=1)
    assert "must lose and won: reason-decline-missing-v2 seed 0 (" in told.stdout
    assert f"1 of {len(records)} programs that must lose have won" in told.stderr
