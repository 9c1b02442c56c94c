"""Writes docs/tasks.md from the registry, and a picture of every task into docs/tasks/.

python benchmarks/task_page.py             the page and the pictures
python benchmarks/task_page.py --no-pictures
python benchmarks/task_page.py --no-pictures --cap14 RUN --note "when, at which commit"

RUN is what `codepolicy eval cap14 --trials 50 --out RUN` left; its rates are kept in benchmarks/offline_cap14.json.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

import msgspec

from codepolicy.evaluation.records import Record
from codepolicy.evaluation.run_store import read_run
from codepolicy.evaluation.statistics import wilson
from sim_envs.judging.task import Task
from sim_envs.suites.suite import load, members, names, trials
from sim_envs.suites.task_catalog import all_tasks

MEASURED = Path(__file__).parent / "offline_cap14.json"
DOCS = Path(__file__).parents[1] / "docs"
INTRO = """\
# Tasks

Every task is one file in `sim_envs/tasks/`: a scene recipe, an instruction template with its attributes and at least
five paraphrases, a goal on ground truth, an oracle program that must win and decoys that must lose. This page is made
from them by `python benchmarks/task_page.py`; `docs/oracle_table.md` shows how the oracles and decoys fare.

    codepolicy tasks --suite ravens                             the list, or that of one suite
    codepolicy run --task cap-stack-all-blocks --seed 3         a task, worded by the seed
    codepolicy run "stack all the blocks"                       a free sentence; judged where a template says the same
    codepolicy run --scene manip-open-drawer "open both drawers"   any sentence in the scene of a task
    codepolicy exec --oracle --task cap-stack-all-blocks        the oracle
    codepolicy eval ravens --jobs 4                             a suite, in parallel, with intervals

## How a verdict is reached

The goal is a list of clauses on the ground truth at the start and at the end. A verdict waits until everything is at
rest, two seconds at most. All clauses hold: `achieved`; otherwise `not_achieved`, and the explanation is the first
clause that fails, in numbers. Progress is the fraction of clauses that hold, so that Ravens' "success above 0.99" is
the same as all of them. What was to stay counts as well, so a trial in which nothing happened has some.

- *inside* a bowl, box or mug: the centre within the inner outline (1 cm of wall taken off), the lowest point below
  the rim. Not the centre's height: blocks in one bowl lie on each other. On the rim, or under a bowl that was tipped
  over, is not inside.
- *on* something: the centre above its outline, the surfaces within 1 cm; on a plate or a zone the same. On a bowl
  means in it, as in the Code as Policies paper.
- *in* a place of the table: the centre at most 2 cm (half a block) outside it, because its border is not drawn, and
  at rest on the table or on something.
- What both fingers still press on rests nowhere, wherever it is: a program that never lets go has not put anything
  down.
- *stays*: moved less than 5 cm, not tipped over (unless it is a cube or a ball) and not in the hand. Brushing past is
  no failure, rearranging the table is. It holds for everything that the instruction does not ask to move, in every
  task; what stood on an object that is to be moved, or where something is to be put, may be cleared away. Where any of
  the blocks will do ("two of the blocks"), those left over may stand anywhere on the table.
- The *way* counts where the instruction is about it: no larger block on a smaller one and one at a time (towers of
  Hanoi), into the bowl and back again. Such a task looks at the world after every motion that changed something.
- *declined*: a request that cannot be carried out ends well when nothing was moved, not even on the way, and the
  person was told why, by the program (`decline`, or a `NotFound` that it raises) or by a refusal in words alone. The
  reason is judged by what it names: what is missing, or the measure that makes it impossible. One in another language
  than English stands as it is. A program that only says why (`say`) has to refuse in English words. Silence and "done"
  lose, and who declines and says that it is done contradicts itself.
  What was said flows from the agent to the verdict (`Judged.verdict(said, declined=…)`), nothing flows back.
- *Time*: robot time from the instruction on, repairs included, is limited (120 s, 60 s for the shortest tasks and 180 s
  for the longest), several times what the oracle takes.
