"""Results that were arranged in advance, announced and signed on their occasions; and the release hall.

The counts and totals are given, as the documents report them. Drawn are only what they leave open: sectors, how a total
is spread over its results, and when what is not signed in a session is signed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from fairfacts.agreements import SigningMode
from fairfacts.programme import SessionKind
from fairfacts.results import (
    Currency,
    Occasion,
    ReleaseKind,
    ReleasePublished,
    ReportKind,
    ReportReleased,
    ResultAnnounced,
    ResultSigned,
)
from fairsim.arrivals import HOUR_MS, MINUTE_MS
from fairsim.draws import Draws, Floats, Keys, whole_ms
from fairsim.kernel import Emit, Kernel, Story
from fairsim.organisations import Organisations
from fairsim.programme import SUMMIT, Programme
from fairsim.scenario import Scenario
from fairsim.signing import Guest, OfficeHours, SigningTables, days_on_site_ms

OCCASIONS: tuple[Occasion, ...] = get_args(Occasion)
RELEASE_KINDS: tuple[ReleaseKind, ...] = get_args(ReleaseKind)
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
MOST_RESULTS = 1 << 20
"""Results that one occasion may have; what is drawn for them is keyed with it."""


class Result(NamedTuple):
    """A result as its events say it."""

    number: int
    occasion: Occasion
    sector: str
    value: int
    currency: Currency


class Given(NamedTuple):
    """What is given of an occasion: for each of its results a sector and a value, and how many sign in its session."""

    occasion: Occasion
    keys: Keys
    sectors: NDArray[np.int64]
    values: list[int]
    currency: Currency
    on_site: int


class Results:
    """The occasions on which results are announced and signed, and the release hall."""

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        programme: Programme,
        hours: OfficeHours,
        tables: SigningTables,
        emit: Emit,
    ) -> None:
        self._env, self._emit, self._organisations, self._programme = env, emit, organisations, programme
        self._hours, self._tables, self._days_ms = hours, tables, days_on_site_ms(scenario)
        self._parameters = scenario.parameters.results
        self._terms = draws.stream("results.terms")
        self._releases = draws.stream("results.releases")
        self._hosts: set[int] = set()
        """Sessions that take an occasion."""
        self._next_number = self._next_release = self._next_report = 0

    def announce_at_opening(self) -> None:
        """The results collected before the opening are announced, and signed at tables or online through the fair."""
        parameters = self._parameters
        given = self._given("opening", parameters.at_opening, total=None, currency="USD", on_site=0)
        results = self._announce(given)
        at_table = self._terms.uniform(given.keys, ON_SITE) < parameters.signed_on_site_share
        self._come_to_tables(given.keys[at_table], [results[place] for place in np.flatnonzero(at_table)])
        self._sign_some_online(given.keys[~at_table], [results[place] for place in np.flatnonzero(~at_table)])

    def occasions(self) -> Iterable[Story]:
        """Return the stories of the occasions that are sessions of the programme."""
        parameters = self._parameters
        henan = self._given(
            "henan",
            parameters.henan_results,
            total=parameters.henan_value_usd,
            currency="USD",
            on_site=parameters.henan_signed_on_site,
        )
        yield self._hold(henan, self._host("provincial"))
        projects = max(parameters.tourism_projects, 1)  # however small the fair, the value is some project's
        value_cny = parameters.tourism_value_cny
        tourism = self._given("tourism", projects, total=value_cny, currency="CNY", on_site=projects, sector="tourism")
        yield self._hold(tourism, self._host("summit_forum", "tourism"))
        strategic = parameters.teda_agreements
        teda = self._given("teda", strategic, total=0, currency="USD", on_site=strategic)
        yield self._hold(teda, self._host("foreign_day"))

    def release_hall(self) -> Story:
        """Organisations present what is new, and reports come out, one after the other in the release hall's slots."""
        env, parameters, draw, register = self._env, self._parameters, self._releases, self._organisations.register
        exhibitors = np.flatnonzero(register.exhibits & (register.registered_ms <= env.now))
        chosen = np.argsort(draw.uniform(exhibitors, CHOSEN), kind="stable")[: parameters.organisations_releasing]
        organisations, reports = exhibitors[chosen], np.arange(parameters.reports)
        turns = np.concatenate([draw.uniform(organisations, TURN), draw.uniform(reports, REPORT_TURN)])
        deeds = [
            *(partial(self._publish, organisation) for organisation in organisations.tolist()),
            *(partial(self._release, report) for report in reports.tolist()),
        ]
        slots_ms = self._slots_ms()
        for turn, place in enumerate(np.argsort(turns, kind="stable").tolist() if slots_ms else []):
            # spread over all slots; a fair larger than the documented one has several in a slot
            yield env.timeout(slots_ms[turn * len(slots_ms) // len(deeds)] - env.now)
            deeds[place]()

    def _publish(self, organisation: int) -> None:
        """An organisation presents a result, a technology or a solution."""
        register, organisations = self._organisations.register, self._organisations
        kind = RELEASE_KINDS[int(self._releases.one(organisation, KIND) * len(RELEASE_KINDS))]
        economy = organisations.economies[register.economy[organisation]].code
        sector = organisations.sectors[register.sector[organisation]].name
        self._emit(ReleasePublished(self._env.now, self._next_release, organisation, economy, sector, kind))
        self._next_release += 1

    def _release(self, report: int) -> None:
        """A report, an index or a ranking comes out."""
        sectors = self._organisations.sectors
        kind = REPORT_KINDS[int(self._releases.one(report, REPORT_KIND) * len(REPORT_KINDS))]
        sector = sectors[int(self._releases.one(report, REPORT_SECTOR) * len(sectors))].name
        self._emit(ReportReleased(self._env.now, self._next_report, kind, sector))
        self._next_report += 1

    def _slots_ms(self) -> list[int]:
        """Return when the slots of the release hall begin, on all days on site."""
        parameters = self._parameters
        opens_ms, closes_ms = round(parameters.hall_opens_h * HOUR_MS), round(parameters.hall_closes_h * HOUR_MS)
        slot_ms = round(parameters.hall_slot_min * MINUTE_MS)
        starts_ms = range(opens_ms, closes_ms - slot_ms + 1, slot_ms)
        return [day_ms + start_ms for day_ms in self._days_ms for start_ms in starts_ms]

    def _hold(self, given: Given, number: int) -> Story:
        """An occasion in a session: its results are announced, and the first of them signed at its end.

        What is not signed there, as the session is cancelled, is signed online like the others.
        """
        env, sessions = self._env, self._programme.sessions
        while (wait_ms := sessions[number].starts_ms - env.now) > 0:  # it may be delayed while it is waited for
            yield env.timeout(wait_ms)
        results, host = self._announce(given), sessions[number]
        self._sign_some_online(given.keys[given.on_site :], results[given.on_site :])
        ceremony_ms = min(round(self._parameters.ceremony_min * MINUTE_MS), host.ends_ms - host.starts_ms)
        slot_ms = ceremony_ms // (given.on_site + 1)  # the last of the slots is for closing words
        yield env.timeout(host.ends_ms - ceremony_ms - env.now)
        for place, result in enumerate(results[: given.on_site]):
            yield env.timeout(slot_ms)
            if self._programme.is_over(number):
                left = slice(place, given.on_site)
                self._sign_some_online(given.keys[left], results[left])
                return
            self._sign(result, "on_site", host.place, slot_ms)

    def _host(self, kind: SessionKind, topic: str = "") -> int:
        """Return the first session of a kind and topic that is held in a room, and takes no other occasion.

        Where there is none, it is any other that is held in a room; the summit where there is none of these either.
        """
        free = [s for s in self._programme.sessions if s.seats and s.number not in self._hosts]
        fit = (s.number for s in free if s.kind == kind and topic in s.title)
        host = next(fit, free[0].number if free else SUMMIT)
        self._hosts.add(host)
        return host

    def _announce(self, given: Given) -> list[Result]:
        """Results of an occasion are announced."""
        names, first = [sector.name for sector in self._organisations.sectors], self._next_number
        results = [
            Result(first + place, given.occasion, names[sector], value, given.currency)
            for place, (sector, value) in enumerate(zip(given.sectors.tolist(), given.values, strict=True))
        ]
        for result in results:
            self._emit(ResultAnnounced(self._env.now, *result))
        self._next_number += len(results)
        return results

    def _sign_some_online(self, keys: Keys, results: list[Result]) -> None:
        """Some of the results announced now are signed online in office hours to come; the others stay arranged."""
        parameters, now = self._parameters, self._env.now
        signed = self._terms.uniform(keys, SIGNED) < parameters.signed_online_share
        works_ms = whole_ms(self._terms.exponential(keys, parameters.sign_online_mean_h * HOUR_MS, WORK)).tolist()
        for place in np.flatnonzero(signed).tolist():
            moment_ms = self._hours.after(self._organisations.home_code, now, works_ms[place])
            self._env.at(moment_ms, self._end_online, results[place])

    def _come_to_tables(self, keys: Keys, results: list[Result]) -> None:
        """Results come to the signing tables at moments of their schedule; without tables they are signed at once."""
        days = self._tables.schedule or [(self._env.now, self._env.now)]
        day = (self._terms.uniform(keys, DAY) * len(days)).astype(np.int64)
        opens_ms, closes_ms = np.array(days)[day].T
        moments_ms = opens_ms + np.floor(self._terms.uniform(keys, MOMENT) * (closes_ms - opens_ms)).astype(np.int64)
        for moment_ms, result in zip(moments_ms.tolist(), results, strict=True):
            self._env.at(moment_ms, self._come, result)

    def _come(self, result: Result) -> None:
        sign, leave = partial(self._sign, result, "on_site"), partial(self._sign, result, "online", "", 0)
        self._tables.come(Guest(sign, leave, stays=True))

    def _end_online(self, result: Result) -> None:
        self._sign(result, "online", "", 0)

    def _sign(self, result: Result, mode: SigningMode, place: str, took_ms: int) -> None:
        """A result is signed."""
        self._emit(ResultSigned(self._env.now, *result, mode, place, took_ms))

    def _given(
        self, occasion: Occasion, count: int, *, total: int | None, currency: Currency, on_site: int, sector: str = ""
    ) -> Given:
        """Return what is given of an occasion; without a total, values are drawn by the mean of a result."""
        parameters = self._parameters
        keys = OCCASIONS.index(occasion) * MOST_RESULTS + np.arange(count)
        names = [known.name for known in self._organisations.sectors]
        weights = np.cumsum([known.weight for known in self._organisations.sectors])
        drawn = np.searchsorted(weights, self._terms.uniform(keys, SECTOR) * weights[-1], side="right")
        sectors = np.full(count, names.index(sector)) if sector else drawn
        factors = np.array([known.value_factor for known in self._organisations.sectors])[sectors]
        values = factors * self._terms.lognormal(keys, parameters.value_mean_usd, parameters.value_sigma, VALUE)
        whole = np.rint(values).astype(np.int64).tolist() if total is None else apportion(total, values)
        return Given(occasion, keys, sectors, whole, currency, on_site)


def apportion(total: int, weights: Floats) -> list[int]:
    """Return whole shares of a total by weight, which add up to it exactly: the largest takes what rounding leaves."""
    if not len(weights):
        return []
    shares: list[int] = np.floor(total * (weights / weights.sum())).astype(np.int64).tolist()
    shares[int(np.argmax(weights))] += total - sum(shares)
    return shares


# lanes of the stream of terms, by occasion and place in it; the value takes two
SECTOR, VALUE, ON_SITE, SIGNED, WORK, DAY, MOMENT = 0, 1, 3, 4, 5, 6, 7
# lanes of the stream of releases: the first by organisation, the others by report
CHOSEN, TURN, KIND = 0, 1, 2
REPORT_TURN, REPORT_KIND, REPORT_SECTOR = 3, 4, 5
