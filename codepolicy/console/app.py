"""The console's web server: one page, messages as server-sent events, commands as POST.

Every request must name this server as its host and carry the token, in a cookie that the address with the token sets.
A command must come from the page itself (Origin) with a header that no form can send. Nothing is shared across origins.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from codepolicy.agent import MAX_INSTRUCTION
from codepolicy.console.audience import Audience, Full
from codepolicy.console.messages import encoded, shown
from codepolicy.console.page_approver import PageApprover
from codepolicy.console.robot_thread import RobotThread
from codepolicy.episode import Episode
from codepolicy.viewing.arm_shapes import arm_shapes
from codepolicy.viewing.view_page import asset, data_script, view_page
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_bytes

MOST_BODY: Final = 64_000
MOST_RUNS: Final = 100
ASSETS: Final = {"scene_view.js": "text/javascript", "console.js": "text/javascript", "page.css": "text/css"}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
HEADERS: Final = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(slots=True, kw_only=True)
class Console:
    """Everything that the server serves."""

    robot: RobotThread
    audience: Audience
    approver: PageApprover
    models: Sequence[str]
    """That a person may choose from; the first is the default."""
    out: Path
    """Folder of runs."""
    origins: Sequence[str]
    """How this server is called by a browser, e.g. "http://127.0.0.1:8000"."""
    title: str = "codepolicy"
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def cookie(self) -> str:
        """Its name: cookies are shared between the ports of a host."""
        return f"codepolicy-{self.origins[0].rpartition(':')[2]}"


def make_app(console: Console) -> FastAPI:
    """The application that serves `console`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    hosts = {origin.partition("://")[2] for origin in console.origins}
    robot, audience = console.robot, console.audience

    @app.middleware("http")
    async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        refused = _refused(request, console, hosts)
        response = refused if refused is not None else await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("content-security-policy", POLICY)
        return response

    def driving(request: Request) -> None:
        """The browser that asks has to drive."""
        client = request.headers.get("x-codepolicy-client", "")[:64]
        if not client or not audience.take(client):
            raise HTTPException(409, "somebody else drives; you watch. Anybody may stop the robot.")

    @app.get("/")
    async def page(request: Request) -> Response:
        given = request.query_params.get("token")
        if given is not None:
            response: Response = RedirectResponse("/", 303)
            secure = console.origins[0].startswith("https:")
            response.set_cookie(console.cookie, given, httponly=True, samesite="strict", secure=secure)
            return response
        return HTMLResponse(asset("console.html").replace("{{title}}", shown(console.title)))

    @app.get("/assets/{name}")
    async def file(name: str) -> Response:
        if name not in ASSETS:
            raise HTTPException(404)
        return Response(asset(name), media_type=ASSETS[name])

    @app.get("/setup")
    async def setup() -> Response:
        await run_in_threadpool(robot.ready.wait, 60.0)
        arm = robot.arm
        data = {
            "arm": await run_in_threadpool(lambda: arm_shapes(arm).data()) if arm is not None else None,
            "workspace": robot.workspace,
            "models": [shown(model) for model in console.models],
            "failed": shown(robot.failed) if robot.failed is not None else None,
            "busy": robot.busy,
            "stopped": robot.stopped,
        }
        return Response(data_script(data), media_type="application/json")

    @app.get("/events")
    async def events(client: str) -> Response:
        async def stream() -> AsyncGenerator[str]:
            try:
                async for text in audience.listen(client[:64]):
                    yield f"data: {text}\n\n"
            except Full:
                yield f"data: {encoded({'kind': 'fault', 'text': 'too many watch already'})}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    @app.post("/instruct")
    async def instruct(request: Request) -> Response:
        driving(request)
        body = await _body(request)
        words, model = _text(body, "instruction"), _text(body, "model", console.models[0])
        if not words.strip() or len(words) > MAX_INSTRUCTION:
            raise HTTPException(422, f"an instruction has 1 to {MAX_INSTRUCTION} characters")
        if model not in console.models:
            raise HTTPException(422, f"unknown model; this console has {', '.join(console.models)}")
        if robot.stopped:
            raise HTTPException(409, "the robot is stopped; lift the stop first")
        if robot.busy:
            raise HTTPException(409, "an instruction is under way; stop it first, or wait")
        robot.instruct(words.strip(), model)
        return JSONResponse({"taken": True})

    @app.post("/stop")
    async def stop() -> Response:
        await run_in_threadpool(robot.stop)  # anybody may
        return JSONResponse({"stopped": True})

    @app.post("/release")
    async def release(request: Request) -> Response:
        driving(request)
        if robot.busy:
            raise HTTPException(409, "the stopped instruction has not ended yet")
        hindrance = await run_in_threadpool(robot.release)
        if hindrance is not None:
            raise HTTPException(409, shown(f"the robot still stands: {hindrance}"))
        return JSONResponse({"stopped": False})

    @app.post("/decide")
    async def decide(request: Request) -> Response:
        driving(request)
        body = await _body(request)
        if not isinstance(body.get("approved"), bool):
            raise HTTPException(422, "approved is true or false")
        taken = console.approver.answer(
            _text(body, "sha256"), approved=body["approved"], by="the console's driver", reason=_text(body, "reason")
        )
        if not taken:
            raise HTTPException(409, "this is not what is asked now")
        return JSONResponse({})

    @app.post("/drive")
    async def drive(request: Request) -> Response:
        driving(request)
        return JSONResponse({})

    @app.post("/hand_over")
    async def hand_over(request: Request) -> Response:
        audience.hand_over(request.headers.get("x-codepolicy-client", "")[:64])
        return JSONResponse({})

    @app.get("/runs")
    async def runs() -> Response:
        return JSONResponse(await run_in_threadpool(_runs, console.out))

    @app.get("/runs/{name}")
    async def run(name: str) -> Response:
        folder = next((f for f in _folders(console.out) if f.name == name), None)
        if folder is None:
            raise HTTPException(404, "no such run")
        try:
            text = await run_in_threadpool(view_page, folder)
        except ConfigurationError as error:
            return HTMLResponse(f"<!doctype html><pre>{_escaped(str(error))}</pre>", 404)
        return HTMLResponse(text, headers={"content-security-policy": "frame-ancestors 'none'"})  # the page has its own

    return app


