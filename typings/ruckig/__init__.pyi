"""The part of ruckig that this project calls. Its waypoint interface is left out: it sends the path to a server."""

from enum import Enum

class Result(Enum):
    Working = ...
    Finished = ...

class InputParameter:
    current_position: list[float]
    current_velocity: list[float]
    current_acceleration: list[float]
    target_position: list[float]
    target_velocity: list[float]
    target_acceleration: list[float]
    max_velocity: list[float]
    max_acceleration: list[float]
    max_jerk: list[float]
    def __init__(self, dofs: int) -> None: ...

class Trajectory:
    duration: float
    def __init__(self, dofs: int) -> None: ...
    def at_time(self, time: float) -> tuple[list[float], list[float], list[float]]: ...

class Ruckig:
    def __init__(self, dofs: int, delta_time: float = ...) -> None: ...
    def calculate(self, input: InputParameter, trajectory: Trajectory) -> Result: ...
