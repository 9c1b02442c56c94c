"""The hand's own process, through franky, whose future is waited for without end when the hand never answers.

Commands: "move WIDTH SPEED", "grasp WIDTH SPEED FORCE". Answers: "ended", "refused WHY", "dead WHY".
"""

from __future__ import annotations

import threading
import time
from importlib import import_module
from typing import Any

from primitives.robots.vendor_process import Host, serve

franky: Any = import_module("franky")

SLOTS = 2
"""Width m, host's clock s."""
ANY_WIDTH = 0.1
"""m; a grasp counts whatever it closes on: what that is, is decided above."""


class HandProcess:
    """One connection to a hand."""

    def __init__(self, host: Host, arguments: list[str]) -> None:
        self._host = host
        (address,) = arguments
        self._gripper: Any = franky.Gripper(address)

    def run(self) -> None:
        """Serve until the host is gone."""
        gripper, future = self._gripper, None
        while True:
            self._host.publish(float(gripper.width), time.monotonic())
            if future is not None and future.wait(0.0):
                self._host.say(_ended(future))
                future = None
            command = self._host.command(0.005)
            if command == b"stop":
                threading.Thread(target=gripper.stop, daemon=True).start()
            elif command is not None:
                name, *values = command.decode().split()
                numbers = [float(v) for v in values]
                if name == "move":
                    future = gripper.move_async(*numbers)
                else:
                    future = gripper.grasp_async(*numbers, ANY_WIDTH, ANY_WIDTH)


def _ended(future: Any) -> str:
    try:
        future.get()
    except Exception as error:
        return f"refused {error}"
    return "ended"


if __name__ == "__main__":
    serve(lambda _: SLOTS, HandProcess)
