"""Negotiations at exhibitors' desks: requested, declined, lapsed or taken up, talked, ended.

A negotiation is moved by its exhibitor's desk with plain timeouts and callbacks: as a process of its own, the half
million of them would take several times as long (`python -m benchmarks.desks`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
    Outcome,
)
from fairsim.arrivals import MINUTE_MS
from fairsim.draws import Draws, Keys, named, packed, whole_ms
from fairsim.economies import time_zone
from fairsim.kernel import Emit, Kernel, Story
from fairsim.organisations import Organisations
from fairsim.platform import Platform
from fairsim.scenario import Scenario

MOST_WISHES = 16
"""Wishes that one visit may have; the numbers of a visit's wishes are keyed with it."""


class Attempts:
    """What is drawn for one attempt at each of many wishes: whom to ask, and what would come of it."""

    __slots__ = ("declined", "exhibitor", "keys", "outcome", "patience_ms", "retry_ms", "talk_ms")

    keys: Keys
    """Of the wishes: what comes after the talk is drawn by them."""
    exhibitor: Sequence[int]
    patience_ms: Sequence[int]
    declined: Sequence[bool]
    talk_ms: Sequence[int]
    outcome: Sequence[Outcome]
    retry_ms: Sequence[int]
    """After a lapse, the time until the wish is taken elsewhere; 0 when it is given up."""


class Negotiation:
    """A request on its way. `parties` is what each of its events says."""

    __slots__ = ("attempt", "attempts", "desk", "economy", "in_talk", "organisation", "overseas", "parties",
                 "requested_ms", "tries", "visit", "waiting", "wish")  # fmt: skip

    desk: Desk
    """Where it is asked for."""

    def __init__(
        self,
        visit: int,
        organisation: int,
        economy: str,
        overseas: bool,
        attempts: list[Attempts],
        wish: int,
        attempt: int,
    ) -> None:
        self.visit, self.organisation, self.economy, self.overseas = visit, organisation, economy, overseas
        self.attempts, self.wish, self.attempt = attempts, wish, attempt
        self.requested_ms = 0
        """When it was requested; once it is taken up, since when there is a talk."""
        self.waiting = self.in_talk = False
        self.tries = 0
        """How often it could not be asked for, as the platform was down."""
        self.parties: tuple[int, int, str, int, str, bool]


