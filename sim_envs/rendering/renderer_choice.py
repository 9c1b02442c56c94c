"""Chooses the fastest renderer that works here."""

from __future__ import annotations

import warnings

from primitives.failures import InfrastructureError
from sim_envs.rendering.renderer import Renderer
from sim_envs.rendering.tiny_renderer import TinyRenderer


def fastest() -> Renderer:
    """OpenGL where a context opens, else software. Its name goes into results.

    A process forked from one that draws gets the software, which is safe there and slower, and a warning.
    """
    try:
        from sim_envs.rendering.opengl import GLRenderer

        return GLRenderer()
    except InfrastructureError as error:
        warnings.warn(f"{error.message}, so images are drawn in software. {error.hint}", RuntimeWarning, stacklevel=2)
        return TinyRenderer()
    except Exception:  # without a driver moderngl raises a bare Exception, and software is always there
        return TinyRenderer()
