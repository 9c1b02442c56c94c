"""Writes a board as a PDF page in real size: black rectangles, so that no viewer smooths its edges (ISO 32000-1)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.hand_eye.charuco import CELLS, DICTIONARY, Board

POINT = 0.0254 / 72
"""m; the unit of a PDF page."""
PAPERS = {"a4": (0.297, 0.210), "a3": (0.420, 0.297), "letter": (0.2794, 0.2159)}
"""Width and height in m, the long side across."""
MARGIN = 0.015
"""Left free at each edge, with the ruler and its text below, in m."""
RULER = 0.1
"""Length of the printed ruler in m."""


def board_pdf(board: Board, paper: str = "a4") -> bytes:
    """One page with the board in its middle, and a ruler below by which to check the printer's scale.

    Raises:
        ConfigurationError: unknown paper, or the board does not fit on it.
    """
    if paper not in PAPERS:
        raise ConfigurationError(f"unknown paper {paper!r}. Valid: {', '.join(sorted(PAPERS))}.")
    width, height = PAPERS[paper]
    across, down = board.size
    if across > width - MARGIN or down > height - 2 * MARGIN:
        raise ConfigurationError(
            f"a board of {across * 1000:.0f} x {down * 1000:.0f} mm does not fit on {paper}, which leaves "
            f"{(width - MARGIN) * 1000:.0f} x {(height - 2 * MARGIN) * 1000:.0f} mm: take smaller or fewer squares"
        )
    cell = board.square / CELLS
    left, top = (width - across) / 2, height - (height - down - MARGIN) / 2
    boxes = [(left + x * cell, top - (y + 1) * cell, n * cell, cell) for y, x, n in _runs(board.cells())]
    ruler = MARGIN * 0.75
    boxes += [(left, ruler, RULER, 0.0004), (left, ruler, 0.0004, 0.004), (left + RULER - 0.0004, ruler, 0.0004, 0.004)]
    text = (
        f"codepolicy calibration board {board.columns} x {board.rows}, squares {board.square * 1000:g} mm, "
        f"{DICTIONARY}. Print at 100 %; this line must measure {RULER * 1000:.0f} mm."
    )
    drawn = [" ".join(f"{v / POINT:.4f}" for v in box) + " re f" for box in boxes]
    drawn.append(f"BT /F1 7 Tf {left / POINT:.2f} {(ruler - 0.004) / POINT:.2f} Td ({text}) Tj ET")
    stream = "\n".join(drawn).encode("ascii")
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width / POINT:.4f} {height / POINT:.4f}] "
    return _document(
        [
            b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (page + "/Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>").encode("ascii"),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


def _runs(black: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Rows of neighbouring black cells, as (row, first column, how many)."""
    for y, row in enumerate(black):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(np.int8)))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            yield y, first, last - first


def _document(objects: list[bytes]) -> bytes:
    """A PDF file of these objects, numbered from 1, the first of which is the catalogue."""
    out, offsets = bytearray(b"%PDF-1.4\n"), list[int]()
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    out_at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, out_at)
    return bytes(out)
