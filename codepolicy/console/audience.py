"""Everybody who watches: one drives, the others look on; whoever comes late is told what happened so far."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator
from typing import Final

from codepolicy.console.messages import Message, encoded

QUEUE: Final = 400
"""Messages that one browser may be behind; of one that is slower, positions and pictures are left out."""
KEPT: Final = 2_000
"""Messages of an instruction that somebody who comes late is told."""
MOST_WATCHERS: Final = 50
_LATEST: Final = ("moved", "believed", "truth", "camera", "thinking", "heading")
"""Kinds of which the last one says all."""


class Full(Exception):
    """More watch already than can."""


class Audience:
    """Messages come from any thread; browsers listen in the server's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queues: dict[int, tuple[str, asyncio.Queue[str]]] = {}
        self._numbers = 0
        self._story: deque[str] = deque(maxlen=KEPT)
        self._latest: dict[str, str] = {}
        self._driver: str | None = None

    @property
    def watched(self) -> bool:
        """Whether anybody is there."""
        return bool(self._queues)

    @property
    def driver(self) -> str | None:
        """Who drives; None where nobody does."""
        return self._driver

    def begin(self) -> None:
        """A new instruction: what was told of the one before is forgotten."""
        with self._lock:
            self._story.clear()
            for kind in ("heading", "thinking"):
                self._latest.pop(kind, None)

    def tell(self, message: Message) -> None:
        """Tell everybody. From any thread."""
        text, kind = encoded(message), str(message["kind"])
        with self._lock:
            if kind in _LATEST:
                self._latest[kind if kind != "camera" else f"camera {message['name']}"] = text
            else:
                self._story.append(text)
            loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._put, text, kind in _LATEST)

    def _put(self, text: str, droppable: bool) -> None:
        for number, (_, queue) in list(self._queues.items()):
            if queue.qsize() >= QUEUE // 2 and droppable:
                continue
            if queue.full():  # it has not read for long: it may come again and is told the story
                del self._queues[number]
                continue
            queue.put_nowait(text)

    async def listen(self, client: str) -> AsyncGenerator[str]:
        """What happened and what happens, as the browser `client` is told it; ends when it is too slow.

        Raises:
            Full: too many watch.
        """
        if len(self._queues) >= MOST_WATCHERS:
            raise Full
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._numbers += 1
            number = self._numbers
            self._queues[number] = client, queue
            before = [*self._story, *self._latest.values()]
        if self._driver is None:
            self._driver = client
        self._tell_roles()
        try:
            for text in before:
                yield text
            while number in self._queues:
                try:
                    yield await asyncio.wait_for(queue.get(), 15.0)
                except TimeoutError:
                    yield encoded({"kind": "alive"})
        finally:
            self._queues.pop(number, None)
            if self._driver == client and not any(c == client for c, _ in self._queues.values()):
                self._driver = None
            self._tell_roles()

    def take(self, client: str) -> bool:
        """Let `client` drive, if nobody does; whether it drives now."""
        if self._driver is None:
            self._driver = client
            self._tell_roles()
        return self._driver == client

    def hand_over(self, client: str) -> None:
        """`client` drives no longer."""
        if self._driver == client:
            self._driver = None
            self._tell_roles()

    def _tell_roles(self) -> None:
        people = len({client for client, _ in self._queues.values()})
        message = {"kind": "roles", "watching": people, "driven": self._driver is not None}
        for client, queue in self._queues.values():
            if not queue.full():
                queue.put_nowait(encoded({**message, "you_drive": client == self._driver}))
