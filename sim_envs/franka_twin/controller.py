"""The other end of the cable: a process with a PyBullet world that speaks libfranka's protocol, by franky-sim's server.

The joint servo of the robot's controller is Bullet's position motor, told a new position every millisecond. It is more
lenient than a real controller: commands that come late or jump cause no reflex; a reflex is injected.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from primitives.environment import TrialSpec
from primitives.failures import Failure, InfrastructureError
from sim_envs.environment import PyBulletEnvironment

base: Any = import_module("franky_sim.base_simulator")
protocol: Any = import_module("franky_sim.franka_robot_protocol")
servers: Any = import_module("franky_sim.franka_server")
simulation: Any = import_module("franky_sim.simulation_server")
OrdinaryServer: Any = simulation.FrankaRobotServer

TICK_S = 0.001
REPEAT_S = 0.01
"""Between states while the world is busy."""
MOST_BUSY_S = 120.0


class FaultyServer(OrdinaryServer):
    """A robot that can be made to stop itself, to be stopped or to send nonsense, and whose hand can fall silent."""

    stands: Any = None
    """Mode of the robot while something keeps it from moving."""
    corrupt = silent_hand = False

    @property
    def robot_state(self) -> Any:
        """The state, which tells of what stands."""
        state: Any = OrdinaryServer.robot_state.fget(self)
        if self.corrupt:
            state = state.replace(q=(float("nan"),) * 7)
        return state.replace(robot_mode=self.stands) if self.stands is not None else state

    def process_commands(self) -> None:
        """One tick; a silent hand hears nothing and ends nothing."""
        ordinary: Any = servers.FrankaServer if self.silent_hand else OrdinaryServer
        ordinary.process_commands(self)

    def trip(self, mode: Any) -> None:
        """Stop, as on a collision or when somebody presses a button."""
        number = self.current_motion_id
        self.stands = mode
        self.stop_motion(send_preemption_signal=False)
        self.reset_current_motion_id()
        if number:
            modes, statuses = protocol.RobotMode, protocol.MoveStatus
            ended = {modes.kReflex: statuses.kReflexAborted, modes.kUserStopped: statuses.kEmergencyAborted}
            told = ended.get(mode, statuses.kAborted)
            servers.BaseCommand.send_response(self._tcp_socket, protocol.RobotCommand.kMove, number, told)


class TwinRobot(base.BaseRobot):
    """The arm and the hand of a world."""

    def __init__(self, env: PyBulletEnvironment) -> None:
        base.BaseRobot.__init__(self)
        self._env = env
        self.stuck: float | None = None
        """Where the second joint is held, rad."""
        self.hold()

    def hold(self) -> None:
        """Stay where the arm is."""
        self.joint_position_control(self._env.simulation.joints()[0])

    def _get_state(self) -> Any:
        q, dq = self._env.simulation.joints()
        return base.InnerRobotState(tuple(q), tuple(dq), (0.0,) * 7)

    def _joint_position_control(self, target_q: Any) -> None:
        self._tracked_state_components["tau_J_d"].set(self._BaseRobot__t, np.zeros(7), call_observers=True)
        target = list(target_q)
        if self.stuck is not None:
            target[1] = self.stuck
        self._env.simulation.drive(target, [0.0] * 7)

    def _torque_control(self, torques: Any) -> None:
        raise NotImplementedError("the twin takes joint positions")

    def set_hand_goal(self, width: float, max_velocity: float, max_force: float) -> None:
        """Send the fingers to `width` m at `max_velocity` m/s with `max_force` N."""
        hand = self._env.arm_info.gripper
        self._env.simulation.grip(float(width), min(max_velocity, hand.max_speed), min(max_force, hand.max_force))

    def _get_hand_width(self) -> float:
        return self._env.simulation.width()


class TwinSimulator(base.BaseSimulator):
    """Physics by the millisecond."""

    def __init__(self, env: PyBulletEnvironment) -> None:
        base.BaseSimulator.__init__(self)
        self._env = env
        self.robot = TwinRobot(env)

    def _get_robots(self) -> list[Any]:
        return [self.robot]

    def _step(self) -> None:
        self._env.simulation.advance(TICK_S)


class Controller:
    """Serves the robot on loopback, and whoever set up the world through a pipe."""

    def __init__(self, env: PyBulletEnvironment, server: Any, sim: TwinSimulator, pipe: Connection) -> None:
        self._env, self._server, self._sim, self._pipe = env, server, sim, pipe
        self._robot: Any = server.robot_servers[0]
        self._cameras: tuple[Any, ...] = ()
        self._moving = False
        self._began, self._ticks = time.monotonic(), 0

    def serve(self, realtime: float) -> None:
        """Until the pipe ends. `realtime` is the least wall time over robot time."""
        while True:
            self._server.run_once(realtime)
            self._ticks += 1
            self._tell_judges()
            if self._pipe.poll():
                try:
                    name, args, kwargs = self._pipe.recv()
                except EOFError:
                    return
                self._pipe.send(self._answered(name, args, kwargs))

    def _tell_judges(self) -> None:
        """They look whenever a motion has ended."""
        hand = self._robot.gripper_server._motion_state.value
        moving = self._robot.current_motion_id > 0 or hand != "idle"
        if self._moving and not moving:
            self._env.motion_ended()
        self._moving = moving

    def _answered(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
        try:
            own = getattr(self, f"do_{name}", None)
            if own is not None:
                return True, own(*args)
            with self._heard():
                return True, getattr(self._env, name)(*args, **kwargs)
        except Failure as failure:
            return False, failure.report()
        except Exception as error:
            return False, error

    @contextmanager
    def _heard(self) -> Generator[None]:
        """Go on sending states while the world is set up, drawn or judged: a real controller never falls silent, and
        libfranka waits for a second only. A forked process sends them, since drawing holds the interpreter."""
        connected = [s for s in (self._robot, self._robot.gripper_server) if s is not None and s.udp_connected]
        sent = mmap.mmap(-1, 8)
        sender = os.fork()
        if sender == 0:
            try:
                _repeat(connected, sent)
            finally:
                os._exit(0)
        try:
            yield
        finally:
            os.kill(sender, signal.SIGKILL)
            os.waitpid(sender, 0)
            for server in connected:
                server._FrankaServer__message_id += int.from_bytes(sent[:8], "little")

    def do_reset(self, spec: TrialSpec) -> Any:
        """Set up a trial; what of it can travel."""
        with self._heard():
            trial = self._env.reset(spec)
        self._cameras = trial.robot.cameras
        self._robot._reset_state()
        self._sim.robot.hold()
        self._began, self._ticks = time.monotonic(), 0
        return [c.info for c in self._cameras], trial.robot.workspace, trial.instruction, trial.task, trial.conditions

    def do_frame(self, number: int) -> Any:
        """An image."""
        with self._heard():
            frame = self._cameras[number].frame(after=0.0, timeout_s=1.0)
        return frame.rgb, frame.depth, frame.stamp

    def do_arm_info(self) -> Any:
        """The description."""
        return self._env.arm_info

    def do_workspace(self) -> Any:
        """Where the robot works."""
        return self._env.workspace

    def do_speed(self) -> float:
        """Robot time over wall time since the trial was set up."""
        return self._ticks * TICK_S / max(time.monotonic() - self._began, 1e-6)

    def do_inject(self, fault: str) -> None:
        """Have something go wrong until `do_mend`."""
        modes = protocol.RobotMode
        trips = {"estop": modes.kUserStopped, "protective_stop": modes.kReflex, "fault": modes.kOther}
        if fault in trips:
            self._robot.trip(trips[fault])
        elif fault == "stuck_joint":
            self._sim.robot.stuck = float(self._env.simulation.joints()[0][1])
        elif fault == "silent_gripper":
            self._robot.silent_hand = True
        else:
            self._robot.corrupt = True

    def do_mend(self) -> None:
        """What was wrong is over; a reflex stands until it is recovered from."""
        self._robot.corrupt = self._robot.silent_hand = False
        self._sim.robot.stuck = None
        if self._robot.stands is not protocol.RobotMode.kReflex:
            self._robot.stands = None


def main() -> None:
    """Entry point of the process: `python -m sim_envs.franka_twin.controller PIPE REALTIME`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us
    pipe, realtime = Connection(int(sys.argv[1])), float(sys.argv[2])
    simulation.FrankaRobotServer = FaultyServer
    _replace_commands()
    env = PyBulletEnvironment(name="franka-twin")
    env.reset(TrialSpec())
    sim = TwinSimulator(env)
    try:
        with sim, simulation.SimulationServer(sim) as server:
            pipe.send((True, sim.robot.hostname))
            Controller(env, server, sim, pipe).serve(realtime)
    except OSError as error:
        pipe.send((False, InfrastructureError(f"no port for the twin's controller: {error}").report()))
    os._exit(0)


