"""The built-ins that ordinary programs use."""

from __future__ import annotations

from typing import Final

HARMLESS: Final = frozenset(
    {
        "abs",
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "float",
        "int",
        "isinstance",
        "len",
        "list",
        "max",
        "min",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    }
)
"""They neither raise in ordinary use nor call a primitive."""
ORDINARY: Final = HARMLESS | {"filter", "map", "next", "Exception", "IndexError", "KeyError", "ValueError"}
"""Those that a slip is likely to mean; the others only look alike ("bring" and "bin")."""
