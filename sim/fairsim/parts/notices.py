"""The information service: its notices reach some of the people, who then change their plans."""

from __future__ import annotations

from fairfacts.parts.notices import NoticePublished
from fairfacts.parts.platform import Channel
from fairsim.parts.part import Context, Part


class Notices(Part):
    """Publishes notices, and decides whom they reach."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._reach = context.draws.stream("notices.reach")
        self._next_number = 0

    def publish(self, about: str, text: str, *, over: bool = False, disruption: int | None = None) -> None:
        """Publish a notice."""
        self.emit(NoticePublished(self.env.now, self._next_number, about, over, text, disruption))
        self._next_number += 1

    def reaches(self, key: int, channel: Channel = "website") -> bool:
        """Return whether notices reach the person with a key in time. An app shows them at once."""
        parameters = self._context.parameters.notices
        share = parameters.app_reach_share if channel == "app" else parameters.website_reach_share
        return self._reach.scalar_uniform(key) < share
