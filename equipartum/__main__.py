"""`python -m equipartum` is the command `equipartum`."""

from equipartum.command_line import main

main()
