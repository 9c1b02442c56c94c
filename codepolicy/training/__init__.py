"""Learning from what was executed: rows from runs, how they are split, rewards, and the training of adapters."""
