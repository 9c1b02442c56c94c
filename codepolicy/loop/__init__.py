"""One instruction from words to a verified result: the executor, the repair loop, the planner and the record."""
