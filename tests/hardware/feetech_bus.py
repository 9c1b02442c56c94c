"""An emulated bus of Feetech STS servos on a pseudo-terminal (protocol of the "STS series" manual), half duplex.

Registers: 3 model, 9 and 11 position limits, 31 homing offset, 40 torque, 42 goal, 46 speed, 56 position.
"""

from __future__ import annotations

import os
import pty
import select
import threading
import time
import tty

PING, READ, WRITE, SYNC_READ, SYNC_WRITE = 1, 2, 3, 0x82, 0x83
EVERYBODY = 0xFE
TORQUE, GOAL, SPEED, POSITION = 40, 42, 46, 56
MODEL_STS3215 = 777
FASTEST = 4000.0
"""Steps per s of a servo without a speed of its own."""


class Servo:
    """4096 steps a turn; goes where it is told while its torque is on."""

    def __init__(self, number: int, position: float, low: int, high: int) -> None:
        self.memory = bytearray(128)
        self.position = position
        self.droop = 0.0
        """Steps that it hangs below where its motor holds it."""
        self.stuck = self.unplugged = self.falls = False
        self.wall: float | None = None
        """Step that it does not get below."""
        self._at = time.monotonic()
        self.memory[0], self.memory[1], self.memory[5] = 3, 10, number
        for address, value in ((3, MODEL_STS3215), (9, low), (11, high), (GOAL, round(position))):
            self.put(address, value)
        self.memory[62], self.memory[63] = 74, 30

    def get(self, address: int) -> int:
        return int.from_bytes(self.memory[address : address + 2], "little")

    def put(self, address: int, value: int) -> None:
        self.memory[address : address + 2] = (value & 0xFFFF).to_bytes(2, "little")

    def move(self) -> None:
        now = time.monotonic()
        passed, self._at = now - self._at, now
        if self.falls:
            self.position -= 600.0 * passed
        elif self.memory[TORQUE] and not self.stuck:
            goal = min(max(self.get(GOAL), self.get(9)), self.get(11))
            step = (self.get(SPEED) or FASTEST) * passed
            self.position += min(max(goal - self.position, -step), step)
        if self.wall is not None:
            self.position = max(self.position, self.wall)
        self.position = min(max(self.position, 0.0), 4095.0)
        self.put(POSITION, round(min(max(self.position - self.droop, 0.0), 4095.0)))


class Bus(threading.Thread):
    """Serves until `close`."""

    def __init__(self, servos: dict[int, Servo]) -> None:
        super().__init__(daemon=True)
        self.servos = servos
        self._master, self._slave = pty.openpty()
        tty.setraw(self._master)
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.corrupt = 0
        """Answers to come that are damaged."""
        self._closing = self._late = False
        self.start()

    def close(self) -> None:
        self._closing = True
        self.join(2.0)
        os.close(self._master)
        os.close(self._slave)

    def run(self) -> None:
        heard = bytearray()
        while not self._closing:
            if not select.select([self._master], [], [], 0.05)[0]:
                continue
            heard += os.read(self._master, 4096)
            packets: list[bytes] = []
            while len(heard) >= 6:
                if heard[:2] != b"\xff\xff":
                    del heard[0]
                    continue
                end = 4 + heard[3]
                if len(heard) < end:
                    break
                packet = bytes(heard[:end])
                del heard[:end]
                if ~sum(packet[2:-1]) & 0xFF == packet[-1]:
                    packets.append(packet)
            for packet in packets:  # whoever has asked again has given up the first answer: a servo is never so late
                self._late = packet is not packets[-1]
                self._take(packet[2], packet[4], packet[5:-1])

    def _take(self, number: int, kind: int, body: bytes) -> None:
        here = {i: s for i, s in self.servos.items() if not s.unplugged}
        asked = [i for i in (sorted(here) if number == EVERYBODY else [number]) if i in here]
        if kind == PING:
            for i in asked:
                self._answer(i)
        elif kind == READ and number in here:
            self._tell(number, body[0], body[1])
        elif kind == WRITE:
            for i in asked:
                here[i].move()
                here[i].memory[body[0] : body[0] + len(body) - 1] = body[1:]
            if number in here:
                self._answer(number)
        elif kind == SYNC_READ:
            for i in body[2:]:
                if i in here:
                    self._tell(i, body[0], body[1])
        elif kind == SYNC_WRITE:
            address, size = body[0], body[1]
            for k in range(2, len(body), size + 1):
                if body[k] in here:
                    here[body[k]].move()
                    here[body[k]].memory[address : address + size] = body[k + 1 : k + 1 + size]

    def _tell(self, number: int, address: int, size: int) -> None:
        servo = self.servos[number]
        servo.move()
        self._answer(number, bytes(servo.memory[address : address + size]))

    def _answer(self, number: int, body: bytes = b"") -> None:
        if self._late:
            return
        packet = bytes([number, len(body) + 2, 0]) + body
        check = ~sum(packet) & 0xFF
        if self.corrupt:
            self.corrupt -= 1
            check ^= 0x55
        os.write(self._master, b"\xff\xff" + packet + bytes([check]))
