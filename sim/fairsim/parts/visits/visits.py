"""Online visits: delegates log in at the hours of their own time zones, look around, ask, talk, and leave."""

from __future__ import annotations

from datetime import datetime

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.organisations import MOST_DELEGATES
from fairfacts.parts.platform import LoginRefused
from fairfacts.parts.visits import PagesViewed, VisitEnded, VisitStarted
from fairsim.engine.arrivals import gaps_ms
from fairsim.engine.kernel import Arrivals
from fairsim.parts.demand import Demand
from fairsim.parts.negotiations.desks import Desks
from fairsim.parts.negotiations.negotiation import Negotiation, Requester
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part
from fairsim.parts.platform import Platform
from fairsim.parts.streams.live import Viewer
from fairsim.parts.streams.streams import Streams
from fairsim.parts.visits.delegate import Delegate, Stay
from fairsim.parts.visits.turnout import Turnout
from fairsim.parts.visits.wishes import WishDraws

VISITS_AT_ONCE = 4096
"""Number of visits whose wishes are drawn together: memory grows with a batch, not with the day."""


class Visits(Part):
    """The delegates on the platform."""

    DRAWN_AHEAD_BY = frozenset({"visits", "negotiations", "streams"})

    def __init__(
        self,
        context: Context,
        organisations: Organisations,
        platform: Platform,
        desks: Desks,
        streams: Streams,
        demand: Demand,
    ) -> None:
        super().__init__(context)
        self._organisations, self._platform, self._desks, self._streams = organisations, platform, desks, streams
        self._turnout = Turnout(context, organisations, demand)
        self._wishes = WishDraws(context, desks)
        self._next_number = 0
        self._stands_viewed = self._projects_viewed = 0
        self._counting = False
        self._delegates: dict[int, Delegate] = {}
        """Those who have come to the platform so far, by person."""
        self.online: dict[int, Stay] = {}
        """By the number of the visit, in the order of the log-ins."""
        self._day, self._date = -1, context.scenario.epoch
        self._drawn = 0
        """How often the rest of a day was drawn."""
        # bound once: a bound method would be one more object for each entry of the event list
        self._asks, self._leaves = self._ask, self._leave
        desks.exchange.settle, desks.exchange.fetch = self._settle, self._fetch

    def begin_day(self, day: int, date: datetime) -> None:
        """Begin a day of log-ins, each at the hours of its own time zone."""
        self._day, self._date = day, date
        self._turnout.begin_day(day, date)
        self._play_rest()

    def redraw(self) -> None:
        """Draw the log-ins of the rest of the day again."""
        if self._day < 0:  # no day has begun yet
            return
        self._turnout.change(self.env.now - self._context.day_ms(self._day), self._date)
        self._play_rest()

    def log_in(self, stay: Stay) -> None:
        """A delegate logs in, or is refused and tries again after a while.

        Whoever is online already does not log in: that visit and its wishes do not come about, and no event says so
        (a tenth of the log-ins that are drawn; `visits.*_per_delegate_day` counts them too).
        """
        delegate = stay.delegate
        if delegate.is_online:
            return
        delegate.stay = stay
        if self._platform.log_in():
            self._enter(stay)
            return
        again_ms = self._platform.again_after_ms(stay.key, stay.attempt)
        self.emit(
            LoginRefused(
                self.env.now, delegate.organisation, delegate.economy, stay.channel, stay.attempt, again_ms > 0
            )
        )
        if again_ms:
            self.log_in_later(stay, again_ms)

    def log_in_later(self, stay: Stay, after_ms: int) -> None:
        """A delegate logs in once more after a while."""
        self.env.after(after_ms, self.log_in, stay.again())

    def drop_all(self) -> list[Stay]:
        """End all visits, as the platform is down; return them: their delegates may log in again."""
        dropped = list(self.online.values())
        for stay in dropped:
            self._end(stay, dropped=True)
        return dropped

    def _enter(self, stay: Stay) -> None:
        """A delegate is on the platform."""
        delegate, wishes, place = stay.delegate, stay.wishes, stay.place
        delegate.visit = visit = self._next_number
        self._next_number += 1
        self.online[visit] = stay
        is_first, delegate.is_new = delegate.is_new, False
        organisation, economy, channel = delegate.organisation, delegate.economy, stay.channel
        self.emit(
            VisitStarted(self.env.now, visit, organisation, economy, channel, stay.attempt, delegate.seat, is_first)
        )
        if wishes.watch_ms[place] and not stay.is_return:
            viewer = Viewer(organisation, economy, channel, stay.key, wishes.watch_ms[place])
            self._streams.drop_in(viewer, wishes.watch[place])
        self._desks.exchange.see_to_errands(delegate)
        self._go_on(stay)

    def _go_on(self, stay: Stay) -> None:
        """A delegate looks around until the next request, or until the end of the visit."""
        if stay.has_wishes:
            self.env.after(stay.wishes.browse_ms[stay.wish], self._asks, stay)
        else:
            self.env.after(stay.wishes.leave_ms[stay.place], self._leaves, stay)

    def _ask(self, stay: Stay) -> None:
        """A delegate asks for a negotiation, or first finishes the talk under way."""
        if stay.is_over:
            return
        delegate, wishes, wish = stay.delegate, stay.wishes, stay.wish
        if delegate.in_talk:
            stay.idles = True
            return
        self._look(wishes.stands[wish], wishes.projects[wish])
        stay.wish = wish + 1
        self._desks.ask(Negotiation(delegate, wishes.attempts, wish))
        self._go_on(stay)

    def _leave(self, stay: Stay) -> None:
        """A visit ends, unless the platform ended it before, or the delegate stays for an answer or a talk."""
        if stay.is_over:
            return
        if stay.delegate.is_busy:
            stay.idles = True
            return
        if not stay.is_return:
            self._look(stay.wishes.last_stands[stay.place], stay.wishes.last_projects[stay.place])
        self._end(stay, dropped=False)

    def _settle(self, requester: Requester) -> None:
        """A delegate who stayed for answers and talks alone goes on, as there may be none left."""
        stay = self.online.get(requester.visit)
        if stay is None or not stay.idles or requester.in_talk:
            return
        if stay.has_wishes or not requester.is_busy:
            stay.idles = False
            self._go_on(stay)

    def _fetch(self, requester: Requester) -> None:
        """A delegate comes back to the platform for an arranged talk, or to ask once more."""
        if isinstance(requester, Delegate) and requester.stay is not None:
            self.log_in(requester.stay.for_errands())

    def _end(self, stay: Stay, *, dropped: bool) -> None:
        delegate, visit = stay.delegate, stay.delegate.visit
        del self.online[visit]
        stay.is_over, delegate.visit = True, -1
        requests = stay.wish - stay.first
        self.emit(VisitEnded(self.env.now, visit, delegate.organisation, delegate.economy, requests, dropped))

    def _look(self, stands: int, projects: int) -> None:
        """A delegate views pages; the platform's counters report them at the end of the minute."""
        self._stands_viewed += stands
        self._projects_viewed += projects
        self._platform.serve((stands + projects) * self._platform.parameters.requests_per_page)
        if not self._counting and stands + projects:
            self._counting = True
            end_ms = (self.env.now // MINUTE_MS + 1) * MINUTE_MS
            self.env.at(end_ms, self._count_pages)

    def _count_pages(self, _: None) -> None:
        self.emit(PagesViewed(self.env.now, self._stands_viewed, self._projects_viewed))
        self._stands_viewed = self._projects_viewed = 0
        self._counting = False

    def _play_rest(self) -> None:
        """Play the rest of a day; what was drawn for it earlier is dropped."""
        self._drawn += 1
        self.env.add_arrivals(self._log_ins(self._drawn))

    def _log_ins(self, drawn: int) -> Arrivals:
        """Delegates log in during the rest of a day."""
        comers = self._turnout.draw()
        for start in range(0, len(comers.keys), VISITS_AT_ONCE):
            batch = comers.part(start, start + VISITS_AT_ONCE)
            wishes = self._wishes.draw(batch.keys, batch.organisations, batch.asks)
            waits_ms = gaps_ms(batch.times_ms, self.env.now)
            people = zip(batch.organisations.tolist(), batch.delegates.tolist(), waits_ms, strict=True)
            for place, (organisation, seat, wait_ms) in enumerate(people):
                yield wait_ms
                if drawn != self._drawn:
                    return
                self.log_in(Stay(self._delegate(organisation, seat), wishes, place))

    def _delegate(self, organisation: int, seat: int) -> Delegate:
        """Return a delegate, the same one for each visit."""
        person = organisation * MOST_DELEGATES + seat
        delegate = self._delegates.get(person)
        if delegate is None:
            economy = self._organisations.economies[self._organisations.register.economy[organisation]]
            delegate = self._delegates[person] = Delegate(organisation, seat, economy.code, overseas=economy.overseas)
        return delegate
