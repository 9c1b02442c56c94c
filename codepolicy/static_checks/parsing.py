"""Parsing what a model wrote, which may be anything."""

from __future__ import annotations

import ast
import warnings
from typing import Final

UNPARSABLE: Final = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `parse` raises."""


def parse(source: str) -> ast.Module:
    """The tree of `source`.

    Raises:
        SyntaxError: it is no Python.
        ValueError: it has null bytes.
        RecursionError: it is nested too deeply.
        MemoryError: the same.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape in a string of the program is no concern of ours
        return ast.parse(source)


def parsed(source: str) -> ast.Module | None:
    """The tree of `source`; None where it does not parse, which the gate reports."""
    try:
        return parse(source)
    except UNPARSABLE:
        return None
