"""The hand's own process, through franky, whose future is waited for without end when the hand never answers.

Commands: "move WIDTH SPEED", "grasp WIDTH SPEED FORCE", "stop". Answers: "ended", "refused WHY", "dead WHY".
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from primitives.robots.vendor_process import StateBoard, opened

franky: Any = import_module("franky")

SLOTS = 2
"""Width m, host's clock s."""
ANY_WIDTH = 0.1
"""m; a grasp counts whatever it closes on: what that is, is decided above."""


def serve(pipe: Connection, board: StateBoard, host: str) -> None:
    """Serve until the host is gone."""
    gripper: Any = franky.Gripper(host)
    future: Any = None
    while True:
        board.write(np.array([float(gripper.width), time.monotonic()]))
        if future is not None and future.wait(0.0):
            try:
                future.get()
                pipe.send_bytes(b"ended")
            except Exception as error:
                pipe.send_bytes(f"refused {error}".encode())
            future = None
        if not pipe.poll(0.005):
            continue
        name, *values = pipe.recv_bytes().decode().split()
        numbers = [float(v) for v in values]
        if name == "move":
            future = gripper.move_async(*numbers)
        elif name == "grasp":
            future = gripper.grasp_async(*numbers, ANY_WIDTH, ANY_WIDTH)
        else:
            threading.Thread(target=gripper.stop, daemon=True).start()


def main() -> None:
    """Entry point of the process."""
    pipe, board, (host,) = opened(sys.argv[1:], SLOTS)
    status = 0
    try:
        serve(pipe, board, host)
    except (EOFError, OSError):
        pass
    except Exception as error:
        status = 1
        with contextlib.suppress(OSError):
            pipe.send_bytes(f"dead hand: {type(error).__name__}: {error}".encode())
    os._exit(status)


if __name__ == "__main__":
    main()
