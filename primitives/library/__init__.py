"""The primitives, grouped by file; importing this package registers every one."""
