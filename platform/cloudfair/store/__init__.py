"""What is kept: runs, their logs, checkpoints and operator commands, in one database."""
