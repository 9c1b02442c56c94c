"""`python -m codepolicy`."""

from codepolicy.cli import main

main()
