"""Does the feedback carry what a repair needs?

Each episode starts with a sabotaged program. The model that repairs it knows neither the task nor the scene: it applies
what the feedback says by a few textual rules. An episode counts as repaired when it is achieved within four turns.

    python benchmarks/repair.py --per-kind 50 --jobs 2 --resume repair.jsonl
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from intervals import wilson
from outcomes import kept, played

from codepolicy.agent import Agent
from codepolicy.models.estimate import estimated_tokens
from codepolicy.models.protocol import Message, Reply
from codepolicy.settings import Settings

COLORS = ("red", "green", "blue", "yellow")
ASK_ALL = "put the blocks in the bowls with matching colors"
ASK_ONE = "put the red block in the green bowl"
ASK_SIDE = "put the red block on the left side"


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
            self._no_fence, self._vacuous, self._forbidden, self._meant, self._keyword, self._syntax, self._order,
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

    def _forbidden(self, told: str) -> bool:
        """An import that is not allowed goes."""
        if "import" not in told.split("\n", maxsplit=1)[0]:
            return False
        return self._edit(told, lambda line: "" if "import" in line else line)

    def _meant(self, told: str) -> bool:
        """ "the name 'putt' is not defined … Did you mean 'put'?" """
        meant = re.search(r"Did you mean '([^']+)'(?: instead of '([^']+)')?", told)
        wrong = meant and (meant[2] or _first(r"'(\w+)' is not", told) or _first(r"name '(\w+)'", told))
        if not wrong or not meant:
            return False
        return self._edit(told, lambda line: re.sub(rf"\b{wrong}\b", meant[1], line))

    def _keyword(self, told: str) -> bool:
        """ "Its signature is put(obj: …, target: …)": an argument that is none of these takes the free name."""
        signature = re.search(r"signature is \w+\((.*?)\) ->", told)
        if not signature:
            return False
        names = re.findall(r"(\w+):", signature[1])
        return self._edit(
            told,
            lambda line: re.sub(r"\b(\w+)=", lambda m: m[0] if m[1] in names else f"{names[-1]}=", line),
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
        """ "no room … choose another place": the same y, another x."""
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
        import difflib

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


def _first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return match[1] if match else None


def all_pairs() -> list[tuple[str, str]]:
    """Each block with the bowl of its color."""
    return [(f"{c} block", f"{c} bowl") for c in COLORS]


def puts(pairs: Sequence[tuple[str, str]]) -> str:
    """A program that puts each first into its second."""
    return "".join(f'put("{a}", "{b}")\n' for a, b in pairs)


@dataclass(frozen=True)
class Sabotage:
    """A faulty first reply."""

    instruction: str
    reply: str
    surface: str = "skill"


def sabotages() -> dict[str, Sabotage]:
    """The kinds, each with its first reply."""
    pairs = all_pairs()
    program, goal = puts(pairs), goal_of(pairs)
    one, one_goal = puts([("red block", "green bowl")]), goal_of([("red block", "green bowl")])
    wrong = goal_of([("red block", "blue bowl")])
    swapped = puts([("red block", "green bowl"), ("green block", "red bowl"), *pairs[2:]])
    side_goal = 'def goal():\n    expect(in_region("red block", "left side"), "red block is on the left side")\n'
    picked = 'place("green bowl")\npick("red block")\n'
    low = (
        'grasp = grasps(find("red block"))[0]\nbowl = find("green bowl")\nopen_gripper()\nmove_to(grasp.pre_grasp)\n'
        "move_linear(Pose.top_down(*grasp.pose.position[:2], 0.08))\nclose_gripper()\nmove_linear(grasp.pre_grasp)\n"
        "x, y, _ = bowl.position\nmove_to(Pose.top_down(x, y, bowl.top + 0.15))\n"
        "move_linear(Pose.top_down(x, y, bowl.top + 0.05))\nopen_gripper()\n"
        "move_linear(Pose.top_down(x, y, bowl.top + 0.15))\n"
    )
    prose = "First I would write\n" + program.replace("\n", "\n\nand\n\n", 1) + "\n" + re.sub(r"(?m)^ +", "", goal)
    return {
        "two names swapped": Sabotage(ASK_ALL, fenced(swapped, goal)),
        "misspelled function": Sabotage(ASK_ALL, fenced(program.replace("put(", "putt(", 1), goal)),
        "misspelled object": Sabotage(ASK_ALL, fenced(program.replace("red block", "red blok", 1), goal)),
        "unknown keyword": Sabotage(ASK_ALL, fenced(program.replace(', "red bowl"', ', to="red bowl"'), goal)),
        "placed before picked": Sabotage(ASK_ONE, fenced(picked, one_goal)),
        "forbidden import": Sabotage(ASK_ALL, fenced("import os\n" + program, goal)),
        "syntax error": Sabotage(ASK_ALL, fenced(program.replace('red bowl")', 'red bowl"', 1), goal)),
        "outside the workspace": Sabotage(ASK_SIDE, fenced('put("red block", (0.42, 0.52))\n', side_goal)),
        "forgotten object": Sabotage(ASK_ALL, fenced(puts(pairs[:-1]), goal)),
        "wrong goal check": Sabotage(ASK_ONE, fenced(one, wrong)),
        "vacuous goal check": Sabotage(ASK_ONE, fenced(one, "def goal():\n    expect(True, 'done')\n")),
        "grasped too high": Sabotage(ASK_ONE, fenced(low, one_goal), surface="tool"),
        "no fenced program": Sabotage(ASK_ALL, prose),
    }


class Job(msgspec.Struct, frozen=True):
    """One episode to run."""

    kind: str
    seed: int
    feedback: str


class Result(msgspec.Struct, frozen=True):
    """What came of it."""

    kind: str
    seed: int
    feedback: str
    repaired: bool
    turns: int
    tokens: int
    """Of the longest feedback, as estimated."""
    summary: str
    wall: float


def play(job: Job) -> list[Result]:
    """Run one episode in this process."""
    began = time.perf_counter()
    sabotage = sabotages()[job.kind]
    settings = msgspec.convert({"surface": sabotage.surface, "feedback": job.feedback, "turns": 4}, Settings)
    agent = Agent(model=Fixer(sabotage.reply), settings=settings)
    try:
        episode = agent.run(sabotage.instruction, seed=job.seed, video=False)
    except Exception as error:  # whatever broke it, the episode is lost and stays in the denominator
        wall = time.perf_counter() - began
        return [Result(job.kind, job.seed, job.feedback, False, 0, 0, f"{type(error).__name__}: {error}", wall)]
    tokens = max((estimated_tokens(t.feedback or "") for t in episode.turns), default=0)
    summary = f"{episode.outcome}: {episode.summary}"
    wall = time.perf_counter() - began
    return [Result(job.kind, job.seed, job.feedback, episode.achieved, len(episode.turns), tokens, summary, wall)]


def line(name: str, results: Sequence[Result]) -> str:
    """Repairs with their interval, turns, and the longest feedback."""
    n, repaired = len(results), sum(r.repaired for r in results)
    low, high = wilson(repaired, n)
    turns = sum(r.turns for r in results) / n
    longest = max(r.tokens for r in results)
    return f"{name:22}  {repaired:4} of {n:4}   {low:6.1%} - {high:6.1%}   {turns:5.2f}   {longest:6}"


def main() -> int:
    """Play the kinds, print a table and what was not repaired."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-kind", type=int, default=50, help="seeds for each kind of sabotage (default 50)")
    parser.add_argument("--kind", action="append", help="only kinds whose name contains this (repeatable)")
    parser.add_argument("--feedback", default="scene", help="level of feedback (default scene)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--resume", type=Path, help="JSON lines of results, read first and appended to")
    args = parser.parse_args()
    wanted: list[str] = args.kind or [""]
    kinds = [k for k in sabotages() if any(w in k for w in wanted)]
    if not kinds:
        print(f"no kind contains {' or '.join(map(repr, wanted))}; there are: {', '.join(sabotages())}")
        return 2
    # seed by seed, so that a run that is cut short has seen every kind equally often
    jobs = [Job(k, seed, args.feedback) for seed in range(args.per_kind) for k in kinds]
    results = kept(args.resume, Result)
    done = {(r.kind, r.seed, r.feedback) for r in results}
    jobs = [j for j in jobs if (j.kind, j.seed, j.feedback) not in done]
    for result in played(play, jobs, processes=args.jobs, keep=args.resume):
        results.append(result)
        if not result.repaired:
            print(f"lost: {result.kind}, seed {result.seed}: {result.summary}", flush=True)
    print(f"\n{'kind':22}  repaired        95 % interval     turns   tokens")
    for kind in kinds:
        print(line(kind, [r for r in results if r.kind == kind]))
    print(line("all", results))
    print(f"\npython benchmarks/repair.py {' '.join(sys.argv[1:])}: {sum(r.wall for r in results):.0f} s of episodes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
