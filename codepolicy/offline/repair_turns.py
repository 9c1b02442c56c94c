"""What a repair turn and a session tell: when to give up, what was done before, where things were."""

from __future__ import annotations

import re

import msgspec

from codepolicy.offline.codegen.composer import Composer
from codepolicy.offline.grounding.belief import Belief, Declined
from codepolicy.offline.lexicon.tokenizer import tokenize
from codepolicy.offline.parser.clauses import NotUnderstood, clauses
from codepolicy.offline.parser.meaning import Command
from codepolicy.prompting.prompt_reader import ReadPrompt
from primitives.categories import FIXED

GIVE_UP = 3
"""The same failure this often ends the attempt."""


def hopeless(prompt: ReadPrompt) -> str | None:
    """A sentence that gives up, when the same thing has failed for the third time; a plan may then find another way."""
    if prompt.feedback is None or prompt.condition is not None:
        return None
    outcome = _gist(prompt.feedback.splitlines()[0]) if prompt.feedback.strip() else ""
    things = re.findall(r"would touch ([a-z]+ [a-z]+(?: \d+)?)", outcome)
    same = sum(
        1
        for line in prompt.earlier
        if _gist(line) and _kind(line) == _kind(prompt.feedback) and all(thing in line for thing in things)
    )
    if same + 1 >= GIVE_UP:
        return f"This has failed {same + 1} times in the same way, and rules do not know another: {outcome}"
    return None


def _gist(line: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"^[Tt]urn \d+:?", "", line)).strip()


_KINDS = re.compile(
    r"\b(rejected|policy_error|bad_argument|not_found|ambiguous|unreachable|blocked|grasp_missed|dropped|not_placed|expectation|limit"
    r"|Rejected|PolicyError|BadArgument|NotFound|Ambiguous|Unreachable|Blocked|GraspMissed|Dropped|NotPlaced|ExpectationFailed|LimitExceeded)\b"
)


def _kind(text: str) -> str:
    match = _KINDS.search(text)
    return match[1].replace("_", "").lower() if match else "goal check"


_MOVED = re.compile(r"([a-z0-9][a-z0-9 _.-]*) from \(([-\d.]+), ([-\d.]+), ([-\d.]+)\) on ([^;]+?) to \(")


def _moves(line: str, belief: Belief) -> list[tuple[str, float, float, float, str]]:
    """What an earlier instruction moved: name, position (x, y, z) in m and what it rested on before."""
    told = _MOVED.findall(line.split("Moved:", 1)[-1].replace("; ", ";"))
    named = [(m[0].strip(" ;"), float(m[1]), float(m[2]), float(m[3]), str(m[4])) for m in told]
    return [m for m in named if m[0] in belief.objects]


def recall(prompt: ReadPrompt, belief: Belief) -> Command | None:
    """Follow the session from its beginning: the last command that moved something, and what "it" and "them" mean now.

    Earlier instructions are read in the scene as it is now. Where one no longer makes sense there, it was about what it
    moved.
    """
    last: Command | None = None
    acted = False
    for line, earlier in zip(prompt.history, prompt.session, strict=False):
        composer = Composer(belief.copy(), last=last)
        moved = tuple(name for name, *_ in _moves(line, belief) if belief[name].category not in FIXED)
        try:
            composer.compose(clauses(tokenize(earlier)[0]))
        except (NotUnderstood, Declined):
            if moved:
                belief.subjects, belief.company = moved, ()
            continue
        known = composer.writer.belief
        if moved and not set(known.subjects) <= set(moved):  # "them" meant something else when it was said
            known.subjects, known.company = moved, ()
        belief.subjects, belief.company, belief.targets = known.subjects, known.company, known.targets
        belief.spoken = list(known.spoken)
        if not composer.writer.silent or not acted:
            last = composer.last
            acted = not composer.writer.silent
    return last


def take_back(prompt: ReadPrompt, belief: Belief) -> None:
    """Learn from the session where things were before the last instruction that moved them; the rest is as it was."""
    for line in reversed(prompt.history):
        moves = _moves(line, belief)
        for name, x, y, z, on in moves:
            belief.start[name] = msgspec.structs.replace(belief.objects[name], position=(x, y, z), on=on)
            belief.undone.append(name)
        if moves:
            return
