"""A second opinion on a result whose goal check holds."""

from __future__ import annotations

import re

from codepolicy.conversation import Conversation
from codepolicy.episode import GoalCheck
from codepolicy.models.protocol import Message
from codepolicy.prompting.changes import changes_table
from codepolicy.prompting.prompt import safe_scene_table, template
from codepolicy.prompting.quoting import one_line
from codepolicy.stage import Stage
from primitives.trace import Clause


def objection(critic: Conversation, stage: Stage, instruction: str, check: GoalCheck) -> Clause | None:
    """What `critic` finds missing, as a clause that does not hold; None when it agrees.

    Raises:
        ModelError: no usable reply, or the budget is used up.
    """
    user = "\n\n".join(
        (
            "## Instruction\n" + instruction,
            "## Scene before\n" + safe_scene_table(stage.start),
            "## Scene after\n" + safe_scene_table(stage.look()),
            "## Changed\n" + changes_table(stage.start, stage.seen),
            "## Goal check\n" + "\n".join(f"- {one_line(c.message)} ({one_line(c.detail)})" for c in check.clauses),
        )
    )
    messages = (Message(role="system", text=template("critic")), Message(role="user", text=user))
    reply = critic.ask(messages, turn=stage.turn, purpose="critique")
    match = re.search(r"\bnot[ _]done\b[:\s`-]*(.*)", reply.text, re.IGNORECASE)
    if match is None:
        return None
    return Clause(message=f"critic: {one_line(match[1]) or 'not done'}", holds=False)
