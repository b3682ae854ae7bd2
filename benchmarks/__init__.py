"""What is measured, against what: `python -m benchmarks` prints machine, commands and medians."""
