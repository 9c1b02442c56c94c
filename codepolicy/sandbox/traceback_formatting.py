"""How an exception of a program is told: its own lines alone, and never too long."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Iterator


def own_frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    """(file, line, function) of the program's frames, outermost first."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_code.co_filename
        if name.startswith("<program "):
            yield name, line, frame.f_code.co_name


def own_traceback(error: BaseException, causes: int = 2) -> str:
    """A traceback like Python's, of the program's frames alone, with at most so many causes before it."""
    rows: list[str] = []
    frames = list(own_frames(error))
    if len(frames) > 20:
        frames = [*frames[:10], ("", 0, f"… {len(frames) - 20} more calls …"), *frames[-10:]]
    for name, line, function in frames:
        rows.append(f"  {name}, line {line}, in {function}" if name else f"  {function}")
        if source := linecache.getline(name, line).strip():
            rows.append(f"    {source[:200]}")
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{own_traceback(cause, causes - 1)}\nWhile handling that:\n" if cause is not None and causes else ""
    return before[-4000:] + "\n".join(["Traceback:", *rows, last_line(error)])


def last_line(error: BaseException) -> str:
    """`Type: message`, with the name under which a program would catch it."""
    if isinstance(error, SyntaxError):
        return "".join(traceback.format_exception_only(error)).strip()
    name = next(c.__name__ for c in type(error).__mro__ if not c.__name__.startswith("_"))
    message = str(error)
    return f"{name}: {message}" if message else name


def cut(text: str, limit: int) -> str:
    """Valid UTF-8 of at most `limit` characters, keeping both ends."""
    if len(text) > limit:
        text = f"{text[: limit // 2]} … {text[3 - limit // 2 :]}"
    return text.encode("utf-8", "replace").decode()
