"""The backend, the "cloud fair": it keeps the events of runs, folds them into live measures and streams these.

A datum's way through it: intake (decode, check) -> log (append a segment) -> live (fold) -> feed (frames) -> watcher.
"""
