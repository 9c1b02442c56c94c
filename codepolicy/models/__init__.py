"""Models that turn a prompt into a program, behind one small Protocol."""
