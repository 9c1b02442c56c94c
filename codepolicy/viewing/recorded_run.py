"""A recorded run as data for a page: one clock for arm, things, programs and calls."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from codepolicy.episode import Episode
from codepolicy.pose_file import NAME, UNIT, Moment, Recording, Thing, read_poses
from codepolicy.viewing.arm_shapes import ArmData, ArmShapes, arm_shapes
from codepolicy.viewing.object_shapes import ThingData, thing_data
from primitives.errors import ConfigurationError
from primitives.kinematics.poses import matrix_pose
from primitives.regular_file import regular_bytes
from primitives.results import result_text
from primitives.robot import ArmInfo
from primitives.scene import Workspace
from primitives.trace import CallRecord

GAP_S: Final = 0.15
"""Moments farther apart mean that nothing moved between them, until shortly before the second."""
MOST_FRAMES: Final = 12_000
"""Of the arm, on a page; a longer run is thinned out."""
MOST_CALLS: Final = 4_000

Placed = list[float]
"""x, y, z in m and quaternion xyzw."""


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """Where one thing was."""

    thing: ThingData
    group: str
    """truth or perceived."""
    at: list[float]
    """s."""
    poses: list[Placed | None]
    """One per time; None where it is believed in no longer."""
    smooth: bool
    """Whether it moves from one to the next, rather than at once."""


class CallData(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a program."""

    turn: int
    line: int | None
    call: str
    result: str
    ok: bool
    start: float
    end: float
    """s of robot time."""
    wall: float
    """s."""
    path: list[list[float]]
    """Way of the tool during it, m."""


class TurnData(msgspec.Struct, frozen=True, kw_only=True):
    """One program."""

    program: str


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that replay.js plays."""

    instruction: str
    start: float
    end: float
    """s of robot time."""
    workspace: Workspace
    arm: ArmData | None
    times: list[float]
    arm_poses: str
    """int16 (times, parts, 7), base64: positions in 1e-4 m, quaternions in 1/32767."""
    tracks: list[Track]
    has_truth: bool
    turns: list[TurnData]
    calls: list[CallData]


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What a run folder holds."""

    episode: Episode
    poses: Recording
    calls: tuple[tuple[int, CallRecord], ...]
    """Turn and call."""


class _Traced(CallRecord, frozen=True, kw_only=True):
    turn: int
    phase: str


def read_run(folder: Path) -> RecordedRun:
    """The run in `folder`. Raises ConfigurationError: no record, or no poses in it."""
    try:
        episode = msgspec.json.decode(regular_bytes(folder / "episode.json", "episode"), type=Episode)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{str(folder)!r} has no readable episode.json: {error}") from error
    if not (folder / NAME).is_file():
        raise ConfigurationError(
            f"{str(folder)!r} has no {NAME}: it was made by a codepolicy that recorded no poses. "
            f"`codepolicy replay {folder}` plays its programs again, `codepolicy report {folder}` writes its page"
        )
    return RecordedRun(episode, read_poses(folder / NAME), tuple(_calls(folder / "trace.jsonl")))


def _calls(path: Path) -> Iterator[tuple[int, CallRecord]]:
    """The calls of programs, as far as they were written whole."""
    count = 0
    for line in regular_bytes(path, "trace").splitlines() if path.is_file() else ():
        try:
            traced = msgspec.json.decode(line, type=_Traced)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        finite = all(map(math.isfinite, (traced.started, traced.robot_time, traced.wall_time)))
        if traced.phase == "program" and finite and count < MOST_CALLS:
            count += 1
            yield traced.turn, traced


def replay(run: RecordedRun, arm: ArmInfo | None) -> Replay:
    """What a page needs to play `run`.

    Args:
        run: as read.
        arm: the shape of its arm; None where that is not installed.
    """
    moments, header = run.poses.moments, run.poses.header
    usable = arm is not None and len(header.joints) == arm.dof
    shapes = arm_shapes(arm) if arm is not None and usable else None
    frames = list(_arm_frames(moments))
    frames = frames[:: math.ceil(len(frames) / MOST_FRAMES) or 1] if frames else []
    calls = [record for _, record in run.calls]
    times = [m.t / 1000 for m in moments] + [c.started + c.robot_time for c in calls]
    start = min([m.t / 1000 for m in moments[:1]] + [c.started for c in calls[:1]], default=0.0)
    way = _Way(shapes, frames)
    return Replay(
        instruction=run.episode.instruction,
        start=start,
        end=max(max(times, default=0.0), start + 0.01),
        workspace=header.workspace,
        arm=shapes.data() if shapes is not None else None,
        times=[t for t, _, _ in frames],
        arm_poses=_packed(shapes, frames) if shapes is not None else "",
        tracks=[*_true_tracks(run.poses), *_perceived_tracks(run.poses, way)],
        has_truth=run.poses.privileged,
        turns=[TurnData(program=(turn.program or "").rstrip()) for turn in run.episode.turns],
        calls=[_call(turn, record, way) for turn, record in run.calls],
    )


def _call(turn: int, record: CallRecord, way: _Way) -> CallData:
    failure = record.failure
    told = f"{failure.kind}: {failure.message}" if failure is not None else result_text(record.result)
    end = record.started + record.robot_time
    return CallData(
        turn=turn,
        line=record.line,
        call=record.call,
        result=told[:500],
        ok=failure is None,
        start=record.started,
        end=end,
        wall=record.wall_time,
        path=way.between(record.started, end),
    )