- A little is 0.10 m, a lot 0.20 m, from centre to centre. Left is +y, top is +x, away from the robot.
- When the scene does not settle what is meant (no such object, two of them, a tie within 1 cm), a free sentence gets
  no verdict at all, and no scene of a task is like that. A block that is to go in a bowl is the exception: where one of
  them is missing, the request has to be declined. "The bowl" needs no colour where it is the only one, and "all four
  blocks" have to be four.

`ID:unseen` is the same task with the attribute values that examples never use (`codepolicy run --task
cap-stack-all-blocks:unseen`); `ID-v1` pins the version.

## Suites

A suite is a TOML file in `sim_envs/suites/`: a description, trials per task, the wording, the disturbances, and groups
of tasks by id or by tags, each with labels that results are grouped by. `sim_envs.suites.suite.load("cap14")` reads and
checks one (your own by its path), `sim_envs.suites.suite.trials(suite)` lists its trials. `codepolicy eval`
[plays](evaluation.md) them.

`cap14` has the rows of the Code as Policies paper's table: seen or unseen attributes (SA, UA), seen or unseen
instructions (SI, UI), two families, 50 trials per task. In percent, the paper's figures as secondary sources quote
them, and those of the [offline model](offline.md) with intervals of 95 % (NOTE):

CAP14

The offline model writes by rules, and knows sentences like these: its figures say how far perception, motion and repair
carry a program that means the right thing, not how well a language model programs. `codepolicy eval cap14
--trials 50` plays them.

