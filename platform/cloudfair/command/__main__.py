"""`python -m cloudfair.command` is `fair`: how the command starts a backend of its own."""

from cloudfair.command import main

main()
