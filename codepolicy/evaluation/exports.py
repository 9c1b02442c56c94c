"""Results in the formats of other tools: JUnit XML for continuous integration, tables, inspect_ai logs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from codepolicy.evaluation.records import LOST, Record
from codepolicy.evaluation.run_store import EvaluationRun
from codepolicy.printable import printable
from codepolicy.redaction import redacted
from primitives.errors import ConfigurationError


def write_junit(run: EvaluationRun, path: Path) -> None:
    """One test case for each episode: lost is a failure, lost to infrastructure or a model's server an error.

    Raises:
        ConfigurationError: it cannot be written.
    """
    records = run.records
    errors = [r for r in records if r.outcome in LOST]
    suite = ElementTree.Element(
        "testsuite",
        name=" ".join(run.file.chosen),
        tests=str(len(records)),
        failures=str(sum(not r.won for r in records) - len(errors)),
        errors=str(len(errors)),
        time=f"{sum(r.timings.total for r in records):.3f}",
        timestamp=run.file.started,
    )
    for record in records:
        name, seconds = record.name, f"{record.timings.total:.3f}"
        case = ElementTree.SubElement(suite, "testcase", classname=record.task, name=_text(name), time=seconds)
        if not record.won:
            kind = "error" if record.outcome in LOST else "failure"
            why = ElementTree.SubElement(case, kind, type=record.kind, message=_text(record.feedback or record.told))
            why.text = _text(f"{record.instruction}\n{record.told}")
    root = ElementTree.Element("testsuites")
    root.append(suite)
    _write(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def export(run: EvaluationRun, path: Path) -> None:
    """Write the episodes in the format that the file's name ends with.

    Raises:
        ConfigurationError: it ends with none of them, what writes it is not installed, or it cannot be written.
    """
    match path.suffix:
        case ".csv":
            write_csv(run, path)
        case ".parquet":
            from codepolicy.evaluation.parquet import write_parquet

            write_parquet(rows(run), path)
        case ".eval" | ".json":
            from codepolicy.evaluation.inspect_log import write_inspect_log

            write_inspect_log(run, path)
        case _:
            raise ConfigurationError(
                f"--export {str(path)!r}: give FILE.csv or FILE.parquet (tables), FILE.eval or FILE.json (inspect_ai's)"
            )


def rows(run: EvaluationRun) -> list[dict[str, object]]:
    """One for each episode, nested fields as "timings.total", lists as JSON."""
    return [_flat(msgspec.to_builtins(record)) for record in run.records]


def write_csv(run: EvaluationRun, path: Path) -> None:
    """One row for each episode. Raises ConfigurationError."""
    table = rows(run)
    columns = list(dict.fromkeys(column for row in table for column in row))
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(table)
    except OSError as error:
        raise ConfigurationError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def github_annotations(records: tuple[Record, ...]) -> list[str]:
    """Lines that GitHub Actions shows beside a build, one for each lost episode."""
    lost = [r for r in records if not r.won]
    return [f"::error title={_escaped(f'{r.name} lost to {r.kind}')}::{_escaped(r.feedback or r.told)}" for r in lost]


def _escaped(text: str) -> str:
    special = {"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"}
    return "".join(special.get(letter, letter) for letter in _text(text))


def _text(text: str) -> str:
    return printable(redacted(text))


def _flat(value: Mapping[str, object], above: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            flat |= _flat(msgspec.convert(inner, dict[str, object]), f"{above}{name}.")
        elif isinstance(inner, (list, tuple)):
            flat[above + name] = msgspec.json.encode(inner).decode()
        else:
            flat[above + name] = inner
    return flat


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(f"cannot write {str(path)!r}: {error.strerror or error}") from error
