"""A driver in a process of its own: what it does to Python, or what kills it, takes nothing with it."""
