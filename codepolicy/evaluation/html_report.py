"""`report.html`: one page without network that lists every episode, and leads to the page of each."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from codepolicy.episode import Episode
from codepolicy.evaluation import text_report
from codepolicy.evaluation.episode_page import PAGE, write_page
from codepolicy.evaluation.html_page import document, escape
from codepolicy.evaluation.plots import distributions
from codepolicy.evaluation.records import Record
from codepolicy.evaluation.run_store import FOLDERS, REPORT, EvaluationRun
from codepolicy.evaluation.summary import Row, Summary, summarized
from primitives.errors import ConfigurationError
from primitives.regular_file import DAMAGE, regular_bytes

INLINED = 200
"""Lost episodes whose programs stand in the page; the others are named."""
BAR = 160
"""Width of an interval's drawing in px."""


def write_report(run: EvaluationRun, path: Path | None = None) -> Path:
    """Write the page of `run`; returns where. It goes into the run's folder where `path` is None.

    Episodes get pages of their own, where they have none that is newer than they are.
    """
    write_episode_pages(run)
    target = path or run.path / REPORT
    partial = target.with_name(f".{target.name}.partial")
    partial.write_text(page(run), encoding="utf-8")
    return partial.replace(target)


def write_episode_pages(run: EvaluationRun) -> None:
    """Write the page of every episode that has none, or an older one."""
    for record in run.records:
        folder = _inside(run.path, record.folder)
        if folder is not None and _outdated(folder):
            write_page(folder)


def page(run: EvaluationRun) -> str:
    """The whole page."""
    title = f"{' '.join(run.file.chosen)}, {run.file.configuration.model}"
    script = "episode_filter.js" if run.records else None
    return document(title, "\n".join(_body(run, summarized(run), title)), script=script)


def _outdated(folder: Path) -> bool:
    episode, page = folder / "episode.json", folder / PAGE
    return episode.is_file() and not (page.is_file() and page.stat().st_mtime_ns >= episode.stat().st_mtime_ns)


def _body(run: EvaluationRun, summary: Summary, title: str) -> Iterator[str]:
    total = summary.total
    interval = f"95 % interval {text_report.percent(total.low)} – {text_report.percent(total.high)}"
    yield f"<h1>{escape(title)}</h1>"
    yield f"<p class=lead>{total.won} of {total.episodes} won: {text_report.percent(total.rate)} ({interval})</p>"
    yield from (f"<p>{escape(note)}</p>" for note in text_report.notes(summary))
    yield from _table((summary.tasks, summary.groups, (total,)))
    yield from distributions(run.records)
    lost = sorted((r for r in run.records if not r.won), key=lambda r: (r.kind, r.task, r.seed, r.sample))
    inlined = {r.key for r in lost[:INLINED]}
    if lost:
        yield "<h2>Lost</h2>"
    for kind, count in summary.kinds.items():
        yield f"<h3>{escape(kind)} <small>{count}</small></h3>"
        for record in lost:
            if record.kind == kind:
                yield from _episode(run, record, inlined=record.key in inlined)
    if run.records:
        yield from _index(run)
    yield "<h2>Configuration</h2>"
    yield f"<pre>{escape(_configuration(run))}</pre>"


def _index(run: EvaluationRun) -> Iterator[str]:
    """Every episode, won ones too, to be filtered and sorted."""
    yield "<h2>Episodes</h2>"
    labels = sorted({name for r in run.records for name in r.labels})
    yield from filters(
        {
            "won": ["won", "lost"],
            "task": sorted({r.task for r in run.records}),
            "kind": sorted({r.kind for r in run.records if r.kind}),
            **{name: sorted({r.labels[name] for r in run.records if name in r.labels}) for name in labels},
        }
    )
    head = "".join(
        f"<th>{h}</th>" for h in ("episode", "", "turns", "tokens", "s", "instruction, and what it was lost to")
    )
    yield f"<div class=wide><table id=episodes><thead><tr>{head}</tr></thead><tbody>"
    for r in run.records:
        won = "won" if r.won else "lost"
        values = (won, r.task, r.kind, *(r.labels.get(name, "") for name in labels))
        attributes = "".join(f' data-f{number}="{escape(value)}"' for number, value in enumerate(values))
        why = "" if r.won else f" <i class=lost>{escape(r.kind)}: {escape((r.feedback or r.told)[:200])}</i>"
        yield (
            f"<tr{attributes}><td>{_page_link(run, r)}</td><td class={won}>{won}</td><td>{r.turns}</td>"
            f"<td>{r.tokens}</td><td>{r.timings.total:.1f}</td><td>{escape(r.instruction[:200])}{why}</td></tr>"
        )
    yield "</tbody></table></div>"


