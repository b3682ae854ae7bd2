"""The laws of signing, whatever is signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.parts.agreements import AgreementSigned
from fairfacts.parts.results import ResultSigned


class SigningLaws(PartLaws):
    """Where agreements and results are signed: online, or in slots at a place on site."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "signing.place": "what is signed on site is signed in a place and takes time; online there is neither",
        "signing.slot": "a slot in a place begins when the one before it there is over",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._free_ms: dict[str, int] = {}
        """When the latest slot in each place was over."""

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {AgreementSigned: self._sign, ResultSigned: self._sign}

    def _sign(self, event: AgreementSigned | ResultSigned) -> None:
        place, online = event.place, event.mode == "online"
        if (not place) is not online or (not event.took_ms) is not online:
            self.breaks(event, "signing.place")
        if place:
            if event.at_ms - event.took_ms < self._free_ms.get(place, 0):
                self.breaks(event, "signing.slot")
            self._free_ms[place] = event.at_ms
