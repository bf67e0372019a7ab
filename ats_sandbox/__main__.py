"""`python -m ats_sandbox` is the `ats-sandbox` command."""

from ats_sandbox.cli import main

main()
