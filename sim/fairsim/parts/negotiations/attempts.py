"""Attempts at wishes: which exhibitor is asked, and what would come of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.negotiations.events import Outcome
from fairsim.engine.draws import Keys, named, packed, whole_ms
from fairsim.parts.negotiations.directory import ANY_SECTOR, Directory
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context

OUTCOMES: tuple[Outcome, ...] = ("intent", "follow_up", "no_deal")
MOST_WISHES = 16
"""Maximum number of wishes of one visit. It bounds their keys."""


class Attempts:
    """What is drawn for one attempt at each of many wishes."""

    __slots__ = ("comes", "declined", "exhibitor", "keys", "outcome", "patience_ms", "retry_ms", "talk_ms")

    keys: Keys
    """The keys of the wishes. What follows a talk is drawn by them, too."""
    exhibitor: Sequence[int]
    patience_ms: Sequence[int]
    declined: Sequence[int]
    """1 for a request that the desk declines when it comes to it."""
    comes: Sequence[int]
    """1 for a requester who comes to the talk if it is arranged."""
    talk_ms: Sequence[int]
    outcome: Sequence[Outcome]
    retry_ms: Sequence[int]
    """The time from the end of patience until the wish is taken elsewhere; 0 if the request is left to stand."""


class AttemptDraws:
    """Draws the attempts at wishes."""

    def __init__(self, context: Context, organisations: Organisations) -> None:
        self._context, self._organisations = context, organisations
        self._choices = context.draws.stream("negotiations.choices")
        self._lengths = context.draws.stream("negotiations.lengths")

    def draw(self, wishes: Keys, requesters: Keys, directory: Directory) -> list[Attempts]:
        """Return the attempts at these wishes, the first attempts first."""
        most = self._context.parameters.negotiations.attempts_max
        return [self._attempt(wishes, requesters, directory, number, last=number == most - 1) for number in range(most)]

    def _attempt(self, wishes: Keys, requesters: Keys, directory: Directory, number: int, *, last: bool) -> Attempts:
        attempts = Attempts()
        attempts.keys = wishes
        attempts.exhibitor = packed(self._exhibitors(wishes, requesters, directory, number * SUBSTREAMS_AN_ATTEMPT))
        self._draw_answers(attempts, number * SUBSTREAMS_AN_ATTEMPT)
        self._draw_lengths(attempts, number * SUBSTREAMS_AN_ATTEMPT, last=last)
        return attempts

    def _exhibitors(self, wishes: Keys, requesters: Keys, directory: Directory, first: int) -> Keys:
        """Return which exhibitors are asked."""
        shares, register, choose = self._context.parameters.visits, self._organisations.register, self._choices.uniform
        to_overseas = choose(wishes, first + TO_OVERSEAS) < np.where(
            register.overseas[requesters], shares.overseas_to_overseas_share, shares.domestic_to_overseas_share
        )
        own_sector = choose(wishes, first + OWN_SECTOR) < shares.own_sector_share
        sectors = np.where(own_sector, register.sector[requesters], ANY_SECTOR)
        return directory.choose(requesters, to_overseas, sectors, choose(wishes, first + WHOM))

    def _draw_answers(self, attempts: Attempts, first: int) -> None:
        parameters, choose = self._context.parameters.negotiations, self._choices.uniform
        attempts.declined = _flags(choose(attempts.keys, first + DECLINE) < parameters.decline_share)
        attempts.comes = _flags(choose(attempts.keys, first + COMES) < parameters.held_share)
        shares = [parameters.intent_share, parameters.intent_share + parameters.follow_up_share]
        outcome = np.searchsorted(shares, choose(attempts.keys, first + OUTCOME), side="right")
        attempts.outcome = named(OUTCOMES, outcome)

    def _draw_lengths(self, attempts: Attempts, first: int, *, last: bool) -> None:
        parameters, length, wishes = self._context.parameters.negotiations, self._lengths, attempts.keys
        patience = length.exponential(wishes, parameters.patience_mean_min * MINUTE_MS, first + PATIENCE)
        talk = length.lognormal(wishes, parameters.talk_mean_min * MINUTE_MS, parameters.talk_sigma, first + TALK)
        retries = (self._choices.uniform(wishes, first + RETRY) < parameters.retry_share) & (not last)
        retry = length.exponential(wishes, parameters.retry_mean_min * MINUTE_MS, first + PAUSE)
        attempts.patience_ms = packed(whole_ms(patience))
        attempts.talk_ms = packed(whole_ms(talk))
        attempts.retry_ms = packed(np.where(retries, whole_ms(retry), 0))


def _flags(flags: NDArray[np.bool_]) -> Sequence[int]:
    """Return flags as compact as they can be looked up fast."""
    return flags.astype(np.uint8).tobytes()


# substreams of `negotiations.choices` and `negotiations.lengths`, by wish; each attempt has as many of its own, and the
# talk uses two
SUBSTREAMS_AN_ATTEMPT = 8
TO_OVERSEAS, OWN_SECTOR, WHOM, OUTCOME, DECLINE, RETRY, COMES = range(7)
PATIENCE, TALK, PAUSE = 0, 1, 3
