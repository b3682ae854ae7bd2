"""The doors of sessions: who comes to them, when, and who is admitted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.programme import AttendeeAdmitted, AttendeeTurnedAway, WhyTurnedAway
from fairsim.engine.arrivals import gaps_ms
from fairsim.engine.draws import Floats, Keys
from fairsim.engine.kernel import Process
from fairsim.inputs.parameters import Programme as ProgrammeParameters
from fairsim.inputs.parameters import SessionNumbers
from fairsim.parts.notices import Notices
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context
from fairsim.parts.programme.sessions import Session
from fairsim.parts.streams.live import Interest
from fairsim.parts.venue.venue import Venue
from fairsim.parts.venue.visitors import Visitor

MOST_ATTENDEES = 1 << 20
"""Maximum number of people who come to one session. It bounds their keys."""
TRIES = 40
"""Number of visitors who are asked for each attendee, until one is interested enough; the last one comes anyhow."""
FIRST_TRIES = 6
"""So many are drawn for all attendees of a session at once; more are seldom needed, and drawn one by one."""


class Doors:
    """Admits people to sessions while there are seats."""

    def __init__(self, context: Context, organisations: Organisations, venue: Venue, notices: Notices) -> None:
        self._context, self._organisations, self._venue, self._notices = context, organisations, venue, notices
        self._audience = context.draws.stream("programme.audience")
        self.admitted: dict[int, int] = {}
        """The number of people in each session that has opened its doors and is not over."""
        self.over: set[int] = set()
        """The sessions that are over, cancelled ones among them."""

    @property
    def _parameters(self) -> ProgrammeParameters:
        return self._context.parameters.programme

    def interest(self, session: Session) -> Interest:
        """Return the interest in a session: more from its own sector, and from the economy that holds it."""
        organisations, parameters = self._organisations, self._parameters
        sectors = [sector.name for sector in organisations.sectors]
        codes = [economy.code for economy in organisations.economies]
        kind = next(kind for kind in self._context.scenario.fair.kinds.sessions if kind.key == session.kind)
        return Interest(
            factor=self._numbers(session).stream_factor,
            sector=sectors.index(session.sector) if kind.own_sector else -1,
            sector_weight=parameters.own_sector_weight,
            economy=codes.index(session.host) if session.host else -1,
            economy_weight=parameters.host_weight,
        )

    def admit(self, session: Session, planned: Session) -> Process:
        """People come to a session, and are admitted while there are seats.

        They are visitors inside the halls, if there are any, and otherwise delegates who come for the session. People
        whom no notice of a change reached come at the time that was planned.
        """
        env, register = self._context.env, self._organisations.register
        keys, times_ms = self._draw_arrivals(session, planned)
        order = np.argsort(times_ms, kind="stable")
        keys, times_ms = keys[order], times_ms[order]
        interest = self.interest(session)
        at_hand = np.where((register.registered_ms <= env.now) & ~register.overseas, register.delegates, 0)
        interested = interest.weights(register.sector, register.economy)
        weights = np.cumsum(at_hand * interested)
        if not weights[-1]:
            return  # a fair of organisations from overseas alone
        who = np.searchsorted(weights, self._audience.uniform(keys, WHO) * weights[-1], side="right")
        first_tries = self._audience.uniforms(keys, range(VISITOR, VISITOR + 2 * FIRST_TRIES))
        columns = (keys.tolist(), who.tolist(), gaps_ms(times_ms, env.now), first_tries.tolist())
        most = float(interested.max())
        admitted: list[Visitor] = []
        for key, organisation, wait_ms, tries in zip(*columns, strict=True):
            yield env.timeout(wait_ms)
            visitor = self._visitor(key, tries, interested, most)
            if self._come(session, key, organisation, visitor) and visitor is not None:
                visitor.in_session = True
                self._venue.sit_down(visitor, session.ends_ms)
                admitted.append(visitor)
        yield env.timeout(max(session.ends_ms - env.now, 0))
        for visitor in admitted:
            visitor.in_session = False

    def _come(self, session: Session, key: int, organisation: int, visitor: Visitor | None) -> bool:
        """A person comes to the doors; return whether the person is admitted."""
        number = session.number
        if visitor is not None and visitor.organisation is not None:
            organisation = visitor.organisation
        register = self._organisations.register
        economy = self._organisations.economies[register.economy[organisation]].code
        if number in self.over:
            if not self._notices.reaches(key):
                self._turn_away(number, organisation, economy, "cancelled")
            return False
        if self.admitted[number] >= session.seats:
            self._turn_away(number, organisation, economy, "full")
            return False
        self.admitted[number] += 1
        of_halls = None if visitor is None else visitor.number
        self._context.emit(AttendeeAdmitted(self._context.env.now, number, organisation, economy, of_halls))
        return True

    def _visitor(self, key: int, first_tries: list[float], interested: Floats, most: float) -> Visitor | None:
        """Return a visitor of the halls who comes, by interest, and is in no session; None if there is none.

        Each try takes two numbers: which visitor, and whether that one comes. Those of the first tries are drawn.
        """
        chosen, tries = None, chain(first_tries, self._further_tries(key))
        for which, chance in zip(tries, tries, strict=True):
            visitor = self._venue.somebody(which)
            if visitor is None:
                return None
            if visitor.in_session or visitor.organisation is None:  # sessions are for delegates
                continue
            chosen = visitor
            if chance < float(interested[visitor.organisation]) / most:
                break
        return chosen

    def _further_tries(self, key: int) -> Iterator[float]:
        return (self._audience.scalar_uniform(key, VISITOR + number) for number in range(2 * FIRST_TRIES, 2 * TRIES))

    def _draw_arrivals(self, session: Session, planned: Session) -> tuple[Keys, NDArray[np.int64]]:
        """Return the keys of the people who come to a session, and when."""
        parameters, audience = self._parameters, self._audience
        keys = session.number * MOST_ATTENDEES + np.arange(round(self._per_seat(session) * planned.seats))
        offsets_min = (
            audience.normal(keys, ARRIVAL) * parameters.arrival_sigma_min - parameters.arrival_before_start_min
        )
        starts_ms = np.full(len(keys), session.starts_ms)
        if session.starts_ms != planned.starts_ms:
            reached = np.array([self._notices.reaches(key) for key in keys.tolist()], np.bool_)
            starts_ms = np.where(reached, session.starts_ms, planned.starts_ms)
        times_ms = np.rint(starts_ms + offsets_min * MINUTE_MS)
        return keys, times_ms.clip(self._context.env.now, session.ends_ms - 1).astype(np.int64)

    def _per_seat(self, session: Session) -> float:
        """Return how many people come to a session for each of its seats."""
        numbers = self._numbers(session)
        appeal = self._audience.lognormal(np.array([session.number]), 1.0, numbers.audience_sigma)[0]
        return float(appeal * numbers.audience_per_seat)

    def _numbers(self, session: Session) -> SessionNumbers:
        """Return the parameters of a session's kind."""
        return next(kind for kind in self._parameters.kinds if kind.key == session.kind)

    def _turn_away(self, session: int, organisation: int, economy: str, reason: WhyTurnedAway) -> None:
        now = self._context.env.now
        self._context.emit(AttendeeTurnedAway(now, session, organisation, economy, reason))


# substreams of `programme.audience`: the first two (a log-normal number) by session, the others by attendee
ARRIVAL, WHO, VISITOR = 2, 4, 5
