"""Tables as Parquet, written by DuckDB: `pip install 'codepolicy[parquet]'`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from primitives.errors import ConfigurationError

TYPES: Mapping[type, str] = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE"}


def write_parquet(rows: Sequence[Mapping[str, object]], path: Path) -> None:
    """Write `rows`; a column that some rows lack is null there. Raises ConfigurationError."""
    try:
        import duckdb
    except ImportError as error:
        raise ConfigurationError("a Parquet file takes DuckDB: pip install 'codepolicy[parquet]'") from error
    if not rows:
        raise ConfigurationError(f"no episode has been played yet, so {str(path)!r} would have no columns")
    columns: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                columns[name] = TYPES.get(type(value), "VARCHAR")
            else:
                columns.setdefault(name, "VARCHAR")
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as lines:
        lines.write(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
        lines.flush()
        try:
            with duckdb.connect() as database:
                table = database.read_json(lines.name, columns=columns, format="newline_delimited")
                table.write_parquet(str(path))
        except duckdb.Error as error:
            raise ConfigurationError(f"cannot write {str(path)!r}: {error}") from error