An interval of 95 % around 250 trials is about 3 points wide on either side at 95 % and 6 at 50 %. What is ours and
not the paper's: scenes (up to four blocks and four bowls, at least 4 cm between things, places that an instruction
names are free), predicates and their tolerances (each task's below, with the reason), the arm and its gripper,
perception by cameras instead of names looked up in the simulator, and mild disturbances, which `--disturbances none`
switches off.

`ravens` has the metric of Ravens, every pose or zone goal met; a gripper takes the place of suction, cubes and other
simple things that of letters, kits and rings. `core` is for continuous integration: CORE trials, which took the
offline model 75 s on one core (`codepolicy eval core --jobs 1`).

## Adding a task

Write one file in `sim_envs/tasks/`, after `put_block_in_bowl.py`: a class with `scene`, `goal`, `oracle` and `decoys`
under `@task(id=…, version=1, template=Template(…), tags=(…), tolerance="…")`. Importing the folder registers it, and
`tests/tasks/test_conformance.py` holds it to the promises of every task: paraphrases read back, the scene follows from
the seed, the oracle wins, decoys and doing nothing lose, the verdict reacts to a moved object, and a free sentence gets
the same verdict. Give it a tag of a suite, then run `python benchmarks/task_page.py`,
`codepolicy eval ID --oracle --trials 20` and `codepolicy eval ID --decoys`. When what counts changes, raise the
version.

### In a package of your own

    codepolicy new task sort-by-shade
    cd sort-by-shade && pip install -e . && pytest
    codepolicy eval sort-by-shade --oracle

The package's entry point in the group `codepolicy.tasks` names a module with `@task` classes; importing it registers
them, and they are listed, matched, played and hashed into `run.json` like the others. Most of them need no more than
`from sim_envs import Case, Condition, ObjectSpec, SceneSpec, Template, others, task, things, untouched`. A suite of
them is a TOML file. An exception in a scene, a goal or an oracle is told with the package's name, file and line and
lost to `infrastructure`; an id that is taken is refused. Primitives go the same way, by `codepolicy.primitives`.

## For learners of low-level control

    import codepolicy, gymnasium
    env = gymnasium.make("codepolicy/Tabletop-v0", task="put-block-in-bowl")

A Panda at 10 Hz with the tasks of this page: joint turns and finger distance as actions, the growth of the task's
progress as reward. The observation has what is measured (joints, fingers, image, depth), `goal`, the instruction as
bytes, and `state`, the objects' true poses with a mark on those that the instruction names. `state=False` leaves ground
truth out; `info["privileged"]` says which of the two was played, and the verdict with its facts stands apart in
`info["truth"]`. Environments in parallel need fresh processes: `AsyncVectorEnv(makers, context="spawn")`, where a maker
names the package, `gymnasium.make("codepolicy:codepolicy/Tabletop-v0")`. [A loop with
stable-baselines3](reinforcement_learning.md) learns to reach.

## Privilege tiers are conditions

Peers keep one copy of their API for every tier; here a tier is a choice of flags, and it is stamped on every result.
S1 to S4 and M1 are the conditions of CaP-Bench as its paper describes them. Its M2 to M4 show the
model images, or a description of what changed in them; we say what changed as text, measured, so those rows are near
relatives rather than the same.

TIERS

`--no-examples` takes the worked examples out of the prompt, and the line or two that show how each function is called;
signatures and descriptions stay. `codepolicy prompt "…" --surface tool --no-examples` shows what is left.

## What is not here

What is wiped is loose crumbs, with a stiff block for a sponge, and what is poured is balls; there is no paint and no
liquid. Drawers, sliding doors and buttons are of our own making; they, nuts on pegs, pouring and wiping need a hand
that is led, so their oracles are written for the `tool` surface, and on `skill` they cannot be done. Ravens' tasks for
suction (assembling kits by letter shapes, packing tightly, ropes and cloth) are adapted or left out; each tolerance
says what differs. The original Code as Policies benchmark never published its scenes and predicates, so `cap14` has the
paper's instructions, attributes and split, and predicates of our own: its numbers stand beside the paper's, they are
not the same experiment (another arm, another gripper, another sampler).
"""


TIERS = (
    ("S1", "ground truth", "high-level", "one", "--detector oracle --surface skill --turns 1"),
    ("S2", "RGB-D", "high-level", "one", "--surface skill --turns 1"),
    ("S3", "RGB-D", "low-level, with examples", "one", "--surface tool --turns 1"),
    ("S4", "RGB-D", "low-level, without examples", "one", "--surface tool --turns 1 --no-examples"),
    ("below S4", "images, depth", "lowest level: joints", "one", "--surface joint --turns 1 --no-examples"),
    ("M1", "RGB-D", "low-level", "several, told the error", "--surface tool --turns 4 --feedback error"),
    ("near M2, M3", "RGB-D", "low-level", "several, told what changed", "--surface tool --turns 4 --feedback scene"),
    ("near M4", "RGB-D", "high-level", "several, told what changed", "--surface skill --turns 4 --feedback scene"),
    ("most told", "ground truth", "high-level", "several, told the verdict", "--detector oracle --feedback explain"),
)


CAP14 = (
    ("SA-SI", "long-horizon", "78.80", "86.40", "97.20", "5"),
    ("SA-SI", "spatial-geometric", "97.33", "n/a", "89.30", "3"),
    ("UA-SI", "long-horizon", "36.80", "88.00", "97.60", "5"),
    ("UA-SI", "spatial-geometric", "0.00", "n/a", "73.33", "3"),
    ("UA-UI", "long-horizon", "0.00", "64.00", "80.00", "3"),
    ("UA-UI", "spatial-geometric", "0.01", "n/a", "62.00", "3"),
)


class Rate(msgspec.Struct, frozen=True):
    """How often the episodes of one group were won."""

    group: str
    episodes: int
    first: int
    """On turn 1."""
    second: int
    """By turn 2."""


class Rates(msgspec.Struct, frozen=True):
    """The offline model's on `cap14`."""

    note: str
    """When and at which commit."""
    groups: tuple[Rate, ...]


def measure(run: Path, note: str) -> None:
    """Keep the rates of a run."""
    groups: dict[str, list[Record]] = {}
    for record in read_run(run).records:
        groups.setdefault(" ".join(record.labels.values()), []).append(record)
    rates = [
        Rate(name, len(records), *(sum(r.won and r.turns <= turn for r in records) for turn in (1, 2)))
        for name, records in sorted(groups.items())
    ]
    MEASURED.write_bytes(msgspec.json.format(msgspec.json.encode(Rates(note, tuple(rates)))) + b"\n")


def cap14() -> str:
    """The paper's figures as a Markdown table, beside the offline model's, with the number of our tasks in each row."""
    paper = ("CLIPort (oracle termination)", "NL planner", "Code as Policies")
    head = ("split", "family", *paper, "`offline`, turn 1", "`offline`, by turn 2", "episodes", "tasks here")
    rates = {rate.group: rate for rate in measured().groups}
    rows = [(*row[:-1], *ours(rates[f"{row[0].lower()} {row[1]}"]), row[-1]) for row in CAP14]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)) + "\n"