class Desk:
    """An exhibitor's desk: a few negotiators, first come first served, while it is open."""

    __slots__ = ("_env", "_queue", "_wants_room", "desks", "economy", "exhibitor", "free", "is_open", "overseas",
                 "sector", "staff")  # fmt: skip

    def __init__(
        self, desks: Desks, exhibitor: int, economy: str, overseas: bool, sector: str, negotiators: int, is_open: bool
    ) -> None:
        self.desks, self._env = desks, desks.env
        self.exhibitor, self.economy, self.overseas, self.sector = exhibitor, economy, overseas, sector
        self.staff, self.is_open = negotiators, is_open
        self.free = negotiators
        """Negotiators who are in no talk; fewer than none while more are away than were free."""
        self._queue: OrderedDict[Negotiation, None] = OrderedDict()
        self._wants_room = False
        """Whether the desk waits for a meeting room."""

    def request(self, negotiation: Negotiation) -> None:
        """A visitor asks for a negotiation."""
        env, desks, now = self._env, self.desks, self._env.now
        number = desks.next_number
        desks.next_number = number + 1
        overseas = self.overseas or negotiation.overseas
        negotiation.desk, negotiation.requested_ms = self, now
        negotiation.parties = parties = (
            number, negotiation.organisation, negotiation.economy, self.exhibitor, self.economy, overseas
        )  # fmt: skip
        desks.emit(NegotiationRequested(now, *parties, negotiation.visit, self.sector, negotiation.attempt + 1))
        if self.is_open and self.free > 0 and not self._wants_room and self._answer(negotiation):
            return
        negotiation.waiting = True
        self._queue[negotiation] = None
        patience_ms = negotiation.attempts[negotiation.attempt].patience_ms[negotiation.wish]
        env.after(patience_ms, _lapse, negotiation)

    def open(self) -> None:
        """The desk opens and its negotiators turn to those who wait."""
        self.is_open = True
        self.call_next()

    def close(self) -> None:
        """The desk closes: talks go on to their end, requests wait."""
        self.is_open = False

    def staff_away(self, away: int) -> None:
        """Some negotiators go away, or come back (fewer than none away); those in a talk end it first."""
        self.free -= away
        self.call_next()

    def call_next(self) -> None:
        """Negotiators who are free turn to those who wait, while there are rooms to talk in."""
        queue, self._wants_room = self._queue, False
        while queue and self.free > 0 and self.is_open:
            negotiation = next(iter(queue))
            if not self._answer(negotiation):
                return
            negotiation.waiting = False
            del queue[negotiation]

    def _answer(self, negotiation: Negotiation) -> bool:
        """A negotiator reads the request, and declines it or takes it up; not while the platform has no room for it."""
        desks, now, wish = self.desks, self._env.now, negotiation.wish
        attempt, platform = negotiation.attempts[negotiation.attempt], desks.platform
        waited_ms = now - negotiation.requested_ms
        if attempt.declined[wish] and not platform.is_down:
            desks.emit(NegotiationDeclined(now, *negotiation.parties, waited_ms))
            return True
        if not platform.take_room(self):
            self._wants_room = True
            return False
        self.free -= 1
        desks.emit(NegotiationTakenUp(now, *negotiation.parties, waited_ms))
        negotiation.in_talk, negotiation.requested_ms = True, now
        desks.talks[negotiation] = None
        self._env.after(attempt.talk_ms[wish], _end, negotiation)
        return True

    def end(self, negotiation: Negotiation) -> None:
        """The talk is over and its negotiator free."""
        if not negotiation.in_talk:  # it failed before
            return
        attempt, wish = negotiation.attempts[negotiation.attempt], negotiation.wish
        outcome = attempt.outcome[wish]
        self.desks.emit(NegotiationEnded(self._env.now, *negotiation.parties, attempt.talk_ms[wish], outcome))
        if outcome == "intent":
            self.desks.intend(negotiation, self.sector)
        self._free_negotiator(negotiation)

    def fail(self, negotiation: Negotiation, again_ms: int) -> None:
        """The platform breaks the talk off; the requester asks here again after a while, or (0) not at all."""
        negotiation.in_talk, now = False, self._env.now
        talked_ms = now - negotiation.requested_ms
        self.desks.emit(NegotiationFailed(now, *negotiation.parties, talked_ms, again_ms > 0))
        if again_ms:
            self._env.after(again_ms, self.desks.ask_again, negotiation)
        self._free_negotiator(negotiation)

    def _free_negotiator(self, negotiation: Negotiation) -> None:
        self.free += 1
        del self.desks.talks[negotiation]
        self.desks.platform.free_room()
        self.call_next()

    def lapse(self, negotiation: Negotiation) -> None:
        """The requester's patience ends; unless it was answered, the request lapses and may be taken elsewhere."""
        if not negotiation.waiting:
            return
        negotiation.waiting, now = False, self._env.now
        del self._queue[negotiation]
        self.desks.emit(NegotiationLapsed(now, *negotiation.parties, now - negotiation.requested_ms))
        retry_ms = negotiation.attempts[negotiation.attempt].retry_ms[negotiation.wish]
        if retry_ms:
            self._env.after(retry_ms, self.desks.retry, negotiation)


# deeds of the agenda: for each of those who wait, a bound method would be a further object
def _lapse(negotiation: Negotiation) -> None:
    negotiation.desk.lapse(negotiation)


def _end(negotiation: Negotiation) -> None:
    negotiation.desk.end(negotiation)


