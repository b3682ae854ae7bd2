"""The laws of projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.laws.organisations import RegisterLaws
from fairfacts.laws.part import Breaks, Handlers, Part
from fairfacts.projects import ProjectPublished


class ProjectLaws(Part):
    """Projects published."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "project.sequence": "projects are numbered 0, 1, 2, ... as they are published",
        "project.exhibitor": "a project is published by an exhibitor, in its sector",
    }

    def __init__(self, breaks: Breaks, register: RegisterLaws) -> None:
        super().__init__(breaks)
        self._register = register
        self._next = 0

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {ProjectPublished: self._published}

    def _published(self, event: ProjectPublished) -> None:
        if event.project != self._next:
            self.breaks(event, "project.sequence")
        self._next = event.project + 1
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        if not self._register.exhibits_in(event.organisation, event.sector):
            self.breaks(event, "project.exhibitor")
