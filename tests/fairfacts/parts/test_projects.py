"""Measures of projects published."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, changed

from fairfacts.parts.projects import ProjectPublished


def test_projects_are_counted_by_sector_and_hour():
    bridge = ProjectPublished(at_ms=9 * HOUR, project=0, organisation=3, economy="CN", sector="construction")
    film = ProjectPublished(at_ms=9 * HOUR + 1, project=1, organisation=9, economy="DE", sector="culture_and_sport")
    tower = ProjectPublished(at_ms=11 * HOUR, project=2, organisation=3, economy="CN", sector="construction")
    assert changed("projects", bridge, film, tower) == {
        "published": 3,
        "by_sector": {"construction": 2, "culture_and_sport": 1},
        "per_hour": {"9": 2, "11": 1},
    }
