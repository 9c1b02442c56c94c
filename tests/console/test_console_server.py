"""Who may do what on the console's server: token, host, origin, frames, and one who drives."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("fastapi")
uvicorn = pytest.importorskip("uvicorn")

from codepolicy.approval import Decision, Proposal  # noqa: E402
from codepolicy.cli import status  # noqa: E402 - after the check that the extra is there
from codepolicy.console.app import Console, make_app  # noqa: E402
from codepolicy.console.audience import Audience  # noqa: E402
from codepolicy.console.camera_message import pictured  # noqa: E402
from codepolicy.console.page_approver import PageApprover  # noqa: E402
from primitives.robot import CameraInfo, Frame  # noqa: E402
from primitives.scene import SceneObject, Workspace  # noqa: E402


@dataclass
class Robot:
    """Remembers what it was told."""

    audience: Audience
    arm: None = None
    workspace: Workspace = field(default_factory=Workspace)
    failed: None = None
    busy: bool = False
    stopped: bool = False
    told: list[tuple[str, str]] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    def instruct(self, instruction: str, model: str) -> None:
        self.told.append((instruction, model))

    def stop(self) -> None:
        self.stopped = True

    def release(self) -> str | None:
        self.stopped = False
        return None


@dataclass
class Served:
    port: int
    console: Console
    robot: Robot

    def ask(
        self, method: str, path: str, body: Any = None, *, client: str = "a", **headers: str | None
    ) -> tuple[int, Any]:
        """Status and JSON or text; headers as a page of the console would send them, but for those given here."""
        usual: dict[str, str | None] = {
            "host": f"127.0.0.1:{self.port}",
            "cookie": f"{self.console.cookie}={self.console.token}",
        }
        if method == "POST":
            usual |= {"origin": f"http://127.0.0.1:{self.port}", "x-codepolicy": "1", "x-codepolicy-client": client}
        usual |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = {name: value for name, value in usual.items() if value is not None}
            connection.request(method, path, None if method == "GET" else json.dumps(body or {}), sent)
            answer = connection.getresponse()
            self.headers = {name.lower(): value for name, value in answer.getheaders()}
            text = answer.read().decode()
        finally:
            connection.close()
        with suppress(ValueError):
            return answer.status, json.loads(text)
        return answer.status, text

    @contextmanager
    def watching(self, client: str) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"host": f"127.0.0.1:{self.port}", "cookie": f"{self.console.cookie}={self.console.token}"}
        connection.request("GET", f"/events?client={client}", headers=headers)
        try:
            yield connection.getresponse()
        finally:
            connection.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    audience = Audience()
    robot = Robot(audience)
    robot.ready.set()
    console = Console(
        robot=robot,  # type: ignore[arg-type]
        audience=audience,
        approver=PageApprover(audience=audience, stopped=lambda: robot.stopped),
        models=("offline", "scripted:x"),
        out=tmp_path,
        origins=(f"http://127.0.0.1:{port}",),
    )
    server = uvicorn.Server(uvicorn.Config(make_app(console), log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Served(port, console, robot)
    server.should_exit = True
    thread.join(10)
    sock.close()


def test_without_the_token_nothing_is_served(served: Served) -> None:
    for path in ("/", "/setup", "/events?client=x", "/runs", "/assets/console.js", "/?token=wrong"):
        assert served.ask("GET", path, cookie=None)[0] == 403
        assert served.ask("GET", path, cookie=f"{served.console.cookie}=wrong")[0] == 403
    assert served.ask("POST", "/stop", cookie=None)[0] == 403 and not served.robot.stopped
    assert served.ask("GET", f"/?token={served.console.token}", cookie=None)[0] == 303
    cookie = served.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert served.ask("GET", "/")[0] == 200


def test_every_answer_forbids_frames_foreign_scripts_and_caches(served: Served) -> None:
    for path, cookie in (("/", ""), ("/setup", ""), ("/assets/scene_view.js", ""), ("/nothing", ""), ("/", None)):
        served.ask("GET", path, **({"cookie": None} if cookie is None else {}))
        headers = served.headers
        assert headers["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers and headers["cache-control"] == "no-store"
        assert "script-src 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": None},
        {"x_codepolicy": None},
        {"host": "evil.example"},
        {"host": "127.0.0.1"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_a_command_from_elsewhere_is_refused(served: Served, headers: dict[str, str | None]) -> None:
    answer, _ = served.ask("POST", "/instruct", {"instruction": "wave"}, **headers)
    assert answer in (403, 421) and served.robot.told == []
    if "host" in headers:
        assert served.ask("GET", "/setup", **headers)[0] == 421, "a name that was made to lead here"
    assert served.ask("OPTIONS", "/instruct", origin="http://evil.example", x_codepolicy=None)[0] == 403


def test_other_peoples_pages_may_not_read(served: Served) -> None:
    assert served.ask("GET", "/setup", sec_fetch_site="cross-site", sec_fetch_mode="cors")[0] == 403
    assert served.ask("GET", "/", sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0] == 200


def test_one_drives_and_anybody_stops(served: Served) -> None:
    order = {"instruction": "put it there", "model": "offline"}
    with served.watching("a") as a:
        assert b'"you_drive":true' in a.readline()
        with served.watching("b") as b:
            assert b'"you_drive":false' in b.readline()
            assert served.ask("POST", "/instruct", order, client="b")[0] == 409
            assert served.ask("POST", "/instruct", order, client="a")[0] == 200
            assert served.ask("POST", "/stop", client="b")[0] == 200 and served.robot.stopped
            assert served.ask("POST", "/instruct", order, client="a")[0] == 409, "the stop latches"
            assert served.ask("POST", "/release", client="b")[0] == 409 and served.robot.stopped
            assert served.ask("POST", "/release", client="a")[0] == 200 and not served.robot.stopped
            served.ask("POST", "/hand_over", client="a")
            assert served.ask("POST", "/drive", client="b")[0] == 200
            assert served.ask("POST", "/instruct", order, client="a")[0] == 409
    assert served.robot.told == [("put it there", "offline")]


def test_who_drives_approves_what_was_shown_and_nothing_else(served: Served) -> None:
    proposal = Proposal(sha256="f" * 64, instruction="wave", robot="ur5", turn=1, program="home()")
    decided: list[Decision] = []
    approver = served.console.approver

    def ask() -> threading.Thread:
        thread = threading.Thread(target=lambda: decided.append(approver.decide(proposal)))
        thread.start()
        return thread

    with served.watching("a") as a:
        assert b'"you_drive":true' in a.readline()
        thread = ask()
        while b"proposed" not in a.readline():
            pass
        answer = {"sha256": "f" * 64, "approved": True}
        with served.watching("b"):
            assert served.ask("POST", "/decide", answer, client="b")[0] == 409, "who watches does not approve"
        assert served.ask("POST", "/decide", {**answer, "sha256": "e" * 64})[0] == 409, "another program was shown"
        assert served.ask("POST", "/decide", {**answer, "approved": "yes"})[0] == 422
        assert thread.is_alive()
        assert served.ask("POST", "/decide", answer)[0] == 200
        thread.join(5)
        assert served.ask("POST", "/decide", answer)[0] == 409, "nothing is asked any more"
        thread = ask()
        served.ask("POST", "/stop")
        thread.join(5)
    assert [d.approved for d in decided] == [True, False] and "stopped" in decided[1].reason


def test_orders_that_cannot_be(served: Served) -> None:
    for body in (
        {},
        {"instruction": " "},
        {"instruction": "x" * 4001},
        {"instruction": 3},
        {"instruction": "x", "model": "y"},
    ):
        assert served.ask("POST", "/instruct", body)[0] == 422
    assert served.ask("POST", "/instruct", {"instruction": "x" * 70_000})[0] == 413
    served.robot.busy = True
    assert served.ask("POST", "/instruct", {"instruction": "x"})[0] == 409
    assert served.robot.told == []
    for path in ("/assets/app.py", "/assets/..%2f__init__.py", "/runs/..%2f..%2fetc", "/docs", "/openapi.json"):
        assert served.ask("GET", path)[0] == 404


def test_who_comes_late_is_told_the_story(served: Served) -> None:
    audience = served.console.audience
    audience.begin()
    audience.tell({"kind": "instructed", "instruction": "</script>\u202e", "model": "offline"})
    for n in range(50):
        audience.tell({"kind": "moved", "t": float(n), "poses": []})
    with served.watching("late") as late:
        told = []
        while len(told) < 3:
            line = late.readline()
            if line.startswith(b"data: "):
                told.append(json.loads(line[6:]))
    assert [m["kind"] for m in told] == ["instructed", "moved", "roles"] and told[1]["t"] == 49.0


def test_one_who_does_not_read_holds_nobody_up(served: Served) -> None:
    audience = served.console.audience
    with served.watching("slow"):
        time.sleep(0.2)
        began = time.monotonic()
        for n in range(3000):
            audience.tell({"kind": "printed", "text": "x" * 1000, "n": n})
        assert time.monotonic() - began < 5.0
    assert served.ask("GET", "/setup")[0] == 200


def test_pictures_cost_little() -> None:
    chance = np.random.default_rng(0)
    info = CameraInfo(name="front", width=640, height=480, K=np.diag([600.0, 600.0, 1.0]), T_base_camera=np.eye(4))
    rgb = chance.integers(0, 255, (480, 640, 3), dtype=np.uint8)
    frame = Frame(info, rgb, np.zeros((480, 640), np.float32), 0.0)

    class Camera:
        def frame(self, *, after: float, timeout_s: float) -> Frame:
            return frame

    seen = tuple(
        SceneObject(name=f"block {n}", category="block", color="red", position=(0.1, 0.1, 1.0), size=(0.1, 0.1, 0.1))
        for n in range(10)
    )
    audience = Audience()
    began = time.process_time()
    for _ in range(50):
        audience.tell(pictured(Camera(), seen))  # type: ignore[arg-type]
    assert (time.process_time() - began) / 50 < 0.010, "ten a second take less than a tenth of a core"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--host", "0.0.0.0"], "--unencrypted"),
        (["--tls-cert", "x.pem"], "go together"),
        (["--port", "99999"], "0 to 65535"),
        (["--pace", "0"], "pace"),
        (["--tls-cert", "x.pem", "--tls-key", "y.pem", "--port", "0"], "cannot serve https"),
    ],
)
def test_what_would_be_unsafe_or_cannot_be_is_refused(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(["console", *words]) == 2
    assert told in capsys.readouterr().err
