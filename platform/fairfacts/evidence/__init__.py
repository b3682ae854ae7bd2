"""What was reported, and how it compares with what was simulated."""
