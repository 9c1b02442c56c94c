from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from codepolicy.cli import status
from codepolicy.cli.commands import COMMANDS, parse
from codepolicy.cli.run import RunCommand
from primitives.errors import ConfigurationError


def test_help_is_instant_and_lists_every_command() -> None:
    took: list[float] = []
    for _ in range(3):
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "codepolicy", "--help"], capture_output=True, text=True, check=True, timeout=20
        )
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime)
    assert min(took) < 0.4, "seconds of processor time, so that a busy machine does not matter"
    assert all(name in done.stdout for name in COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    code = """
import sys
from codepolicy.cli.commands import parse
try:
    parse(["run", "--help"])
except SystemExit:
    pass
print([m for m in ("numpy", "openai", "pybullet", "cv2", "pinocchio", "lark") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize(
    "arguments",
    [["run", "x", "--surface", "magic"], ["run", "x", "--sed", "1"], ["fly"], ["run", "x", "--turns", "many"], []],
    ids=" ".join,
)
def test_usage_errors_exit_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        ended = status(arguments)
    except SystemExit as refused:  # flags, by tyro
        ended = refused.code
    assert ended == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["run", "stack", "the", "blocks", "--seed", "3"], 'codepolicy run "stack the blocks"'),
        (["prompt", "stack", "blocks"], 'codepolicy prompt "stack blocks"'),
        (["stack the blocks"], 'codepolicy run "stack the blocks"'),
        (["run", "x", "--sed", "1"], ""),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_an_instruction_without_quotes_or_command(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        status(arguments)
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.endswith(hint) if hint else "codepolicy: " not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", ""], "the instruction is empty"),
        (["run", "x", "--model", "ofline"], "unknown model 'ofline'. Did you mean 'offline'"),
        (["run", "x", "--env", "gazebo"], "unknown environment 'gazebo'"),
        (["run", "x", "--model", "openai:gpt-4.1"], "set OPENAI_API_KEY"),
        (["run", "x", "--model", "openai:m", "--base-url", "localhost"], "no address"),
        (["run", "x", "--model", "replay:nowhere"], "no recording in 'nowhere'"),
        (["run", "x", "--model", "scripted:nowhere"], "neither a file nor a folder"),
        (["run", "x", "--turns", "0"], "turns is 0"),
        (["run", "x", "--seed", "-1"], "seed is -1"),
        (["run", "x", "--timeout", "0"], "timeout is 0 s"),
        (["run", "x", "--resume", "nowhere"], "give the folder of a run"),
        (["run", "x", "--max-tokens", "-1"], "a budget is more than 0"),
        (["exec"], "say which program"),
        (["exec", "nowhere.py"], "cannot read program 'nowhere.py'"),
        (["exec", "--oracle"], "--oracle needs --task"),
        (["run", "x", "--config", "nowhere.toml"], "cannot read --config"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_mistakes_are_one_sentence_and_leave_nothing(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert status([*arguments, "--json"]) == 2
    captured = capfd.readouterr()
    assert words in captured.err and "Traceback" not in captured.err
    answer = json.loads(captured.out)
    assert answer["outcome"] == "error" and words in answer["error"]
    assert list(tmp_path.iterdir()) == []


def test_a_broken_plug_in_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    from codepolicy import plugins

    broken = EntryPoint("m", "codepolicy.models.protocol:nothing", "codepolicy.models")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [broken])
    with pytest.raises(ConfigurationError, match=r"registered as 'codepolicy\.models\.protocol:nothing'"):
        plugins.load("codepolicy.models", "model", "m")


def test_an_out_folder_that_cannot_be_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")
    assert status(["run", "x", "--model", "scripted:" + str(occupied), "--out", str(occupied)]) == 2
    assert "cannot write a run folder into" in capfd.readouterr().err


def test_defaults_then_config_then_flags(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('seed = 3\nturns = 7\n[run]\nmodel = "openai:m"\nbase-url = "http://x/v1"\n')
    command = parse(["run", "hello", "--config", str(config), "--turns", "2"])
    assert isinstance(command, RunCommand)
    assert (command.instruction, command.seed, command.turns) == ("hello", 3, 2)
    assert (command.model, command.base_url, command.surface) == ("openai:m", "http://x/v1", None)


def test_flags_that_may_be_repeated_are_all_kept(tmp_path: Path) -> None:
    near, far = "0.3,0.2,0,0.4,0.3,0.2", "0.5,-0.4,0,0.6,-0.3,0.2"
    command = parse(["run", "hello", "--keep-out", near, "--also", "offline", "--keep-out", far, "--also", "skills"])
    assert isinstance(command, RunCommand)
    assert (command.keep_out, command.also) == ((near, far), ("offline", "skills"))
    config = tmp_path / "c.toml"
    config.write_text(f'keep_out = ["{near}", "{far}"]\n')
    command = parse(["run", "hello", "--config", str(config)])
    assert isinstance(command, RunCommand) and command.keep_out == (near, far)


def test_a_value_of_the_wrong_type_in_the_config(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('turns = "many"')
    with pytest.raises(ConfigurationError, match="turns is 'many': Expected `int`"):
        parse(["run", "hello", "--config", str(config)])


def test_a_command_in_the_config_is_a_table(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text("run = 3")
    with pytest.raises(ConfigurationError, match=r"run is 3; it names a command, so write a table: \[run\]"):
        parse(["run", "hello", "--config", str(config)])


def test_a_usage_error_is_an_object_too(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        status(["run", "x", "--surface", "magic", "--json"])
    assert json.loads(capfd.readouterr().out)["exit_status"] == 2


def test_a_fault_of_our_own_is_infrastructure(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("codepolicy.plugins.load_environment", lambda name: 1 / 0)
    assert status(["tasks"]) == 3
    assert "please report it" in capfd.readouterr().err


@pytest.mark.parametrize("text", ["sed = 3", "[run]\nsed = 3"])
def test_an_unknown_key_in_the_config(tmp_path: Path, text: str) -> None:
    config = tmp_path / "c.toml"
    config.write_text(text)
    with pytest.raises(ConfigurationError, match=r"'sed'\. Did you mean 'seed'"):
        parse(["run", "hello", "--config", str(config)])


@pytest.mark.slow
def test_one_json_object_on_stdout_and_progress_on_stderr(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        'put("red block", "green bowl")\n\n\ndef goal():\n    expect(inside("red block", "green bowl"), "in")\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "codepolicy", "exec", str(program), "--json", "--out", str(tmp_path / "runs")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["schema_version"], answer["outcome"]) == (0, 1, "achieved")
    assert answer["goal_check"]["status"] == "passed"
    red = answer["world"]["red block"]
    assert red.keys() == {"position", "quaternion_xyzw", "category", "color", "size", "joint"}
    assert answer["turns"][0]["report"]["calls"][0]["line"] == 1
    promised = {"verdict", "task", "seed", "model", "surface", "detector", "isolation", "timings", "trace"}
    assert promised <= answer.keys()
    assert "put('red block', 'green bowl')" in done.stderr
    folder = Path(answer["folder"])
    assert (folder / "video.mp4").stat().st_size > 1000
    assert Path(answer["trace"]).read_text().count("\n") == 3


@pytest.mark.slow
def test_the_oracle_of_a_task_wins_and_is_stamped(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["exec", "--oracle", "--task", "put-block-in-bowl", "--no-video", "--json", "--out", str(tmp_path)]
    assert status(arguments) == 0
    answer = json.loads(capfd.readouterr().out)
    assert answer["verdict"]["status"] == "achieved" and answer["privileged"] == ["program"]


def test_tasks_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["tasks", "--json"]) == 0
    answer = json.loads(capfd.readouterr().out)
    assert "put-block-in-bowl" in {t["id"] for t in answer["tasks"]}
    assert "blocks-and-bowls" in answer["scenes"]


def test_tasks_of_a_suite_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    assert status(["tasks", "--json", "--suite", "ravens"]) == 0
    listed = json.loads(capfd.readouterr().out)["tasks"]
    assert listed and all("ravens" in t["suites"] for t in listed)
    assert status(["tasks", "--suite", "raven"]) == 2
    assert "Did you mean 'ravens'" in capfd.readouterr().err


@pytest.mark.parametrize("surface", ["skill", "tool", "joint"])
def test_the_api_is_printed_and_measured(surface: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["api", "--surface", surface]) == 0
    stub = capsys.readouterr().out
    compile(stub, "api.pyi", "exec")
    assert status(["api", "--surface", surface, "--stats"]) == 0
    assert "tokens" in capsys.readouterr().out
