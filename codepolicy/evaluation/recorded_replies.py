"""A model that gives the replies of one recorded episode again, request by request, whatever is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from codepolicy.events import Asked, Event
from codepolicy.models import recorded_exchange
from codepolicy.models.protocol import Message, ModelError, Reply
from primitives.regular_file import regular_text


class RecordedReplies:
    """Model, planner and critic of a replay in one; has to observe the run to know which request it answers.

    `replay:DIR` finds a reply by the whole conversation, so that another prompt is noticed. Here the turn and the
    purpose of a request choose the reply, so that programs can be executed again after prompts have changed.

    Args:
        folder: of the episode, with its `prompts` and `conversation`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: Counter[str] = Counter()
        self._request = ""
        exchanges = (recorded_exchange.read(path) for path in sorted((folder / "conversation").glob("*.json")))
        self._replies = {exchange.reply.text: exchange.reply for exchange in exchanges}

    @property
    def id(self) -> str:
        """ "replay:" and the folder's name."""
        return f"replay:{self._folder.name}"

    @property
    def vision(self) -> bool:
        """Never: nobody looks at what is asked."""
        return False

    @property
    def priced(self) -> bool:
        """At no cost."""
        return True

    def observe(self, event: Event) -> None:
        """Note what is about to be asked, under the name that the run folder gave it."""
        if isinstance(event, Asked):
            name = f"{event.turn:02d}" if event.purpose == "program" else f"{event.turn:02d}_{event.purpose}"
            self._seen[name] += 1
            self._request = name if self._seen[name] == 1 else f"{name}_{self._seen[name]}"

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """The reply of then, at no cost. Raises ModelError where none was recorded."""
        del messages, sample
        path = self._folder / "prompts" / f"{self._request}_reply.md"
        if not path.is_file():
            raise ModelError(f"no reply {self._request!r} was recorded in {str(self._folder)!r}")
        text = regular_text(path, "reply").removesuffix("\n")
        reply = self._replies.get(text) or Reply(text=text, model=self.id)
        return msgspec.structs.replace(reply, latency_s=0.0)
