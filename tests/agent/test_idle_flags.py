"""A flag that would change nothing is refused in a sentence, before anything is set up."""

from __future__ import annotations

from dataclasses import fields

import pytest

from codepolicy.cli import status
from codepolicy.cli.commands import COMMANDS
from codepolicy.cli.flag_conditions import CONDITIONS

IDLE = [
    "run x --rehearsals 5",
    "run x --rehearsals=2",
    "chat --planner openai:x",
    "run x --vision-model openai:x",
    "exec p.py --vision-model openai:x --detector oracle",
    "run x --env fake --robot pybullet",
    "run x --video-speed 1",
    "exec p.py --video-camera front",
    "run x --no-video --video-size 720p",
    "run x --no-video --video_speed 2",
    "chat --video-size 480p",
    "run x --robot arm.toml --seed 3",
    "exec p.py --env arm.toml --disturbances none",
    "run x --recover",
    "console --recover",
    "console --unencrypted",
    "console --host 0.0.0.0 --unencrypted --tls-cert a --tls-key b",
    "mcp --port 9000",
    "mcp --host 127.0.0.1",
    "mcp --vision-model openai:x",
    "eval core --oracle --model openai:x",
    "eval core --oracle --turns 2",
    "eval core --oracle --no-hierarchy",
    "eval written --max-cost 3",
    "eval written --trials 3",
    "eval core --rehearsals 3",
    "baseline save runs/x b.jsonl --jobs 2",
    "api --env fake",
    "api --editor --stats",
    "doctor --robot arm.toml --model openai:x",
    "doctor --robot arm.toml --max-cost 2",
    "skills list DIR --trials 5",
    "skills exam DIR --task lift-block",
    "skills show DIR x --json",
    "skills list DIR --why no",
    "calibrate board --views 30",
    "calibrate board --seed 1",
    "calibrate camera --paper a3",
    "calibrate camera --by-hand --yes",
    "prompt x --deadline 5",
]


@pytest.mark.parametrize("words", IDLE)
def test_a_flag_without_effect_is_refused(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(words.split()) == 2
    said = capsys.readouterr().err
    assert " has no effect here: " in said and len(said.splitlines()) == 1
    assert said.split()[1].partition("=")[0] in words


@pytest.mark.parametrize(
    "words", ["mcp --recover", "prompt x --recover", "calibrate camera --surface tool", "calibrate board --deadline 3"]
)
def test_a_command_has_no_flags_that_it_never_reads(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        status(words.split())
    assert ended.value.code == 2
    capsys.readouterr()


@pytest.mark.parametrize(
    "words",
    [
        "skills list nowhere --json",
        "eval nothing --oracle --trials 2 --video lost",
        "run x --candidates 2 --rehearsals 5 --task nothing",
        "eval nothing --robot pybullet --seeds 0-1",
        "exec nothing.py --video-size 720p --video-speed 2",
    ],
)
def test_a_flag_that_has_an_effect_is_taken(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(words.split()) in (0, 2)
    assert "no effect" not in capsys.readouterr().err


def test_a_configuration_file_is_for_all_commands(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path_factory.mktemp("config") / "mine.toml"
    file.write_text('rehearsals = 5\nvision_model = "openai:x"\n')
    assert status(["run", "x", "--config", str(file), "--task", "nothing"]) == 2
    assert "no effect" not in capsys.readouterr().err


def test_every_condition_speaks_of_flags_that_there_are() -> None:
    known = {name: {field.name for field in fields(command)} for name, command in COMMANDS.items()}
    for condition in CONDITIONS:
        for flag in condition.flags:
            where = [condition.command] if condition.command is not None else list(known)
            assert any(flag in known[name] for name in where), (condition.command, flag)


def test_eval_plays_on_the_robot_that_is_named() -> None:
    from codepolicy.cli.baseline import BaselineCommand
    from codepolicy.cli.eval import EvalCommand

    assert EvalCommand(names=("core",), robot="fake")._setup().environment == "fake"
    assert BaselineCommand(words=("check", "b"), robot="fake")._setup("b").environment == "fake"
