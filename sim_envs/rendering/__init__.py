"""Cameras, renderers, pictures and video."""
