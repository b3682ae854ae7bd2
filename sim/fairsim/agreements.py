"""Agreements: an intent is drafted or falls through, then signed online or at a table on site.

An agreement is moved with plain timeouts and callbacks, as its negotiation was (`fairsim.negotiations`). What is drawn
for it is keyed by the wish it arose from, and the attempt.
"""

from __future__ import annotations

from functools import partial

from fairfacts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned, SigningMode
from fairsim.arrivals import HOUR_MS, MINUTE_MS
from fairsim.draws import LANES, Draws
from fairsim.kernel import Emit, Kernel
from fairsim.negotiations import Negotiation
from fairsim.scenario import Scenario
from fairsim.sectors import load_sectors
from fairsim.signing import Guest, OfficeHours, SigningTables


class Agreement:
    """An agreement in the making. `parties` is what each event of its negotiation said."""

    __slots__ = ("drafted_ms", "key", "lane", "parties", "sector", "since_ms", "value_usd")

    def __init__(self, parties: tuple[int, int, str, int, str, bool], sector: str, key: int, attempt: int) -> None:
        self.parties, self.sector, self.key = parties, sector, key
        self.lane = attempt * LANES_AN_ATTEMPT
        self.since_ms = self.drafted_ms = self.value_usd = 0


class Agreements:
    """What the parties of an intent do until they have signed."""

    def __init__(
        self, env: Kernel, scenario: Scenario, draws: Draws, hours: OfficeHours, tables: SigningTables, emit: Emit
    ) -> None:
        self._env, self._emit, self._hours, self._tables = env, emit, hours, tables
        self._terms = draws.stream("agreements.terms")
        self.adopt(scenario)

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self._parameters = scenario.parameters.agreements
        self._value_mean_usd = {
            sector.name: sector.value_factor * self._parameters.value_mean_usd for sector in load_sectors()
        }

    def intend(self, negotiation: Negotiation, sector: str) -> None:
        """A talk has ended in an intent, and the exhibitor begins to draft in its office hours."""
        parameters, now = self._parameters, self._env.now
        key = int(negotiation.attempts[negotiation.attempt].keys[negotiation.wish])
        agreement = Agreement(negotiation.parties, sector, key, negotiation.attempt)
        agreement.since_ms = now
        mean_ms, sigma = parameters.drafting_mean_h * HOUR_MS, parameters.drafting_sigma
        work_ms = self._terms.one_lognormal(key, mean_ms, sigma, agreement.lane + DRAFTING)
        _, _, _, _, exhibitor_economy, _ = agreement.parties
        done_ms = self._hours.after(exhibitor_economy, now, max(round(work_ms), 1))
        self._env.at(done_ms, self._end_drafting, agreement)

    def _end_drafting(self, agreement: Agreement) -> None:
        """There is a text to sign, or the intent has come to nothing."""
        parameters, terms, now = self._parameters, self._terms, self._env.now
        key, lane, drafting_ms = agreement.key, agreement.lane, now - agreement.since_ms
        if terms.one(key, lane + FALLS_THROUGH) < parameters.falls_through_share:
            self._emit(AgreementFellThrough(now, *agreement.parties, agreement.sector, drafting_ms))
            return
        mean_usd = self._value_mean_usd[agreement.sector]
        value_usd = max(round(terms.one_lognormal(key, mean_usd, parameters.value_sigma, lane + VALUE)), 1)
        agreement.drafted_ms, agreement.value_usd = now, value_usd
        self._emit(AgreementDrafted(now, *agreement.parties, agreement.sector, drafting_ms, value_usd))
        overseas = agreement.parties[5]
        if not overseas and terms.one(key, lane + ON_SITE) < parameters.on_site_share:
            stays = terms.one(key, lane + STAYS) < parameters.stay_share
            leave = partial(self._sign_online, agreement)
            self._tables.come(Guest(partial(self._sign, agreement, "on_site"), leave, stays))
        else:
            self._sign_online(agreement)

    def _sign_online(self, agreement: Agreement) -> None:
        """The requester signs, then the exhibitor, each in its own office hours."""
        terms, hours, now = self._terms, self._hours, self._env.now
        key, lane, mean_ms = agreement.key, agreement.lane, self._parameters.sign_mean_min * MINUTE_MS
        _, _, economy, _, exhibitor_economy, _ = agreement.parties
        first_ms = max(round(terms.one_exponential(key, mean_ms, lane + REQUESTER_SIGNS)), 1)
        second_ms = max(round(terms.one_exponential(key, mean_ms, lane + EXHIBITOR_SIGNS)), 1)
        signed_ms = hours.after(exhibitor_economy, hours.after(economy, now, first_ms), second_ms)
        self._env.at(signed_ms, self._end_online, agreement)

    def _end_online(self, agreement: Agreement) -> None:
        self._sign(agreement, "online", "", 0)

    def _sign(self, agreement: Agreement, mode: SigningMode, place: str, took_ms: int) -> None:
        """Both parties have signed."""
        now = self._env.now
        self._emit(
            AgreementSigned(
                now,
                *agreement.parties,
                agreement.sector,
                agreement.value_usd,
                mode,
                place,
                took_ms,
                now - agreement.drafted_ms,
            )
        )


# lanes of the stream of terms, for each attempt at a wish; drafting and value take two
FALLS_THROUGH, DRAFTING, VALUE, ON_SITE, STAYS, REQUESTER_SIGNS, EXHIBITOR_SIGNS = 0, 1, 3, 5, 6, 7, 8
LANES_AN_ATTEMPT = 16
MOST_ATTEMPTS = 8
assert MOST_ATTEMPTS * LANES_AN_ATTEMPT <= LANES, "every attempt at a wish has lanes of its own"
