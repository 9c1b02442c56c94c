"""Sliding things over the table: corridors, strokes and finger contact."""
