"""Agreements: an intent is drafted or falls through, then signed online or at a table on site.

Callbacks move an agreement, as they moved its negotiation (`fairsim.parts.negotiations.desk`). Its draws are keyed by
the wish from which it arose, and by the attempt.
"""

from __future__ import annotations

from functools import partial

from fairfacts.clock import HOUR_MS, MINUTE_MS
from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned, SigningMode
from fairsim.inputs.parameters import Agreements as AgreementsParameters
from fairsim.parts.negotiations.negotiation import Negotiation, Parties
from fairsim.parts.part import Context, Part
from fairsim.parts.signing import Guest, OfficeHours, SigningTables


class Agreement:
    """An agreement that the parties of a negotiation work on."""

    __slots__ = ("drafted_ms", "key", "parties", "sector", "since_ms", "substream", "value_usd")

    def __init__(self, parties: Parties, sector: str, key: int, attempt: int) -> None:
        self.parties, self.sector, self.key = parties, sector, key
        self.substream = attempt * SUBSTREAMS_AN_ATTEMPT
        self.since_ms: int
        self.drafted_ms: int
        self.value_usd: int


class Agreements(Part):
    """What the parties of an intent do until they have signed."""

    def __init__(self, context: Context, hours: OfficeHours, tables: SigningTables) -> None:
        super().__init__(context)
        self._hours, self._tables = hours, tables
        self._terms = context.draws.stream("agreements.terms")
        self._value_factors = {sector.name: sector.value_factor for sector in context.scenario.fair.sectors}

    @property
    def _parameters(self) -> AgreementsParameters:
        return self._context.parameters.agreements

    def intend(self, negotiation: Negotiation, sector: str) -> None:
        """A talk has ended in an intent; the exhibitor begins to draft, in its office hours."""
        parameters, now = self._parameters, self.env.now
        key = negotiation.key
        agreement = Agreement(negotiation.parties, sector, key, negotiation.attempt)
        agreement.since_ms = now
        mean_ms, sigma = parameters.drafting_mean_h * HOUR_MS, parameters.drafting_sigma
        work_ms = self._terms.scalar_lognormal(key, mean_ms, sigma, agreement.substream + DRAFTING)
        done_ms = self._hours.after(agreement.parties.exhibitor_economy, now, max(round(work_ms), 1))
        self.env.at(done_ms, self._end_drafting, agreement)

    def _end_drafting(self, agreement: Agreement) -> None:
        """Drafting is over: there is a text to sign, or the intent falls through."""
        parameters, terms, now = self._parameters, self._terms, self.env.now
        key, first, drafting_ms = agreement.key, agreement.substream, now - agreement.since_ms
        if terms.scalar_uniform(key, first + FALLS_THROUGH) < parameters.falls_through_share:
            self.emit(AgreementFellThrough(now, *agreement.parties, agreement.sector, drafting_ms))
            return
        mean_usd = self._value_factors[agreement.sector] * parameters.value_mean_usd
        value_usd = max(round(terms.scalar_lognormal(key, mean_usd, parameters.value_sigma, first + VALUE)), 1)
        agreement.drafted_ms, agreement.value_usd = now, value_usd
        self.emit(AgreementDrafted(now, *agreement.parties, agreement.sector, drafting_ms, value_usd))
        if not agreement.parties.overseas and terms.scalar_uniform(key, first + ON_SITE) < parameters.on_site_share:
            stays = terms.scalar_uniform(key, first + STAYS) < parameters.stay_share
            leave = partial(self._sign_online, agreement)
            self._tables.come(Guest(partial(self._sign, agreement, "on_site"), leave, stays))
        else:
            self._sign_online(agreement)

    def _sign_online(self, agreement: Agreement) -> None:
        """The requester signs, then the exhibitor, each in its own office hours."""
        terms, hours, now = self._terms, self._hours, self.env.now
        key, first, mean_ms = agreement.key, agreement.substream, self._parameters.sign_mean_min * MINUTE_MS
        economy, exhibitor_economy = agreement.parties.economy, agreement.parties.exhibitor_economy
        first_ms = max(round(terms.scalar_exponential(key, mean_ms, first + REQUESTER_SIGNS)), 1)
        second_ms = max(round(terms.scalar_exponential(key, mean_ms, first + EXHIBITOR_SIGNS)), 1)
        signed_ms = hours.after(exhibitor_economy, hours.after(economy, now, first_ms), second_ms)
        self.env.at(signed_ms, self._end_online, agreement)

    def _end_online(self, agreement: Agreement) -> None:
        self._sign(agreement, "online", "", 0)

    def _sign(self, agreement: Agreement, mode: SigningMode, place: str, took_ms: int) -> None:
        """Both parties have signed."""
        now = self.env.now
        self.emit(
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


# substreams of `agreements.terms`, for each attempt at a wish; drafting and value use two
FALLS_THROUGH, DRAFTING, VALUE, ON_SITE, STAYS, REQUESTER_SIGNS, EXHIBITOR_SIGNS = 0, 1, 3, 5, 6, 7, 8
SUBSTREAMS_AN_ATTEMPT = 16
