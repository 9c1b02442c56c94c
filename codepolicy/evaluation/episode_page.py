"""The page of one episode, as a trace viewer shows it: programs with their calls, prompts, goal, verdict, pictures."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from codepolicy.episode import Episode, Turn
from codepolicy.evaluation.html_page import document, escape
from primitives.errors import ConfigurationError
from primitives.regular_file import DAMAGE, opened, regular_bytes, regular_lines

PAGE = "page.html"
VIDEO = "video.mp4"
STILL_S = 1
"""So long a video shows how it ended."""
CHARACTERS = 100_000
"""Of a prompt or a reply that are shown."""
TURNS = 200
"""That are shown, from the first and the last ones."""

Call = dict[str, object]


def write_page(folder: Path) -> Path:
    """Write the page of the episode in `folder` into it; returns where. Raises ConfigurationError."""
    try:
        episode = msgspec.json.decode(regular_bytes(folder / "episode.json", "episode"), type=Episode)
    except (ConfigurationError, *DAMAGE) as error:
        raise ConfigurationError(f"{str(folder)!r} has no readable episode.json: {error}") from error
    target = folder / PAGE
    partial = target.with_name(f".{PAGE}.partial")
    partial.write_text(page(episode, folder), encoding="utf-8")
    return partial.replace(target)


def page(episode: Episode, folder: Path) -> str:
    """The whole page; what lies beside it in `folder` is shown where it is there."""
    calls = _trace(folder / "trace.jsonl")
    body = "\n".join(_body(episode, folder, calls))
    steps = (folder / VIDEO).is_file() and any(_start(call) is not None for call in calls)
    return document(episode.instruction, body, script="video_steps.js" if steps else None)


def _body(episode: Episode, folder: Path, calls: Sequence[Call]) -> Iterator[str]:
    won = "won" if episode.outcome in ("achieved", "declined", "answered", "finished") else "lost"
    yield f"<h1>{escape(episode.instruction)}</h1>"
    yield f'<p class="lead {won}">{escape(episode.outcome)}: {escape(episode.summary)}</p>'
    facts = (episode.task or "no task", f"seed {episode.seed}", episode.model, episode.surface, episode.detector)
    yield f"<p>{escape(', '.join(facts))}; turns {len(episode.turns)}, tokens {_tokens(episode)}</p>"
    t = episode.timings
    yield (
        f"<p>{t.total:.1f} s in all: {t.model:.1f} s waiting for the model, {t.execution:.1f} s executing; "
        f"{t.robot:.1f} s of robot time</p>"
    )
    yield from (f"<p>privileged: {escape(use)} used ground truth</p>" for use in episode.privileged)
    yield from _media(folder, max([t.robot, *(_start(c) or 0.0 for c in calls)]))
    yield from _verdict(episode)
    called: defaultdict[object, list[Call]] = defaultdict(list)
    for call in calls:
        called[call.get("turn")].append(call)
    asked = _prompts(folder)
    left_out = range(TURNS // 2, len(episode.turns) - TURNS // 2)
    for number, turn in enumerate(episode.turns, 1):
        if number - 1 not in left_out:
            yield from _turn(number, turn, called[number], asked.get(number, ()))
        elif number - 1 == left_out.start:
            yield f"<p>{len(left_out)} turns are left out here; they are in the record.</p>"
    yield "<h2>Play it again</h2>"
    yield f"<pre>{escape(shlex.join(['codepolicy', 'replay', str(folder)]))}</pre>"


def _tokens(episode: Episode) -> int:
    return (episode.usage.input_tokens or 0) + (episode.usage.output_tokens or 0)


def _media(folder: Path, robot_s: float) -> Iterator[str]:
    pictures = [name for name in ("before", "after") if (folder / f"{name}.png").is_file()]
    if (folder / VIDEO).is_file():
        told = f'data-robot="{robot_s:.3f}" data-still="{STILL_S}"'
        yield f'<video src="./{VIDEO}" controls muted preload="metadata" {told}></video>'
        yield "<p><small>The line that runs is marked while the video plays; a call leads to its moment.</small></p>"
    if pictures:
        yield "<div class=pair>"
        yield from (
            f'<figure><img src="./{name}.png" alt="the table {name}"><figcaption>{name}</figcaption></figure>'
            for name in pictures
        )
        yield "</div>"


def _verdict(episode: Episode) -> Iterator[str]:
    verdict = episode.verdict
    if verdict is None:
        yield "<p>No task matches the instruction, so only the goal check judges.</p>"
        return
    yield f"<h2>Verdict <small>{escape(verdict.task)}</small></h2>"
    yield f"<p>{escape(verdict.status)}, progress {verdict.progress:.2f}: {escape(verdict.explanation)}</p>"
    yield from _values(verdict.facts)


def _values(values: Mapping[str, object]) -> Iterator[str]:
    if values:
        rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(_text(v))}</td></tr>" for name, v in values.items())
        yield f"<div class=wide><table>{rows}</table></div>"


def _turn(number: int, turn: Turn, calls: Sequence[Call], asked: Sequence[Path]) -> Iterator[str]:
    yield f"<h2>Turn {number}" + (f" <small>{escape(turn.step)}</small>" if turn.step else "") + "</h2>"
    yield from _said(asked)
    for phase, source in (("program", turn.program), ("goal", turn.goal)):
        if source is None:
            if phase == "program":
                yield "<p>No program in the reply.</p>"
            continue
        of_phase = [call for call in calls if call.get("phase") == phase]
        failed = turn.report.failure if phase == "program" and turn.report is not None else turn.goal_check.failure
        line = failed.line if failed is not None else None
        yield f"<h3>{'Program' if phase == 'program' else 'Goal check'}</h3><div class=trace>"
        yield _source(source, f"{number}{phase[0]}", {call.get("line") for call in of_phase}, line)
        yield _calls(of_phase, f"{number}{phase[0]}")
        yield "</div>"
        if failed is not None:
            yield f"<p class=lost>{escape(failed.kind)}: {escape(failed.message)}</p>"
    if turn.goal_check.clauses:
        yield f"<h3>Clauses <small>{escape(turn.goal_check.status)}</small></h3><ul>"
        for clause in turn.goal_check.clauses:
            mark, css = ("✓", "won") if clause.holds else ("✗", "lost")
            yield f"<li class={css}>{mark} {escape(clause.message)} <small>{escape(clause.detail)}</small></li>"
        yield "</ul>"
    if turn.feedback is not None:
        yield f"<h3>Feedback</h3><pre class=feedback>{escape(turn.feedback)}</pre>"


def _prompts(folder: Path) -> dict[int, list[Path]]:
    """Prompts and replies by the number of their turn, which their names begin with."""
    found: defaultdict[int, list[Path]] = defaultdict(list)
    for path in sorted((folder / "prompts").glob("[0-9]*.md")):
        digits = path.stem.partition("_")[0]
        if digits.isdecimal() and len(digits) < 10:
            found[int(digits)].append(path)
    return found


def _said(asked: Sequence[Path]) -> Iterator[str]:
    """Prompts and replies of a turn, folded."""
    for prompt in asked:
        name = prompt.stem
        kind = "reply" if name.endswith("_reply") else "prompt"
        yield f"<details><summary>{kind} {escape(name.removesuffix('_reply').replace('_', ' '))}</summary>"
        yield f"<pre>{escape(_beginning(prompt))}</pre></details>"


def _beginning(path: Path) -> str:
    try:
        with opened(path, "prompt") as file:
            return file.read(4 * CHARACTERS).decode(errors="replace")[:CHARACTERS]
    except ConfigurationError as error:
        return str(error)


def _source(source: str, anchor: str, called: set[object], failed: int | None) -> str:
    """Numbered lines; those that called are links to their first call, and the one that failed is marked."""
    lines: list[str] = []
    for number, line in enumerate(source.splitlines(), 1):
        text = escape(line.lstrip()) or " "
        if number in called:
            text = f'<a href="#{anchor}c{number}">{text}</a>'
        text = line[: len(line) - len(line.lstrip())] + text
        css = " class=failed" if number == failed else ""
        lines.append(f'<li id="{anchor}l{number}"{css}>{text}</li>')
    return f"<ol class=source>{''.join(lines)}</ol>"


def _calls(calls: Sequence[Call], anchor: str) -> str:
    """Calls with results or failures, expected and measured values and durations; each leads to its line."""
    if not calls:
        return "<p>It called nothing.</p>"
    rows: list[str] = []
    seen: set[object] = set()
    for call in calls:
        line, failure = call.get("line"), _plain(call.get("failure"))
        ident = f' id="{anchor}c{line}"' if line not in seen else ""
        seen.add(line)
        outcome = _told(failure) if failure else result_text(call.get("result"))
        css = " class=failed" if failure else ""
        start = _start(call)
        when = f' data-start="{start:.3f}" data-line="{anchor}l{line}"' if start is not None else ""
        rows.append(
            f'<tr{ident}{css}{when}><td><a href="#{anchor}l{line}">{line if line is not None else ""}</a></td>'
            f"<td>{escape(str(call.get('call')))}</td><td>{escape(outcome[:600])}</td>"
            f"<td>{escape('; '.join(f'{k} {v}' for k, v in _plain(call.get('measured')).items()))}</td>"
            f"<td>{_seconds(call.get('robot_time'))}</td><td>{_seconds(call.get('wall_time'))}</td></tr>"
        )
    head = "".join(f"<th>{h}</th>" for h in ("line", "call", "result", "measured", "robot s", "wall s"))
    return (
        f"<div class=wide><table class=calls><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _told(failure: Mapping[str, object]) -> str:
    expected, measured = failure.get("expected"), failure.get("measured")
    values = f" (expected {expected}, measured {measured})" if expected or measured else ""
    return f"{failure.get('kind')}: {failure.get('message')}{values}"


def _start(call: Call) -> float | None:
    """When a call of a program began, in s of robot time."""
    start = call.get("started")
    return float(start) if isinstance(start, int | float) and call.get("phase") == "program" else None


def result_text(value: object) -> str:
    """What a call returned, for people: a thing by its name and place, a relation by its words, numbers rounded."""
    match value:
        case bool() | None:
            return {True: "yes", False: "no", None: ""}[value]
        case float():
            return f"{value:.3f}".rstrip("0").rstrip(".")
        case list():
            items = msgspec.convert(value, list[object])
            texts = [result_text(item) for item in items]
            numbers = items and all(isinstance(item, int | float) for item in items)
            return f"({', '.join(texts)})" if numbers else "; ".join(texts) or "nothing"
        case dict():
            return _object_text(_plain(msgspec.convert(value, dict[str, object])))
        case _:
            return str(value)


def _object_text(value: Mapping[str, object]) -> str:
    """A structure of the API as its trace has it."""
    if "holds" in value:
        return f"{result_text(value['holds'])}: {value.get('text', '')}"
    if "name" in value and "position" in value:
        on = f" on {value['on']}" if value.get("on") not in (None, "", "table") else ""
        return f"{value['name']} {result_text(value['position'])}{on}"
    shown = ((k, result_text(v)) for k, v in value.items() if k != "type")
    return ", ".join(f"{k} {text}" for k, text in shown if text)


def _plain(value: object) -> dict[str, object]:
    return msgspec.convert(value, dict[str, object]) if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _seconds(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, (int, float)) else ""


def _trace(path: Path) -> list[Call]:
    """The calls, as far as they were written whole."""
    calls: list[Call] = []
    for line in regular_lines(path, "trace") if path.is_file() else ():
        try:
            calls.append(msgspec.json.decode(line, type=Call))
        except DAMAGE:
            continue
    return calls
