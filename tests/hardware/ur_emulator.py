"""An emulated UR controller: its RTDE, dashboard and script ports, and joints that go where the control script says.

After Universal Robots' "Real-Time Data Exchange (RTDE) Guide" and "Dashboard Server e-Series". Written against the wire
as `ur_rtde` speaks it; nothing of a robot's dynamics is in it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time

import numpy as np

RTDE, DASHBOARD, SCRIPT, HAND = 30004, 29999, (30001, 30002, 30003), 63352
VECTORS = [
    "target_q",
    "target_qd",
    "target_qdd",
    "target_current",
    "target_moment",
    "actual_q",
    "actual_qd",
    "actual_current",
    "joint_control_output",
    "actual_TCP_pose",
    "actual_TCP_speed",
    "actual_TCP_force",
    "target_TCP_pose",
    "target_TCP_speed",
    "joint_temperatures",
    "actual_joint_voltage",
    "payload_inertia",
    "ft_raw_wrench",
    "actual_current_as_torque",
]
TYPES = {
    **dict.fromkeys(VECTORS, "VECTOR6D"),
    "joint_mode": "VECTOR6INT32",
    "external_force_torque": "VECTOR6D",
    **dict.fromkeys(("actual_tool_accelerometer", "payload_cog", "elbow_position", "elbow_velocity"), "VECTOR3D"),
    **dict.fromkeys(("robot_mode", "safety_mode", "safety_status"), "INT32"),
    **dict.fromkeys(("runtime_state", "robot_status_bits", "safety_status_bits", "speed_slider_mask"), "UINT32"),
    **dict.fromkeys(("actual_digital_input_bits", "actual_digital_output_bits"), "UINT64"),
}
PACKED = {
    "VECTOR6D": "6d", "VECTOR3D": "3d", "VECTOR6INT32": "6i", "DOUBLE": "d",
    "INT32": "i", "UINT32": "I", "UINT64": "Q", "UINT8": "B", "BOOL": "?",
}  # fmt: skip
READY, DONE = 1, 2
SERVOJ, SERVO_STOP, WATCHDOG, STOP_SCRIPT = 11, 16, 35, 255
RUNNING, PROTECTIVE, EMERGENCY = 1, 3, 7
"""Safety modes."""
PLAYING, STOPPED = 2, 1
"""Runtime states."""
SPEED = 3.2
"""rad/s that a joint moves at most."""


def type_of(name: str) -> str:
    if name in TYPES:
        return TYPES[name]
    if "_int_register_" in name:
        return "INT32"
    if "_bit_register" in name or name.endswith("_mask"):
        return "UINT8" if "digital" in name or "analog" in name else "UINT32"
    return "UINT8" if name.startswith(("standard_digital", "configurable_digital", "tool_digital", "standard_analog_output_t")) else "DOUBLE"  # fmt: skip  # noqa: E501


class UrEmulator:
    """Starts to serve at once. Faults are set from the test: `freeze`, `protective_stop`, `held` and `die`."""

    def __init__(self, host: str, q: np.ndarray) -> None:
        self.host = host
        self.q, self.dq, self.target = q.copy(), np.zeros(6), q.copy()
        self.safety, self.runtime, self.robot_mode = RUNNING, STOPPED, 7
        self.script_state, self.command = READY, 0
        self.held: int | None = None
        """Joint that something holds."""
        self.frozen = threading.Event()
        self.remote = True
        self.commands: list[int] = []
        self.path: list[np.ndarray] = []
        self._watchdog: float | None = None
        self._heard = time.monotonic()
        self._closing = threading.Event()
        self._sockets: list[socket.socket] = []
        self._streams: list[tuple[socket.socket, list[str]]] = []
        self._registers: dict[str, float] = {}
        self._lock = threading.Lock()
        self.hand = self.hand_goal = 3.0
        self.between = 0.0
        """Of 255: where something stops the fingers; 0 for nothing."""
        self.silent_hand = self.corrupt = False
        ports = {
            RTDE: self._rtde,
            DASHBOARD: self._dashboard,
            HAND: self._gripper,
            **dict.fromkeys(SCRIPT, self._script),
        }
        for port, serve in ports.items():
            listener = socket.create_server((host, port))
            self._sockets.append(listener)
            threading.Thread(target=self._accept, args=(listener, serve), daemon=True).start()
        self._began = time.monotonic()
        threading.Thread(target=self._run, daemon=True).start()

    def die(self) -> None:
        """The controller is gone: its connections end."""
        self._closing.set()
        for s in self._sockets:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()

    def protective_stop(self) -> None:
        """As on a collision."""
        with self._lock:
            self.safety, self.runtime = PROTECTIVE, STOPPED
            self.target = self.q.copy()

    def emergency_stop(self) -> None:
        """Somebody presses the button."""
        with self._lock:
            self.safety, self.runtime = EMERGENCY, STOPPED
            self.target = self.q.copy()

    def power_off(self) -> None:
        """The controller takes the power off the joints."""
        with self._lock:
            self.robot_mode, self.runtime = 3, STOPPED
            self.target = self.q.copy()

    # Servers

    def _accept(self, listener, serve) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            self._sockets.append(peer)
            threading.Thread(target=self._served, args=(serve, peer), daemon=True).start()

    def _served(self, serve, peer) -> None:
        with contextlib.suppress(OSError):
            serve(peer)
        self._streams = [s for s in self._streams if s[0] is not peer]

    def _dashboard(self, peer) -> None:
        peer.sendall(b"Connected: Universal Robots Dashboard Server\n")
        for line in peer.makefile("r"):
            peer.sendall((self._told(line.strip()) + "\n").encode())

    def _told(self, line: str) -> str:
        words = line.lower()
        if words == "unlock protective stop":
            self.safety = RUNNING
            return "Protective stop releasing"
        states = {1: "NORMAL", 3: "PROTECTIVE_STOP", 7: "ROBOT_EMERGENCY_STOP"}
        modes = {3: "POWER_OFF", 5: "IDLE", 7: "RUNNING"}
        return {
            "polyscopeversion": "URSoftware 5.12.0.1101319 (Apr 01 2022)",
            "is in remote control": str(self.remote).lower(),
            "robotmode": f"Robotmode: {modes[self.robot_mode]}",
            "safetystatus": f"Safetystatus: {states[self.safety]}",
            "safetymode": f"Safetymode: {states[self.safety]}",
            "running": f"Program running: {str(self.runtime == PLAYING).lower()}",
            "close safety popup": "closing safety popup",
            "stop": self._stop_script() if words == "stop" else "",
            "get serial number": "20205500001",
            "get robot model": "UR5",
        }.get(words, f"could not understand: '{line}'")

    def _stop_script(self) -> str:
        self.runtime = STOPPED
        return "Stopped"

    def _gripper(self, peer) -> None:
        for line in peer.makefile("r"):
            words = line.split()
            if self.silent_hand:
                continue
            if words[0] == "SET":
                told = dict(zip(words[1::2], words[2::2], strict=True))
                self.hand_goal = float(told["POS"]) if "POS" in told else self.hand
                peer.sendall(b"ack")
                continue
            stopped = self.between and self.hand >= self.between - 1e-6
            resting = 2 if stopped else 3 if abs(self.hand - self.hand_goal) < 0.5 else 0
            value = {"STA": 3, "POS": round(self.hand), "OBJ": resting}[words[1]]
            peer.sendall(f"{words[1]} {value}\n".encode())

    def _script(self, peer) -> None:
        text = b""
        while True:
            read = peer.recv(65536)
            if not read:
                return
            text += read
            if text.rstrip().endswith(b"end"):
                with self._lock:
                    if self.safety == RUNNING:
                        self.runtime, self.script_state, self._watchdog = PLAYING, READY, None
                text = b""

    def _rtde(self, peer) -> None:
        stream = peer.makefile("rb")
        inputs: dict[int, list[str]] = {}
        outputs: list[str] = []
        while True:
            head = stream.read(3)
            if len(head) < 3:
                return
            size, kind = struct.unpack(">HB", head)
            body = stream.read(size - 3)
            if kind == ord("V"):
                self._answer(peer, kind, b"\x01")
            elif kind == ord("v"):
                self._answer(peer, kind, struct.pack(">IIII", 5, 12, 0, 1101319))
            elif kind == ord("O"):
                outputs = [name for name in body[8:].decode().split(",") if name]
                self._answer(peer, kind, b"\x01" + ",".join(map(type_of, outputs)).encode())
            elif kind == ord("I"):
                names = [name for name in body.decode().split(",") if name]  # a comma ends the last one
                inputs[len(inputs) + 1] = names
                self._answer(peer, kind, bytes([len(inputs)]) + ",".join(map(type_of, names)).encode())
            elif kind in (ord("S"), ord("P")):
                self._answer(peer, kind, b"\x01")
                if kind == ord("S"):
                    self._streams.append((peer, outputs))
            elif kind == ord("U"):
                names = inputs[body[0]]
                values = struct.unpack(">" + "".join(PACKED[type_of(n)] for n in names), body[1:])
                self._take(dict(zip(names, values, strict=True)))

    def _answer(self, peer, kind: int, body: bytes) -> None:
        peer.sendall(struct.pack(">HB", len(body) + 3, kind) + body)

    # Control script

    def _take(self, values: dict[str, float]) -> None:
        with self._lock:
            self._registers.update(values)
            self._heard = time.monotonic()
            command = values.get("input_int_register_0")
            if command is None or self.runtime != PLAYING:
                return
            command = int(command)
            if command == 0:
                self.script_state, self.command = READY, 0
                return
            if command != self.command:
                self.commands.append(command)
            self.command = command
            if command == SERVOJ:
                self.target = np.array([self._registers[f"input_double_register_{i}"] for i in range(6)])
            elif command == SERVO_STOP:
                self.target = self.q.copy()
            elif command == WATCHDOG:
                self._watchdog = 1.0 / max(self._registers.get("input_double_register_0", 1.0), 0.1)
            elif command == STOP_SCRIPT:
                self.runtime = STOPPED
            self.script_state = READY if command == SERVOJ else DONE  # what is streamed is not waited for

    # The robot

    def _run(self, step: float = 0.004) -> None:
        while not self._closing.wait(step):
            if self.frozen.is_set():
                continue
            with self._lock:
                if self._watchdog is not None and time.monotonic() - self._heard > self._watchdog + 0.5:
                    self.runtime, self.target = STOPPED, self.q.copy()
                moved = np.clip(self.target - self.q, -SPEED * step, SPEED * step)
                if self.held is not None and abs(self.target[self.held] - self.q[self.held]) > 0.1:
                    self.safety, self.runtime, self.target = PROTECTIVE, STOPPED, self.q.copy()
                if self.held is not None:
                    moved[self.held] = 0.0
                if self.safety != RUNNING:
                    moved[:] = 0.0
                self.q, self.dq = self.q + moved, moved / step
                self.path.append(self.q.copy())
                end = min(self.hand_goal, self.between) if self.between else self.hand_goal
                self.hand += float(np.clip(end - self.hand, -2.0, 2.0))
                streams = list(self._streams)
                packets = [(peer, self._packet(names)) for peer, names in streams]
            for peer, packet in packets:
                with contextlib.suppress(OSError):
                    peer.sendall(packet)

    def _packet(self, names: list[str]) -> bytes:
        known = {
            "timestamp": time.monotonic() - self._began,
            "actual_q": self.q * (np.nan if self.corrupt else 1.0), "actual_qd": self.dq, "target_q": self.target,
            "robot_mode": self.robot_mode, "safety_mode": self.safety, "safety_status": self.safety,
            "runtime_state": self.runtime, "speed_scaling": 1.0, "target_speed_fraction": 1.0,
            "robot_status_bits": 1 | (2 if self.runtime == PLAYING else 0),
            "safety_status_bits": {RUNNING: 1, PROTECTIVE: 4, EMERGENCY: 0xC0}[self.safety],
            "output_int_register_0": self.script_state, "output_int_register_1": 0,
        }  # fmt: skip
        body = b"\x01"
        for name in names:
            kind = PACKED[type_of(name)]
            value = known.get(name, 0)
            many = np.broadcast_to(value, int(kind[0])).tolist() if kind[0].isdigit() else [value]
            body += struct.pack(">" + kind, *(many if "d" in kind else map(int, many)))
        return struct.pack(">HB", len(body) + 3, ord("U")) + body


def main(host: str, *q: str) -> None:
    """Emulate until standard input ends; a line is a statement about `robot`, answered with one line."""
    robot = UrEmulator(host, np.array([float(v) for v in q]))
    print("ready", flush=True)
    for line in sys.stdin:
        found: dict[str, object] = {}
        exec(line, {"robot": robot, "np": np}, found)  # from the test that started this
        print(found.get("answer"), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
