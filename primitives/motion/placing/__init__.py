"""Putting things down: where they fit, the motion, and where they came to rest."""
