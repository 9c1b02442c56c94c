"""The list of all tasks, suites of them (ten lines of TOML each), and which task a free sentence asks for."""
