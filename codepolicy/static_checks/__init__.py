"""Static checks that give the model early, line-numbered feedback before any motion.

Help, not the wall: what a program can do to this machine is decided by the policy process alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from codepolicy.static_checks import (
    coroutines,
    imports,
    never_called,
    returned_nothing,
    robot_sense,
    star_imports,
    type_check,
    undefined_names,
)
from codepolicy.static_checks.findings import finding
from codepolicy.static_checks.parsing import parse
from primitives.failures import FailureReport
from primitives.registry import Surface
from primitives.scene import Workspace

MAX_BYTES: Final = 65_536
MAX_FINDINGS: Final = 12
"""More would not help; the first ones are usually the cause of the others."""


def check(
    source: str,
    surface: Surface,
    *,
    workspace: Workspace,
    known: Collection[str] = (),
    holding: bool | None = None,
    whole: bool = False,
) -> list[FailureReport]:
    """Everything that is certainly wrong with a program, in the order of its lines.

    Args:
        source: the program.
        surface: the primitives it may call.
        workspace: where the robot works.
        known: names that earlier programs of the session left defined.
        holding: whether the hand holds something before the program starts; None when that is not known.
        whole: whether it is all that runs, so that it must do something; a goal check only defines a function.

    Returns:
        One `rejected` report per finding, with its line and the fix; empty when nothing is known to be wrong.
    """
    size = len(source.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        return [finding(None, f"the program has {size} bytes; the limit is {MAX_BYTES}", hint="Write a shorter one.")]
    try:
        tree = parse(source)
    except SyntaxError as error:
        return [_unparsable(error)]
    except (ValueError, RecursionError, MemoryError) as error:
        return [finding(None, f"the program cannot be parsed: {error}", hint="Write it with less nesting.")]
    try:
        undefined = list(undefined_names.check(tree, surface, known))
        found = [
            *imports.check(tree, surface),
            *star_imports.check(tree, surface),
            *coroutines.check(tree, surface),
            *returned_nothing.check(tree, surface),
            *(never_called.check(tree, surface) if whole else ()),
            *undefined,
            *robot_sense.check(tree, surface, workspace, holding=holding),
        ]
        reported = {(f.line, name) for f in found for name in f.names}
        reported |= {(None, name) for f in undefined for name in f.names}
        found += (
            report
            for report in type_check.check(source, tree, surface, known)
            if not any((line, name) in reported for line in (report.line, None) for name in report.names)
        )
    except RecursionError:
        return [finding(None, "the program is nested too deeply", hint="Split the expression over several lines.")]
    found.sort(key=lambda f: f.line or 0)
    return found[:MAX_FINDINGS]


def _unparsable(error: SyntaxError) -> FailureReport:
    text = (error.text or "").strip()
    where = f" in {text[:80]!r}" if text else ""
    return finding(error.lineno, f"syntax error: {error.msg}{where}", hint="Correct the line, or the one before it.")
