"""From grounded meanings to a program and its goal check."""
