"""The fair: all its parts on one clock. `play` is the model's front door.

The clock counts whole milliseconds since midnight, Beijing time, of the fair's first day. Every drawn length of time is
rounded to it once, so that the moments of events are exact integers, and so are sums over a log.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fairfacts.disruptions import AnyDisruption
from fairfacts.event import Event
from fairfacts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairsim import VERSION
from fairsim.agreements import Agreements
from fairsim.arrivals import DAY_MS, MINUTE_MS
from fairsim.changing import changed_parts, check_change
from fairsim.demand import Demand
from fairsim.disruptions import Disruptions
from fairsim.draws import Draws
from fairsim.kernel import Kernel, Story
from fairsim.negotiations import Desks
from fairsim.notices import Notices
from fairsim.organisations import Organisations
from fairsim.platform import Platform
from fairsim.programme import Programme
from fairsim.projects import Projects
from fairsim.results import Results
from fairsim.routes import Routes
from fairsim.scenario import Scenario
from fairsim.signing import OfficeHours, SigningTables
from fairsim.streams import Streams
from fairsim.venue import Venue
from fairsim.visits import Visits


def play(
    scenario: Scenario, seed: int, *, replication: int = 0, slice_ms: int = MINUTE_MS
) -> Iterator[tuple[int, list[Event]]]:
    """Play a scenario, and yield for each slice of simulated time its end (ms since the epoch) and its events in order.

    The events are the same whatever the slice. Nothing is played ahead of what was asked for: whoever takes the slices
    slowly has a slow fair.
    """
    return slices(Fair(scenario, seed, replication), slice_ms)


def slices(fair: Fair, slice_ms: int = MINUTE_MS) -> Iterator[tuple[int, list[Event]]]:
    """Play a fair to its end, and yield the slices that `play` speaks of."""
    while fair.env.now < fair.duration_ms:
        fair.play_until(min(fair.env.now + slice_ms, fair.duration_ms))
        yield fair.env.now, fair.take_events()


class Fair:
    """A fair that stands at the moment of its opening."""

    def __init__(self, scenario: Scenario, seed: int, replication: int = 0) -> None:
        self.env = env = Kernel()
        fair = scenario.parameters.fair
        self.duration_ms = (fair.days + fair.days_after_close) * DAY_MS
        self._closes_ms = fair.days * DAY_MS
        self._events: list[Event] = []
        emit, draws = self._events.append, Draws(seed, replication)
        self._scenario, self._emit = scenario, emit
        self._organisations = organisations = Organisations(env, scenario, draws, emit)
        demand, notices = Demand(organisations), Notices(env, scenario, draws, emit)
        self._notices = notices
        self._platform = platform = Platform(env, scenario, draws, emit)
        self._tables, hours = SigningTables(env, scenario), OfficeHours(scenario)
        self._agreements = Agreements(env, scenario, draws, hours, self._tables, emit)
        self._desks = Desks(env, scenario, draws, organisations, platform, self._agreements.intend, emit)
        self._streams = Streams(env, scenario, draws, organisations, platform, demand, emit)
        self._venue = Venue(env, scenario, draws, organisations, demand, notices, emit)
        self._programme = Programme(env, scenario, draws, organisations, self._streams, self._venue, notices, emit)
        self._visits = Visits(env, scenario, draws, organisations, platform, self._desks, self._streams, demand, emit)
        self._projects = Projects(env, scenario, draws, organisations, emit)
        self._results = Results(env, scenario, draws, organisations, self._programme, hours, self._tables, emit)
        self._routes = Routes(env, scenario, draws, emit)
        self._disruptions = Disruptions(
            env, scenario, draws, organisations, platform, self._desks, self._streams, self._programme,
            self._visits, self._venue, demand, notices, emit,
        )  # fmt: skip
        emit(
            RunStarted(
                at_ms=0,
                scenario=scenario.name,
                seed=seed,
                replication=replication,
                scale=scenario.scale,
                version=VERSION,
                parameters_sha256=scenario.sha256(),
                epoch=scenario.epoch.isoformat(),
                duration_ms=self.duration_ms,
                inputs=scenario.inputs,
                calibrated=scenario.calibrated,
            )
        )
        env.process(self._days())

    def play_until(self, now_ms: int) -> None:
        """Play on to a moment. When the run ends, what is in progress stays so."""
        if self.env.now < self._closes_ms <= now_ms:
            self.env.run(until=self._closes_ms)
            self._emit(FairClosed(self._closes_ms))
        if now_ms > self.env.now:
            self.env.run(until=now_ms)
        if now_ms == self.duration_ms:
            self._emit(RunEnded(now_ms))

    def change(self, scenario: Scenario) -> None:
        """From the moment up to which the fair was played, another scenario's parameters hold.

        What has begun goes on as it began (a visit, a wait, a talk, a day of the halls); all that begins later is drawn
        by the new values, from the same random numbers.

        Raises:
            ScenarioError: the scenarios differ in what is laid out before the opening; nothing has changed then.
        """
        check_change(self._scenario, scenario)
        changed = changed_parts(self._scenario, scenario)
        self._scenario = scenario
        for part in (
            self._organisations, self._programme, self._notices, self._platform, self._agreements, self._desks,
            self._streams, self._visits, self._projects, self._venue, self._routes,
        ):  # fmt: skip
            part.adopt(scenario)
        # what is drawn a day ahead, with the parts whose parameters decide it; where these are as they were, nothing
        # is drawn again, so that events of one millisecond keep their order
        for drawn_ahead, decided_by in (
            (self._visits.redraw, {"visits", "negotiations", "streams"}),
            (self._streams.redraw, {"streams"}),
            (self._venue.redraw, {"venue"}),
        ):
            if changed & decided_by:
                drawn_ahead()

    def inject(self, disruption: AnyDisruption) -> None:
        """A disruption takes effect at the moment up to which the fair was played, before anything else of it.

        Raises:
            ScenarioError: it is impossible in this fair, or as things stand; nothing has happened then.
        """
        self._disruptions.begin(disruption, "injected")

    def take_events(self) -> list[Event]:
        """Return what happened since the last call, in order."""
        events = self._events[:]
        self._events.clear()
        return events

    def _days(self) -> Story:
        """The days of the fair, each with who signs up, visits and publishes in it."""
        env = self.env
        self._organisations.register_before_opening()
        self._desks.set_up(range(len(self._organisations.register)))
        self._programme.announce()
        self._results.announce_at_opening()
        self._venue.lay_out()
        self._routes.offer()
        self._platform.open()
        self._emit(FairOpened(env.now))
        for session in self._programme.sessions:
            env.process(self._programme.hold(session.number))
        env.process(self._tables.keep_hours())
        env.process(self._results.release_hall())
        for occasion in self._results.occasions():
            env.process(occasion)
        for planned in self._disruptions.planned():
            env.process(planned)
        fair = self._scenario.parameters.fair
        for day in range(fair.days + fair.days_after_close):
            date = self._scenario.epoch + timedelta(days=day)
            newcomers = range(0)
            if day < fair.days:
                newcomers = self._organisations.sign_up_today(day)
                env.process(self._organisations.sign_ups(newcomers))
                env.process(self._projects.publications_today(day, date))
            self._visits.begin_day(day, date)
            if day in self._venue.public_days:
                env.process(self._venue.day(day))
                env.process(self._routes.tours_today(day))
            yield env.timeout(DAY_MS)
            # those who signed up in the course of the day are listed from the next morning
            self._desks.set_up(newcomers)