def _refused(request: Request, console: Console, hosts: set[str]) -> Response | None:
    """The answer to a request that may not be served; None where it may."""
    if request.headers.get("host", "") not in hosts:  # a name that was made to lead here
        return JSONResponse({"detail": "unknown host"}, 421)
    given = request.cookies.get(console.cookie, "")
    if request.url.path == "/" and "token" in request.query_params:
        given = request.query_params["token"]
    if not secrets.compare_digest(given.encode(), console.token.encode()):
        return JSONResponse({"detail": "open the address with the token that the console printed"}, 403)
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if elsewhere and (request.method != "GET" or request.headers.get("sec-fetch-mode") != "navigate"):
        return JSONResponse({"detail": "asked from another site"}, 403)
    if request.method != "GET":
        if request.headers.get("origin") not in console.origins or request.headers.get("x-codepolicy") != "1":
            return JSONResponse({"detail": "a command comes from the page itself"}, 403)
        if not request.headers.get("content-length", "0").isdigit():
            return JSONResponse({"detail": "how long is it?"}, 411)
        if int(request.headers.get("content-length", "0")) > MOST_BODY:
            return JSONResponse({"detail": "too long"}, 413)
    return None


async def _body(request: Request) -> dict[str, Any]:
    if "content-length" not in request.headers:
        raise HTTPException(411, "how long is it?")
    try:
        return msgspec.json.decode(await request.body(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(422, "no JSON object") from error


def _text(body: dict[str, Any], name: str, default: str = "") -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise HTTPException(422, f"{name} is no text")
    return value


def _folders(out: Path) -> list[Path]:
    """Runs, the newest first."""
    found = [p for p in out.iterdir() if (p / "episode.json").is_file() and not p.is_symlink()] if out.is_dir() else []
    return sorted(found, key=lambda p: p.name, reverse=True)[:MOST_RUNS]


def _runs(out: Path) -> list[dict[str, str]]:
    told: list[dict[str, str]] = []
    for folder in _folders(out):
        try:
            episode = msgspec.json.decode(regular_bytes(folder / "episode.json", "episode"), type=Episode)
        except (ConfigurationError, msgspec.DecodeError, UnicodeDecodeError):
            continue
        told.append({"name": folder.name, "instruction": shown(episode.instruction), "outcome": episode.outcome})
    return told


def _escaped(text: str) -> str:
    from html import escape

    return escape(shown(text))