def filters(choices: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What rows of the table `episodes` are chosen by: their `data-f0`, `data-f1`, … in the order of `choices`."""
    yield "<div class=filters>"
    for number, (name, values) in enumerate(choices.items()):
        options = "".join(f"<option>{escape(value)}</option>" for value in values)
        any_of_them = f'<option value="">any {escape(name)}</option>'
        hidden = "" if values else " hidden"
        yield f'<select data-filter="f{number}" aria-label="{escape(name)}"{hidden}>{any_of_them}{options}</select>'
    yield '<input id=words type=search placeholder="words" aria-label="words"> <span id=shown></span></div>'


def _page_link(run: EvaluationRun, record: Record) -> str:
    folder = _inside(run.path, record.folder)
    if folder is None or not (folder / "episode.json").is_file():
        return escape(record.name)
    path = str(record.folder)
    base = "/" if path.startswith("/") else "./"
    return f'<a href="{base}{quote(path.lstrip("/"), safe="/-_.~")}/{PAGE}">{escape(record.name)}</a>'


def _table(parts: Sequence[Sequence[Row]]) -> Iterator[str]:
    yield "<div class=wide><table class=rates><thead><tr>" + "".join(
        f"<th>{escape(h)}</th>" for h in (*text_report.HEADINGS[:5], "", *text_report.HEADINGS[5:])
    )
    yield "</tr></thead>"
    for part in parts:
        yield "<tbody>"
        for row in part:
            cells = [escape(cell) for cell in text_report.cells(row)]
            cells.insert(5, bar(row.rate, row.low, row.high))
            yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        yield "</tbody>"
    yield "</table></div>"


def bar(rate: float, low: float, high: float) -> str:
    """A rate and its interval on a line from 0 to 1."""
    told = text_report.percent(rate)
    low, high, rate = (round(BAR * value, 1) for value in (low, high, rate))
    return (
        f'<svg width="{BAR}" height="12" role="img" aria-label="{told}">'
        f'<line x1="0" x2="{BAR}" y1="6" y2="6" class="axis"/>'
        f'<line x1="{low}" x2="{high}" y1="6" y2="6" class="interval"/><circle cx="{rate}" cy="6" r="3"/></svg>'
    )


def _episode(run: EvaluationRun, record: Record, *, inlined: bool) -> Iterator[str]:
    """One that was lost: the first line of the feedback, and what was written and told."""
    folder = _inside(run.path, record.folder)
    head = f"<b>{escape(record.name)}</b> {escape(record.instruction)} <i>{escape(record.feedback or record.told)}</i>"
    yield f"<details><summary>{head}</summary>"
    yield f"<p>{escape(record.outcome)} after {record.turns} turns: {escape(record.told)}</p>"
    yield from (f"<p>an earlier attempt broke: {escape(why)}</p>" for why in record.broke)
    if folder is not None:
        yield f"<p>{_link(str(record.folder))}</p>"
        yield f"<pre>{escape(shlex.join(['codepolicy', 'replay', str(folder)]))}</pre>"
    episode = _read(folder / "episode.json") if inlined and folder is not None else None
    for number, turn in enumerate(episode.turns if episode is not None else (), 1):
        yield f"<h4>turn {number}</h4>"
        yield f"<pre>{escape(turn.program or '(no program)')}</pre>"
        if turn.goal is not None:
            yield f"<pre>{escape(turn.goal)}</pre>"
        if turn.feedback is not None:
            yield f"<pre class=feedback>{escape(turn.feedback)}</pre>"
    yield "</details>"


def _inside(root: Path, folder: str | None) -> Path | None:
    """An episode's folder; None for one that is elsewhere than where episodes are kept."""
    if folder is None or ".." in Path(folder).parts or Path(folder).parent.name != FOLDERS:
        return None
    return root / folder


def _link(folder: str) -> str:
    """A link to a folder beside the page or, where shards were merged, anywhere on the disk; never to a scheme."""
    path = quote(folder.lstrip("/"), safe="/-_.~")
    if ".." in path.split("/"):
        return escape(folder)
    return f'<a href="{escape(("/" if folder.startswith("/") else "./") + path)}/">{escape(folder)}</a>'


def _read(path: Path) -> Episode | None:
    try:
        return msgspec.json.decode(regular_bytes(path, "episode"), type=Episode)
    except (ConfigurationError, *DAMAGE):
        return None


def _configuration(run: EvaluationRun) -> str:
    return msgspec.json.format(msgspec.json.encode(run.file), indent=2).decode()
