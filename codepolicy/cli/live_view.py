"""What a person sees of a run: a live view on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from rich.live import Live

from codepolicy.cli.live_panel import LivePanel
from codepolicy.cli.screen import Screen
from codepolicy.episode import Episode, GoalCheck, Outcome
from codepolicy.events import (
    Answered,
    Asked,
    Believed,
    Called,
    Calling,
    Checked,
    Decided,
    Ended,
    Event,
    FedBack,
    Heading,
    Looked,
    Moved,
    Observer,
    Planned,
    Printed,
    Proposed,
    Ran,
    Said,
    Started,
    Thinking,
    Watched,
    Weighed,
)
from codepolicy.prompting.quoting import one_line
from primitives.results import result_text
from primitives.scene import SceneObject
from primitives.trace import CallRecord

PRINTED = 200
"""Characters of a line that a program prints before they are shown without its end."""
_STYLES: dict[Outcome, str] = {
    **dict.fromkeys(("achieved", "declined", "answered"), "bold green"),
    "unverified": "bold yellow",
}


@contextmanager
def view(*, json: bool) -> Generator[Observer]:
    """An observer that prints: to stderr with `json`, live where there is a terminal.

    Whoever closes the pipe or fills the disk loses the view; the run goes on and its record is whole.
    """
    console = Screen(stderr=json)
    shown = LiveView(console) if console.is_terminal else PlainView(console)

    def observer(event: Event) -> None:
        if not console.quiet:
            try:
                shown(event)
            except OSError:
                console.give_up()

    try:
        yield observer
    finally:
        shown.close()


class PlainView:
    """One line for each thing that happens."""

    def __init__(self, console: Screen) -> None:
        self._console = console
        self._looked = False
        self._printed = ""

    def __call__(self, event: Event) -> None:
        """Show `event`."""
        match event:
            case Looked():
                if not self._looked:
                    self._looked = True
                    self.line("I see: " + _listed(event.objects))
            case Planned():
                for number, step in enumerate(event.steps, 1):
                    self.line(f"step {number}: {step}")
            case Asked():
                if event.purpose not in ("program", "continuation"):
                    self.line(f"asking for a {event.purpose}")
            case Answered():
                for note in event.reply.notes:
                    self.line(f"  note: {note}", "yellow")
            case Weighed():
                self.weighed(event)
            case Proposed():
                self.close()
            case Decided():
                answer = "approved" if event.decision.approved else "not approved"
                self.line(f"  {answer} by {event.decision.by}")
            case Started():
                self.started(event)
            case Calling():
                self.calling(event)
            case Called():
                if event.phase == "program" and event.record.name != "say":
                    self.called(event.record)
            case Said():
                for line in event.text.split("\n"):
                    self.line(f"  says: {line}")
            case Ran():
                self.flush()
                self.ran(event)
            case Checked():
                self.check(event.check)
            case FedBack():
                self.line("  hint: " + event.text.rpartition("Hint: ")[2].strip())
            case Printed():
                self.printed(event.text)
            case Ended():
                self.ended(event.episode)
            case _:
                pass

    def printed(self, text: str) -> None:
        """The program has printed something: shown as soon as a line is whole, or long."""
        *whole, self._printed = (self._printed + text).split("\n")
        for line in whole:
            self.line(f"  prints: {line}")
        if len(self._printed) > PRINTED:
            self.flush()

    def flush(self) -> None:
        """Show what was printed without an end of line."""
        if self._printed:
            self.line(f"  prints: {self._printed}")
            self._printed = ""

    def line(self, text: str, style: str = "") -> None:
        """One line."""
        self._console.show_line(text, style)

    def weighed(self, event: Weighed) -> None:
        """Several programs were rehearsed."""
        self.line(f"turn {event.turn}: {len(event.candidates)} programs rehearsed")
        for number, c in enumerate(event.candidates, 1):
            mark = ("runs" if event.good else "best, not run") if c.chosen else ""
            self.line(f"  {number:>3}  {c.worth:.0%} {one_line(c.came_to, 100)} [{c.robot_time:.1f} s] {mark}".rstrip())

    def started(self, event: Started) -> None:
        """A program is about to run."""
        self.line(f"turn {event.turn}: program")
        for number, code in enumerate(event.program.rstrip().split("\n"), 1):
            self.line(f"  {number:>3}  {code}")

    def calling(self, event: Calling) -> None:
        """A primitive begins; plain lines wait for its end."""

    def called(self, record: CallRecord) -> None:
        """A primitive has ended."""
        self.line("  " + _call_line(record), "red" if record.failure else "")

    def ran(self, event: Ran) -> None:
        """A program has ended."""
        failure = event.report.failure
        if failure is not None:
            where = f"line {failure.line}: " if failure.line is not None else ""
            self.line(f"  {event.report.status}: {where}{failure.kind}: {failure.message}", "red")

    def check(self, check: GoalCheck) -> None:
        """A goal check has ended."""
        for clause in check.clauses:
            detail = f" ({clause.detail})" if clause.detail else ""
            mark, style = ("ok  ", "green") if clause.holds else ("FAIL", "red")
            self.line(f"  goal check {mark} {clause.message}{detail}", style)
        if check.failure is not None:
            self.line(f"  goal check {check.failure.kind}: {check.failure.message}", "red")
        elif check.status == "vacuous":
            self.line("  goal check proves nothing", "yellow")

    def ended(self, episode: Episode) -> None:
        """The run is over."""
        style = _STYLES.get(episode.outcome, "bold red")
        self.line(f"{episode.outcome.replace('_', ' ')}: {episode.summary}", style)
        if episode.privileged:
            self.line(f"used ground truth: {', '.join(episode.privileged)}", "yellow")
        for note in episode.notes:
            self.line(note, "yellow")
        if episode.folder is not None:
            times = f"{episode.timings.total:.1f} s wall time, {episode.timings.robot:.1f} s robot time"
            self.line(f"{times}, record in {episode.folder}", "dim")

    def close(self) -> None:
        """Nothing is kept open."""


class LiveView(PlainView):
    """The same lines, and below them what is under way."""

    def __init__(self, console: Screen) -> None:
        super().__init__(console)
        self._panel = LivePanel(console)
        self._live: Live | None = None
        self._began = 0.0
        self._watched = False

    def __call__(self, event: Event) -> None:
        """Show `event`."""
        match event:
            case Watched():
                self._panel.began, self._watched = time.monotonic(), False
            case Moved():  # perhaps from another thread: the panel is drawn in its own time
                self._began = self._began if self._watched else event.time
                self._watched = True
                self._panel.robot_time = event.time - self._began
                return
            case Thinking():
                self._panel.reply, self._panel.streams = event.text or event.thoughts, True
                return
            case Believed() | Heading() | Printed():
                pass
            case Asked():
                self._open()
                self._panel.ask(f"turn {event.turn}: asking the model for a {event.purpose}")
            case Checked() | Ended() | Proposed():
                self.close()
            case _:
                pass
        super().__call__(event)

    def started(self, event: Started) -> None:
        """List the program, then follow it."""
        super().started(event)
        self._panel.run(f"turn {event.turn}: the program runs", event.program)
        self._open()

    def calling(self, event: Calling) -> None:
        """Mark the line that runs."""
        if event.phase == "program":
            self._panel.line = event.line
            self._panel.doing = f"line {event.line or '?'}: {event.name}"

    def called(self, record: CallRecord) -> None:
        """Add a call."""
        self._panel.calls.append(self._console.written(_call_line(record)))
        super().called(record)

    def ran(self, event: Ran) -> None:
        """The program has ended."""
        self.close()
        super().ran(event)

    def close(self) -> None:
        """Stop the live part."""
        self._panel.rest()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _open(self) -> None:
        if self._live is None:
            self._live = Live(
                get_renderable=lambda: self._panel, console=self._console, refresh_per_second=8, transient=True
            )
            self._live.start()


def _listed(objects: tuple[SceneObject, ...]) -> str:
    return ", ".join(o.name for o in objects) or "nothing"


def _result(record: CallRecord) -> str:
    if record.failure is not None:
        return one_line(f"{record.failure.kind}: {record.failure.message}", 300)
    return one_line(result_text(record.result), 120)


def _call_line(record: CallRecord) -> str:
    where = f"line {record.line}" if record.line is not None else "line ?"
    return f"{where}: {one_line(record.call, 120)} -> {_result(record)} [{record.robot_time:.1f} s robot time]"
