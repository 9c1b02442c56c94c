"""Fits and measures in two dimensions: outlines, circles, rectangles, squares, moments, quantiles."""
