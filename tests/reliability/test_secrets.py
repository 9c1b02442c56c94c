"""A key, or the password of an address, is neither printed nor stored, whoever says it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from hostile_server import STREAM, once, served

from codepolicy.redaction import REDACTED, redacted, redacted_json, shown_url

KEY = "sk-Zq8vT1/Wm+4pLx=Rd7Nc5Yb"
PASSWORD = "Tr0ub4dor&3xyz"
FORMS = (
    KEY,
    KEY[:-5],
    KEY[6:],
    KEY[::-1],
    quote(KEY, safe=""),
    base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    base64.b64encode(KEY.encode()).decode(),
    KEY.encode().hex(),
    KEY.encode().hex().upper(),
    "".join(f"%{byte:02X}" for byte in KEY.encode()),
    PASSWORD,
    quote(PASSWORD, safe=""),
)
PARTS = tuple(form[i : i + 9] for form in FORMS for i in range(len(form) - 8) if "Bearer" not in form[i : i + 9])


def leaked(data: bytes) -> list[str]:
    """Parts of a secret in `data`, but for what `Bearer ` alone encodes to."""
    header = base64.b64encode(b"Bearer ").decode()[:9]
    return [part for part in PARTS if part.encode() in data and part[:4] not in header]


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://me:{quote(PASSWORD, safe='')}@127.0.0.1:9/v1")


@pytest.mark.usefixtures("key")
def test_every_form_is_found() -> None:
    text = " and ".join(FORMS)
    assert not leaked(redacted(text).encode())
    assert redacted("put the red block in the bowl") == "put the red block in the bowl"
    encoded = redacted_json(json.dumps({"a": text, KEY: [KEY]}).encode())
    assert not leaked(encoded)
    assert list(json.loads(encoded)) == ["a", REDACTED]


def test_addresses_are_shown_without_who_asks() -> None:
    assert shown_url("http://me:pw@host:1/v1?key=x&y=2") == "http://host:1/v1?key=…&y=…"
    assert redacted("see http://me:pw@host/v1 or a@b.c") == "see http://host/v1 or a@b.c"


@pytest.mark.slow
def test_a_whole_run_leaves_no_key_behind(tmp_path: Path) -> None:
    words = " ".join(FORMS)
    program = f"```python\nsay({words!r})\nraise ValueError({words!r})\n```"
    data = b"data: " + json.dumps({"choices": [{"delta": {"content": program}}]}).encode() + b"\n\n"
    with served(once(STREAM + data + b"data: [DONE]\n\n")) as url:
        address = url.replace("http://", f"http://me:{quote(PASSWORD, safe='')}@")
        arguments = ["run", f"say {KEY}", "--model", "openai:small", "--base-url", address, "--no-video", "--json"]
        arguments += ["--turns", "2", "--out", str(tmp_path / "runs"), "--record", str(tmp_path / "recorded")]
        done = subprocess.run(
            [sys.executable, "-m", "codepolicy", *arguments],
            env={**os.environ, "OPENAI_API_KEY": f"{KEY}\n"},
            capture_output=True,
            timeout=120,
        )
    assert done.returncode == 1, done.stderr.decode()
    assert json.loads(done.stdout)["outcome"] == "not_achieved"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 6
    for name, content in (
        ("stdout", done.stdout),
        ("stderr", done.stderr),
        *((str(p), p.read_bytes()) for p in written),
    ):
        assert not leaked(content), name
    assert not leaked("\n".join(map(str, tmp_path.rglob("*"))).encode())
