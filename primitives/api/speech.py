"""Speaking to the person, and stating what must hold."""

from __future__ import annotations

from primitives.context import Context
from primitives.failures import Asked, Declined, ExpectationFailed
from primitives.registry import primitive
from primitives.scene import Relation
from primitives.trace import Clause


@primitive(surfaces=("skill", "tool", "joint"), kind="other")
def say(ctx: Context, text: str) -> None:
    """Tell the person something.

    say(f"I moved {n} blocks.")
    """
    ctx.guard.count_said(len(text))
    ctx.say(text)


@primitive(surfaces=("skill", "tool", "joint"), kind="ending")
def ask(ctx: Context, question: str) -> None:
    """Ask the person; ends the program.

    ask("Which block, red or blue?")
    """
    ctx.guard.count_said(len(question))
    raise Asked(question)


@primitive(surfaces=("skill", "tool", "joint"), kind="ending")
def decline(ctx: Context, reason: str) -> None:
    """Say why not; ends the program.

    decline("There is no purple bowl.")
    """
    ctx.guard.count_said(len(reason))
    raise Declined(reason)


@primitive(surfaces=("skill", "tool", "joint"), kind="other")
def expect(ctx: Context, condition: bool | Relation, message: str = "") -> None:
    """State what must hold; raises ExpectationFailed when it does not. A goal check is made of these.

    expect(inside("red block", "bowl"), "block in bowl")
    """
    holds = bool(condition)
    message = message or f"the condition on line {ctx.line}"
    relations = (condition,) if isinstance(condition, Relation) else ()
    clause = Clause(message=message, holds=holds, relations=relations, line=ctx.line)
    ctx.clauses.append(clause)
    if not holds and not ctx.collect_expectations:
        raise ExpectationFailed(
            f"expected: {message}",
            expected=message,
            measured=clause.detail or "false",
            hint="Look again with detect() and correct what is wrong, or correct the condition.",
        )
