"""Starts the console: the robot's thread, the web server, and the address to open."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from codepolicy.agent import Agent
from codepolicy.approval import Approver
from codepolicy.console.app import Console, make_app
from codepolicy.console.audience import Audience
from codepolicy.console.page_approver import PageApprover
from codepolicy.console.robot_thread import RobotThread
from codepolicy.session import Session
from primitives.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """Where the console listens, and in which world."""

    models: tuple[str, ...]
    """That may be chosen; the first is the default."""
    scene: str | None = None
    task: str | None = None
    seed: int = 0
    out: str = "runs"
    video: bool = False
    host: str = "127.0.0.1"
    port: int = 0
    tls_cert: str | None = None
    tls_key: str | None = None
    pace: float = 1.0
    """s of a simulated robot's time that pass per s, at most."""


def serve(make_agent: Callable[[Approver], Agent], wanted: ConsoleSettings) -> int:
    """Serve until Ctrl-C; returns the exit status.

    Args:
        make_agent: makes the agent, whose motions the approver approves where that is asked for.
        wanted: where and in which world.

    Raises:
        ConfigurationError: the port is taken, a file cannot be read, or the world cannot be set up.
    """
    sock = _listening(wanted.host, wanted.port)
    port = int(sock.getsockname()[1])
    scheme = "https" if wanted.tls_cert is not None else "http"
    names = {wanted.host, "127.0.0.1", "localhost"} if wanted.host not in ("0.0.0.0", "::") else _own_names()
    first = wanted.host if wanted.host not in ("0.0.0.0", "::") else "127.0.0.1"
    origins = [f"{scheme}://{_bracketed(name)}:{port}" for name in (first, *sorted(names - {first}))]
    audience = Audience()
    approver = PageApprover(audience=audience, stopped=lambda: robot.stopped)
    agent = make_agent(approver)

    def open_session(agent: Agent) -> Session:
        return Session(
            agent, scene=wanted.scene, task=wanted.task, seed=wanted.seed, out=wanted.out, video=wanted.video
        )

    robot = RobotThread(agent=agent, open_session=open_session, audience=audience, pace=wanted.pace)
    console = Console(
        robot=robot, audience=audience, approver=approver, models=wanted.models, out=Path(wanted.out), origins=origins
    )
    config = uvicorn.Config(
        make_app(console),
        log_level="error",
        ssl_certfile=wanted.tls_cert,
        ssl_keyfile=wanted.tls_key,
        server_header=False,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=64_000,
    )
    try:
        config.load()
    except (OSError, ValueError) as error:
        sock.close()
        raise ConfigurationError(f"cannot serve {scheme}: {error}") from error
    if wanted.host not in ("127.0.0.1", "localhost", "::1") and scheme == "http":
        sys.stderr.write("codepolicy: WARNING: not encrypted; whoever reads this network can drive the robot\n")
    robot.start()
    sys.stderr.write(f"codepolicy: the console is at {origins[0]}/?token={console.token}\n")
    sys.stderr.write("codepolicy: whoever has this address can drive; Ctrl-C ends it\n")
    sys.stderr.flush()
    try:
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[sock])
    finally:
        robot.close()
        sock.close()
    if robot.failed is not None:
        raise ConfigurationError(robot.failed)
    return 0


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host!r}: {error.strerror or error}") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {host} port {port}: {error.strerror or error}; see --port"
        ) from error
    return sock


def _own_names() -> set[str]:
    name = socket.gethostname()
    found = {"127.0.0.1", "localhost", name}
    with suppress(OSError):
        found |= {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    return found


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name
