"""A workcell behind the MCP server in this process, and the SDK's own client for it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult, Implementation

from codepolicy.audit import AuditLog
from codepolicy.mcp_server.agent_tools import Served
from codepolicy.mcp_server.http import application
from codepolicy.mcp_server.workcell import Workcell
from codepolicy.settings import Settings

TOKEN = "secret-of-the-test"


@dataclass
class Running:
    """A server in this process."""

    url: str
    port: int
    cell: Workcell
    out: Path


@asynccontextmanager
async def connected(
    server: Running,
    *,
    answers: Callable[[str], dict[str, Any] | None] | None = None,
    mode: str = "auto",
    name: str = "ann",
) -> AsyncIterator[Client]:
    """A client of the SDK's with the token; `answers` stands for the person behind it."""

    async def elicit(context: Any, params: Any) -> ElicitResult:
        assert answers is not None
        content = answers(params.message)
        return ElicitResult(action="accept", content=content) if content is not None else ElicitResult(action="decline")

    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120) as http:
        transport = streamable_http_client(server.url, http_client=http)
        me = Implementation(name=name, version="1")
        callback = elicit if answers is not None else None
        async with Client(transport, elicitation_callback=callback, mode=mode, client_info=me) as client:
            yield client


def serving(out: Path, **changed: Any) -> Iterator[Running]:
    def make() -> Workcell:
        settings = changed.pop("settings", Settings(surface="tool"))
        return Workcell(
            settings=settings, out=out / "runs", audit=AuditLog(out / "audit.jsonl", client="mcp"), **changed
        )

    served = Served(make)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = application(served.server, token=TOKEN, port=port)
    running = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    try:
        yield Running(f"http://127.0.0.1:{port}/mcp", port, served._cell, out)
    finally:
        running.should_exit = True
        thread.join()
        served.close()


def text(result: Any) -> str:
    return "\n".join(part.text for part in result.content if part.type == "text")


async def until_idle(server: Running) -> None:
    with anyio.fail_after(30):
        while server.cell.busy_with is not None:
            await anyio.sleep(0.05)
