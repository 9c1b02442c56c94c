"""Shapes and meshes that are made from numbers, and the cache of their files."""
