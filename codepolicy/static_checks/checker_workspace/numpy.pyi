# pyright: reportIncompleteStub=false
# Found before the installed package, whose types would take longer to read than all the rest.
from typing import Any

def __getattr__(name: str) -> Any: ...
