"""A Robotiq 2F gripper over the text port that its URCap opens on the controller."""

from __future__ import annotations

import contextlib
import socket

from primitives.failures import CommsLost

PORT = 63352
TIMEOUT_S = 0.5
FULL = 255
"""Of its positions, speeds and forces; position 255 is closed."""
CLOSED_ON_SOMETHING = (1, 2)
"""What OBJ says once the fingers were stopped on their way."""
ARRIVED = 3


class Robotiq:
    """A connection to one gripper.

    Args:
        host: of the controller.
        widest: width in m at position 0.
    """

    def __init__(self, host: str, widest: float) -> None:
        self._widest = widest
        try:
            self._socket = socket.create_connection((host, PORT), TIMEOUT_S)
            self._socket.settimeout(TIMEOUT_S)
            if self._get("STA") != 3:
                self._tell("SET ACT 1")
        except OSError as error:
            raise CommsLost(f"no Robotiq gripper at {host}:{PORT} ({error}); is its URCap installed?") from error

    def width(self) -> float:
        """Measured width in m. Raises CommsLost."""
        return self._widest * (1.0 - self._get("POS") / FULL)

    def resting(self) -> bool:
        """Whether the fingers have arrived, or were stopped by something. Raises CommsLost."""
        return self._get("OBJ") in (*CLOSED_ON_SOMETHING, ARRIVED)

    def start(self, width: float, speed: float, force: float) -> None:
        """Send the fingers to `width` m; `speed` and `force` are fractions of the most. Raises CommsLost."""
        position = round(FULL * (1.0 - width / self._widest))
        self._tell(f"SET POS {position} SPE {round(FULL * speed)} FOR {round(FULL * force)} GTO 1")

    def stop(self) -> None:
        """Hold the fingers where they are."""
        with contextlib.suppress(CommsLost):
            self._tell("SET GTO 0")

    def _get(self, name: str) -> int:
        answer = self._asked(f"GET {name}")
        try:
            return int(answer.split()[1])
        except (IndexError, ValueError) as error:
            raise CommsLost(f"the gripper answers {answer!r} to GET {name}") from error

    def _tell(self, command: str) -> None:
        answer = self._asked(command)
        if answer.strip() != "ack":
            raise CommsLost(f"the gripper answers {answer!r} to {command!r}")

    def _asked(self, command: str) -> str:
        try:
            self._socket.sendall((command + "\n").encode())
            answer = self._socket.recv(128)
        except OSError as error:
            raise CommsLost(f"the gripper does not answer: {error}") from error
        if not answer:
            raise CommsLost("the gripper closed its connection")
        return answer.decode(errors="replace")