class Desks:
    """The desks of all exhibitors, their hours, and whom a request goes to."""

    def __init__(
        self,
        env: Kernel,
        scenario: Scenario,
        draws: Draws,
        organisations: Organisations,
        platform: Platform,
        intend: Callable[[Negotiation, str], None],
        emit: Emit,
    ) -> None:
        """Set up no desk yet; `intend` is told of each talk that ends in an intent, and the exhibitor's sector."""
        self.env, self.emit, self.intend = env, emit, intend
        self.platform = platform
        self.next_number = 0
        self.talks: dict[Negotiation, None] = {}
        """Talks under way, in the order in which they began."""
        self._organisations, self._epoch = organisations, scenario.epoch
        self._desks: dict[int, Desk] = {}
        self._keeping_hours: dict[tuple[str, bool], list[Desk]] = {}
        """Desks by time zone and whether they keep the night shift."""
        self._exhibitors = draws.stream("negotiations.exhibitors")
        self._choices = draws.stream("negotiations.choices")
        self._lengths = draws.stream("negotiations.lengths")
        self._directory = Directory(np.empty(0, np.int64), np.empty(0), organisations)
        self.adopt(scenario)

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on: desks have other staff and keep other hours, too."""
        listed, before = self._directory.exhibitors, getattr(self, "_parameters", None)
        self._parameters, self._shares = scenario.parameters.negotiations, scenario.parameters.visits
        if not len(listed) or before == self._parameters:
            return
        self._keeping_hours = {}
        self._directory = Directory(listed, self._popularity(listed), self._organisations)
        for number, negotiators, shift in self._staffed(listed):
            desk, is_open = self._desks[number], self._keep_shift(number, shift)
            desk.staff_away(desk.staff - negotiators)
            desk.staff = negotiators
            if desk.is_open != is_open:
                (desk.open if is_open else desk.close)()

    def set_up(self, numbers: range) -> None:
        """The exhibitors among these organisations set up their desks, and the directory lists them from now on."""
        register, organisations = self._organisations.register, self._organisations
        exhibitors = np.arange(numbers.start, numbers.stop)[register.exhibits[numbers.start : numbers.stop]]
        for number, negotiators, shift in self._staffed(exhibitors):
            economy = organisations.economies[register.economy[number]]
            sector = organisations.sectors[register.sector[number]].name
            desk = Desk(self, number, economy.code, economy.overseas, sector, negotiators, is_open=False)
            self._desks[number] = desk
            desk.is_open = self._keep_shift(number, shift)
        listed = np.concatenate([self._directory.exhibitors, exhibitors])
        self._directory = Directory(listed, self._popularity(listed), organisations)

    def _staffed(self, exhibitors: Keys) -> Iterable[tuple[int, int, tuple[str, bool]]]:
        """Return each exhibitor with its negotiators and its shift: time zone, and whether it stays into the night."""
        parameters, zones = self._parameters, self._organisations.zones()
        staff = np.maximum(np.rint(self._popularity(exhibitors) * parameters.negotiators_mean), 1).astype(np.int64)
        night = self._exhibitors.uniform(exhibitors, NIGHT) < parameters.night_share
        places = self._organisations.zone_of(exhibitors).tolist()
        shifts = [(zones[place], at_night) for place, at_night in zip(places, night.tolist(), strict=True)]
        return zip(exhibitors.tolist(), staff.tolist(), shifts, strict=True)

    def _keep_shift(self, number: int, shift: tuple[str, bool]) -> bool:
        """A desk keeps a shift from now on; return whether it is open now."""
        if shift not in self._keeping_hours:
            desks = self._keeping_hours[shift] = []
            self.env.process(self._keep_hours(shift, desks))
        self._keeping_hours[shift].append(self._desks[number])
        return self._next_change(shift)[1] == "close"

    def ask(self, negotiation: Negotiation) -> None:
        """A request goes to the desk that its wish was drawn for."""
        exhibitor = negotiation.attempts[negotiation.attempt].exhibitor[negotiation.wish]
        self._ask_at(self._desks[exhibitor], negotiation)

    def retry(self, lapsed: Negotiation) -> None:
        """A wish whose request has lapsed is taken to another exhibitor."""
        self.ask(_next_attempt(lapsed))

    def ask_again(self, failed: Negotiation) -> None:
        """A wish whose talk has failed is taken to the same exhibitor."""
        self._ask_at(failed.desk, _next_attempt(failed))

    def break_off(self, talks: int, again_ms: Callable[[int, str], int]) -> None:
        """The platform breaks so many talks off, the latest first.

        `again_ms` tells for a key and an economy after what time its people come again, 0 for not at all.
        """
        for negotiation in list(self.talks)[: -talks - 1 : -1] if talks else ():
            last = negotiation.attempt + 1 == len(negotiation.attempts)
            key = int(negotiation.attempts[negotiation.attempt].keys[negotiation.wish])
            negotiation.desk.fail(negotiation, 0 if last else again_ms(key, negotiation.economy))

    def cut_staff(self, share: float, concerns: Callable[[str], bool]) -> Callable[[], None]:
        """Send a share of the negotiators away, of desks of the economies concerned; return what brings them back."""
        away: list[tuple[Desk, int]] = []
        for exhibitor, desk in self._desks.items():
            if concerns(desk.economy):
                # rounded by chance, so that the share is right where most desks have one negotiator
                chance = self._exhibitors.one(exhibitor, AWAY)
                away.append((desk, int(desk.staff * share + chance)))
        for desk, count in away:
            desk.staff_away(count)

        def bring_back() -> None:
            for desk, count in away:
                desk.staff_away(-count)

        return bring_back

    def _ask_at(self, desk: Desk, negotiation: Negotiation) -> None:
        if not self.platform.is_down:
            desk.request(negotiation)
            return
        # nobody can ask for anything now: the wish is kept for a while, and given up in the end
        negotiation.tries += 1
        key = int(negotiation.attempts[negotiation.attempt].keys[negotiation.wish])
        if again_ms := self.platform.again_after_ms(key, negotiation.tries):
            self.env.after(again_ms, self._ask_later, (desk, negotiation))

    def _ask_later(self, kept: tuple[Desk, Negotiation]) -> None:
        self._ask_at(*kept)

    def draw_attempts(self, wishes: Keys, requesters: NDArray[np.int64]) -> list[Attempts]:
        """Return for each attempt that a wish may take what is drawn for it."""
        return [
            self._draw_attempt(wishes, requesters, number, last=number == self._parameters.attempts_max - 1)
            for number in range(self._parameters.attempts_max)
        ]

    def _draw_attempt(self, wishes: Keys, requesters: NDArray[np.int64], number: int, *, last: bool) -> Attempts:
        parameters, lane = self._parameters, number * LANES_AN_ATTEMPT
        choose, length = self._choices.uniform, self._lengths
        overseas = self._organisations.register.overseas[requesters]
        to_overseas = choose(wishes, lane + TO_OVERSEAS) < np.where(
            overseas, self._shares.overseas_to_overseas_share, self._shares.domestic_to_overseas_share
        )
        own_sector = choose(wishes, lane + OWN_SECTOR) < self._shares.own_sector_share
        sectors = np.where(own_sector, self._organisations.register.sector[requesters], ANY_SECTOR)
        outcome = choose(wishes, lane + OUTCOME)
        retries = (choose(wishes, lane + RETRY) < parameters.retry_share) & (not last)
        attempts, whom = Attempts(), choose(wishes, lane + WHOM)
        attempts.keys = wishes
        attempts.exhibitor = packed(self._directory.choose(requesters, to_overseas, sectors, whom))
        attempts.declined = (choose(wishes, lane + DECLINE) < parameters.decline_share).tolist()
        shares = [parameters.intent_share, parameters.intent_share + parameters.follow_up_share]
        attempts.outcome = named(OUTCOMES, np.searchsorted(shares, outcome, side="right"))
        patience = length.exponential(wishes, parameters.patience_mean_min * MINUTE_MS, lane + PATIENCE)
        talk = length.lognormal(wishes, parameters.talk_mean_min * MINUTE_MS, parameters.talk_sigma, lane + TALK)
        retry = length.exponential(wishes, parameters.retry_mean_min * MINUTE_MS, lane + PAUSE)
        attempts.patience_ms = packed(whole_ms(patience))
        attempts.talk_ms = packed(whole_ms(talk))
        attempts.retry_ms = packed(np.where(retries, whole_ms(retry), 0))
        return attempts

    def _popularity(self, exhibitors: Keys) -> NDArray[np.float64]:
        """Return the interest in exhibitors, mean 1: a power of a uniform rank gives Zipf's law (exponent below 1)."""
        exponent = self._parameters.popularity_zipf
        return (1 - exponent) * self._exhibitors.uniform(exhibitors, POPULARITY) ** -exponent

    def _keep_hours(self, shift: tuple[str, bool], desks: list[Desk]) -> Story:
        """Open and close the desks of one time zone and shift, day after day; those of 24 hours stay open."""
        while self._closes_h(shift) - self._parameters.opens_h < 24:
            at_ms, change = self._next_change(shift)
            yield self.env.timeout(at_ms - self.env.now)
            if self._keeping_hours.get(shift) is not desks:  # other hours hold by now
                return
            for desk in desks:
                getattr(desk, change)()

    def _closes_h(self, shift: tuple[str, bool]) -> float:
        return self._parameters.night_closes_h if shift[1] else self._parameters.closes_h

    def _next_change(self, shift: tuple[str, bool]) -> tuple[int, str]:
        """Return when desks of a shift next open or close (in ms since the epoch), and which of the two it is."""
        zone, closes_h = shift[0], self._closes_h(shift)
        now = self._epoch + timedelta(milliseconds=self.env.now)
        local = now.astimezone(time_zone(zone))
        midnight = datetime.combine(local.date(), datetime.min.time(), time_zone(zone))
        for days in (-1, 0, 1):
            for hour, change in ((self._parameters.opens_h, "open"), (closes_h, "close")):
                # aware arithmetic in one zone is by the wall clock, as desks' hours are
                moment = midnight + timedelta(days=days, hours=hour)
                at_ms = round((moment - self._epoch) / timedelta(milliseconds=1))
                if at_ms > self.env.now:
                    return at_ms, change
        raise AssertionError(f"desks in {zone} neither open nor close within a day")


