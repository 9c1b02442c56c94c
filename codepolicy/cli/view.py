"""`codepolicy view RUN`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from codepolicy.cli.options import Flag


@dataclass(frozen=True, kw_only=True)
class ViewCommand:
    """Play a recorded run in the browser: arm, things, program and calls in step."""

    run: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")] = None
    """Folder that `run`, `exec`, `chat` or an episode of `eval` left."""
    export: Annotated[str | None, tyro.conf.arg(metavar="FILE.html")] = None
    """Write one file that needs nothing else, and open no browser."""
    no_open: Annotated[bool, Flag] = False
    """Open no browser; say where the page is."""

    def __call__(self) -> int:
        """Write the page and show it; returns the exit status."""
        import webbrowser
        from pathlib import Path

        from codepolicy.cli.output import put
        from codepolicy.viewing.view_page import write_view
        from primitives.errors import ConfigurationError

        if self.run is None:
            raise ConfigurationError("say which run: codepolicy view RUN, a folder below runs/")
        page = write_view(Path(self.run), Path(self.export) if self.export is not None else None)
        put(f"page in {page}")
        if self.export is None and not self.no_open:
            webbrowser.open(page.resolve().as_uri())
        return 0
