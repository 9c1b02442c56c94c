"""The part of ruckig that this project calls."""

class Result:
    Working: Result
    Finished: Result

class InputParameter:
    def __init__(self, degrees_of_freedom: int) -> None: ...
    current_position: list[float]
    current_velocity: list[float]
    current_acceleration: list[float]
    target_position: list[float]
    target_velocity: list[float]
    target_acceleration: list[float]
    max_velocity: list[float]
    max_acceleration: list[float]
    max_jerk: list[float]

class Trajectory:
    def __init__(self, degrees_of_freedom: int) -> None: ...
    @property
    def duration(self) -> float: ...
    def at_time(self, time: float) -> tuple[list[float], list[float], list[float]]: ...

class Ruckig:
    def __init__(self, degrees_of_freedom: int) -> None: ...
    def calculate(self, input: InputParameter, trajectory: Trajectory) -> Result: ...
