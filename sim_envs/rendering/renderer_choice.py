"""Chooses the fastest renderer that works here."""

from __future__ import annotations

from sim_envs.rendering.renderer import Renderer
from sim_envs.rendering.tiny_renderer import TinyRenderer


def fastest() -> Renderer:
    """OpenGL where a context opens, else software. Its name goes into results."""
    try:
        from sim_envs.rendering.opengl import GLRenderer

        return GLRenderer()
    except Exception:  # without a driver moderngl raises a bare Exception, and software is always there
        return TinyRenderer()
