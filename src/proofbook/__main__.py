"""`python -m proofbook` is the command `proofbook`."""

from proofbook.cli import main

main()
