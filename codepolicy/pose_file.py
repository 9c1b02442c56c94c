"""Where arm and objects were during a run, as a file: `poses.jsonl`, version 1, described in docs/poses.md.

The first line is a header; each further line is a moment with what changed since the one before. Every number but the
time is an integer in units of 1e-4 (m, rad, or a quaternion's component), so that a minute takes less than 200 kB.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import msgspec

from primitives.environment import ObjectState
from primitives.errors import ConfigurationError
from primitives.regular_file import regular_bytes
from primitives.scene import SceneObject, Vector3, Workspace

NAME: Final = "poses.jsonl"
VERSION: Final = 1
UNIT: Final = 1e-4
"""m, rad, or a component of a unit quaternion."""
BYTES_PER_S: Final = 3_000.0
"""What a second of robot time may take, on average: 180 kB a minute."""
START_BYTES: Final = 20_000
"""What may be written before any time has passed."""
MOST_BYTES: Final = 16 << 20
"""Of one file, written or read."""
MOST_THINGS: Final = 500
RESIZED: Final = 0.01
"""m by which a perceived extent may differ from look to look before it is told anew."""
_STILL: Final = 3
"""Units by which a joint or a coordinate may differ and count as unchanged: less is noise of an encoder."""
_LARGEST: Final = 10_000_000
"""Units; no pose is farther off."""

Units = tuple[int, ...]


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line."""

    format: Literal["codepolicy-poses"] = "codepolicy-poses"
    version: int = VERSION
    environment: str
    """Name of the environment, which knows the shape of the arm."""
    arm: str
    joints: tuple[str, ...]
    """Names of the arm's joints, in the order of `Moment.q`."""
    workspace: Workspace = Workspace()


class Thing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object that poses are told of."""

    id: int
    name: str
    category: str
    color: str
    size: Vector3
    """Extent along its own axes in m."""
    truth: bool = False
    """Whether its poses are ground truth of a simulation, which no program, model or goal check was told; otherwise
    they are as perceived."""


class Moment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What has changed since the line before."""

    t: int
    """Robot time since the trial began in ms."""
    q: Units = ()
    """Measured joint positions; none where nothing moved."""
    w: int | None = None
    """Measured distance between the fingers."""
    new: tuple[Thing, ...] = ()
    o: tuple[Units, ...] = ()
    """Objects that moved. Ground truth: id, x, y, z, qx, qy, qz, qw[, joint]. Perceived: id, x, y, z, yaw, 1 in the
    gripper or 0[, joint]."""
    gone: Units = ()
    """Ids of perceived objects that are believed in no longer."""


class _Left(msgspec.Struct, frozen=True, kw_only=True):
    left_out: int


