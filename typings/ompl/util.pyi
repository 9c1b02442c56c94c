"""The part of ompl.util 2 that this project calls."""

from enum import Enum

class LogLevel(Enum):
    LOG_NONE = ...

class RNG:
    @staticmethod
    def setSeed(seed: int) -> None: ...

def setLogLevel(level: LogLevel) -> None: ...
