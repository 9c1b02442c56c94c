"""Two runs side by side on one page: what newly fails first, every pair to filter, each leading to both episodes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from codepolicy.evaluation.comparison import Comparison, compared, lines
from codepolicy.evaluation.episode_page import PAGE
from codepolicy.evaluation.html_page import document, escape
from codepolicy.evaluation.html_report import bar, filters, write_episode_pages
from codepolicy.evaluation.records import Record
from codepolicy.evaluation.run_store import EvaluationRun
from codepolicy.evaluation.statistics import wilson
from codepolicy.evaluation.text_report import percent
from primitives.errors import ConfigurationError

CHANGES = ("newly failing", "newly passing", "both lost", "both won")
"""In the order in which they are shown."""


def write_comparison(first: EvaluationRun, second: EvaluationRun, path: Path) -> Path:
    """Write the page; episodes get pages of their own where they have none. Raises ConfigurationError."""
    for run in (first, second):
        write_episode_pages(run)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(page(first, second, compared(first, second), path.parent), encoding="utf-8")
        return partial.replace(path)
    except OSError as error:
        raise ConfigurationError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def page(first: EvaluationRun, second: EvaluationRun, comparison: Comparison, beside: Path) -> str:
    """The whole page, whose links are relative to the folder `beside`."""
    title = f"{first.path.name} and {second.path.name}"
    return document(title, "\n".join(_body(first, second, comparison, beside)), script="episode_filter.js")


def _body(first: EvaluationRun, second: EvaluationRun, c: Comparison, beside: Path) -> Iterator[str]:
    yield f"<h1>{escape(first.path.name)} <small>and</small> {escape(second.path.name)}</h1>"
    total = c.total
    yield (
        f"<p class=lead>{total.both + total.only_first} and {total.both + total.only_second} of {total.pairs} pairs "
        "were won: "
        f"{'+' if total.difference > 0 else ''}{percent(total.difference)} "
        f"(95 % interval {percent(total.low)} – {percent(total.high)}, p {total.p:.2g})</p>"
    )
    yield "<h2>Tasks</h2><div class=wide><table class=rates><thead><tr>"
    yield "".join(f"<th>{h}</th>" for h in ("", "pairs", "first", "", "second", "", "newly failing", "newly passing"))
    yield "</tr></thead><tbody>"
    for row in sorted(c.tasks, key=lambda r: (r.difference, r.name)):
        one, two = row.both + row.only_first, row.both + row.only_second
        cells = (str(row.pairs), str(one), _bar(one, row.pairs), str(two), _bar(two, row.pairs))
        counts = (str(row.only_first), str(row.only_second))
        yield f"<tr><td>{escape(row.name)}</td>" + "".join(f"<td>{cell}</td>" for cell in (*cells, *counts)) + "</tr>"
    yield "</tbody></table></div>"
    yield from _pairs(first, second, beside)
    yield f"<h2>In words</h2><pre>{escape(chr(10).join(lines(c)))}</pre>"


def _bar(won: int, of: int) -> str:
    low, high = wilson(won, of)
    return bar(won / of, low, high)


def _pairs(first: EvaluationRun, second: EvaluationRun, beside: Path) -> Iterator[str]:
    theirs: Mapping[tuple[str, int, int], Record] = {(r.task, r.seed, r.sample): r for r in second.records}
    pairs = [(r, theirs[r.task, r.seed, r.sample]) for r in first.records if (r.task, r.seed, r.sample) in theirs]
    pairs.sort(key=lambda pair: CHANGES.index(_change(*pair)))
    yield "<h2>Episodes</h2>"
    yield from filters(
        {
            "change": [change for change in CHANGES if any(_change(*pair) == change for pair in pairs)],
            "task": sorted({a.task for a, _ in pairs}),
            "kind": sorted({r.kind for pair in pairs for r in pair if r.kind}),
        }
    )
    head = "".join(f"<th>{h}</th>" for h in ("episode", "change", "first", "second"))
    yield f"<div class=wide><table id=episodes><thead><tr>{head}</tr></thead><tbody>"
    for a, b in pairs:
        change, kind = _change(a, b), b.kind or a.kind
        data = f'data-f0="{change}" data-f1="{escape(a.task)}" data-f2="{escape(kind)}"'
        yield (
            f"<tr {data}><td>{escape(a.name)}: {escape(a.instruction[:200])}</td><td>{change}</td>"
            f"<td>{_side(first, a, beside)}</td><td>{_side(second, b, beside)}</td></tr>"
        )
    yield "</tbody></table></div>"


def _change(first: Record, second: Record) -> str:
    if first.won:
        return "both won" if second.won else "newly failing"
    return "newly passing" if second.won else "both lost"


def _side(run: EvaluationRun, record: Record, beside: Path) -> str:
    told = "won" if record.won else f"{record.kind}: {(record.feedback or record.told)[:200]}"
    css = "won" if record.won else "lost"
    text = f"<span class={css}>{escape(told)}</span> <small>{record.turns} turns, {record.timings.total:.1f} s</small>"
    if record.folder is None or not (run.path / record.folder / PAGE).is_file():
        return text
    target = os.path.relpath((run.path / record.folder / PAGE).resolve(), beside.resolve())
    return f'<a href="./{quote(target, safe="/-_.~")}">{text}</a>'
