"""One module for each command of `fair`, named like it."""
