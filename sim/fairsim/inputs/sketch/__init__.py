"""Sketches: what an organiser knows of a fair in a minute, made into a folder that can be played."""
