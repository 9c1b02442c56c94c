"""What a policy process may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Bounds of the policy process."""

    memory_mb: int = 1024
    """Address space in MiB; numpy and shapely take about 150 of it."""
    source_bytes: int = 65_536
    """Longest program."""
    output_chars: int = 20_000
    """What is kept of a program's prints."""
    calls: int = 1000
    """Most primitive calls of one program, refused ones included."""
    stall_s: float = 15.0
    """Longest time a program may compute without calling a primitive, in s."""
    read_s: float = 2.0
    """Longest time a program may leave an answer unread, in s."""
