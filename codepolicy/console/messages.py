"""Events as what a page is told: small JSON objects with a `kind`, text made safe, ground truth apart and marked."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from codepolicy.episode import Episode, GoalCheck
from codepolicy.events import (
    Answered,
    Asked,
    Believed,
    Called,
    Calling,
    Checked,
    Ended,
    Event,
    FedBack,
    Heading,
    Moved,
    Planned,
    Printed,
    Ran,
    Said,
    Started,
    Thinking,
)
from codepolicy.models.token_estimate import estimated_tokens
from codepolicy.printable import printable
from codepolicy.redaction import redacted
from codepolicy.viewing.arm_shapes import ArmShapes
from codepolicy.viewing.object_shapes import thing_data
from primitives.environment import ObjectState
from primitives.results import result_text
from primitives.scene import Grasp, SceneObject
from primitives.trace import CallRecord

Message = dict[str, Any]
TAIL: Final = 1_500
"""Characters of a reply under way that are shown."""
PATH_POINTS: Final = 200


def told(event: Event, shapes: ArmShapes | None) -> Message | None:
    """What a page is told of `event`; None where that is nothing."""
    match event:
        case Asked():
            return {"kind": "asked", "turn": event.turn, "purpose": event.purpose}
        case Thinking():
            whole = event.text or event.thoughts
            return {"kind": "thinking", "tokens": estimated_tokens(whole), "tail": shown(whole[-TAIL:])}
        case Answered():
            return {"kind": "answered", "notes": [shown(note) for note in event.reply.notes]}
        case Planned():
            return {"kind": "planned", "steps": [shown(step) for step in event.steps]}
        case Started():
            return {
                "kind": "started",
                "turn": event.turn,
                "program": shown(event.program),
                "goal": shown(event.goal or ""),
            }
        case Calling():
            return {"kind": "calling", "phase": event.phase, "name": event.name, "line": event.line}
        case Called():
            return _call(event.phase, event.record)
        case Said():
            return {"kind": "said", "text": shown(event.text)}
        case Printed():
            return {"kind": "printed", "text": shown(event.text)}
        case Ran():
            failure = event.report.failure
            why = f"{failure.kind}: {failure.message}" if failure is not None else ""
            line = failure.line if failure is not None else None
            return {"kind": "ran", "status": event.report.status, "failure": shown(why), "line": line}
        case Checked():
            return {"kind": "checked", **_check(event.check)}
        case FedBack():
            return {"kind": "fedback", "turn": event.turn, "text": shown(event.text)}
        case Moved():
            poses = shapes.poses(np.array(event.q), event.width) if shapes is not None else []
            return {"kind": "moved", "t": round(event.time, 2), "poses": poses}
        case Believed():
            return {"kind": "believed", "things": [_perceived(thing) for thing in event.objects]}
        case Heading():
            step = max(1, len(event.tool) // PATH_POINTS)
            points = [*event.tool[::step], event.tool[-1]] if event.tool else []
            return {"kind": "heading", "path": [[round(v, 3) for v in point] for point in points]}
        case Ended():
            return {"kind": "ended", **_ended(event.episode)}
        case _:
            return None


def truth(states: Mapping[str, ObjectState]) -> Message:
    """Where things are: ground truth, for people who ask to see it."""
    return {"kind": "truth", "things": [_true(name, state) for name, state in states.items()]}


def encoded(message: Message) -> str:
    """`message` as one line of JSON; its text was made safe before."""
    return json.dumps(message, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def shown(text: str) -> str:
    """`text` as it may leave for a page: no secret, no character that cannot be seen; markup it never becomes."""
    return printable(redacted(text))


def image(name: str, jpeg: bytes, labels: Sequence[tuple[str, float, float]], *, aspect: float) -> Message:
    """What a camera sees, where in it, from 0 to 1, which names stand, and its height by its width."""
    return {
        "kind": "camera",
        "name": shown(name),
        "jpeg": base64.b64encode(jpeg).decode(),
        "aspect": round(aspect, 4),
        "labels": [[shown(label), round(u, 3), round(v, 3)] for label, u, v in labels],
    }


def _call(phase: str, record: CallRecord) -> Message:
    failure = record.failure
    result = f"{failure.kind}: {failure.message}" if failure is not None else result_text(record.result)
    grasps = record.result if isinstance(record.result, tuple | list) else ()
    return {
        "kind": "called",
        "phase": phase,
        "line": record.line,
        "call": shown(record.call),
        "result": shown(result[:500]),
        "ok": failure is None,
        "robot": round(record.robot_time, 2),
        "wall": round(record.wall_time, 2),
        "grasps": [[*g.pose.position, *g.pose.quaternion_xyzw] for g in grasps if isinstance(g, Grasp)][:20],
    }


def _check(check: GoalCheck) -> Message:
    clauses = [{"message": shown(c.message), "holds": c.holds, "detail": shown(c.detail)} for c in check.clauses]
    failure = f"{check.failure.kind}: {check.failure.message}" if check.failure is not None else ""
    return {"status": check.status, "clauses": clauses, "failure": shown(failure)}


def _perceived(thing: SceneObject) -> Message:
    half = thing.yaw / 2
    data = thing_data(shown(thing.name), thing.category, thing.color, thing.size)
    pose = [*thing.position, 0.0, 0.0, float(np.sin(half)), float(np.cos(half))]
    return _thing(data.name, data.mesh, data.size, data.color, pose)


def _true(name: str, state: ObjectState) -> Message:
    data = thing_data(shown(name), state.category, state.color, state.size)
    return _thing(data.name, data.mesh, data.size, data.color, [*state.position, *state.quaternion_xyzw])


def _thing(name: str, mesh: str, size: Sequence[float], color: Sequence[float], pose: Sequence[float]) -> Message:
    return {
        "name": name,
        "mesh": mesh,
        "size": [round(s, 4) for s in size],
        "color": [round(c, 3) for c in color],
        "pose": [round(float(np.nan_to_num(v)), 4) for v in pose],
    }


def _ended(episode: Episode) -> Message:
    verdict = episode.verdict
    judged = verdict is not None and verdict.explanation == episode.summary
    return {
        "outcome": episode.believed if verdict is not None else episode.outcome,
        "summary": shown(episode.summary) if not judged else "",  # which then is the verdict's
        "verdict": shown(f"{verdict.status}: {verdict.explanation}") if verdict is not None else "",
        "privileged": list(episode.privileged),
        "robot": round(episode.timings.robot, 1),
        "wall": round(episode.timings.total, 1),
        "notes": [shown(note) for note in episode.notes],
        "run": episode.folder.rpartition("/")[2] if episode.folder is not None else None,
    }
