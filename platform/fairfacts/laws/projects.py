"""The laws of projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.parts.projects import ProjectPublished


class ProjectLaws(PartLaws):
    """Projects published."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "project.sequence": "projects are numbered 0, 1, 2, ... as they are published",
        "project.exhibitor": "a project is published by an exhibitor, in its sector",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._register = others.of(RegisterLaws)
        self._next = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {ProjectPublished: self._published}

    def _published(self, event: ProjectPublished) -> None:
        if event.project != self._next:
            self.breaks(event, "project.sequence")
        self._next = event.project + 1
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        if not self._register.exhibits_in(event.organisation, event.sector):
            self.breaks(event, "project.exhibitor")