def _repeat(connected: list[Any], sent: mmap.mmap) -> None:
    """Send the present states again and again, and count it, for as long as the world is busy."""
    parent = os.getppid()
    packets = [(server, server._get_state_bytes()) for server in connected]
    for count in range(1, round(MOST_BUSY_S / REPEAT_S)):
        for server, state in packets:
            kind = server._FrankaServer__state_message_id_type_struct
            number = struct.pack(f"<{kind}", server._FrankaServer__message_id)
            server._FrankaServer__message_id += 1
            to = server._FrankaServer__client_address, server._FrankaServer__client_udp_port
            server._FrankaServer__udp_socket.sendto(number + state, to)
        sent[:8] = count.to_bytes(8, "little")
        time.sleep(REPEAT_S)
        if os.getppid() != parent:
            return


def _replace_commands() -> None:
    """Let the server's commands know of reflexes."""
    protocol.MoveCommand.handle = _refusing(protocol.MoveCommand.handle)
    protocol.AutomaticErrorRecoveryCommand.handle = _recovering(protocol.AutomaticErrorRecoveryCommand.handle)


def _refusing(ordinary: Any) -> Any:
    def handle(command: Any, server: Any) -> None:
        if server.stands is not None:
            command.reply(protocol.MoveStatus.kCommandNotPossibleRejected)
        else:
            ordinary(command, server)

    return handle


def _recovering(ordinary: Any) -> Any:
    def handle(command: Any, server: Any) -> None:
        if server.stands not in (None, protocol.RobotMode.kReflex):
            command.reply(protocol.AutomaticErrorRecoveryStatus.kCommandNotPossibleRejected)
            return
        server.stands = None
        ordinary(command, server)

    return handle


if __name__ == "__main__":
    main()
