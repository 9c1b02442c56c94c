"""Streamable HTTP on loopback, for those who bring the token."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from primitives.errors import ConfigurationError

PATH = "/mcp"
BODY_BYTES = 1_000_000
"""Of one request; a program has at most 64 kB."""
SESSIONS = 32
IDLE_S = 1800.0


class TokenRequired:
    """Lets through what carries the token, and nothing else.

    Args:
        app: what is behind it.
        token: what `Authorization: Bearer …` has to carry.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 without the token, whatever is asked for."""
        if scope["type"] == "http":
            given = [value for name, value in scope["headers"] if name == b"authorization"]
            if len(given) != 1 or not hmac.compare_digest(given[0], self._expected):
                refused = PlainTextResponse(
                    "give the token: Authorization: Bearer …", 401, {"www-authenticate": "Bearer"}
                )
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)


def application(server: MCPServer[Any], *, token: str, port: int) -> ASGIApp:
    """The server behind token, Host and Origin checks, and a bound on what a request may hold."""
    hosts = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[f"http://{host}" for host in hosts],
    )
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=BODY_BYTES,
        max_sessions=SESSIONS,
        session_idle_timeout=IDLE_S,
        transport_security=security,
    )
    return TokenRequired(app, token)


def loopback(host: str) -> str:
    """`host`, which is this machine alone. Raises ConfigurationError."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise ConfigurationError(
        f"the MCP server listens on this machine alone (127.0.0.1 or ::1), not on {host!r}: it moves a robot. "
        "From another machine, use an SSH tunnel: ssh -L 8765:127.0.0.1:8765 HOST"
    )


async def serve(server: MCPServer[Any], *, host: str, port: int, token: str) -> None:
    """Serve until the process is told to end."""
    config = uvicorn.Config(
        application(server, token=token, port=port),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    await uvicorn.Server(config).serve()