def measured() -> Rates:
    """What `--cap14` last kept."""
    return msgspec.json.decode(MEASURED.read_bytes(), type=Rates)


def ours(rate: Rate) -> tuple[str, str, str]:
    """The offline model's cells of one row."""

    def percent(won: int) -> str:
        low, high = wilson(won, rate.episodes)
        return f"{100 * won / rate.episodes:.1f} ({100 * low:.1f}-{100 * high:.1f})"

    return percent(rate.first), percent(rate.second), str(rate.episodes)


def tiers() -> str:
    """The privilege tiers as a Markdown table."""
    lines = ["| tier | perception | primitives | turns | flags of `codepolicy run` |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(t[:-1])} | `{t[-1]}` |" for t in TIERS)]) + "\n"


def page() -> str:
    """The whole of docs/tasks.md."""
    tasks = {t.id: t for t in all_tasks()}
    intro = INTRO.replace("TIERS\n", tiers()).replace("CAP14\n", cap14()).replace("NOTE", measured().note)
    intro = intro.replace("CORE ", f"{len(trials(load('core')))} ")
    parts = [intro, f"## The {len(tasks)} tasks\n"]
    shown: set[str] = set()
    for name in ("cap14", "ravens", "manip", "reason", *sorted(set(names()) - {"cap14", "ravens", "manip", "reason"})):
        suite = load(name)
        ids = list(dict.fromkeys(m.id.partition(":")[0] for group in suite.groups for m in members(group)))
        parts.append(f"### Suite `{name}`\n\n{suite.description} {suite.trials} trials per task.\n")
        fresh = [tasks[id] for id in ids if id not in shown]
        known = [id for id in ids if id in shown]
        shown |= set(ids)
        if fresh:
            parts.append(
                "\n".join(["| | task | instruction | what counts |", "|---|---|---|---|", *map(row, fresh)]) + "\n"
            )
        if known:
            parts.append("See above: " + ", ".join(f"`{id}`" for id in known) + ".\n")
    return "\n".join(parts)


def row(task: Task) -> str:
    """One task as a line of the table."""
    template = re.sub(r"<([^>]+)>", r"&lt;\1&gt;", task.template.text)
    return (
        f"| ![](tasks/{task.id}.jpg) | `{task.id}` v{task.version}<br>{', '.join(task.tags)} "
        f"| {template}<br>*{task.instruction(0)}* | {task.tolerance} |"
    )


def pictures() -> None:
    """A picture of every task's scene at seed 0, 320 by 240."""
    import cv2

    from primitives.environment import TrialSpec
    from sim_envs.environment import PyBulletEnvironment

    environment = PyBulletEnvironment()
    folder = DOCS / "tasks"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        for task in all_tasks():
            environment.reset(TrialSpec(task=task.id, seed=0, disturbances="none"))
            environment.picture(Path(scratch) / "picture.png")
            image = cv2.imread(str(Path(scratch) / "picture.png"))
            assert image is not None
            height, width = image.shape[:2]
            # the table's working area, which is what differs from task to task
            left, high = int(0.30 * width), int(0.28 * height)
            image = image[high : high + int(0.5 * height), left : left + int(0.5 * width)]
            small = cv2.resize(image, (320, 240), interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(folder / f"{task.id}.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 82])
    environment.close()


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-pictures", action="store_true")
    parser.add_argument("--cap14", type=Path, metavar="RUN", help="a run of cap14 by the offline model")
    parser.add_argument("--note", default="", help="what is written beside its rates")
    args = parser.parse_args()
    if args.cap14 is not None:
        measure(args.cap14, args.note)
    if not args.no_pictures:
        pictures()
    (DOCS / "tasks.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
