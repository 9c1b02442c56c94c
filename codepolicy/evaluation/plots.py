"""Drawings of a run as inline SVG: how turns, tokens and time are distributed, won and lost apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from codepolicy.evaluation.html_page import escape
from codepolicy.evaluation.records import Record

WIDTH, HEIGHT, FOOT = 260, 110, 16
BINS = 13


def distributions(records: Sequence[Record]) -> Iterator[str]:
    """One drawing each for turns, tokens and seconds."""
    if not records:
        return
    yield "<div class=plots>"
    for name, values in (
        ("turns", [float(r.turns) for r in records]),
        ("tokens", [float(r.tokens) for r in records]),
        ("s in all", [r.timings.total for r in records]),
        ("s waiting for the model", [r.timings.model for r in records]),
    ):
        yield _histogram(name, values, [r.won for r in records])
    yield "</div>"


def _histogram(name: str, values: Sequence[float], won: Sequence[bool]) -> str:
    """How often each value occurs; of every bar the won part stands below the lost one."""
    step = _step(max(values), least=1.0 if all(value.is_integer() for value in values) else 0.0)
    counts = [[0, 0] for _ in range(int(max(values) / step) + 1)]
    for value, is_won in zip(values, won, strict=True):
        counts[int(value / step)][not is_won] += 1
    most = max(map(sum, counts))
    wide, tall = WIDTH / len(counts), HEIGHT - 2 * FOOT
    bars: list[str] = []
    for number, (good, bad) in enumerate(counts):
        x, low, high = number * wide, good / most * tall, bad / most * tall
        told = f"{number * step:g} to {(number + 1) * step:g}: {good} won, {bad} lost"
        bars.append(
            f"<g><title>{told}</title>"
            f"{_bar('good', x, FOOT + tall - low, wide, low)}{_bar('bad', x, FOOT + tall - low - high, wide, high)}</g>"
        )
    mean = sum(values) / len(values)
    shown = f"{mean:,.0f}" if mean >= 100 else f"{mean:.2f}"
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(name)}: mean {shown}">'
        f'<text x="0" y="11">{escape(name)}, mean {shown}</text>{"".join(bars)}'
        f'<line class="axis" x1="0" x2="{WIDTH}" y1="{HEIGHT - FOOT}" y2="{HEIGHT - FOOT}"/>'
        f'<text x="0" y="{HEIGHT - 3}">0</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 3}" text-anchor="end">{len(counts) * step:g}</text></svg>'
    )


def _bar(css: str, x: float, y: float, wide: float, high: float) -> str:
    return f'<rect class="{css}" x="{x + 1:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{high:.1f}"/>'


def _step(most: float, *, least: float) -> float:
    """A round width of bars, 1, 2 or 5 times a power of ten, at least `least`, at most `BINS` of them."""
    if most <= BINS * least or most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most / BINS))
    return next(power * factor for factor in (1, 2, 5, 10, 20) if most / (power * factor) < BINS)
