"""Checks of what is each well formed, and cannot be played together."""
