"""`python -m faircli` is `fair`: the backend and the launcher start further processes by this name."""

from faircli.main import main

main()
