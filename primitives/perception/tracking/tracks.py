"""Names that stay: which object of this look is which of the looks before."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from primitives.categories import FIXED, MARKINGS, travel
from primitives.drawer import lies_in, slid
from primitives.perception.tracking.assignment import assign
from primitives.perception.tracking.known_things import as_large, in_a_row, overlap, parts_of, same_kind
from primitives.perception.tracking.occlusion import hidden
from primitives.relations import bottom
from primitives.robot import Frame
from primitives.scene import SceneObject, Vector3

_NEAR = 0.03
"""m; a thing this close to where it was seen is the same thing, even when its colour or category reads differently."""
_KNEE = 0.03
"""m; beyond it distance costs ever less, since usually one thing moves far and the others stay."""
_DOUBTFUL = 0.6
"""Confidence below which a detection on a known thing of its colour is a fragment of that thing."""
_STAYED = 0.01
"""m; as far as the centre of what shows may be from the centre of the whole."""
_COVERED = 0.95
"""Part of its former area below which something lies on a zone."""
_UNSEEN = 0.5
"""Confidence at most in where a thing is that was let go and not seen since."""
_SLID = 0.005
"""m from which a drawer has been opened or closed since."""
_RELABEL = 2.0
_NEVER = 1e3


@dataclass(slots=True)
class _Track:
    label: SceneObject
    """Name, category, colour and size as first seen."""
    position: Vector3 | None
    """Where it was last; None when somebody moved it out of sight."""
    last: SceneObject | None
    """As it was last seen, while nobody has moved it and no camera sees that it is gone."""


class Tracks:
    """The things seen so far in a trial, by name."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}

    def know(self, obj: SceneObject) -> None:
        """`obj` is a thing that was seen, there and by that name."""
        self._tracks[obj.name] = _Track(obj, obj.position, obj)

    def move(self, obj: SceneObject, *, lost: bool = False) -> None:
        """The thing called `obj.name` is now about where `obj` is, not yet seen there; `lost`: nobody knows where."""
        if (track := self._tracks.get(obj.name)) is not None:
            track.position = None if lost else obj.position
            track.last = None if lost else msgspec.structs.replace(obj, confidence=min(obj.confidence, _UNSEEN))

    def slide(self, seen: Sequence[SceneObject]) -> None:
        """What lies in a drawer that is `seen` more or less open than before has gone along with it."""
        for drawer in [t.last for t in self._tracks.values() if t.last is not None and t.label.category == "drawer"]:
            now = next(
                (o for o in seen if o.category == "drawer" and math.dist(o.position, drawer.position) < _NEAR), None
            )
            distance = (now.joint or 0.0) - (drawer.joint or 0.0) if now is not None else 0.0
            if abs(distance) < _SLID:
                continue
            for track in self._tracks.values():
                if track.last is not None and track.label.category not in FIXED and lies_in(track.last, drawer):
                    self.move(slid(track.last, drawer, distance))

    def update(
        self,
        seen: Sequence[SceneObject],
        frames: Sequence[Frame],
        *,
        partial: Sequence[bool] = (),
        without: Collection[str] = (),
    ) -> list[SceneObject]:
        """`seen` under lasting names, and what is hidden behind something since it was seen; sorted by name.

        A thing keeps the name, category and colour of its first look while it stays where it was. A thing that is gone
        keeps its name reserved.

        Args:
            seen: objects as a detector names them.
            frames: the images in which they were seen.
            partial: which of `seen` the robot may hide a part of: those are known things, as they were known, and
                nothing new.
            without: names of things that cannot be among them, since the gripper holds them.
        """
        cut = {id(o) for o, flag in zip(seen, partial, strict=False) if flag}
        # left to right, then far to near: the order in which duplicates are numbered
        ordered = sorted(seen, key=lambda o: (-round(o.position[1], 2), -o.position[0]))
        known = [t for name, t in self._tracks.items() if name not in without]
        named: list[SceneObject] = []
        remembered: list[SceneObject] = []
        fresh = set(range(len(ordered)))
        unseen = dict(enumerate(known))
        matched: list[tuple[_Track, SceneObject]] = []
        if known and ordered:
            cost = np.array([[_cost(t, o) for o in ordered] for t in known])
            for row, column in assign(cost):
                if cost[row, column] < _NEVER:
                    fresh.discard(column)
                    matched.append((unseen.pop(row), ordered[column]))
            for track, obj in matched:
                if track.last is not None and _covered_fixture(obj, track.label):
                    remembered.append(_half_sure(track.last))
                    continue
                missing = [t for t in unseen.values() if t.last is not None]
                others = parts_of(obj, track.label, [t.last for t in missing if t.last is not None])
                if others and track.last is not None:
                    named += [_half_sure(o) for o in (track.last, *others)]
                    unseen = {i: t for i, t in unseen.items() if t.last not in others}
                elif id(obj) not in cut and (row := self._joined(obj, track, [*unseen.values()], frames)):
                    named += row
                    joined = {o.name for o in row}
                    unseen = {i: t for i, t in unseen.items() if t.label.name not in joined}
                else:
                    named.append(self._seen_again(track, obj, partial=id(obj) in cut))
        for track in unseen.values():
            if track.last is not None and hidden(track.last, frames):
                remembered.append(_half_sure(track.last))
            else:
                track.last = None
        # what shows of a thing behind the arm can look like something else
        news = [ordered[i] for i in sorted(fresh) if not known or id(ordered[i]) not in cut]
        news = [o for o in news if not any(_is_part(o, thing) for thing in remembered)]
        news = [o for o in news if _plain(o) or not any(_is_part(o, self._whole(thing)) for thing in named)]
        news = [o for o in news if not any(_is_covered(o, thing) for thing in named)]
        if known:  # two things are not in one place: the rest of a known one, in its shade or beside its outline
            news = [o for o in news if not any(overlap(o, thing) for thing in (*named, *remembered))]
        twins = Counter(o.name for o in news)
        named += [*remembered, *(self._first_seen(o, alone=twins[o.name] == 1) for o in news)]
        return sorted(named, key=lambda o: o.name)

    def _joined(
        self, obj: SceneObject, track: _Track, missing: Sequence[_Track], frames: Sequence[Frame]
    ) -> list[SceneObject]:
        """What `obj`, in the place of `track`, consists of where others, seen to be gone, have come to touch it."""
        if track.last is None:
            return []
        gone = [_as_known(t, t.position) for t in missing if t.position is not None and not _is_out_of_sight(t, frames)]
        row = in_a_row(obj, _as_known(track, track.last.position), gone)
        for part in row:
            self.move(part)
        return [self._tracks[part.name].last or part for part in row]

    def _whole(self, obj: SceneObject) -> SceneObject:
        """`obj` where it was seen, as large as it is known to be: what fills it may have hidden the most of it."""
        size = self._tracks[obj.name].label.size
        x, y, _ = obj.position
        return msgspec.structs.replace(obj, position=(x, y, max(0.0, bottom(obj)) + size[2] / 2), size=size)

    def _seen_again(self, track: _Track, obj: SceneObject, *, partial: bool) -> SceneObject:
        label, last = track.label, track.last
        if partial and not as_large(obj, label):
            if last is not None and math.dist(last.position[:2], obj.position[:2]) < max(label.size[:2]):
                return _half_sure(last)
            # of what was moved about, the upper side is where it shows, and the rest as it is known
            x, y, _ = obj.position
            z = obj.top - label.size[2] / 2
            obj = msgspec.structs.replace(obj, position=(x, y, z), size=label.size, confidence=obj.confidence / 2)
        if last is not None and (_worse(obj, last) or _is_covered(obj, last)):
            return msgspec.structs.replace(last, confidence=obj.confidence)
        if obj.category == "object" != label.category and not as_large(obj, label):
            obj = msgspec.structs.replace(obj, size=label.size)  # it leans, or others hide a part of it
        track.position = obj.position
        track.last = msgspec.structs.replace(obj, name=label.name, category=label.category, color=label.color)
        return track.last

    def _first_seen(self, obj: SceneObject, *, alone: bool) -> SceneObject:
        """`obj` under a name of its own: the detector's, numbered unless nothing else was ever called so.

        A name that was given stays as it is when a twin appears, for programs use it.
        """
        base = obj.name
        number = 1 if base not in self._tracks else 2
        while f"{base} {number}" in self._tracks:
            number += 1
        name = base if alone and number == 1 else f"{base} {number}"
        named = msgspec.structs.replace(obj, name=name)
        self._tracks[name] = _Track(named, obj.position, named)
        return named


