"""The public face of a package whose names are loaded when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def lazy_exports(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of `package`.

    Args:
        package: its name.
        homes: the module where each public name stands; `__version__` comes with them.
    """

    def get(name: str) -> object:
        if name == "__version__":
            from importlib.metadata import version

            return version("codepolicy")
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(homes[name]), name)

    return get, lambda: sorted([*homes, "__version__"])
