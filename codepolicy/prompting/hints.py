"""What to do after each kind of failure: the one place where that is written.

A primitive's own hint knows the values and comes first. When the same failure comes again the advice changes, and the
third time it asks for another strategy.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from codepolicy.prompting.quoting import quoted
from primitives.failures import FailureKind, FailureReport


@dataclass(frozen=True, slots=True)
class Advice:
    """What to say the first, the second and every later time."""

    first: str
    again: str
    strategy: str


_ADVICE: dict[FailureKind, Advice] = {
    FailureKind.REJECTED: Advice(
        "Correct every finding and send the whole program again; nothing has moved.",
        "Write the lines in question differently; use only names and parameters listed under Functions.",
        "Write a new, shorter program from the listed functions alone.",
    ),
    FailureKind.POLICY_ERROR: Advice(
        "Correct the marked line; check for empty results before you index or take min/max.",
        "Compute the value step by step from detect() and print what you use.",
        "Do without that computation: name the objects from the scene table and place them one by one.",
    ),
    FailureKind.BAD_ARGUMENT: Advice(
        "Pass a value of the documented type and range.",
        "Look the parameter up under Functions; a target is an object, a region, or (x, y[, z]) in metres.",
        "Use another function that takes what you have.",
    ),
    FailureKind.NOT_FOUND: Advice(
        "Use one of the names in view; if what the person asked for is not there, decline(reason).",
        "Take the object from detect() by category, color or position instead of by name.",
        "Nothing in view matches: decline(reason) with what is there.",
    ),
    FailureKind.AMBIGUOUS: Advice(
        "Choose one of the candidates by its full name, or take detect(query) and select by position or size.",
        "Use detect(query) and sort by the property that the instruction names.",
        "Treat all candidates in a loop, if the instruction allows it.",
    ),
    FailureKind.UNREACHABLE: Advice(
        "Choose a target inside the workspace, nearer to the middle.",
        "Move the target at least 5 cm towards the middle of the table.",
        "Reach the goal by other means: another place that satisfies the instruction, or push instead of pick.",
    ),
    FailureKind.BLOCKED: Advice(
        "Clear what stands in the way first, or choose a target farther from other objects.",
        "Put the blocking object aside on a free place, then try again.",
        "Change the order: do the part of the task first that is free, and come back to this object last.",
    ),
    FailureKind.GRASP_MISSED: Advice(
        "Look again with find() right before the pick, and pick at the measured position.",
        "The object may have moved or stand too close to another one; move the neighbour first.",
        "Push the object to a free place first, or do another part of the task.",
    ),
    FailureKind.DROPPED: Advice(
        "Look again, then pick and place it once more; it lies where the scene table says.",
        "Use a shorter way: put it down near, pick it again, and go on from there.",
        "Push it instead of carrying it, if the goal allows.",
    ),
    FailureKind.NOT_PLACED: Advice(
        "Look where it came to rest, pick it again and choose a target with more room.",
        "Place on the centre of the support, after clearing what is already there.",
        "Choose another place that satisfies the instruction.",
    ),
    FailureKind.EXPECTATION: Advice(
        "Do what the failed clause still lacks; correct the clause instead if it asks for more than the instruction.",
        "Compare the measured values with the clause: either the target or the clause is wrong.",
        "Read the instruction again and derive both the target and the clause from its words anew.",
    ),
    FailureKind.LIMIT: Advice(
        "Do less in one program, and end every loop.",
        "Leave out what is already done; the scene table shows it.",
        "Do only the next single step of the task.",
    ),
    FailureKind.STOPPED: Advice(
        "Somebody stopped the robot; go on from the scene as it is.",
        "Somebody stopped the robot again; do the smallest useful step.",
        "Say that you were stopped, and end.",
    ),
    FailureKind.PROTECTIVE_STOP: Advice(
        "The arm stopped itself; choose a path or a grasp that touches nothing.",
        "Keep farther from the table and from other objects.",
        "Leave that object and do another part of the task.",
    ),
}
_NOBODYS = Advice(
    "This was no fault of the program; send it again for what is still to be done.",
    "This was no fault of the program; do the rest in smaller steps.",
    "This was no fault of the program; say what is missing, and end.",
)

_PYTHON = (
    (r"'NoneType' object", "Something here is None: pick, place, put, push and home return nothing. Use find(…)."),
    (
        r"IndexError: (list|tuple|string) index out of range|IndexError: index \d+ is out of bounds",
        "There are fewer items than this index needs: see under Calls what was found, and test len() before you index.",
    ),
    (
        r"IndexError|StopIteration|empty (sequence|iterable)|is( an)? empty",
        "A list is empty here: see under Calls what was found, and test a list before you take from it.",
    ),
    (
        r"'SceneObject' object has no attribute",
        "A SceneObject has name, category, color, position (x, y, z), yaw, size, top and on; see Functions.",
    ),
    (r"object has no attribute", "See under Functions what this object has."),
    (
        r"'tuple' and|to tuple|can only concatenate|unsupported operand",
        "Tuples do not add like vectors: x, y, z = obj.position, then (x + 0.1, y), or use np.array.",
    ),
    (r"UnboundLocalError|NameError", "Give the name a value on every path before this line."),
    (r"KeyError", "The key is not there: use the full names of objects, as detect() gives them."),
    (r"RecursionError|SIGKILL|SIGSEGV|MemoryError", "Use a loop of a bounded number of steps instead."),
)
"""What Python's own errors mostly mean here, by their words."""
_MISNAMED = (FailureKind.REJECTED, FailureKind.POLICY_ERROR, FailureKind.BAD_ARGUMENT, FailureKind.NOT_FOUND)
"""What a wrong word can be behind: what failed in the world was meant as it was said."""
NO_PROGRAM = "Answer with one fenced Python block for the program and one for the goal check."
UNUSABLE = {
    "tools": (
        "The reply calls tools; there are none here, and nobody answers a call.",
        "The functions are called by a program, which runs as a whole and looks by itself. " + NO_PROGRAM,
    ),
    "thoughts": ("The reply ended within a thought.", "Think less. " + NO_PROGRAM),
}
"""What is said of a reply with neither program nor words, and the hint."""
IN_VIEW = "Carry the instruction out, or decline again with a reason that is so."
VACUOUS = (
    "Nothing has moved. Write clauses that are false now and true once the instruction is carried out; "
    "if everything already is as asked, send the same check with a program that only says so, without motion."
)
NEVER_LOOKED = "Let the goal check look: call find(), detect() or a relation, and expect() something about the result."
CHECK_FAILED = (
    "Do what the failed clauses still lack; if a clause asks for more than the instruction, correct the clause."
)


