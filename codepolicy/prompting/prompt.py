"""What the model is asked: a system message, constant for a surface so that providers cache it, and the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from codepolicy.models.protocol import Message
from codepolicy.prompting import quoting
from codepolicy.prompting.scene_table import scene_table
from primitives.registry import Surface
from primitives.scene import Region, SceneObject, Workspace

FINGER_ROOM = 0.01
"""So much in m the hand opens beyond what it takes."""
MAX_DEFINED = 40
"""Names of earlier programs that a prompt tells."""


def template(name: str, /, **values: str) -> str:
    """The Markdown file `name` of this package with `{{key}}` replaced by `values`.

    Raises:
        KeyError: a key of the file is not given.
    """
    text = files("codepolicy.prompting").joinpath(f"{name}.md").read_text(encoding="utf-8")
    for key, value in values.items():
        if f"{{{{{key}}}}}" not in text:
            raise KeyError(f"{name}.md has no {{{{{key}}}}}")
        text = text.replace(f"{{{{{key}}}}}", value)
    return text.strip()


def system_prompt(surface: Surface, workspace: Workspace, *, opening: float = 0.08, examples: bool = True) -> str:
    """The constant prefix: role, conventions, functions of `surface`, what to answer, two worked examples.

    `opening` is the largest distance between the fingers in m.
    Without `examples`, neither these nor the line or two that show how each function is called.
    """
    from primitives.stub import render

    return template(
        "role",
        x_low=f"{workspace.low[0]:.2f}",
        x_high=f"{workspace.high[0]:.2f}",
        y_low=f"{workspace.low[1]:.2f}",
        y_high=f"{workspace.high[1]:.2f}",
        widest=f"{(opening - FINGER_ROOM) * 100:.0f}",
        sides=_sides(workspace),
        middle=_extent(workspace.region("middle")),
        api=render(surface, examples=examples).strip(),
        examples=template(f"examples_{surface.level}") if examples else "",
    )


def _sides(workspace: Workspace) -> str:
    """The strips along the edges, each by its extent in m across the edge; corners follow from them."""
    across = {"top": 0, "bottom": 0, "left": 1, "right": 1}
    strips = ((word, axis, workspace.region(f"{word} side")) for word, axis in across.items())
    return ", ".join(f"{word} {'xy'[axis]} {r.low[axis]:.2f} to {r.high[axis]:.2f}" for word, axis, r in strips)


def _extent(region: Region) -> str:
    (x0, y0), (x1, y1) = region.low, region.high
    return f"x {x0:.2f} to {x1:.2f}, y {y0:.2f} to {y1:.2f}"


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """A program that worked before."""

    instruction: str
    program: str
    goal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What a repair turn adds."""

    program: str
    """The last program, with the failing line marked by a comment."""
    feedback: str
    goal: str | None = None
    """The last goal check."""
    goal_stays: bool = False
    """Whether it is that of the next program too, where the reply has no other."""
    function: str | None = None
    """The function written on demand in which the program failed, its line marked."""
    earlier: Sequence[str] = ()
    """One line for each turn before the last."""


def user_prompt(
    objects: Sequence[SceneObject],
    instruction: str,
    *,
    skills: Sequence[WorkedExample] = (),
    condition: str | None = None,
    session: Sequence[str] = (),
    defined: Sequence[str] = (),
    repair: Repair | None = None,
    picture: str | None = None,
    time: str | None = None,
) -> str:
    """The message with programs that worked before, scene, session, instruction and, in repair, what came of it.

    `picture` explains the picture that goes with it, `time` says what a program may take.
    """
    parts = [_worked_before(skills)] if skills else []
    parts += [f"## Done when\n{condition.strip()}"] if condition else []
    parts.append("## Scene\n" + safe_scene_table(objects))
    parts += [f"## Picture\n{picture}"] if picture else []
    parts += [f"## Time\n{time}"] if time else []
    if session:
        parts.append("## Session\nEarlier, oldest first:\n" + "\n".join(session))
    if defined:
        parts.append("## Still defined\nBy earlier programs: " + ", ".join(f"`{d}`" for d in defined[:MAX_DEFINED]))
    parts.append("## Instruction\n" + instruction.strip())
    if repair is not None:
        if repair.earlier:
            parts.append("## Earlier turns\n" + "\n".join(repair.earlier))
        parts.append(f"## Program\n{quoting.fenced(repair.program)}")
        if repair.function is not None:
            told = "It failed in this function, which was written for it; to change it, define it in the program:"
            parts[-1] += f"\n{told}\n{quoting.fenced(repair.function)}"
        if repair.goal is not None:
            told = "It stays unless you send a new one.\n" if repair.goal_stays else ""
            parts.append(f"## Goal check\n{told}{quoting.fenced(repair.goal)}")
        parts.append("## Feedback\n" + repair.feedback.strip())
    return "\n\n".join(parts)


def _worked_before(skills: Sequence[WorkedExample]) -> str:
    """Programs that were verified, as a section of the prompt."""
    lines = ["## Programs that worked before", "In other scenes; take over what fits, with the names of this one."]
    for skill in skills:
        lines.append(f"{quoting.quoted(skill.instruction, 300)}:")
        lines += [quoting.fenced(code) for code in (skill.program, skill.goal)]
    return "\n".join(lines)


def messages(system: str, user: str, image: bytes | None = None) -> tuple[Message, ...]:
    """The conversation of one turn: constant prefix, then one user message with at most one image."""
    return (
        Message(role="system", text=system),
        Message(role="user", text=user, images=(image,) if image is not None else ()),
    )


def safe_scene_table(objects: Sequence[SceneObject]) -> str:
    """The scene table with every text that came from the scene quoted unless it looks like a plain name."""
    return scene_table(
        [
            msgspec.structs.replace(
                o,
                name=quoting.name(o.name),
                category=quoting.name(o.category),
                color=quoting.name(o.color),
                on=quoting.name(o.on),
            )
            for o in objects
        ]
    )


def prompt_hash(system: str) -> str:
    """Twelve hex digits that change whenever the constant prefix does."""
    return hashlib.sha256(system.encode()).hexdigest()[:12]
