"""The page that plays a recorded run: one file, from `file://` too, without network, under a policy of its own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape as _escaped
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from codepolicy.episode import Episode
from codepolicy.plugins import load_environment
from codepolicy.printable import printable, printable_json
from codepolicy.redaction import redacted, redacted_json
from codepolicy.viewing.recorded_run import RecordedRun, read_run, replay
from primitives.environment import Described
from primitives.errors import ConfigurationError
from primitives.robot import ArmInfo

NAME: Final = "view.html"
MOST_BYTES: Final = 8_000_000
_GOOD = ("achieved", "declined", "answered", "finished")


def write_view(folder: Path, target: Path | None = None) -> Path:
    """Write the page of the run in `folder`, into it or as `target`; returns where.

    Raises:
        ConfigurationError: no readable run, or the page cannot be written.
    """
    target = target or folder / NAME
    partial = target.with_name(f".{target.name}.partial")
    text = view_page(folder)
    try:
        partial.write_text(text, encoding="utf-8")
        return partial.replace(target)
    except OSError as error:
        raise ConfigurationError(
            f"cannot write the page {str(target)!r}: {error.strerror or error}. Choose another place with --export."
        ) from error


def view_page(folder: Path) -> str:
    """The page of the run in `folder`. Raises ConfigurationError."""
    run = read_run(folder)
    arm, missing = _arm(run)
    data = replay(run, arm)
    text = data_script(data)
    if len(text) > MOST_BYTES - 200_000:
        raise ConfigurationError(
            f"the page of {str(folder)!r} would take {len(text) / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:g} are written"
        )
    return _document(run.episode, "\n".join(_body(run, missing)), text)


def _arm(run: RecordedRun) -> tuple[ArmInfo | None, str | None]:
    """The arm of a run, or why it is not drawn: its environment tells what it looks like."""
    name = run.poses.header.environment
    try:
        environment = load_environment(name)
    except ConfigurationError as error:
        return None, f"The arm is not drawn: {error}"
    try:
        if not isinstance(environment, Described):
            return None, f"The arm is not drawn: environment {name!r} tells nothing of it before a trial"
        return environment.arm_info, None
    finally:
        environment.close()


def data_script(data: object) -> str:
    """`data` as JSON that can stand in a page: no secret, no character that cannot be seen, no end of the script."""
    encoded = printable_json(redacted_json(msgspec.json.encode(data)))
    return encoded.decode().replace("<", "\\u003c")


def escape(text: str) -> str:
    """`text` for the page: no markup, no character that cannot be seen or reorders what can, no secret."""
    return _escaped(printable(redacted(text)))


def asset(name: str) -> str:
    """A script or style of this package."""
    return files("codepolicy.viewing").joinpath(name).read_text(encoding="utf-8")


def script_source(text: str) -> str:
    """How a content security policy names the inline script `text`."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _document(episode: Episode, body: str, data: str) -> str:
    scripts = [asset("scene_view.js"), asset("replay.js")]
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {' '.join(map(script_source, scripts))}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(episode.instruction)}</title>\n<style>{asset('page.css')}</style></head>\n<body>\n{body}\n"
        f'<script type="application/json" id="data">{data}</script>\n'
        + "".join(f"<script>{script}</script>\n" for script in scripts)
        + "</body></html>\n"
    )


def _body(run: RecordedRun, missing: str | None) -> Iterator[str]:
    episode, poses = run.episode, run.poses
    css = "won" if episode.outcome in _GOOD else "lost"
    yield f"<header><h1>{escape(episode.instruction)}</h1>"
    yield f'<p class="{css}">{escape(episode.outcome.replace("_", " "))}: {escape(episode.summary)}</p>'
    facts = (
        episode.task or "no task",
        f"seed {episode.seed}",
        episode.model,
        poses.header.arm,
        f"{episode.timings.robot:.1f} s robot time",
        f"{episode.timings.total:.1f} s wall time",
    )
    yield f'<p class="quiet">{escape(", ".join(facts))}</p>'
    if poses.privileged:
        yield '<p class="privileged">Things drawn solid are ground truth of the simulation; the agent never saw it.</p>'
    yield from (f'<p class="privileged">used ground truth: {escape(use)}</p>' for use in episode.privileged)
    if missing is not None:
        yield f'<p class="lost">{escape(missing)}</p>'
    if poses.left_out:
        yield f'<p class="lost">{poses.left_out} moments were left out of the recording for want of room.</p>'
    yield "</header><main><section><div class=stage><canvas id=scene aria-label='the scene in 3-D'></canvas>"
    yield '<div class=labels id=labels></div><div class=bar><button id=previous title="call before (left arrow)">◀ call'
    yield '</button><button id=play title="space">Play</button><button id=next title="next call (right arrow)">call ▶'
    yield "</button><label>speed <select id=speed><option value=0.1>0.1×</option><option value=0.25>0.25×</option>"
    yield "<option value=0.5>0.5×</option><option value=1 selected>1×</option><option value=2>2×</option>"
    yield "<option value=4>4×</option></select></label>"
    yield '<input type=range id=time min=0 value=0 step=1 aria-label="robot time"><span id=clock class=quiet></span>'
    yield "</div><div class=bar><label><input type=checkbox id=show-perceived checked> as perceived</label>"
    if poses.privileged:
        yield "<label class=privileged><input type=checkbox id=show-truth checked> ground truth</label>"
    yield "<span class=quiet>drag to turn, wheel to come closer, Shift and drag to move</span></div></div></section>"
    yield "<section><h2>Program <span id=turn class=quiet></span></h2><ol class=source id=program></ol>"
    yield f"<h2>Calls</h2><ol class=calls id=calls></ol>{''.join(_ending(episode))}</section></main>"


def _ending(episode: Episode) -> Iterator[str]:
    if episode.said:
        yield f"<h2>Said</h2><pre class=said>{escape(chr(10).join(episode.said))}</pre>"
    if episode.goal_check.clauses:
        yield f"<h2>Goal check <span class=quiet>{escape(episode.goal_check.status)}</span></h2><ul class=facts>"
        for clause in episode.goal_check.clauses:
            mark, css = ("✓", "won") if clause.holds else ("✗", "lost")
            detail = f" <small>{escape(clause.detail)}</small>" if clause.detail else ""
            yield f"<li class={css}>{mark} {escape(clause.message)}{detail}</li>"
        yield "</ul>"
    if episode.verdict is not None:
        yield f"<h2>Verdict <span class=quiet>{escape(episode.verdict.task)}</span></h2>"
        yield f"<p class=privileged>{escape(episode.verdict.status.replace('_', ' '))}: "
        yield f"{escape(episode.verdict.explanation)}</p>"
