"""The confined process in which programs run, and the typed wire to it."""
