"""A program whose goal check held, with the words it answered: a Python file that people can read, run and remove."""

from __future__ import annotations

import hashlib
import re

import msgspec

from codepolicy.file_names import slug
from codepolicy.prompting.goal_split import split_goal
from codepolicy.prompting.prompt import WorkedExample
from codepolicy.prompting.quoting import one_line

_HEADER = re.compile(r"# (\w+): (.*)")


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """One verified program."""

    instruction: str
    surface: str
    program: str
    goal: str
    model: str = ""
    """Who wrote it."""
    prompt: str = ""
    """Hash of the constant prefix it was written for."""
    run: str = ""
    """The run folder that shows it at work."""

    @property
    def id(self) -> str:
        """Words of the instruction and eight hex digits that change whenever instruction, surface or program do."""
        words = slug(self.instruction, 40) or "skill"
        content = "\0".join((self.instruction, self.surface, self.program.strip(), self.goal.strip()))
        return f"{words}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"

    @property
    def example(self) -> WorkedExample:
        """What a prompt shows of it."""
        return WorkedExample(self.instruction, self.program, self.goal)

    @property
    def text(self) -> str:
        """The file: where it comes from in comments, then program and goal check, as `codepolicy exec` runs them."""
        header = [
            f"# {name}: {one_line(value, 4000)}"
            for name, value in (
                ("instruction", self.instruction),
                ("surface", self.surface),
                ("model", self.model),
                ("prompt", self.prompt),
                ("run", self.run),
            )
            if value
        ]
        return "\n".join([*header, "", self.program.strip(), "", "", self.goal.strip()]) + "\n"


def parse_skill(text: str) -> Skill:
    """The skill in a file.

    Raises:
        ValueError: the file does not say which instruction it answers, or has no goal check.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    header: dict[str, str] = {}
    while lines and (match := _HEADER.fullmatch(lines[0].rstrip())):
        header[match[1]] = match[2]
        del lines[0]
    program, goal = split_goal("\n".join(lines).strip() + "\n")
    if not header.get("instruction") or goal is None or not program.strip():
        raise ValueError('it needs a first line "# instruction: …", a program and a `def goal():`')
    known = {name: header[name] for name in ("model", "prompt", "run") if name in header}
    return Skill(
        instruction=header["instruction"],
        surface=header.get("surface", "skill"),
        program=program.strip() + "\n",
        goal=goal.strip() + "\n",
        **known,
    )