def _next_attempt(before: Negotiation) -> Negotiation:
    """Return the next attempt at the wish of a request that has lapsed or failed."""
    return Negotiation(
        before.visit, before.organisation, before.economy, before.overseas,
        before.attempts, before.wish, before.attempt + 1,
    )  # fmt: skip


class Directory:
    """Exhibitors by origin and sector, from which one is chosen by popularity."""

    def __init__(
        self, exhibitors: NDArray[np.int64], popularity: NDArray[np.float64], organisations: Organisations
    ) -> None:
        self.exhibitors = exhibitors
        self._all = exhibitors, np.cumsum(popularity)
        register = organisations.register
        sector, overseas = register.sector[exhibitors], register.overseas[exhibitors]
        self._lists: dict[tuple[bool, int], tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        for origin in (False, True):
            for listed in (ANY_SECTOR, *range(len(organisations.sectors))):
                there = (overseas == origin) & ((sector == listed) | (listed == ANY_SECTOR))
                self._lists[origin, listed] = exhibitors[there], np.cumsum(popularity[there])

    def choose(
        self,
        requesters: NDArray[np.int64],
        to_overseas: NDArray[np.bool_],
        sectors: NDArray[np.int64],
        chance: NDArray[np.float64],
    ) -> NDArray[np.int64]:
        """Return an exhibitor for each request; where none of the origin and sector is listed, one of any."""
        chosen = np.full(len(requesters), -1)
        for (origin, sector), (exhibitors, weights) in self._lists.items():
            here = (to_overseas == origin) & (sectors == sector)
            if len(exhibitors) < 2:
                exhibitors, weights = self._widest(origin)
            places = np.searchsorted(weights, chance[here] * weights[-1], side="right")
            own = exhibitors[places] == requesters[here]  # nobody negotiates with himself: the next in the list
            chosen[here] = exhibitors[(places + own) % len(exhibitors)]
        return chosen

    def _widest(self, origin: bool) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return all exhibitors of an origin, or of both where it has too few."""
        same = self._lists[origin, ANY_SECTOR]
        return same if len(same[0]) >= 2 else self._all


ANY_SECTOR = -1
OUTCOMES: tuple[Outcome, ...] = ("intent", "follow_up", "no_deal")
# lanes of the stream of exhibitors
POPULARITY, NIGHT, AWAY = 0, 1, 2
# lanes of the streams of choices and of lengths, by wish; each attempt has as many of its own, and talk takes two
LANES_AN_ATTEMPT = 8
TO_OVERSEAS, OWN_SECTOR, WHOM, OUTCOME, DECLINE, RETRY = range(6)
PATIENCE, TALK, PAUSE = 0, 1, 3
