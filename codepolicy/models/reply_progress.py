"""Who is told of a reply while it comes. A model that streams tells; one that does not says nothing here."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[str, str], None]
"""Is told the next piece of the reply and the next piece of what the model thinks; from any thread."""

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def told_to(listener: Listener) -> Generator[None]:
    """Let the models asked in this block tell `listener`."""
    before = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(before)


def listener() -> Listener | None:
    """Whom to tell; a model asks for it in the thread that asked the model, and may tell from another."""
    return _LISTENER.get()
