"""Suites of tasks, ten lines of TOML each."""