@dataclass(slots=True)
class PoseWriter:
    """Writes moments as they come, as far as they fit.

    Args:
        append: adds one line to the file.
    """

    append: Callable[[bytes], None]
    _written: int = 0
    _left_out: int = 0
    _began: int | None = None
    _q: Units = ()
    _w: int | None = None
    _things: dict[tuple[bool, str, str, str], Thing] = field(
        default_factory=lambda: dict[tuple[bool, str, str, str], Thing]()
    )
    _count: int = 0
    _last: dict[int, Units] = field(default_factory=lambda: dict[int, Units]())
    _believed: set[int] = field(default_factory=lambda: set[int]())

    def begin(self, header: Header) -> None:
        """Write the header. A second trial in the same file is not foreseen."""
        if self._written == 0:
            self._write(msgspec.json.encode(header) + b"\n")

    def moved(self, time: float, q: Sequence[float], width: float, truth: Mapping[str, ObjectState] | None) -> None:
        """The arm as measured at `time` s with joints `q` rad and fingers `width` m apart, and objects as they are."""
        joints, fingers = _units(q), _unit(width)
        new: list[Thing] = []
        objects: list[Units] = []
        for name, state in (truth or {}).items():
            number = self._known(name, state.category, state.color, state.size, new, truth=True)
            pose = _units((*state.position, *state.quaternion_xyzw, *_joint(state.joint)))
            self._changed(number, pose, objects)
        self._append(
            Moment(
                t=round(time * 1000),
                q=joints if _differ(joints, self._q) else (),
                w=fingers if self._w is None or abs(fingers - self._w) > _STILL else None,
                new=tuple(new),
                o=tuple(objects),
            )
        )

    def believed(self, time: float, things: Sequence[SceneObject]) -> None:
        """What is believed of the scene at `time` s, as perceived."""
        new: list[Thing] = []
        objects: list[Units] = []
        present: set[int] = set()
        for thing in things:
            size = tuple(round(s, 3) for s in thing.size)
            number = self._known(thing.name, thing.category, thing.color, (size[0], size[1], size[2]), new, truth=False)
            held = thing.on == "gripper"
            pose = (*_units((*thing.position, thing.yaw)), int(held), *_units(_joint(thing.joint)))
            self._changed(number, pose, objects)
            present.add(number)
        gone = tuple(sorted(self._believed - present))
        self._believed = present
        self._append(Moment(t=round(time * 1000), new=tuple(new), o=tuple(objects), gone=gone))

    def close(self) -> None:
        """Say how many moments were left out."""
        if self._left_out:
            self.append(msgspec.json.encode(_Left(left_out=self._left_out)) + b"\n")
            self._left_out = 0

    def _known(self, name: str, category: str, color: str, size: Vector3, new: list[Thing], *, truth: bool) -> int:
        """The id of a thing; it is another one where it is called or looks otherwise than before."""
        key = (truth, name, category, color)
        known = self._things.get(key)
        if known is None or any(abs(a - b) > RESIZED for a, b in zip(size, known.size, strict=True)):
            known = Thing(id=self._count, name=name, category=category, color=color, size=size, truth=truth)
            self._count += 1
            if known.id < MOST_THINGS:
                self._things[key] = known
                new.append(known)
        return known.id

    def _changed(self, number: int, pose: Units, objects: list[Units]) -> None:
        if number < MOST_THINGS and _differ(pose, self._last.get(number, ())):
            objects.append((number, *pose))

    def _append(self, moment: Moment) -> None:
        """Write `moment` and remember what it says, unless it says nothing or there is no room for it."""
        if not moment.q and moment.w is None and not moment.new and not moment.o and not moment.gone:
            return
        self._began = moment.t if self._began is None else self._began
        room = START_BYTES + BYTES_PER_S * (moment.t - self._began) / 1000
        line = msgspec.json.encode(moment) + b"\n"
        if self._written + len(line) > min(room, MOST_BYTES) and not moment.new:
            self._left_out += 1
            return
        self._write(line)
        self._q, self._w = moment.q or self._q, self._w if moment.w is None else moment.w
        self._last |= {number: tuple(pose) for number, *pose in moment.o}

    def _write(self, line: bytes) -> None:
        if self._written + len(line) <= MOST_BYTES:
            self.append(line)
            self._written += len(line)


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of poses, as far as it could be read."""

    header: Header
    moments: tuple[Moment, ...]
    """In the order of time."""
    things: Mapping[int, Thing]
    left_out: int = 0

    @property
    def privileged(self) -> bool:
        """Whether it holds ground truth."""
        return any(thing.truth for thing in self.things.values())


def read_poses(path: Path) -> Recording:
    """What `path` holds. Lines that are damaged, out of order or impossible are left out.

    Raises:
        ConfigurationError: it cannot be read, has no header of this version, or is too large.
    """
    first, *rest = regular_bytes(path, "recorded poses", MOST_BYTES + 10_000).split(b"\n")
    try:
        header = msgspec.json.decode(first, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{str(path)!r} has no header of recorded poses: {error}") from error
    if header.version != VERSION:
        raise ConfigurationError(
            f"{str(path)!r} holds poses of version {header.version}; this codepolicy reads version {VERSION}"
        )
    decoder = msgspec.json.Decoder(Moment)
    moments: list[Moment] = []
    things: dict[int, Thing] = {}
    left_out, last = 0, 0
    for line in rest:
        try:
            moment = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            left_out += _left(line)
            continue
        things |= {thing.id: thing for thing in moment.new if _possible_thing(thing)}
        if moment.t < last or not _possible(moment, header, things) or len(things) > MOST_THINGS:
            continue
        last = moment.t
        moments.append(moment)
    return Recording(header, tuple(moments), things, left_out)


def _left(line: bytes) -> int:
    try:
        return msgspec.json.decode(line, type=_Left).left_out
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0


def _possible_thing(thing: Thing) -> bool:
    return all(math.isfinite(s) and 0.0 <= s < 10.0 for s in thing.size) and 0 <= thing.id < MOST_THINGS


def _possible(moment: Moment, header: Header, things: Mapping[int, Thing]) -> bool:
    """Whether its numbers can be poses of this arm and these things."""
    if moment.q and len(moment.q) != len(header.joints):
        return False
    for number, *pose in (told for told in moment.o if told):
        thing = things.get(number)
        least = 7 if thing is not None and thing.truth else 5
        if thing is None or len(pose) not in (least, least + 1):
            return False
    if not all(moment.o):
        return False
    every = (*moment.q, moment.w or 0, *(value for pose in moment.o for value in pose))
    return moment.t <= 1e9 and all(abs(value) <= _LARGEST for value in every)


def _unit(value: float) -> int:
    return round(value / UNIT) if math.isfinite(value) else 0


def _units(values: Sequence[float]) -> Units:
    return tuple(_unit(value) for value in values)


def _joint(joint: float | None) -> tuple[float, ...]:
    return () if joint is None else (joint,)


def _differ(a: Units, b: Units) -> bool:
    return len(a) != len(b) or any(abs(x - y) > _STILL for x, y in zip(a, b, strict=True))
