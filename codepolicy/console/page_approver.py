"""Asking whoever drives the console before the robot moves."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from codepolicy.approval import Decision, Proposal
from codepolicy.console.audience import Audience
from codepolicy.console.messages import shown

ALONE_S: Final = 60.0
"""How long a question stays open while nobody watches."""
MOST_CALLS: Final = 200


@dataclass(slots=True, kw_only=True)
class PageApprover:
    """Shows a proposal on the page and waits for an answer, a stop, or until nobody is there to answer.

    Args:
        audience: is shown it.
        stopped: whether a person has stopped the robot, or the console ends.
    """

    audience: Audience
    stopped: Callable[[], bool]
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _asked: str | None = field(init=False, default=None)
    _answered: threading.Event = field(init=False, default_factory=threading.Event)
    _decision: Decision | None = field(init=False, default=None)

    def decide(self, proposal: Proposal) -> Decision:
        """Wait for the answer; a refusal where none can come."""
        with self._lock:
            self._asked, self._decision = proposal.sha256, None
            self._answered.clear()
        self.audience.tell(_told(proposal))
        alone = time.monotonic()
        try:
            while not self._answered.wait(0.1):
                now = time.monotonic()
                alone = now if self.audience.watched else alone
                if self.stopped():
                    return Decision(approved=False, by="console", reason="the robot was stopped")
                if now - alone > ALONE_S:
                    return Decision(approved=False, by="console", reason="nobody watched the console")
            with self._lock:
                return self._decision or Decision(approved=False, by="console", reason="no answer")
        finally:
            with self._lock:
                self._asked = None
            self.audience.tell({"kind": "decided"})

    def answer(self, sha256: str, *, approved: bool, by: str, reason: str = "") -> bool:
        """Answer the question that is open; False where it is another one, or none. From any thread."""
        with self._lock:
            if self._asked is None or sha256 != self._asked:
                return False
            self._decision = Decision(approved=approved, by=by, reason=reason[:500])
            self._answered.set()
            return True


def _told(proposal: Proposal) -> dict[str, object]:
    return {
        "kind": "proposed",
        "sha256": proposal.sha256,
        "turn": proposal.turn,
        "robot": shown(proposal.robot),
        "instruction": shown(proposal.instruction),
        "program": shown("\n\n".join((*proposal.functions.values(), proposal.program))),
        "rehearsal": shown(proposal.rehearsal),
        "calls": [shown(call) for call in proposal.calls[:MOST_CALLS]],
        "picture": base64.b64encode(proposal.picture).decode() if len(proposal.picture) < 2_000_000 else "",
    }
