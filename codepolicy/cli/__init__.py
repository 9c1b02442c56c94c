"""The command line. Exit status: 0 achieved, 1 not achieved, 2 usage, 3 infrastructure, 4 the person was asked, 5 the
robot stands still until a person has recovered it."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from types import FrameType

AGAIN_S = 0.02
"""How long an interrupt waits for an import to end before it is tried again."""


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `codepolicy`; ends the process with the exit status."""
    from codepolicy.cli.streams import abandon, open_closed, take_any_letter
    from codepolicy.numerics import fix_kernel

    try:
        open_closed()
        take_any_letter()
        fix_kernel()
        for number in (
            signal.SIGINT,
            signal.SIGTERM,
        ):  # whoever ends the run gently gets the same record as with Ctrl-C
            signal.signal(number, _interrupt)
        ended = status(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:  # a second time
        sys.stderr.write("codepolicy: interrupted\n")
        ended = 130
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            abandon(stream)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is written; nothing is left to interrupt
    sys.exit(ended)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, but not amid an import, which C extensions turn into crashes and half-loaded modules."""
    if _importing(frame):
        later = threading.Timer(AGAIN_S, os.kill, (os.getpid(), number))
        later.daemon = True
        later.start()
        return
    raise KeyboardInterrupt


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def status(argv: Sequence[str]) -> int:
    """Run the command line `argv` and return the exit status."""
    if list(argv) == ["--version"]:
        from codepolicy import __version__

        sys.stdout.write(f"codepolicy {__version__}\n")
        return 0
    from codepolicy.cli.commands import parse
    from codepolicy.cli.output import fail, shown
    from primitives.errors import ConfigurationError

    json = "--json" in argv
    try:
        return parse(argv)()
    except ConfigurationError as error:
        return fail(str(error), 2, json=json)
    except KeyboardInterrupt:
        return fail("interrupted before anything happened", 130, json=json)
    except BrokenPipeError:
        return 1
    except SystemExit as ended:  # tyro has said what is wrong with the flags
        if ended.code not in (0, None):
            hint = _unquoted(argv)
            if json or hint:
                fail(hint or "usage; see above", 2, json=json)
        raise
    except OSError as error:
        return fail(f"the operating system refuses: {error}", 3, json=json)
    except Exception as error:
        from codepolicy.models.protocol import ModelError
        from primitives.failures import Failure
        from primitives.plugins import culprit

        if not isinstance(error, (ModelError, Failure)):
            sys.stderr.write(shown(traceback.format_exc()).replace("\n", "\n  ").rstrip(" "))
            blamed = culprit(error)
            whose = "codepolicy" if blamed is None else f"the plug-in {blamed}"
            return fail(f"this is a fault of {whose}; please report it with the lines above", 3, json=json)
        return fail(str(error), 3, json=json)


def _unquoted(argv: Sequence[str]) -> str | None:
    """Advice for an instruction without quotes, or without its command."""
    if argv and " " in argv[0].strip():
        return f'say the command first: codepolicy run "{argv[0]}"'
    words = list(itertools.takewhile(lambda word: not word.startswith("-"), argv[1:]))
    if argv and argv[0] in ("run", "prompt") and len(words) > 1:
        return f'put the instruction in quotes: codepolicy {argv[0]} "{" ".join(words)}"'
    return None
