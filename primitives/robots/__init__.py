"""Robots: what drives a real one, and one without hardware or physics to try things on."""
