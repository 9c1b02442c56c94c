"""The part of PyAV that this project calls."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

class Packet: ...

class VideoFrame:
    pts: int
    width: int
    height: int
    @classmethod
    def from_ndarray(cls, array: NDArray[np.uint8], format: str) -> VideoFrame: ...
    def to_ndarray(self, *, format: str) -> NDArray[np.uint8]: ...

class CodecContext:
    name: str
    pix_fmt: str

class VideoStream:
    width: int
    height: int
    pix_fmt: str
    time_base: Fraction
    codec_context: CodecContext
    def encode(self, frame: VideoFrame | None = None) -> list[Packet]: ...

class Streams:
    video: Sequence[VideoStream]

class Container:
    streams: Streams
    def __enter__(self) -> Container: ...
    def __exit__(self, *error: object) -> None: ...
    def add_stream(self, codec_name: str, *, rate: int, options: dict[str, str] = ...) -> VideoStream: ...
    def mux(self, packets: Sequence[Packet]) -> None: ...
    def decode(self, *, video: int) -> Iterator[VideoFrame]: ...

def open(file: str, mode: str = "r", *, options: dict[str, str] = ...) -> Container: ...
