"""`codepolicy mcp`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from codepolicy.cli.options import Flag, WorldOptions, settings
from codepolicy.settings import SafetySettings

if TYPE_CHECKING:
    from codepolicy.mcp_server.workcell import Workcell

TOKEN = "CODEPOLICY_MCP_TOKEN"
INSTALL = 'codepolicy mcp needs the official MCP SDK: pip install "codepolicy[mcp]"'


@dataclass(frozen=True, kw_only=True)
class McpCommand(SafetySettings, WorldOptions):
    """Let coding agents (Claude Code, Codex, Cursor, …) drive the robot over the Model Context Protocol."""

    transport: Literal["stdio", "http"] = "stdio"
    """stdio, started by the agent; or streamable HTTP on this machine, for several agents, with a token."""
    host: Annotated[str, tyro.conf.arg(metavar="ADDRESS")] = "127.0.0.1"
    """Address to listen on; this machine alone."""
    port: int = 8765
    """Port to listen on."""
    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = "runs"
    """Folder in which run folders are made."""
    privileged: Annotated[bool, Flag] = False
    """Tell agents the ground-truth verdict; stamped on every run."""
    print_skill: Annotated[bool, Flag] = False
    """Print the skill file for coding agents and do nothing else."""

    def __call__(self) -> int:
        """Serve until the client or a signal ends it; returns the exit status."""
        from codepolicy.cli.output import put
        from codepolicy.mcp_server.pages import skill

        if self.print_skill:
            put(skill().rstrip())
            return 0
        from importlib.util import find_spec

        if find_spec("mcp") is None:
            from primitives.errors import ConfigurationError

            raise ConfigurationError(INSTALL)
        return self._serve()

    def _serve(self) -> int:
        import anyio

        from codepolicy.mcp_server.agent_tools import Served
        from codepolicy.mcp_server.http import loopback, serve

        host = loopback(self.host)
        served = Served(self._cell)
        try:
            if self.transport == "stdio":
                anyio.run(served.server.run_stdio_async)
            else:
                token = self._token(host)
                anyio.run(lambda: serve(served.server, host=host, port=self.port, token=token))
        except KeyboardInterrupt:
            sys.stderr.write("codepolicy: ended\n")
        finally:
            served.close()
        return 0

    def _token(self, host: str) -> str:
        """From the environment, or made and told."""
        import os
        import secrets

        from codepolicy.mcp_server.http import PATH

        given = os.environ.get(TOKEN)
        token = given or secrets.token_urlsafe(32)
        where = f"http://{f'[{host}]' if ':' in host else host}:{self.port}{PATH}"
        told = f"${TOKEN}" if given else token
        sys.stderr.write(f"codepolicy: agents connect to {where} with Authorization: Bearer {told}\n")
        return token

    def _cell(self) -> Workcell:
        from codepolicy.audit import AuditLog
        from codepolicy.mcp_server.workcell import Workcell
        from codepolicy.permissions import read_permissions

        approve = self.approve
        if approve is None and self.policy is not None:
            approve = read_permissions(Path(self.policy)).approve
        audit = Path(self.audit) if self.audit is not None else Path(self.out) / "audit.jsonl"
        return Workcell(
            settings=settings(self),
            env=self.place,
            scene=self.scene,
            task=self.task,
            seed=self.seed,
            out=Path(self.out),
            approve=approve,
            audit=AuditLog(audit, client="mcp"),
            privileged=self.privileged,
        )
