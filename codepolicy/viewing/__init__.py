"""A run on a page that needs neither server nor library: arm, things, program and calls."""
