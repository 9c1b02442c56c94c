"""The command line as a person uses it: a process of its own, the real world, a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.slow

ASK = "put the red block in the green bowl"
REPLY = """Here you are.
```python
put(find("red block"), find("green bowl"))
```
```python
def goal():
    expect(inside(find("red block"), find("green bowl")), "the red block is in the green bowl")
```
"""


def codepolicy(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENAI_")}
    return subprocess.run(
        [sys.executable, "-m", "codepolicy", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )


def test_the_main_job_without_network_or_key(tmp_path: Path) -> None:
    done = codepolicy("run", ASK, "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    for part in ("I see: ", "turn 1: program", "line 1: put(", "goal check ok", "achieved: ", "record in "):
        assert part in done.stdout
    (folder,) = tmp_path.iterdir()
    episode = json.loads((folder / "episode.json").read_text())
    assert episode["verdict"]["status"] == "achieved" and episode["model"] == "offline"
    assert (folder / "video.mp4").read_bytes()[4:8] == b"ftyp"


def test_a_model_behind_a_server(chat: SimpleNamespace, tmp_path: Path) -> None:
    usage = {"prompt_tokens": 2500, "completion_tokens": 60, "total_tokens": 2560}
    slip = chat.streamed(REPLY.replace("put(", "putt("), usage=usage)
    with chat.serving(slip, chat.streamed(REPLY[:60], REPLY[60:], usage=usage)) as server:
        done = codepolicy(
            "run",
            ASK,
            "--model",
            "openai:small",
            "--base-url",
            server.url,
            "--json",
            "--no-video",
            "--out",
            str(tmp_path),
        )
    assert done.returncode == 0, done.stderr
    episode = json.loads(done.stdout)
    assert (episode["outcome"], len(episode["turns"]), episode["model"]) == ("achieved", 2, "openai:small")
    assert episode["usage"]["input_tokens"] == 5000
    first, second = (r["messages"] for r in server.requests)
    assert first[0] == second[0], "a constant prefix"
    assert "Did you mean" in second[1]["content"]


@pytest.mark.parametrize("answer", ["page", "nobody"])
def test_a_server_that_is_none_leaves_nothing(chat: SimpleNamespace, tmp_path: Path, answer: str) -> None:
    with chat.serving(chat.page) as server:
        url = server.url if answer == "page" else "http://127.0.0.1:9/v1"
        done = codepolicy("run", ASK, "--model", "openai:m", "--base-url", url, "--out", str(tmp_path / "runs"))
    assert done.returncode == 2
    assert "check --base-url" in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    done = codepolicy("run", "put the red block in the purple bowl", "--no-video", "--out", str(tmp_path))
    assert done.returncode == 0, "ground truth agrees that it cannot be done"
    assert "no purple bowl; I see: blue block" in done.stdout
    assert "declined" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_ended_run_leaves_a_whole_record(tmp_path: Path, number: signal.Signals) -> None:
    program = tmp_path / "program.py"
    program.write_text("detect()\nwhile True:\n    n = sum(range(1000))\n    find('red block') if n < 0 else None\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "codepolicy", "exec", str(program), "--json", "--no-video", "--out", f"{tmp_path}/runs"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a background shell starts its children with the interrupt ignored, and that would be inherited
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "line 1: detect()" in line:
            break
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    episode = json.loads(out)
    assert episode["outcome"] == "interrupted"
    assert json.loads((Path(episode["folder"]) / "episode.json").read_text()) == episode
