"""Environment `franka-twin`: PyBullet's worlds, reached through libfranka and RGB-D frames, judged by ground truth.

What a program does to the robot goes through Franka's own library over sockets; only setting up, looking and judging go
through the pipe to the process that owns the world.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from primitives.environment import ObjectState, PlannedTrial, TaskInfo, Trial, TrialSpec, Verdict, Wording
from primitives.errors import ConfigurationError
from primitives.failures import CommsLost, FailureReport, from_report
from primitives.robot import ArmInfo, CameraInfo, Frame, Robot
from primitives.robots.fr3.driver import fr3
from primitives.scene import Workspace

CONNECT_S = 30.0
ANSWER_S = 120.0
"""Host time within which the world answers; a verdict waits for things to come to rest."""


class FrankaTwin:
    """Worlds with a Panda, whose arm is driven over libfranka.

    Args:
        slack: factor on the driver's limits of host time, since the controller shares the processor with everything.
        realtime: least wall time over robot time.
    """

    name = "franka-twin"

    def __init__(self, *, slack: float = 4.0, realtime: float = 0.6) -> None:
        if find_spec("franky_sim") is None:
            raise ConfigurationError(
                "environment 'franka-twin' needs franky-sim: pip install 'codepolicy[franka-twin]'"
            )
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sim_envs.franka_twin.controller", str(theirs.fileno()), str(realtime)],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._pipe = Connection(ours.detach())
        self._asking = threading.Lock()
        try:
            host = self._received(CONNECT_S)
            self.arm = fr3(self.ask("arm_info"), host, slack=slack)
            self.arm.connect(CONNECT_S)
        except BaseException:
            self.close()
            raise

    @property
    def controller_pid(self) -> int:
        """Process that owns the world."""
        return self._process.pid

    @property
    def arm_info(self) -> ArmInfo:
        """The arm of every trial."""
        return self.arm.info

    @property
    def workspace(self) -> Workspace:
        """Where it works."""
        return self.ask("workspace")

    def ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """What the world's process answers. Raises what it raised, or CommsLost."""
        with self._asking:
            try:
                self._pipe.send((name, args, kwargs))
            except OSError as error:
                raise CommsLost(f"the twin's controller is gone: {error}") from error
            return self._received(ANSWER_S)

    @property
    def faults(self) -> tuple[str, ...]:
        """What can be made to go wrong, for tests."""
        return ("freeze", "corrupt", "estop", "protective_stop", "fault", "stuck_joint", "silent_gripper")

    def inject(self, fault: str) -> None:
        """Have the robot behind libfranka go wrong until `mend`."""
        if fault == "freeze":
            os.kill(self._process.pid, signal.SIGSTOP)
        else:
            self.ask("inject", fault)

    def mend(self) -> None:
        """What was wrong is over; a reflex stands until it is recovered from."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGCONT)
        self.ask("mend")

    def reset(self, spec: TrialSpec) -> Trial:
        """Set up a trial, over a new connection where the last one was lost. A stopped arm stays stopped."""
        infos, workspace, instruction, task, conditions = self.ask("reset", spec)
        try:
            self.arm.fresh()
        except CommsLost:
            self.arm.connect(CONNECT_S)
        cameras = tuple(TwinCamera(self, number, info) for number, info in enumerate(infos))
        robot = Robot(self.arm, cameras, workspace)
        return Trial(robot=robot, instruction=instruction, task=task, conditions=conditions)

    def close(self) -> None:
        """End everything. Idempotent."""
        if hasattr(self, "arm"):
            self.arm.close()
        self._pipe.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def tasks(self) -> tuple[TaskInfo, ...]:
        """As of `pybullet`."""
        return self.ask("tasks")

    def scenes(self) -> tuple[str, ...]:
        """As of `pybullet`."""
        return self.ask("scenes")

    def trials(
        self,
        names: Sequence[str],
        *,
        seeds: Sequence[int] | None = None,
        wording: Wording | None = None,
        disturbances: str | None = None,
    ) -> tuple[PlannedTrial, ...]:
        """As of `pybullet`."""
        return self.ask("trials", names, seeds=seeds, wording=wording, disturbances=disturbances)

    def oracle_program(self, spec: TrialSpec) -> str:
        """As of `pybullet`."""
        return self.ask("oracle_program", spec)

    def decoys(self, spec: TrialSpec) -> Mapping[str, str]:
        """As of `pybullet`."""
        return self.ask("decoys", spec)

    def instruct(self, instruction: str) -> str | None:
        """As of `pybullet`."""
        return self.ask("instruct", instruction)

    def verdict(self, said: Sequence[str] = (), *, declined: str | None = None) -> Verdict | None:
        """As of `pybullet`."""
        return self.ask("verdict", said, declined=declined)

    def world(self) -> Mapping[str, ObjectState]:
        """As of `pybullet`."""
        return self.ask("world")

    def picture(self, path: Path) -> None:
        """As of `pybullet`."""
        self.ask("picture", Path(path).resolve())

    def start_recording(self) -> None:
        """As of `pybullet`."""
        self.ask("start_recording")

    def write_video(self, path: Path) -> None:
        """As of `pybullet`."""
        self.ask("write_video", Path(path).resolve())

    def _received(self, timeout_s: float) -> Any:
        try:
            if not self._pipe.poll(timeout_s):
                raise CommsLost(f"the twin's controller does not answer within {timeout_s:g} s")
            well, answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise CommsLost("the twin's controller has ended") from error
        if well:
            return answer
        raise from_report(answer) if isinstance(answer, FailureReport) else answer


class TwinCamera:
    """A camera of the world."""

    def __init__(self, twin: FrankaTwin, number: int, info: CameraInfo) -> None:
        self._twin, self._number, self.info = twin, number, info

    def frame(self, *, after: float, timeout_s: float) -> Frame:
        """An image made now, so after any moment."""
        del after, timeout_s
        rgb, depth, stamp = self._twin.ask("frame", self._number)
        return Frame(self.info, rgb, depth, stamp, received=time.monotonic())


def make() -> FrankaTwin:
    """The factory behind the entry point `franka-twin`."""
    return FrankaTwin(slack=float(os.environ.get("CODEPOLICY_TWIN_SLACK", "4")))
