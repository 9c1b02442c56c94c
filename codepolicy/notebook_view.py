"""What happens during a run, in the notebook cell that started it. IPython is used where it runs, and never loaded."""

from __future__ import annotations

import sys
import time
from typing import Any, Final

from codepolicy import notebook_cards as cards
from codepolicy.events import Called, Checked, Ended, Event, FedBack, Looked, Observer, Printed, Ran, Said, Started
from primitives.results import result_text

EVERY_S: Final = 0.2
"""s from one drawing of the cell to the next, at least."""
MOST_LINES: Final = 60


def cell_observer() -> Observer | None:
    """An observer that writes into the cell that runs; None outside of a notebook."""
    ipython: Any = sys.modules.get("IPython")
    if ipython is None:
        return None
    shell = ipython.get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return CellView(ipython.display)


class CellView:
    """The program and a line for each thing that happens; the same output is written anew."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._handle: Any = None
        self._program = ""
        self._lines: list[str] = []
        self._drawn = 0.0

    def __call__(self, event: Event) -> None:
        """Show `event`."""
        match event:
            case Looked() if not self._lines:
                self._lines.append("I see: " + (", ".join(o.name for o in event.objects) or "nothing"))
            case Started():
                self._program = event.program
                self._lines.append(f"turn {event.turn}")
            case Called() if event.phase == "program":
                record = event.record
                failed = f"{record.failure.kind}: {record.failure.message}" if record.failure is not None else ""
                told = failed or result_text(record.result)
                self._lines.append(f"line {record.line or '?'}: {record.call} -> {told[:200]}")
            case Said():
                self._lines.append(f"says: {event.text}")
            case Printed():
                self._lines.append(f"prints: {event.text.rstrip()}")
            case Ran() if event.report.failure is not None:
                self._lines.append(f"{event.report.status}: {event.report.failure.message}")
            case Checked():
                self._lines.append(f"goal check {event.check.status}")
            case FedBack():
                self._lines.append("the model is told what went wrong")
            case Ended():
                self._lines.append(f"{event.episode.outcome}: {event.episode.summary}")
            case _:
                return
        if isinstance(event, Ended) or time.monotonic() - self._drawn >= EVERY_S:
            self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        shown = "\n".join(self._lines[-MOST_LINES:])
        program = cards.code(self._program) if self._program else ""
        html = self._display.HTML(f"{program}<pre>{cards.text(shown)}</pre>")
        if self._handle is None:
            self._handle = self._display.display(html, display_id=True)
        else:
            self._handle.update(html)
