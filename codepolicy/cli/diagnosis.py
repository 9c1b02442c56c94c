"""What this machine can do: Python, packages, confinement, renderer, key. Each finding says what to do."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from codepolicy import plugins
from codepolicy.models.options import ModelOptions
from codepolicy.models.registry import suited
from codepolicy.settings import Settings
from primitives.errors import ConfigurationError
from primitives.plugins import load_every

REQUIRED = ("av", "lark", "msgspec", "numpy", "ompl", "opencv-python-headless", "pin", "rich", "ruckig")
SIMULATOR = "pybullet"
WHEEL = "Python 3.11 on Linux x86_64"
"""What `pybullet` is built for; everything else that is required has wheels for 3.12 and 3.13 on x86-64 Linux, too."""


T = TypeVar("T")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    what: str
    status: Literal["ok", "warning", "error"]
    found: str
    advice: str = ""


def diagnose(model: str, options: ModelOptions, *, max_cost: float | None = None) -> list[Finding]:
    """Everything, in the order in which one would mend it.

    Args:
        model: name of the model to be used; nothing is sent to it.
        options: how it is reached, and whether it is to be sent pictures.
        max_cost: budget in USD that is to be kept, if any.
    """
    checks = (_python, _packages, _confinement, _world, _plugins, _key)
    return [
        *(finding for check in checks for finding in check()),
        _model(model, options, Settings(vision=options.vision, max_cost=max_cost)),
        *_folder(),
    ]


def diagnose_robot(file: str) -> list[Finding]:
    """What a robot file and the robot behind it look like; nothing moves."""
    from primitives.robots.file_check import checks

    return [Finding(what=c.what, status=c.status, found=c.found, advice=c.advice) for c in checks(Path(file))]


def _python() -> Iterator[Finding]:
    yield Finding(what="Python", status="ok", found=sys.version.split()[0])


def _packages() -> Iterator[Finding]:
    for name in REQUIRED:
        try:
            yield Finding(what=name, status="ok", found=version(name))
        except PackageNotFoundError:
            yield Finding(what=name, status="error", found="not installed", advice=f"pip install {name}")
    yield _simulator()


def _simulator() -> Finding:
    try:
        return Finding(what=SIMULATOR, status="ok", found=version(SIMULATOR))
    except PackageNotFoundError:
        here = f"Python {'.'.join(map(str, sys.version_info[:2]))} on {platform.system()} {platform.machine()}"
        if here == WHEEL:
            return Finding(
                what=SIMULATOR, status="error", found="not installed", advice="pip install 'codepolicy[sim]' (a wheel)"
            )
        advice = "pip install 'codepolicy[sim]' compiles it, a quarter of an hour. Robot files need no simulator."
        found = f"not installed; its wheel is for {WHEEL}, this is {here}"
        return Finding(what=SIMULATOR, status="warning", found=found, advice=advice)


def _confinement() -> Iterator[Finding]:
    def layers() -> tuple[str, ...]:
        from codepolicy.sandbox.host import PolicySandbox

        with PolicySandbox() as sandbox:
            return sandbox.layers

    active = _tried(layers)
    if isinstance(active, str):
        yield Finding(what="confinement", status="error", found=active, advice="Run on Linux, x86-64 or ARM64.")
    elif "seccomp" not in active:
        yield Finding(
            what="confinement",
            status="warning",
            found=", ".join(active) or "nothing",
            advice="This kernel does not filter system calls; do not run programs of untrusted models here.",
        )
    else:
        yield Finding(what="confinement", status="ok", found=", ".join(active))


def _world() -> Iterator[Finding]:
    def picture() -> float:
        from codepolicy.plugins import load_environment
        from primitives.environment import Pictured, TrialSpec, capability

        environment = load_environment(SIMULATOR)
        try:
            environment.reset(TrialSpec())
            with tempfile.TemporaryDirectory() as folder:
                began = time.perf_counter()
                capability(environment, Pictured).picture(Path(folder) / "picture.png")
                return time.perf_counter() - began
        finally:
            environment.close()

    if find_spec(SIMULATOR) is None:
        return
    took = _tried(picture)
    if isinstance(took, str):
        yield Finding(what="simulated world", status="error", found=took, advice="Reinstall codepolicy and pybullet.")
    else:
        yield Finding(what="simulated world", status="ok", found=f"renders a picture in {took * 1000:.0f} ms")


def _plugins() -> Iterator[Finding]:
    for group in ("models", "environments", "detectors"):
        yield Finding(what=group, status="ok", found=", ".join(plugins.names(f"codepolicy.{group}")) or "none")
    for group in ("tasks", "primitives"):
        added = ", ".join(plugins.names(f"codepolicy.{group}"))
        try:
            load_every(f"codepolicy.{group}")
        except ConfigurationError as error:
            yield Finding(what=group, status="error", found=added, advice=f"{error}.")
        else:
            own = "codepolicy's own"
            yield Finding(what=group, status="ok", found=f"{own}, and {added}" if added else own)


def _key() -> Iterator[Finding]:
    url = os.environ.get("OPENAI_BASE_URL")
    if os.environ.get("OPENAI_API_KEY"):
        yield Finding(what="key", status="ok", found="OPENAI_API_KEY is set" + (f", for {url}" if url else ""))
    elif url:
        yield Finding(what="key", status="ok", found=f"no OPENAI_API_KEY; {url} is asked without one")
    else:
        yield Finding(
            what="key",
            status="warning",
            found="OPENAI_API_KEY is not set",
            advice="Only --model offline works. Set the key, or give --base-url of a server that needs none.",
        )


def _model(name: str, options: ModelOptions, settings: Settings) -> Finding:
    """Whether the model can be set up, and whether it is sent pictures."""
    try:
        model = suited(name, settings, options, sees=True)
    except ConfigurationError as error:
        return Finding(what=f"model {name}", status="warning", found="cannot be used so", advice=str(error))
    sent = "is sent pictures of the scene" if model.vision else "is sent no pictures"
    return Finding(what=f"model {name}", status="ok", found=f"{sent} (--vision {settings.vision})")


def _folder() -> Iterator[Finding]:
    if os.access(Path.cwd(), os.W_OK):
        yield Finding(what="run folder", status="ok", found=f"{Path.cwd()} can be written to")
    else:
        yield Finding(what="run folder", status="warning", found=f"{Path.cwd()} is read-only", advice="Use --out DIR.")


def _tried(check: Callable[[], T]) -> T | str:
    """What `check` returns, or in words why it could not."""
    try:
        return check()
    except Exception as error:  # a doctor reports whatever is wrong
        return f"{type(error).__name__}: {error}"
