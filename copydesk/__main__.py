"""python -m copydesk: how a supervisor starts a service."""

from copydesk.cli import main

main()
