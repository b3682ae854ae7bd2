"""Timed entry: visitors book a slot of the day before they come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import HOUR_MS, MINUTE_MS
from fairsim.inputs.parameters import Venue
from fairsim.parts.venue.visitors import Hours


def book(
    wished_ms: NDArray[np.int64], hours: Hours, parameters: Venue, cap: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return when visitors come, who wish to come at these times (ordered), and which of them got a slot.

    A slot admits as many visitors as are expected to leave during it when the halls are at their cap. A visitor whose
    slot is full takes the next one with room. A visitor who finds none stays away.
    """
    slot_ms = round(parameters.entry_slot_min * MINUTE_MS)
    slots = max((hours.last_entry_ms - hours.opens_ms) // slot_ms, 1)
    quota = max(int(cap * slot_ms / (parameters.stay_mean_h * HOUR_MS)), 1)
    wished = ((wished_ms - hours.opens_ms) // slot_ms).clip(0, slots - 1)
    given = assign_slots(wished, slots, quota)
    later = (given > wished) & (given < slots)
    within = (wished_ms - hours.opens_ms) % slot_ms
    return np.where(later, hours.opens_ms + given * slot_ms + within, wished_ms), given < slots


def assign_slots(wished: NDArray[np.int64], slots: int, quota: int) -> NDArray[np.int64]:
    """Return the slot that each visitor gets, first come, first served; `slots` for a visitor who gets none."""
    given, left, carried = np.full(len(wished), slots), quota * np.ones(slots, np.int64), np.empty(0, np.int64)
    for slot in range(slots):
        asking = np.concatenate([carried, np.flatnonzero(wished == slot)])
        given[asking[: left[slot]]] = slot
        carried = asking[left[slot] :]
    return given
