"""Measures of projects published."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, changed

from fairfacts.projects import ProjectPublished


def test_projects_are_counted_by_sector_and_hour():
    bridge = ProjectPublished(9 * HOUR, 0, 3, "CN", "construction")
    film = ProjectPublished(9 * HOUR + 1, 1, 9, "DE", "culture_and_sport")
    tower = ProjectPublished(11 * HOUR, 2, 3, "CN", "construction")
    assert changed("projects", bridge, film, tower) == {
        "published": 3,
        "by_sector": {"construction": 2, "culture_and_sport": 1},
        "per_hour": {"9": 2, "11": 1},
    }
