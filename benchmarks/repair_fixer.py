"""A model that knows neither task nor scene: it mends its last program by what the feedback says, by textual rules."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from codepolicy.models.protocol import Message, Reply


def fenced(program: str, goal: str) -> str:
    """A reply with both."""
    return f"```python\n{program}```\n```python\n{goal}```\n"


def goal_of(pairs: Sequence[tuple[str, str]]) -> str:
    """A check that each first is in its second."""
    lines = [f'    expect(inside("{a}", "{b}"), "{a} is in {b}")' for a, b in pairs]
    return "def goal():\n" + "\n".join(lines) + "\n"


@dataclass
class Fixer:
    """Answers `first`, then edits its last program and goal check by rules that read the feedback alone."""

    first: str
    id: str = "fixer"
    vision: bool = False
    _program: str = field(init=False, default="")
    _goal: str = field(init=False, default="")

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:
        """The sabotaged reply, or the last one mended."""
        del sample
        text = messages[-1].text
        if "## Feedback" not in text:
            blocks = re.findall(r"```python\n(.*?)```", self.first, re.DOTALL)
            self._program, self._goal = blocks if len(blocks) == 2 else ("", "")
            return Reply(text=self.first, model=self.id)
        self._mend(text.split("## Feedback\n")[1])
        return Reply(text=fenced(self._program, self._goal), model=self.id)

    def _mend(self, told: str) -> None:
        for rule in (
            self._no_fence, self._vacuous, self._words, self._goal_words,
            self._forbidden, self._meant, self._keyword, self._syntax, self._order,
            self._outside, self._elsewhere, self._candidate, self._grasp, self._clauses,
        ):  # fmt: skip
            if rule(told):
                return

    def _line(self, told: str) -> int | None:
        match = re.search(r"on line (\d+)", told)
        return int(match[1]) - 1 if match else None

    def _edit(self, told: str, change: Callable[[str], str]) -> bool:
        number, lines = self._line(told), self._program.split("\n")
        if number is None or number >= len(lines):
            return False
        changed = change(lines[number])
        if changed == lines[number]:
            return False
        lines[number] = changed
        self._program = "\n".join(line for line in lines if line.strip()) + "\n"
        return True

    def _no_fence(self, told: str) -> bool:
        """ "Answer with one fenced Python block for the program and one for the goal check." """
        if "no program in it" not in told:
            return False
        found = re.findall(r"^(?:put\(.*|expect\(.*)$", self.first, re.MULTILINE)
        self._program = "".join(f"{line}\n" for line in found if line.startswith("put"))
        self._goal = "def goal():\n" + "".join(f"    {line}\n" for line in found if line.startswith("expect"))
        return True

    def _vacuous(self, told: str) -> bool:
        """ "Write clauses that are false now and true once the instruction is carried out." """
        if "already holds" not in told:
            return False
        self._goal = goal_of(re.findall(r'^put\("([^"]+)", "([^"]+)"\)', self._program, re.MULTILINE))
        return True

    def _words(self, told: str) -> bool:
        """Findings that say in so many words what to write; each changes the program, or its line, in one way."""
        before = self._program
        if (found := re.search(r"there is no (\w+) (object|class)", told)) is not None:
            for made in re.findall(rf"^(\w+) = {found[1]}\(.*\)$", self._program, re.MULTILINE):
                self._program = re.sub(rf"^{made} = .*\n|\b{made}\.", "", self._program, flags=re.MULTILINE)
            self._program = re.sub(rf"\b{found[1]}\.", "", self._program)
        elif (found := re.search(r"Call (\w+)\(…\) on the last line", told)) is not None:
            self._program += f"{found[1]}()\n"
        elif "Write 'def' and call it without 'await'" in told:
            self._program = re.sub(r"\b(?:async|await) ", "", self._program)
        if self._program != before:
            return True
        for pattern, part, written in _LINE_RULES:
            found = re.search(pattern, told)
            if found is not None:
                text = written.format(*found.groups())
                return self._edit(told, lambda line: re.sub(part, text, line, count=1))  # noqa: B023 - called at once
        if (found := re.search(r"has the keys ([^\n]*)", told)) is not None:
            keys = re.findall(r"'([^']+)'", found[1])
            return self._edit(
                told,
                lambda line: re.sub(
                    r'\["([^"]+)"\]', lambda m: f'["{difflib.get_close_matches(m[1], keys, n=1, cutoff=0)[0]}"]', line
                ),
            )
        return False

    def _goal_words(self, told: str) -> bool:
        """The same for the goal check."""
        before = self._goal
        if "the condition is a tuple" in told:
            self._goal = re.sub(r"expect\(\((.*)\)\)", r"expect(\1)", self._goal)
        elif "Its signature is expect(condition" in told:
            self._goal = re.sub(r'expect\(("[^"]*"), (.*)\)', r"expect(\2, \1)", self._goal)
        elif (number := _first(r"line (\d+) of the check", told)) is not None:
            lines = self._goal.split("\n")
            meant = re.search(r"name '(\w+)' is not defined.*Did you mean '(\w+)'", told, re.DOTALL)
            if "moves the robot" in told:
                del lines[int(number) - 1]
            elif meant is not None:
                lines[int(number) - 1] = lines[int(number) - 1].replace(meant[1] + "(", meant[2] + "(")
            self._goal = "\n".join(lines)
        return self._goal != before

    def _forbidden(self, told: str) -> bool:
        """An import that is not allowed goes."""
        if "import" not in told.split("\n", maxsplit=1)[0]:
            return False
        return self._edit(told, lambda line: "" if "import" in line else line)

    def _meant(self, told: str) -> bool:
        """ "the name 'putt' is not defined … Did you mean 'put'?" """
        meant = re.search(r"Did you mean '([^']+)'(?: instead of '([^']+)')?", told)
        named = _first(r"'(\w+)' is not", told) or _first(r"name '(\w+)'", told) or _first(r"attribute '(\w+)'", told)
        wrong = meant and (meant[2] or named)
        if not wrong or not meant:
            return False
        return self._edit(told, lambda line: re.sub(rf"\b{wrong}\b", meant[1], line))

    def _keyword(self, told: str) -> bool:
        """ "Its signature is put(obj: …, target: …)": an argument that is none of these takes the free name."""
        signature = re.search(r"signature is \w+\((.*?)\) ->", told)
        if not signature:
            return False
        names = re.findall(r"(\w+):", signature[1])
        needed = _first(r"required parameter '(\w+)'", told) or names[-1]
        return self._edit(
            told,
            lambda line: re.sub(r"\b(\w+)=", lambda m: m[0] if m[1] in names else f"{needed}=", line),
        )

    def _syntax(self, told: str) -> bool:
        """ "'(' was never closed"."""
        if "never closed" not in told:
            return False
        return self._edit(told, lambda line: line + ")" * (line.count("(") - line.count(")")))

    def _order(self, told: str) -> bool:
        """ "nothing is held: pick first": the next pick goes before the line."""
        if not re.search(
            r"nothing (?:is )?(?:held|in)|not hold|pick",
            told.split("\n", maxsplit=1)[0] + told.rsplit("Hint:", maxsplit=1)[-1],
        ):
            return False
        number, lines = self._line(told), self._program.split("\n")
        later = [i for i, line in enumerate(lines) if number is not None and i > number and line.startswith("pick")]
        if number is None or not later:
            return False
        lines.insert(number, lines.pop(later[0]))
        self._program = "\n".join(lines)
        return True

    def _outside(self, told: str) -> bool:
        """ "x = 0.95 m … Choose x within 0.28..0.70 m": a value inside."""
        if "outside" not in told:
            return False
        wrong = re.search(r"[xy] = (-?[\d.]+) m", told)
        span = re.search(r"[xy] within (-?[\d.]+)\.\.(-?[\d.]+) m", told)
        if not wrong or not span:
            return False
        nearest = min(max(float(wrong[1]), float(span[1]) + 0.05), float(span[2]) - 0.05)
        return self._edit(told, lambda line: line.replace(wrong[1], f"{nearest:.2f}"))

    def _elsewhere(self, told: str) -> bool:
        """ "Choose a free point, such as (0.42, 0.20)", or "no room … choose another place": the same y, another x."""
        free = re.search(r"such as (\(-?[\d.]+, -?[\d.]+\))", told)
        if free is not None:
            return self._edit(told, lambda line: re.sub(r"\(-?[\d.]+, -?[\d.]+\)", free[1], line))
        if "choose another place" not in told:
            return False

        def nearer(line: str) -> str:
            found = re.search(r"\((-?[\d.]+), (-?[\d.]+)\)", line)
            if not found:
                return line
            x = float(found[1]) + (0.14 if float(found[1]) < 0.5 else -0.2)
            return line.replace(found[0], f"({x:.2f}, {found[2]})")

        return self._edit(told, nearer)

    def _candidate(self, told: str) -> bool:
        """ "Valid: …": what is not among them is replaced by the most similar one."""
        valid = re.search(r"^Valid: (.*)$", told, re.MULTILINE)
        if not valid or ("not_found" not in told and "bad_argument" not in told and "rejected" not in told):
            return False
        names = re.findall(r'"([^"]+)"', valid[1])

        def nearest(match: re.Match[str]) -> str:
            close = difflib.get_close_matches(match[1], names, n=1, cutoff=0.5)
            return f'"{match[1] if match[1] in names or not close else close[0]}"'

        return self._edit(told, lambda line: re.sub(r'"([^"]+)"', nearest, line))

    def _grasp(self, told: str) -> bool:
        """The fingers closed on nothing: grasp where the feedback says, at `grasps(obj)[0].pose`."""
        if "grasps(" not in told and "grasp" not in told.split("\n", maxsplit=1)[0]:
            return False
        before = self._program
        self._program = re.sub(r"Pose\.top_down\(\*grasp\.pose\.position\[:2\], [\d.]+\)", "grasp.pose", self._program)
        return self._program != before

    def _clauses(self, told: str) -> bool:
        """Do what the failed clauses lack; a clause that is to be corrected then checks what was done."""
        failed = re.findall(r"^- FAILS: .*?\((.+?) is -?[\d.]+ m from the centre of (.+?)[,)]", told, re.MULTILINE)
        if not failed:
            return False
        if "Correct the clause" in told:
            self._goal = goal_of(re.findall(r"put\('([^']+)', '([^']+)'\) -> ok", told))
            return True
        wanted = [f'put("{a}", "{b}")\n' for a, b in failed]
        self._program = "".join(wanted)
        return True


_LINE_RULES = (
    (r"its last index is (\d+)", r"\[\d+\]", "[{0}]"),
    (r"numpy has no '(\w+)'(?:.|\n)*Did you mean np\.(\w+)", r"np\.\w+", "np.{1}"),
    (r"choose one of its items", r'(detect\("[^"]*"\))(?!\[)', r"\1[0]"),
    (r"Too many positional arguments", r", [^,()]+\)$", ")"),
    (r"expected ':'", r"$", ":"),
    (r"unterminated string", r"\)$", '")'),
    (r"expected an indented block", r"^", "    "),
    (r"cannot be used in a program", r"^.*$", ""),
    (r"Write 'import numpy as np'", r"^.*$", "import numpy as np"),
    (r"is None here", r"^.*$", ""),
)
"""What the feedback says, what of the line it is about, and what to write instead."""


def _first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return match[1] if match else None
