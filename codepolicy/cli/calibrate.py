"""`codepolicy calibrate board` and `codepolicy calibrate camera`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import tyro

from codepolicy.cli.options import Flag, PlaceFlags
from codepolicy.settings import DisturbanceSettings

if TYPE_CHECKING:
    from primitives.hand_eye.charuco import Board
    from primitives.hand_eye.session import Calibration, Session


@dataclass(frozen=True, kw_only=True)
class CalibrateCommand(DisturbanceSettings, PlaceFlags):
    """Print a calibration board (calibrate board), or find where a camera is by looking at it (calibrate camera)."""

    what: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="board|camera")] = ()
    """board writes a PDF to print at 100 %; camera moves the arm, looks and solves."""
    out: Annotated[str | None, tyro.conf.arg(metavar="FILE")] = None
    """Where the PDF (board.pdf) or the camera's lines for a robot file (NAME.toml) are written."""
    camera: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Which camera; the only one when left out. A simulated robot has one in its hand for this, called wrist."""
    by_hand: Annotated[bool, Flag] = False
    """The arm is not moved: lead it from pose to pose and press Enter at each."""
    views: int = 20
    """Poses to look from."""
    speed: float = 0.1
    """Fraction of the arm's speed."""
    yes: Annotated[bool, Flag] = False
    """Move without asking."""
    columns: int = 6
    """Squares along the board's long side."""
    rows: int = 4
    """Squares along its short side."""
    square: float = 40.0
    """Side of a square in mm, as measured on the paper."""
    paper: str = "a4"
    """a4, a3 or letter."""
    seed: int = 0
    """Of a simulated environment."""
    json: Annotated[bool, Flag] = False
    """Print one JSON object."""

    def __call__(self) -> int:
        """Do it; returns the exit status."""
        from primitives.errors import ConfigurationError, unknown_name
        from primitives.hand_eye.charuco import Board

        if len(self.what) != 1:
            raise ConfigurationError("say what to calibrate: codepolicy calibrate board|camera")
        board = Board(self.columns, self.rows, self.square / 1000)
        if self.what[0] == "board":
            return self._print(board)
        if self.what[0] != "camera":
            raise unknown_name("thing to calibrate", self.what[0], ("board", "camera"))
        return self._calibrate(board)

    def _print(self, board: Board) -> int:
        from pathlib import Path

        from codepolicy.cli.output import put, put_json
        from primitives.hand_eye.board_pdf import board_pdf

        path = Path(self.out or "board.pdf")
        path.write_bytes(board_pdf(board, self.paper))
        if self.json:
            put_json({"schema_version": 1, "board": board, "file": str(path)})
            return 0
        put(f"{path}: print at 100 % on {self.paper}, glue it to something flat and stiff, measure a square")
        put(f"next: codepolicy calibrate camera --square {self.square:g}  (with what you measured)")
        return 0

    def _calibrate(self, board: Board) -> int:
        from pathlib import Path

        from codepolicy.cli.output import fail, put, put_json
        from codepolicy.plugins import load_environment
        from primitives.environment import TrialSpec
        from primitives.errors import ConfigurationError
        from primitives.hand_eye.extrinsics_file import accuracy, extrinsics_toml
        from primitives.hand_eye.session import opened
        from primitives.server import stop_at_once

        if self.views < 10:
            raise ConfigurationError(f"--views is {self.views}; at least 10 are needed, better 20")
        if not 0.0 < self.speed <= 1.0:
            raise ConfigurationError(f"--speed is {self.speed:g}; it is a fraction of the arm's speed, in (0, 1]")
        environment = load_environment(self.place)
        try:
            spec = TrialSpec(seed=self.seed, disturbances=self.disturbances or "mild")
            session = opened(environment, spec, board, self.camera, speed_scale=self.speed)
            try:
                result = self._by_hand(session) if self.by_hand else self._by_arm(session)
            except KeyboardInterrupt:
                stop_at_once(session.arm)
                return fail("interrupted: the arm was stopped, nothing was written", 130, json=self.json)
        finally:
            environment.close()
        path = Path(self.out or f"{session.camera.info.name}.toml")
        text = extrinsics_toml(session.camera.info, result.hand_eye)
        path.write_text(text, encoding="utf-8")
        if self.json:
            put_json({"schema_version": 1, "camera": session.camera.info.name, **result.summary(), "file": str(path)})
            return 0
        put(accuracy(result.hand_eye))
        if result.hand_eye.left_out:
            put(f"left out, since they contradict the others: {len(result.hand_eye.left_out)} views")
        put(
            f"moved by {result.moved_mm:.1f} mm and {result.moved_deg:.2f} deg from where the camera was believed to be"
        )
        put(f"written to {path}; put its lines into the robot file")
        return 0

    def _by_arm(self, session: Session) -> Calibration:
        from codepolicy.cli.output import put

        poses = session.plan(self.views)
        if not self.json:
            put(session.request())
            put(f"The arm then moves to {len(poses)} poses at {self.speed:.0%} of its speed; the table must be clear.")
        self._approve()
        return session.move_and_solve(poses, self._progress)

    def _by_hand(self, session: Session) -> Calibration:
        from codepolicy.cli.output import put

        if not self.json:
            put(session.request())
        return session.led_and_solve(self._more, put if not self.json else self._quiet)

    def _approve(self) -> None:
        import sys

        from primitives.errors import ConfigurationError

        if self.yes:
            return
        if not sys.stdin.isatty():
            raise ConfigurationError("the arm moves only after approval: run this in a terminal, or give --yes")
        if input("Move? [y/N] ").strip().lower() not in ("y", "yes"):
            raise ConfigurationError("not approved; nothing was moved")

    def _more(self) -> bool:
        return input("Enter takes a view, q and Enter ends: ").strip().lower() != "q"

    def _progress(self, text: str) -> None:
        import sys

        from codepolicy.cli.output import shown

        sys.stderr.write(shown(text) + "\n")

    def _quiet(self, text: str) -> None:
        del text
