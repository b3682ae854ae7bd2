"""Times for talks that are arranged: the exhibitor's desk is open, and the requester is awake."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from fairfacts.clock import DAY_MS, HOUR_MS, MINUTE_MS
from fairsim.inputs.parameters import Negotiations
from fairsim.parts.negotiations.negotiation import Negotiation
from fairsim.parts.part import Context, Part
from fairsim.parts.signing import OfficeHours

DAYS_AHEAD = 3
"""Days that are looked through for a time that suits both."""


class Meetings(Part):
    """Arranges talks."""

    def __init__(self, context: Context, hours: OfficeHours) -> None:
        super().__init__(context)
        self._hours = hours
        self._times = context.draws.stream("negotiations.meetings")

    @property
    def _parameters(self) -> Negotiations:
        return self._context.parameters.negotiations

    def agree(self, negotiation: Negotiation) -> int:
        """Return when the parties of a negotiation are to meet (ms since the epoch).

        It is a time of the first stretch that suits both after some notice, on the grid of the slots; if no stretch of
        the next days does, the exhibitor's hours decide.
        """
        key, substream = negotiation.key, negotiation.attempt * SUBSTREAMS_AN_ATTEMPT
        notice_ms = self._parameters.notice_mean_h * HOUR_MS
        earliest_ms = self.env.now + round(self._times.scalar_exponential(key, notice_ms, substream + NOTICE))
        stretches = chain(self._common(negotiation, earliest_ms), self._open(negotiation, earliest_ms))
        first_ms, last_ms = next(stretches)
        slot_ms = round(self._parameters.slot_min * MINUTE_MS)
        slots = (last_ms - first_ms) // slot_ms
        # ends of stretches are on the grid; the first slot may begin off it, at the earliest moment
        chosen = int(self._times.scalar_uniform(key, substream + WHICH) * (slots + 1))
        return max(last_ms - chosen * slot_ms, self.env.now + 1)

    def _common(self, negotiation: Negotiation, earliest_ms: int) -> Iterator[tuple[int, int]]:
        """Yield the first stretch in which the desk is open and the requester awake, if there is one."""
        parameters = self._parameters
        awake_ms = round((parameters.awake_until_h - parameters.awake_from_h) * HOUR_MS)
        for first_ms, last_ms in self._open(negotiation, earliest_ms):
            ahead_ms = self._hours.ahead_ms(negotiation.parties.economy, first_ms // DAY_MS)
            rises_ms = round(parameters.awake_from_h * HOUR_MS) - ahead_ms
            # the latest rise at or before the stretch, and the next one
            latest_ms = first_ms - (first_ms - rises_ms) % DAY_MS
            for rise_ms in (latest_ms, latest_ms + DAY_MS):
                begin_ms, end_ms = max(first_ms, rise_ms), min(last_ms, rise_ms + awake_ms)
                if begin_ms <= end_ms:
                    yield begin_ms, end_ms
                    return

    def _open(self, negotiation: Negotiation, earliest_ms: int) -> Iterator[tuple[int, int]]:
        """Yield the stretches in which the desk is open: when a talk may first, and last, begin."""
        parameters, desk = self._parameters, negotiation.desk
        opens_ms, slot_ms = round(parameters.opens_h * HOUR_MS), round(parameters.slot_min * MINUTE_MS)
        closes_h = parameters.night_closes_h if desk.stays_late else parameters.closes_h
        length_ms = max(round(closes_h * HOUR_MS) - opens_ms - slot_ms, 0)
        today = earliest_ms // DAY_MS
        for day in range(today - 1, today + DAYS_AHEAD):
            opened_ms = day * DAY_MS + opens_ms - self._hours.ahead_ms(desk.economy, max(day, 0))
            if opened_ms + length_ms >= earliest_ms:
                yield max(opened_ms, earliest_ms), opened_ms + length_ms


# substreams of `negotiations.meetings`, for each attempt at a wish
NOTICE, WHICH = 0, 1
SUBSTREAMS_AN_ATTEMPT = 2
