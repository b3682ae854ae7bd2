"""A delegate on a visit to the platform."""

from __future__ import annotations

from fairfacts.parts.platform import Channel
from fairsim.parts.negotiations.negotiation import Requester
from fairsim.parts.visits.wishes import Wishes


class Delegate(Requester):
    """A delegate, who comes to the platform again and again; on one visit at a time."""

    __slots__ = ("is_new", "seat", "stay")

    def __init__(self, organisation: int, seat: int, economy: str, *, overseas: bool) -> None:
        super().__init__(organisation, economy, overseas=overseas)
        self.seat = seat
        """Which of the organisation's delegates."""
        self.is_new = True
        """Whether the delegate has not been on the platform yet."""
        self.stay: Stay | None = None
        """The latest stay on the platform."""


class Stay:
    """A visit of a delegate who is about to log in, on the platform, or was there."""

    __slots__ = ("attempt", "delegate", "first", "idles", "is_over", "is_return", "place", "wish", "wishes")

    def __init__(self, delegate: Delegate, wishes: Wishes, place: int) -> None:
        self.delegate, self.wishes, self.place = delegate, wishes, place
        self.first = self.wish = wishes.first[place]
        """The first wish of the visit, and the next one."""
        self.attempt = 1
        self.is_return = False
        """Whether the delegate comes for something that was left open in an earlier visit."""
        self.idles = False
        """Whether the delegate stays only for answers and talks: there is nothing else left to do."""
        self.is_over = False

    @property
    def key(self) -> int:
        """Return the key of the visit."""
        return self.wishes.keys[self.place]

    @property
    def channel(self) -> Channel:
        """Return whether the delegate uses the website or the app."""
        return self.wishes.channel[self.place]

    @property
    def has_wishes(self) -> bool:
        """Return whether there is something left to ask for."""
        return self.wish < self.wishes.first[self.place + 1]

    def again(self) -> Stay:
        """Return the delegate's next try to log in, with the wishes that are left."""
        stay = self._copy()
        stay.first = stay.wish = self.wish
        stay.attempt, stay.is_return = self.attempt + 1, True
        return stay

    def for_errands(self) -> Stay:
        """Return a new visit of the delegate, without a wish of its own."""
        stay = self._copy()
        stay.first = stay.wish = self.wishes.first[self.place + 1]
        stay.is_return = True
        return stay

    def _copy(self) -> Stay:
        return Stay(self.delegate, self.wishes, self.place)
