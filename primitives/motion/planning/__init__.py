"""Joint paths: collision shapes, collision checks, search and timing."""
