"""Results that were arranged in advance, announced and signed on their occasions; and the release hall.

Counts and totals are inputs: the documents report them. Drawn is what they leave open: sectors, how a total is spread
over its results, and when results are signed that no session signs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import HOUR_MS, MINUTE_MS
from fairfacts.parts.agreements import SigningMode
from fairfacts.parts.results import (
    ReleaseKind,
    ReleasePublished,
    ReportKind,
    ReportReleased,
    ResultAnnounced,
    ResultSigned,
)
from fairsim.engine.draws import Floats, Keys, whole_ms
from fairsim.engine.kernel import Process
from fairsim.inputs.kinds import OccasionKind
from fairsim.inputs.parameters import OccasionNumbers
from fairsim.inputs.parameters import Results as ResultsParameters
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part
from fairsim.parts.programme.programme import Programme
from fairsim.parts.signing import Guest, OfficeHours, SigningTables, days_on_site

RELEASE_KINDS: tuple[ReleaseKind, ...] = get_args(ReleaseKind)
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
MOST_RESULTS = 1 << 20
"""Maximum number of results of one occasion. It bounds their keys."""


class Result(NamedTuple):
    """The fields that all events of a result share."""

    number: int
    occasion: str
    sector: str
    value: int
    currency: str


class Plan(NamedTuple):
    """The results of an occasion: a sector and a value for each, and how many are signed in its session."""

    occasion: str
    keys: Keys
    sectors: NDArray[np.int64]
    values: list[int]
    currency: str
    on_site: int


class Results(Part):
    """The occasions on which results are announced and signed, and the release hall."""

    def __init__(
        self,
        context: Context,
        organisations: Organisations,
        programme: Programme,
        hours: OfficeHours,
        tables: SigningTables,
    ) -> None:
        super().__init__(context)
        self._organisations, self._programme, self._hours, self._tables = organisations, programme, hours, tables
        self._terms = context.draws.stream("results.terms")
        self._releases = context.draws.stream("results.releases")
        self._hosts: set[int] = set()
        """The sessions that host an occasion."""
        self._next_number = self._next_release = self._next_report = 0

    @property
    def _parameters(self) -> ResultsParameters:
        return self._context.parameters.results

    def announce_at_opening(self) -> None:
        """Announce the results collected before the opening; they are signed at tables or online through the fair."""
        for place, (kind, _) in enumerate(self._kinds()):
            if not kind.session:
                self._announce_collected(self._plan(place))

    def _announce_collected(self, plan: Plan) -> None:
        parameters, results = self._parameters, self._announce(plan)
        at_table = self._terms.uniform(plan.keys, ON_SITE) < parameters.signed_on_site_share
        self._come_to_tables(plan.keys[at_table], [results[place] for place in np.flatnonzero(at_table)])
        self._sign_some_online(plan.keys[~at_table], [results[place] for place in np.flatnonzero(~at_table)])

    def occasions(self) -> Iterable[Process]:
        """Return the processes of the occasions that are sessions of the programme."""
        for place, (kind, _) in enumerate(self._kinds()):
            if kind.session and self._programme.sessions:
                yield self._hold(self._plan(place), self._host(kind.session, kind.topic))

    def _kinds(self) -> list[tuple[OccasionKind, OccasionNumbers]]:
        return list(zip(self._context.scenario.fair.kinds.occasions, self._parameters.kinds, strict=True))

    def release_hall(self) -> Process:
        """Organisations present news and reports are released, one after the other in the slots of the release hall."""
        env, parameters, draw, register = self.env, self._parameters, self._releases, self._organisations.register
        exhibitors = np.flatnonzero(register.exhibits & (register.registered_ms <= env.now))
        chosen = np.argsort(draw.uniform(exhibitors, CHOSEN), kind="stable")[: parameters.organisations_releasing]
        organisations, reports = exhibitors[chosen], np.arange(parameters.reports)
        turns = np.concatenate([draw.uniform(organisations, TURN), draw.uniform(reports, REPORT_TURN)])
        callbacks: list[Callable[[], None]] = [
            *(partial(self._publish, organisation) for organisation in organisations.tolist()),
            *(partial(self._release, report) for report in reports.tolist()),
        ]
        slots_ms = self._slots_ms()
        for turn, place in enumerate(np.argsort(turns, kind="stable").tolist() if slots_ms else []):
            # spread over all slots; at a scale above 1 a slot has several
            yield env.timeout(slots_ms[turn * len(slots_ms) // len(callbacks)] - env.now)
            callbacks[place]()

    def _publish(self, organisation: int) -> None:
        """An organisation presents a result, a technology or a solution."""
        register, organisations = self._organisations.register, self._organisations
        kind = RELEASE_KINDS[int(self._releases.scalar_uniform(organisation, KIND) * len(RELEASE_KINDS))]
        economy = organisations.economies[register.economy[organisation]].code
        sector = organisations.sectors[register.sector[organisation]].name
        self.emit(ReleasePublished(self.env.now, self._next_release, organisation, economy, sector, kind))
        self._next_release += 1

    def _release(self, report: int) -> None:
        """A report, an index or a ranking is released."""
        sectors = self._organisations.sectors
        kind = REPORT_KINDS[int(self._releases.scalar_uniform(report, REPORT_KIND) * len(REPORT_KINDS))]
        sector = sectors[int(self._releases.scalar_uniform(report, REPORT_SECTOR) * len(sectors))].name
        self.emit(ReportReleased(self.env.now, self._next_report, kind, sector))
        self._next_report += 1

    def _slots_ms(self) -> list[int]:
        """Return when the slots of the release hall begin, on all days on site."""
        parameters, scenario = self._parameters, self._context.scenario
        starts_ms: list[int] = []
        slot_ms = round(parameters.hall_slot_min * MINUTE_MS)
        for day in days_on_site(scenario):
            opens_ms, closes_ms = (scenario.at_ms(day, h) for h in (parameters.hall_opens_h, parameters.hall_closes_h))
            starts_ms += range(opens_ms, closes_ms - slot_ms + 1, slot_ms)
        return starts_ms

    def _hold(self, plan: Plan, number: int) -> Process:
        """An occasion in a session: its results are announced, and the first of them signed at its end.

        If the session is cancelled, they are signed online like the others.
        """
        env, sessions = self.env, self._programme.sessions
        while (wait_ms := sessions[number].starts_ms - env.now) > 0:  # a disruption may delay it meanwhile
            yield env.timeout(wait_ms)
        results, host = self._announce(plan), sessions[number]
        self._sign_some_online(plan.keys[plan.on_site :], results[plan.on_site :])
        ceremony_ms = min(round(self._parameters.ceremony_min * MINUTE_MS), host.ends_ms - host.starts_ms)
        slot_ms = ceremony_ms // (plan.on_site + 1)  # the last of the slots is for closing words
        yield env.timeout(host.ends_ms - ceremony_ms - env.now)
        for place, result in enumerate(results[: plan.on_site]):
            yield env.timeout(slot_ms)
            if self._programme.is_over(number):
                left = slice(place, plan.on_site)
                self._sign_some_online(plan.keys[left], results[left])
                return
            self._sign(result, "on_site", host.place, slot_ms)

    def _host(self, kind: str, topic: str) -> int:
        """Return the first session of a kind and topic that is held in a room and hosts no other occasion.

        If there is none, return any other session in a room; if there is none either, the first of all.
        """
        free = [s for s in self._programme.sessions if s.seats and s.number not in self._hosts]
        fit = (s.number for s in free if s.kind == kind and topic in s.title)
        host = next(fit, free[0].number if free else self._programme.sessions[0].number)
        self._hosts.add(host)
        return host

    def _announce(self, plan: Plan) -> list[Result]:
        """Announce the results of an occasion."""
        names, first = [sector.name for sector in self._organisations.sectors], self._next_number
        results = [
            Result(first + place, plan.occasion, names[sector], value, plan.currency)
            for place, (sector, value) in enumerate(zip(plan.sectors.tolist(), plan.values, strict=True))
        ]
        for result in results:
            self.emit(ResultAnnounced(self.env.now, *result))
        self._next_number += len(results)
        return results

    def _sign_some_online(self, keys: Keys, results: list[Result]) -> None:
        """Let some of the results announced now be signed online in later office hours; the others stay unsigned."""
        parameters, now = self._parameters, self.env.now
        signed = self._terms.uniform(keys, SIGNED) < parameters.signed_online_share
        works_ms = whole_ms(self._terms.exponential(keys, parameters.sign_online_mean_h * HOUR_MS, WORK)).tolist()
        for place in np.flatnonzero(signed).tolist():
            at_ms = self._hours.after(self._organisations.home_code, now, works_ms[place])
            self.env.at(at_ms, self._end_online, results[place])

    def _come_to_tables(self, keys: Keys, results: list[Result]) -> None:
        """Results come to the signing tables during their schedule; without days on site they are signed at once."""
        days = self._tables.schedule or [(self.env.now, self.env.now)]
        day = (self._terms.uniform(keys, DAY) * len(days)).astype(np.int64)
        opens_ms, closes_ms = np.array(days)[day].T
        times_ms = opens_ms + np.floor(self._terms.uniform(keys, MOMENT) * (closes_ms - opens_ms)).astype(np.int64)
        for at_ms, result in zip(times_ms.tolist(), results, strict=True):
            self.env.at(at_ms, self._come, result)

    def _come(self, result: Result) -> None:
        sign, leave = partial(self._sign, result, "on_site"), partial(self._sign, result, "online", "", 0)
        self._tables.come(Guest(sign, leave, stays=True))

    def _end_online(self, result: Result) -> None:
        self._sign(result, "online", "", 0)

    def _sign(self, result: Result, mode: SigningMode, place: str, took_ms: int) -> None:
        """A result is signed."""
        self.emit(ResultSigned(self.env.now, *result, mode, place, took_ms))

    def _plan(self, place: int) -> Plan:
        """Return the results of the occasion in a place of the fair's list of them."""
        kind, numbers = self._kinds()[place]
        parameters, known = self._parameters, self._organisations.sectors
        # however small the scale, one result has the value of all
        count = max(numbers.count, 1) if kind.value == "total" and numbers.value else numbers.count
        keys = place * MOST_RESULTS + np.arange(count)
        weights = np.cumsum([sector.weight for sector in known])
        drawn = np.searchsorted(weights, self._terms.uniform(keys, SECTOR) * weights[-1], side="right")
        sector = self._organisations.sector_of(kind.sector)
        sectors = np.full(count, sector) if sector >= 0 else drawn
        factors = np.array([sector.value_factor for sector in known])[sectors]
        values = factors * self._terms.lognormal(keys, parameters.value_mean_usd, parameters.value_sigma, VALUE)
        whole = np.rint(values).astype(np.int64).tolist() if kind.value == "drawn" else apportion(numbers.value, values)
        on_site = count if numbers.on_site == numbers.count else numbers.on_site
        return Plan(kind.key, keys, sectors, whole, kind.currency, on_site)


def apportion(total: int, weights: Floats) -> list[int]:
    """Return whole shares of a total by weight. They add up to it exactly: the largest takes the rest of rounding."""
    if not len(weights):
        return []
    shares: list[int] = np.floor(total * (weights / weights.sum())).astype(np.int64).tolist()
    shares[int(np.argmax(weights))] += total - sum(shares)
    return shares


# substreams of `results.terms`, by occasion and place in it; the value uses two
SECTOR, VALUE, ON_SITE, SIGNED, WORK, DAY, MOMENT = 0, 1, 3, 4, 5, 6, 7
# substreams of `results.releases`: the first by organisation, the others by report
CHOSEN, TURN, KIND = 0, 1, 2
REPORT_TURN, REPORT_KIND, REPORT_SECTOR = 3, 4, 5
