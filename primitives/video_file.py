"""Videos for people as H.264 in an mp4 file, which every browser plays."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def write_h264(path: Path, frames: Iterable[NDArray[np.uint8]], *, width: int, height: int, fps: int) -> None:
    """Write `frames`, (height, width, 3) uint8 RGB each, as H.264 (yuv420p). Raises OSError.

    Args:
        path: of the file; its folder is made.
        frames: one after the other, `fps` a second.
        width: even, px.
        height: even, px.
        fps: frames per second.
    """
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as file:
        stream = file.add_stream("h264", rate=fps, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, fps)
        for number, rgb in enumerate(frames):
            image = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            image.pts = number
            file.mux(stream.encode(image))
        file.mux(stream.encode())
