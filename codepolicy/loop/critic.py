"""A second opinion on a result whose goal check holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codepolicy.episode import GoalCheck
from codepolicy.loop.executor import Executor
from codepolicy.loop.llm_client import LLMClient
from codepolicy.models.protocol import Message
from codepolicy.prompting.prompt import safe_scene_table, template
from codepolicy.prompting.quoting import one_line
from codepolicy.prompting.scene_diff import changes_table
from primitives.scene import SceneObject
from primitives.trace import Clause


def objection(
    critic: LLMClient, executor: Executor, instruction: str, check: GoalCheck, *, start: Sequence[SceneObject]
) -> Clause | None:
    """What `critic` finds missing, as a clause that does not hold; None when it agrees.

    Args:
        critic: the model.
        executor: where it happened.
        instruction: what was to be done.
        check: the goal check, which holds.
        start: the scene before.

    Raises:
        ModelError: no usable reply, or the budget is used up.
    """
    user = "\n\n".join(
        (
            "## Instruction\n" + instruction,
            "## Scene before\n" + safe_scene_table(start),
            "## Scene after\n" + safe_scene_table(executor.look()),
            "## Changed\n" + changes_table(start, executor.seen),
            "## Said\n" + ("\n".join(f"- {one_line(said, 300)}" for said in executor.said) or "nothing"),
            "## Goal check\n" + "\n".join(f"- {one_line(c.message)} ({one_line(c.detail)})" for c in check.clauses),
        )
    )
    images = (executor.picture(),) if critic.vision else ()
    messages = (
        Message(role="system", text=template("critic")),
        Message(role="user", text=user, images=images),
    )
    reply = critic.ask(messages, turn=executor.turn, purpose="critique")
    match = re.search(r"\bnot[ _]done\b[:\s`-]*(.*)", reply.text, re.IGNORECASE | re.DOTALL)
    if match is None:
        return None
    return Clause(message=f"critic: {one_line(match[1], 1000) or 'not done'}", holds=False)
