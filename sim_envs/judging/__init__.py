"""Tasks and their verdicts on ground truth."""
