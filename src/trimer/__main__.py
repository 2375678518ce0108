"""Run the command line with ``python -m trimer``."""

from trimer.cli import main

main()
