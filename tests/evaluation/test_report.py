"""Tables, pages and progress say what happened, the same to people and machines."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from codepolicy.evaluation import text_report
from codepolicy.evaluation.html_report import page, write_report
from codepolicy.evaluation.progress_line import ProgressLine
from codepolicy.evaluation.statistics import wilson
from codepolicy.evaluation.summary import summarized
from tests.evaluation import made

RECORDS = [
    *(made.record("lift-block-v1", seed) for seed in range(3)),
    *(made.record("put-x-v1", seed, won=seed > 0) for seed in range(4)),
    made.record("put-y-v1", 0, won=False, outcome="infrastructure", kind="infrastructure", attempts=3, turns=0),
]


def test_rates_and_intervals_per_task_group_and_over_all() -> None:
    summary = summarized(made.run(RECORDS))
    assert [(row.name, row.won, row.episodes) for row in summary.tasks] == [
        ("lift-block-v1", 3, 3),
        ("put-x-v1", 3, 4),
        ("put-y-v1", 0, 1),
    ]
    assert [(row.name, row.episodes) for row in summary.groups] == [("family: lift", 3), ("family: put", 5)]
    total = summary.total
    assert (total.low, total.high) == wilson(6, 8) and total.rate == 6 / 8, "what was lost is in the denominator"
    assert total.lost == 1 and summary.tried_again == 1
    assert total.first == 6 and total.turns == pytest.approx((6 * 1 + 4 + 0) / 8)
    assert total.tokens == 110 and total.cost_usd is None
    assert summary.kinds == {"grasp_missed": 1, "infrastructure": 1}


def test_the_table_has_every_row_and_what_has_to_be_known() -> None:
    run = made.run(RECORDS, model="openai:x")
    told = "\n".join(text_report.table(summarized(run)))
    assert re.search(r"^put-x-v1 +4 +3 +75\.0% +30\.1% - 95\.4% ", told, re.MULTILINE)
    assert re.search(r"^all +8 +6 +75\.0%", told, re.MULTILINE)
    assert "1 lost to infrastructure or the model's server, counted as not won; --again plays them again" in told


def test_a_run_that_ended_when_it_was_sure_has_the_interval_that_holds_for_it() -> None:
    run = made.run([made.record(seed=seed) for seed in range(18)])
    assert summarized(run).always_valid is None
    sequential = replace(run, file=structs.replace(run.file, command=("eval", "--until-sure=0.25")))
    told = "\n".join(text_report.notes(summarized(sequential)))
    assert "ended when it was sure (--until-sure): 75.7% - 100.0% (95 %)" in told


def test_ground_truth_and_missing_episodes_are_stamped() -> None:
    run = made.run([made.record(privileged=("detector",)), made.record(seed=1, judged=False)])
    told = "\n".join(text_report.notes(summarized(run)))
    assert "privileged: detector used ground truth" in told and "1 judged by their own goal check alone" in told


def test_lost_episodes_are_listed_with_the_first_line_of_their_feedback() -> None:
    assert list(text_report.losses(RECORDS)) == [
        "lost to grasp_missed: put-x-v1 seed 0: line 1: pick: the fingers closed on nothing",
        "lost to infrastructure: put-y-v1 seed 0: line 1: pick: the fingers closed on nothing",
    ]
    many = [made.record(seed=seed, won=False) for seed in range(25)]
    assert list(text_report.losses(many))[-1] == "… and 5 more"


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(tmp_path: Path) -> None:
    lost = made.record("put-x-v1", 9, won=False, instruction="<script>alert(1)</script>", feedback="a < b & c")
    html = page(made.run([*RECORDS, lost]))
    assert html.count("<script") == 1 and "alert(1)</script>" not in html and "script-src 'sha256-" in html
    assert "a &lt; b &amp; c" in html and "&lt;script&gt;" in html
    assert not re.search(r'(?:src|href)="(?:https?:)?//|@import|url\(', html)
    assert html.count("<svg") == 3 + 2 + 1 + 4, "a bar for each task, group and the total, and four plots"
    assert "grasp_missed <small>2</small>" in html
    assert html.count("<tr data-f0") == 9, "won episodes too"
    run = made.run(RECORDS, str(tmp_path))
    assert write_report(run).read_text() == page(run)


def test_progress_counts_what_an_earlier_start_has_left() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream, total=10, done=4, won=3, processes=2)
    line(made.record(seed=5))
    line(made.record(seed=6, won=False))
    told = line.line(line._began + 60.0)
    assert told == "6 of 10 episodes, 4 won, 2.0 per minute, 2 min 00 s left"
    assert stream.getvalue().splitlines() == [
        "6 episodes in 2 processes, 4 already there",
        "lost to grasp_missed: lift-block-v1 seed 6: line 1: pick: the fingers closed on nothing",
    ]


def test_labels_are_rows_alone_and_together() -> None:
    labels = {"split": "ua-si", "family": "spatial"}
    summary = summarized(made.run([made.record(labels=labels), made.record(seed=1)]))
    assert [row.name for row in summary.groups] == [
        "family: lift",
        "family: spatial",
        "split: ua-si",
        "split: ua-si, family: spatial",
    ]
