"""A model that answers from a list: for tests, examples and dry runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from codepolicy.models.options import ModelOptions
from codepolicy.models.protocol import Message, ModelError, Reply
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_text

OPTIONS: tuple[str, ...] = ()
"""Those of `ModelOptions` that have an effect here."""
REPLY_BYTES = 16_000_000
Answer: TypeAlias = str | Reply | Exception | Callable[[Sequence[Message]], str]


class ScriptedModel:
    """Gives its answers one after the other.

    Args:
        answers: each a text, a whole reply, an exception to raise, or a function of the conversation.
        vision: whether it asks for images.
    """

    def __init__(self, answers: Sequence[Answer], *, vision: bool = False) -> None:
        self._answers = list(answers)
        self._vision = vision
        self.conversations: list[tuple[Message, ...]] = []
        """What it was asked, in order."""

    @property
    def id(self) -> str:
        """Always "scripted"."""
        return "scripted"

    @property
    def vision(self) -> bool:
        """As given."""
        return self._vision

    @property
    def priced(self) -> bool:
        """An answer costs what it says."""
        return True

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """The next answer. Raises ModelError when none is left."""
        del sample
        self.conversations.append(tuple(messages))
        turn = len(self.conversations)
        if turn > len(self._answers):
            raise ModelError(f"the script has {len(self._answers)} answers and was asked {turn} times; add one")
        answer = self._answers[turn - 1]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Reply):
            return answer
        return Reply(text=answer if isinstance(answer, str) else answer(messages), model=self.id)


def make(argument: str, options: ModelOptions) -> ScriptedModel:
    """`scripted:FILE.md` answers once with that file; `scripted:DIR` with its *.md files in order of name."""
    del options
    path = Path(argument)
    files = sorted(path.glob("*.md")) if path.is_dir() else [path]
    if not argument or not files or not all(f.exists() for f in files):
        raise ConfigurationError(f"scripted model: {argument!r} is neither a file nor a folder with *.md replies in it")
    return ScriptedModel([regular_text(f, "reply", REPLY_BYTES) for f in files])