def _as_known(track: _Track, position: Vector3) -> SceneObject:
    """The thing of `track` as large as it was first seen, at `position`."""
    return msgspec.structs.replace(track.label, position=position)


def _is_out_of_sight(track: _Track, frames: Sequence[Frame]) -> bool:
    """Whether the thing of `track` may still be where it was."""
    return track.last is not None and hidden(track.last, frames)


def _half_sure(obj: SceneObject) -> SceneObject:
    return msgspec.structs.replace(obj, confidence=obj.confidence / 2)


def _plain(obj: SceneObject) -> bool:
    """Whether there is little doubt what it is."""
    return obj.category != "object" and obj.confidence > _DOUBTFUL


def _worse(now: SceneObject, before: SceneObject) -> bool:
    """Whether `now` is half hidden what was seen well `before` and has stayed: then its shape and angle were better
    measured before."""
    stayed = math.dist(now.position, before.position) < _STAYED
    return stayed and now.confidence < _DOUBTFUL < before.confidence and now.category == before.category


def _is_covered(now: SceneObject, before: SceneObject) -> bool:
    """Whether `now` is what shows of the zone `before` beside a thing that lies on it: no zone shrinks otherwise."""
    if not now.category == before.category in MARKINGS or now.color != before.color:
        return False
    if now.size[0] * now.size[1] > _COVERED * before.size[0] * before.size[1]:
        return False
    c, s = math.cos(before.yaw), math.sin(before.yaw)
    dx, dy = now.position[0] - before.position[0], now.position[1] - before.position[1]
    return abs(c * dx + s * dy) < before.size[0] / 2 and abs(c * dy - s * dx) < before.size[1] / 2


def _is_part(fragment: SceneObject, thing: SceneObject) -> bool:
    """Whether `fragment` is what shows of the half hidden `thing`."""
    if fragment.color != thing.color or fragment.top > thing.top + 0.01:
        return False
    reach = max(thing.size[:2]) / 2 + (travel("drawer", thing.size) if thing.category == "drawer" else 0.005)
    return math.dist(fragment.position[:2], thing.position[:2]) < reach


def _covered_fixture(obj: SceneObject, label: SceneObject) -> bool:
    """Whether `obj` is what shows of something bolted to the table while a hand or a thing covers what it is known by:
    its handle, its cap."""
    return label.category in FIXED - {"handle"} and obj.category != label.category


def _cost(track: _Track, obj: SceneObject) -> float:
    same = same_kind(obj, track.label)
    if track.position is None:
        return 0.9 if same else _NEVER
    away = math.dist(track.position, obj.position)
    cost = away / (away + _KNEE)
    if obj.category != track.label.category:
        cost += 0.5
    cost += 0.5 * max(abs(a - b) / max(a, 0.01) for a, b in zip(track.label.size, obj.size, strict=True))
    if same:
        return cost
    return _RELABEL + cost if away < _NEAR else _NEVER
