"""How often the twin misjudges: programs right and wrong, rehearsed in it and then run.

python benchmarks/rehearsal.py --seeds 5 --disturbances mild hard --resume rehearsal.jsonl
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from erring_writer import spoilt
from outcomes import kept

from codepolicy.evaluation.statistics import wilson
from codepolicy.loop.executor import Executor
from codepolicy.loop.rehearsal_pool import RehearsalPool
from codepolicy.loop.rehearser import Rehearser
from codepolicy.models.protocol import Message
from codepolicy.models.registry import load
from codepolicy.plugins import load_environment
from codepolicy.prompting.prompt import user_prompt
from primitives.environment import Judged, TrialSpec, World

TASKS = (
    "put-block-in-bowl", "cap-put-object-on-object", "manip-put-block-on-plate", "cap-put-blocks-in-bowl",
    "cap-put-blocks-on-region", "cap-stack-all-blocks", "lift-block", "manip-push-slab",
)  # fmt: skip


class Outcome(msgspec.Struct, frozen=True):
    """Of one program."""

    task: str
    seed: int
    disturbances: str
    spoilt: bool
    foretold: bool
    """Whether its rehearsal worked."""
    held: bool
    """Whether its goal check held when it was run."""
    won: bool
    """Whether ground truth says so too."""
    why: str = ""
    """What the rehearsal came to, where it was wrong."""


def trial(world: World, pool: RehearsalPool, task: str, seed: int, disturbances: str) -> list[Outcome]:
    """The right program of the rule-based writer and a spoilt one, each rehearsed and then run."""
    spec = TrialSpec(seed=seed, task=task, disturbances=disturbances)
    found: list[Outcome] = []
    for wrong in (False, True):
        with Executor(environment=world, spec=spec) as executor:
            objects = executor.mark_start()
            asked = executor.trial.instruction
            request = (
                Message(role="system", text=executor.system_prompt(examples=True)),
                Message(role="user", text=user_prompt(objects, asked)),
            )
            blocks = re.findall(r"```python\n(.*?)```", load("offline").complete(request).text, re.DOTALL)
            if len(blocks) < 2:
                return []
            program = spoilt(blocks[0], random.Random(f"{task} {seed}")) if wrong else blocks[0]
            rehearser = Rehearser(executor=executor, pool=pool, instruction=asked)
            ((rehearsed,),) = rehearser.rehearse([(program, blocks[1])], times=1)
            attempt = executor.attempt(program, blocks[1])
            assert isinstance(world, Judged)
            verdict = world.verdict(attempt.said)
            foretold, held = rehearsed.check.status == "passed", attempt.check.status == "passed"
            why = rehearsed.broken or _why(rehearsed.report, rehearsed.check) if foretold != held else ""
            won = verdict is not None and verdict.status == "achieved"
            found.append(Outcome(task, seed, disturbances, wrong, foretold, held, won, why[:200]))
    return found


def _why(report: object, check: object) -> str:
    from codepolicy.loop.outcome import why_failed

    return why_failed(report, check)  # type: ignore[arg-type]


def table(outcomes: Sequence[Outcome]) -> None:
    """What was foretold against what happened."""
    print("| disturbances | programs | foretold right | 95 % interval | foretold to work, failed | to fail, worked |")
    print("|---|---|---|---|---|---|")
    for name in dict.fromkeys(o.disturbances for o in outcomes):
        mine = [o for o in outcomes if o.disturbances == name]
        right = sum(o.foretold == o.held for o in mine)
        low, high = wilson(right, len(mine))
        hope = sum(o.foretold and not o.held for o in mine)
        fear = sum(o.held and not o.foretold for o in mine)
        works, fails = sum(o.foretold for o in mine), sum(not o.foretold for o in mine)
        print(f"| {name} | {len(mine)} | {right} | {low:.0%} to {high:.0%} | {hope} of {works} | {fear} of {fails} |")
    for o in outcomes:
        if o.foretold != o.held:
            print(f"  {o.task} {o.seed} {o.disturbances}: foretold {o.foretold}, held {o.held}, won {o.won}: {o.why}")


def main() -> None:
    """Play what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--disturbances", nargs="+", default=["mild", "hard"])
    parser.add_argument("--resume", type=Path, default=None, help="file of outcomes; what is in it is not played again")
    chosen = parser.parse_args()
    done = kept(chosen.resume, Outcome)
    known = {(o.task, o.seed, o.disturbances) for o in done}
    world = load_environment("pybullet")
    with RehearsalPool(processes=1) as pool:
        for seed in range(chosen.seeds):
            for disturbances in chosen.disturbances:
                for task in TASKS:
                    if (task, seed, disturbances) in known:
                        continue
                    outcomes = trial(world, pool, task, seed, disturbances)
                    done += outcomes
                    if chosen.resume is not None:
                        with chosen.resume.open("ab") as file:
                            file.writelines(msgspec.json.encode(o) + b"\n" for o in outcomes)
    world.close()
    table(done)


if __name__ == "__main__":
    main()
