"""What `docs/agents.md` tells people to paste is well-formed and starts a command that there is."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from codepolicy.cli.commands import parse
from codepolicy.cli.mcp import TOKEN, McpCommand
from codepolicy.mcp_server.http import PATH

PAGE = (Path(__file__).parents[2] / "docs/agents.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(json|toml)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_files_start_the_server_or_say_where_it_is(kind: str, text: str) -> None:
    content = json.loads(text) if kind == "json" else tomllib.loads(text)
    ((name, servers),) = content.items()
    assert name in ("mcpServers", "servers", "mcp_servers")
    server = servers["codepolicy"]
    if "url" in server:
        assert server["url"] == f"http://127.0.0.1:{McpCommand().port}{PATH}"
        assert server["headers"]["Authorization"].startswith("Bearer ")
    else:
        assert server["command"] == "codepolicy"
        assert isinstance(parse(server["args"]), McpCommand)


def test_lines_start_the_server() -> None:
    lines = re.findall(r"`((?:claude|codex|gemini) mcp add .*?)`", PAGE, re.DOTALL) + re.findall(
        r"`(code --add-mcp .*?)`", PAGE
    )
    assert len(lines) == 6 and len(BLOCKS) == 4
    for line in lines:
        words = shlex.split(line)
        if words[0] == "code":
            told = json.loads(words[2])
            assert told["name"] == "codepolicy"
            words = [told["command"], *told["args"]]
        if any(word.startswith("http:") for word in words):
            assert f"http://127.0.0.1:8765{PATH}" in words
        else:
            assert words[-2:] == ["codepolicy", "mcp"]
    assert TOKEN in PAGE
