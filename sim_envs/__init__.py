"""PyBullet worlds, scenes, tasks and their ground-truth verdicts."""
