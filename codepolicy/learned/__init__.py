"""A small language model of our own: its prompt, the functions it knows, its adapter, and its limits."""
