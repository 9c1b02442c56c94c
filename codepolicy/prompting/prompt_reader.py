"""A prompt read back into its sections, for models that are no chat models: rules, and a small one of our own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from codepolicy.models.protocol import Message
from codepolicy.prompting.scene_table import parse_scene_table
from primitives.scene import SceneObject

_HEADING = re.compile(r"^## ([A-Z][A-Za-z ]*?)[ \t]*$", re.MULTILINE)
_SESSION = re.compile(r'^\d+\. "(.*?)":', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ReadPrompt:
    """One request."""

    system: str
    instruction: str
    objects: tuple[SceneObject, ...]
    session: tuple[str, ...] = ()
    """Earlier instructions, oldest first."""
    history: tuple[str, ...] = ()
    """The lines that tell of them."""
    program: str | None = None
    """The program of the last turn, on a repair turn."""
    feedback: str | None = None
    earlier: tuple[str, ...] = ()
    """One line for each turn before the last."""
    condition: str | None = None
    """When a sub-goal of a plan is done, in words."""
    done: tuple[str, ...] = ()
    """To a planner: the sub-goals that are done."""
    trouble: str | None = None
    """To a planner: the sub-goal that failed, and why."""

    @property
    def level(self) -> str:
        """The surface that the functions in the system message make up; "both" is tool and skill."""
        skilled = re.search(r"^def put\(", self.system, re.MULTILINE) is not None or "def " not in self.system
        led = re.search(r"^def move_linear\(", self.system, re.MULTILINE) is not None
        return ("both" if led else "skill") if skilled else ("tool" if led else "joint")


def read_prompt(messages: Sequence[Message]) -> ReadPrompt:
    """The sections of the last user message."""
    system = "\n".join(m.text for m in messages if m.role == "system")
    text = next((m.text for m in reversed(messages) if m.role == "user"), "")
    parts = _HEADING.split(text)
    sections = {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
    instruction = sections.get("Instruction", parts[0].strip() if len(parts) == 1 else "")
    history = sections.get("Session", "")
    return ReadPrompt(
        system=system,
        instruction=instruction,
        objects=tuple(parse_scene_table(sections.get("Scene", ""))),
        session=tuple(_SESSION.findall(history)),
        history=tuple(line for line in history.splitlines() if re.match(r"\d+\. ", line)),
        program=sections.get("Program"),
        feedback=sections.get("Feedback"),
        earlier=tuple(line for line in sections.get("Earlier turns", "").splitlines() if line.strip()),
        condition=sections.get("Done when"),
        done=tuple(line[2:].strip() for line in sections.get("Done so far", "").splitlines() if line.startswith("- ")),
        trouble=sections.get("What failed"),
    )
