"""The fair: all parts on one clock. `play` is the entry point of the model.

The clock counts whole milliseconds since midnight of the fair's first day, in its time zone. Every drawn duration is
rounded to milliseconds once: the times of events and sums over a log are exact integers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fairfacts.clock import MINUTE_MS
from fairfacts.event import Event
from fairfacts.parts.disruptions import AnyDisruption
from fairfacts.parts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairsim import VERSION
from fairsim.disruptions.disruptions import Disruptions
from fairsim.engine.draws import Draws
from fairsim.engine.kernel import Kernel, Process
from fairsim.inputs.changing import changed_sections, check_change
from fairsim.inputs.plan import at_scale, check_lanes
from fairsim.inputs.scenario import Scenario
from fairsim.parts.part import Context
from fairsim.parts.registry import Parts


def play(
    scenario: Scenario, seed: int, *, replication: int = 0, slice_ms: int = MINUTE_MS
) -> Iterator[tuple[int, list[Event]]]:
    """Play a scenario; yield for each slice of simulated time its end (ms since the epoch) and its events in order.

    The events do not depend on the length of a slice. The model plays no further than the slices that are taken.
    """
    return slices(Fair(scenario, seed, replication), slice_ms)


def slices(fair: Fair, slice_ms: int = MINUTE_MS) -> Iterator[tuple[int, list[Event]]]:
    """Play a fair to its end, and yield slices as `play` does."""
    while fair.env.now < fair.duration_ms:
        fair.play_until(min(fair.env.now + slice_ms, fair.duration_ms))
        yield fair.env.now, fair.take_events()


class Fair:
    """A fair. It begins at its opening."""

    def __init__(self, scenario: Scenario, seed: int, replication: int = 0) -> None:
        self.env = Kernel()
        fair = scenario.parameters.fair
        self.duration_ms = scenario.duration_ms
        self._closes_ms = scenario.at_ms(fair.days)
        self._events: list[Event] = []
        self._context = Context(self.env, scenario, Draws(seed, replication), self._events.append)
        self.parts = Parts(self._context)
        self._disruptions = Disruptions(self._context, self.parts)
        self._context.emit(
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
                fair=scenario.fair.describe(fair.days),
            )
        )
        self.env.process(self._days())

    def play_until(self, now_ms: int) -> None:
        """Play to a time in ms since the epoch. At the end of the run, what is in progress stays in progress."""
        if self.env.now < self._closes_ms <= now_ms:
            self.env.run(until=self._closes_ms)
            self.parts.programme.end_all()
            self._context.emit(FairClosed(self._closes_ms))
        if now_ms > self.env.now:
            self.env.run(until=now_ms)
        if now_ms == self.duration_ms:
            self._context.emit(RunEnded(now_ms))

    def change(self, scenario: Scenario) -> None:
        """Let another scenario's parameters hold from now on, that is, from where the fair was played to.

        What has begun continues as it began: a visit, a wait, a talk, a day of the halls. What begins later is drawn by
        the new values, from the same random numbers. Registrations, publications and tours are drawn at midnight: new
        values decide them from the next day on.

        Raises:
            ScenarioError: the scenarios differ in what is laid out before the opening; nothing has changed then.
        """
        before = self._context.scenario
        check_change(before, scenario)
        self._context.scenario = scenario
        self.parts.reconfigure(before, changed_sections(before, scenario))

    def inject(self, disruption: AnyDisruption) -> None:
        """Put a disruption into effect now, before anything else of this millisecond.

        Args:
            disruption: with people and lanes at the documented scale, as in a scenario's plan.

        Raises:
            ScenarioError: it is impossible in this fair, or as things stand; nothing has happened then.
        """
        scenario = self._context.scenario
        check_lanes(disruption, scenario.stated_lanes)
        self._disruptions.begin(at_scale(disruption, scenario.scale, scenario.lanes), "injected")

    def take_events(self) -> list[Event]:
        """Return the events since the last call, in order."""
        events = self._events[:]
        self._events.clear()
        return events

    def _days(self) -> Process:
        """Open the fair, then begin each of its days."""
        self._open()
        fair = self._context.parameters.fair
        for day in range(fair.days + fair.days_after_close):
            newcomers = self._begin_day(day, during_fair=day < fair.days)
            people = self.parts.people.draw_today(day) if day < fair.days else None
            if people is not None:
                self.env.process(self.parts.people.register(people))
            yield self.env.timeout(self._context.scenario.at_ms(day + 1) - self.env.now)
            if people is not None:
                self.parts.people.let_in(people)
            # organisations that registered during the day are listed from the next morning on
            self.parts.desks.set_up(newcomers)

    def _open(self) -> None:
        """Lay out the fair, and start what runs through it."""
        env, parts = self.env, self.parts
        parts.organisations.register_before_opening()
        parts.desks.set_up(range(len(parts.organisations.register)))
        parts.programme.announce()
        parts.results.announce_at_opening()
        parts.venue.lay_out()
        parts.routes.offer()
        parts.platform.open()
        self._context.emit(FairOpened(env.now))
        for session in parts.programme.sessions:
            env.process(parts.programme.hold(session.number))
        env.process(parts.tables.keep_hours())
        env.process(parts.results.release_hall())
        for occasion in parts.results.occasions():
            env.process(occasion)
        for planned in self._disruptions.planned():
            env.process(planned)

    def _begin_day(self, day: int, *, during_fair: bool) -> range:
        """Begin a day; return the numbers of the organisations that register in it."""
        env, parts = self.env, self.parts
        date = self._context.scenario.epoch + timedelta(days=day)
        newcomers = range(0)
        if during_fair:
            newcomers = parts.organisations.sign_up_today(day)
            env.process(parts.organisations.sign_ups(newcomers))
            env.process(parts.projects.publications_today(day, date))
            env.add_arrivals(parts.public.day(day))
        parts.visits.begin_day(day, date)
        if day in parts.venue.public_days:
            env.process(parts.venue.day(day))
            env.process(parts.routes.tours_today(day))
        return newcomers
