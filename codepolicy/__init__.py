"""Embodied code as policy: from a sentence to a program to a verified result."""
