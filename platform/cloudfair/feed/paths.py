"""The paths of a run's snapshot that a client may subscribe to."""

from __future__ import annotations

from fairfacts.measures import MEASURES

PATHS = frozenset(MEASURES) | {path.partition(".")[0] for path in MEASURES}
