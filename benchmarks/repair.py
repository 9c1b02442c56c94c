"""Does the feedback carry what a repair needs?

Each episode starts with a sabotaged program, or with a reply as weaker language models give them (`replies/`). The
model that repairs it knows neither the task nor the scene: it applies what the feedback says by a few textual rules.
An episode counts as repaired when it is achieved within four turns.

    python benchmarks/repair.py --per-kind 50 --jobs 2 --resume repair.jsonl
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from outcomes import kept, played
from repair_fixer import Fixer, fenced, goal_of

from codepolicy.agent import Agent
from codepolicy.evaluation.statistics import wilson
from codepolicy.models.token_estimate import estimated_tokens
from codepolicy.settings import Settings

COLORS = ("red", "green", "blue", "yellow")
ASK_ALL = "put the blocks in the bowls with matching colors"
ASK_ONE = "put the red block in the green bowl"
ASK_SIDE = "put the red block on the left side"


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
    kept_replies = sorted((Path(__file__).parent / "replies").glob("*.md"))
    return {
        **{f.stem.replace("_", " "): Sabotage(ASK_ONE, f.read_text(encoding="utf-8")) for f in kept_replies},
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
    spent: int
    """Tokens of all requests and replies, as estimated."""
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
        return [Result(job.kind, job.seed, job.feedback, False, 0, 0, 0, f"{type(error).__name__}: {error}", wall)]
    tokens = max((estimated_tokens(t.feedback or "") for t in episode.turns), default=0)
    summary = f"{episode.outcome}: {episode.summary}"
    wall = time.perf_counter() - began
    spent = sum((t.usage.input_tokens or 0) + (t.usage.output_tokens or 0) for t in episode.turns)
    return [
        Result(job.kind, job.seed, job.feedback, episode.achieved, len(episode.turns), tokens, spent, summary, wall)
    ]


def line(name: str, results: Sequence[Result]) -> str:
    """Repairs with their interval, turns, and the longest feedback."""
    n, repaired = len(results), sum(r.repaired for r in results)
    low, high = wilson(repaired, n)
    turns = sum(r.turns for r in results) / n
    longest = max(r.tokens for r in results)
    spent = f"{sum(r.spent for r in results) / repaired:9.0f}" if repaired else "        –"
    return f"{name:46}  {repaired:4} of {n:4}   {low:6.1%} - {high:6.1%}   {turns:5.2f}   {longest:8}   {spent}"


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
    print(f"\n{'kind':46}  repaired        95 % interval     turns   feedback   tokens per success")
    for kind in kinds:
        print(line(kind, [r for r in results if r.kind == kind]))
    print(line("all", results))
    print(f"\npython benchmarks/repair.py {' '.join(sys.argv[1:])}: {sum(r.wall for r in results):.0f} s of episodes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