Frame = tuple[float, tuple[float, ...], float]
"""Time in s, joints in rad, gripper width in m."""


def _arm_frames(moments: Sequence[Moment]) -> Iterator[Frame]:
    """The arm over time; where it rested it is told of twice, so that what lies between is not taken for a motion."""
    q: tuple[float, ...] | None = None
    width, last = 0.0, 0.0
    for moment in moments:
        if not moment.q and moment.w is None:
            continue
        t = moment.t / 1000
        if q is not None and t - last > GAP_S:
            yield t - GAP_S / 2, q, width
        q = tuple(v * UNIT for v in moment.q) if moment.q else q
        width = moment.w * UNIT if moment.w is not None else width
        if q is not None:
            yield t, q, width
            last = t


def _packed(shapes: ArmShapes, frames: Sequence[Frame]) -> str:
    rows = np.array([shapes.poses(np.array(q), width) for _, q, width in frames]).reshape(-1, 7)
    scaled = np.hstack([rows[:, :3] / 1e-4, rows[:, 3:] * 32_767]) if len(rows) else rows
    return base64.b64encode(np.clip(np.rint(scaled), -32_767, 32_767).astype("<i2").tobytes()).decode()


@dataclass(slots=True)
class _Way:
    """Where the tool was."""

    shapes: ArmShapes | None
    frames: Sequence[Frame]
    _tools: list[NDArray[np.float64]] = field(init=False, default_factory=lambda: list[NDArray[np.float64]]())
    _times: list[float] = field(init=False, default_factory=lambda: list[float]())

    def __post_init__(self) -> None:
        if self.shapes is not None:
            self._times = [t for t, _, _ in self.frames]
            self._tools = [self.shapes.kinematics.tool(np.array(q)) for _, q, _ in self.frames]

    def tools(self, start: float, end: float) -> list[tuple[float, NDArray[np.float64]]]:
        """(4, 4) poses of the tool with their times, from `start` to `end` s."""
        return [(t, T) for t, T in zip(self._times, self._tools, strict=True) if start - 1e-6 <= t <= end + 1e-6]

    def between(self, start: float, end: float) -> list[list[float]]:
        """Points along the way, m."""
        return [[round(float(v), 4) for v in T[:3, 3]] for _, T in self.tools(start, end)] if end > start else []


def _true_tracks(poses: Recording) -> Iterator[Track]:
    tracks: dict[int, tuple[list[float], list[Placed | None]]] = {}
    for moment in poses.moments:
        t = moment.t / 1000
        for number, *pose in moment.o:
            if not poses.things[number].truth:
                continue
            at, places = tracks.setdefault(number, ([], []))
            if at and t - at[-1] > GAP_S:
                at.append(round(t - GAP_S / 2, 3))
                places.append(places[-1])
            at.append(t)
            places.append([round(v * UNIT, 4) for v in pose[:7]])
    for number, (at, places) in tracks.items():
        yield Track(thing=_thing(poses.things[number]), group="truth", at=at, poses=places, smooth=True)


def _perceived_tracks(poses: Recording, way: _Way) -> Iterator[Track]:
    """Things as perceived stay where they were seen; the one in the gripper goes with the tool."""
    tracks: dict[int, tuple[list[float], list[Placed | None]]] = {}
    held: dict[int, tuple[float, Placed]] = {}

    def carry(number: int, until: float) -> None:
        since, pose = held.pop(number)
        tools = way.tools(since, until)
        if not tools:
            return
        fixed = np.linalg.inv(tools[0][1]) @ _matrix(pose)
        at, places = tracks[number]
        for t, tool in tools[1:]:
            at.append(t)
            places.append(_placed(tool @ fixed))

    for moment in poses.moments:
        t = moment.t / 1000
        told = {number: pose for number, *pose in moment.o if not poses.things[number].truth}
        for number in {*told, *moment.gone}:
            if number in held:
                carry(number, t)
        for number, pose in told.items():
            at, places = tracks.setdefault(number, ([], []))
            x, y, z, yaw = (v * UNIT for v in pose[:4])
            place = [x, y, z, 0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)]
            at.append(t)
            places.append([round(v, 4) for v in place])
            if pose[4]:
                held[number] = (t, place)
        for number in moment.gone:
            if number in tracks:
                tracks[number][0].append(t)
                tracks[number][1].append(None)
    for number in list(held):
        carry(number, math.inf)
    for number, (at, places) in tracks.items():
        yield Track(thing=_thing(poses.things[number]), group="perceived", at=at, poses=places, smooth=False)


def _thing(thing: Thing) -> ThingData:
    return thing_data(thing.name, thing.category, thing.color, thing.size)


def _matrix(pose: Placed) -> NDArray[np.float64]:
    """(4, 4) of a pose that is turned about z alone."""
    yaw = 2 * math.atan2(pose[5], pose[6])
    T = np.eye(4)
    T[:2, :2] = [[math.cos(yaw), -math.sin(yaw)], [math.sin(yaw), math.cos(yaw)]]
    T[:3, 3] = pose[:3]
    return T


def _placed(T: NDArray[np.float64]) -> Placed:
    pose = matrix_pose(T)
    return [round(v, 4) for v in (*pose.position, *pose.quaternion_xyzw)]