def hint(failure: FailureReport, repeats: int = 0) -> str:
    """Advice on `failure`.

    Args:
        failure: what happened.
        repeats: how often the very same failure came before.
    """
    advice = _ADVICE.get(failure.kind, _NOBODYS)
    own = _sentence(failure.hint or _of_python(failure) or "")
    if repeats == 0:
        return _meant(failure) + (own or advice.first)
    if repeats == 1:
        own = f"{own} " if own else ""
        return f"The same failure as before: do not repeat it. {_meant(failure)}{own}{advice.again}"
    return f"The same failure {repeats + 1} times: this way does not work. {advice.strategy}"


def _meant(failure: FailureReport) -> str:
    """The valid word that looks like what the failure is about, where its own hint does not say so already."""
    if failure.kind is FailureKind.AMBIGUOUS or (failure.hint and "Did you mean" in failure.hint):
        return ""
    if failure.subject is None or failure.kind not in _MISNAMED:
        return ""
    close = difflib.get_close_matches(failure.subject, failure.candidates, n=1, cutoff=0.7)
    if not close or close[0] == failure.subject:
        return ""
    return f"Did you mean {close[0]!r} instead of {failure.subject!r}? "


def nearest(failure: FailureReport) -> tuple[str, ...]:
    """The valid alternatives, those first that look like what the failure is about; in their order otherwise."""
    if failure.kind is FailureKind.AMBIGUOUS:  # all of them are meant alike
        return failure.candidates
    subject = failure.subject
    close = difflib.get_close_matches(subject, failure.candidates, n=3, cutoff=0.5) if subject is not None else []
    return (*close, *(c for c in failure.candidates if c not in close))


def _of_python(failure: FailureReport) -> str | None:
    """Advice on what Python itself raised."""
    if failure.kind is not FailureKind.POLICY_ERROR:
        return None
    return next((advice for pattern, advice in _PYTHON if re.search(pattern, failure.message)), None)


def _sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".") if text else ""


def advice_on_goal(repeats: int = 0, strangers: Sequence[str] = ()) -> str:
    """Advice when the program finished but its goal check does not hold.

    Args:
        repeats: how often the very same clauses failed before.
        strangers: objects in the failed clauses that neither the instruction names nor the program handled.
    """
    if strangers:
        names = " and ".join(quoted(s, 40) for s in strangers)
        return (
            f"Correct the clause: it is about {names}, which neither the instruction nor the program names; "
            "or handle it, if the instruction means it in other words."
        )
    if repeats == 0:
        return CHECK_FAILED
    advice = _ADVICE[FailureKind.EXPECTATION]
    return f"The same clauses failed before. {advice.again}" if repeats == 1 else advice.strategy
