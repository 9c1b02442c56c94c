"""The primitives, grouped by file; importing this package registers every one, in the order of the prompt."""
# ruff: noqa: I001 - the order of the prompt

from primitives.library import perception as perception
from primitives.library import motion as motion
from primitives.library import tool as tool
from primitives.library import joint as joint
from primitives.library import other as other
