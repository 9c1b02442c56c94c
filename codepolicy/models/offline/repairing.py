"""What a repair turn and a session tell: when to give up, what was done before, where things were."""

from __future__ import annotations

import re

import msgspec

from codepolicy.models.offline.belief import Belief, Declined
from codepolicy.models.offline.clauses import NotUnderstood, clauses
from codepolicy.models.offline.composing import Composer
from codepolicy.models.offline.meaning import Command
from codepolicy.models.offline.prompt import Prompt
from codepolicy.models.offline.words import tokenize

GIVE_UP = 3
"""The same failure this often ends the attempt."""


def hopeless(prompt: Prompt) -> str | None:
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


def recall(prompt: Prompt, belief: Belief) -> Command | None:
    """The last command of the session that moved something; what "it" means comes from the last one of any kind."""
    spoken: Composer | None = None
    for earlier in reversed(prompt.session):
        composer = Composer(belief.copy())
        try:
            composer.compose(clauses(tokenize(earlier)[0]))
        except (NotUnderstood, Declined):
            continue
        if spoken is None:
            spoken = composer
            belief.subjects = composer.writer.belief.subjects
            belief.targets = composer.writer.belief.targets
            belief.spoken = list(composer.writer.belief.spoken)
        elif not belief.subjects:  # after "is the drawer open?", "it" is what was spoken of before
            belief.subjects = composer.writer.belief.subjects
        if not composer.writer.silent:
            return composer.last
    return spoken.last if spoken is not None else None


_MOVED = re.compile(r"([a-z0-9][a-z0-9 _.-]*) from \(([-\d.]+), ([-\d.]+), ([-\d.]+)\) on ([^;]+?) to \(")


def take_back(prompt: Prompt, belief: Belief) -> None:
    """Learn from the session where things were before the last instruction that moved them; the rest is as it was."""
    for line in reversed(prompt.history):
        moves = [
            m
            for m in _MOVED.findall(line.split("Moved:", 1)[-1].replace("; ", ";"))
            if m[0].strip(" ;") in belief.objects
        ]
        if not moves:
            continue
        for name, x, y, z, on in moves:
            known = belief.objects[name.strip(" ;")]
            belief.start[known.name] = msgspec.structs.replace(known, position=(float(x), float(y), float(z)), on=on)
            belief.undone.append(known.name)
        return
