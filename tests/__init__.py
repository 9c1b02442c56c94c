"""The tests of the project; a package, since some installed packages bring a `tests` of their own."""
