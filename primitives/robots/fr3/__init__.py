"""Franka Research 3 by Franka's own `pylibfranka` (arm, 1 kHz) and `franky` (hand): extra `[fr3]`."""
