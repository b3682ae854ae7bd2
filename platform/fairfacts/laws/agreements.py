"""The laws of agreements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.flow import Flow, Little
from fairfacts.laws.negotiations import differ
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.parts.negotiations.events import NegotiationEnded


class AgreementLaws(PartLaws):
    """From intent to signature: in drafting, then fallen through, or drafted and signed."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "agreement.intent": "an intent is drafted or falls through, once",
        "agreement.parties": "every event of an agreement is between the parties of its negotiation",
        "agreement.sector": "every event of an agreement says the sector in which its exhibitor exhibits",
        "agreement.drafting": "drafting_ms is the time since the intent, and more than none",
        "agreement.value": "an agreement has a value",
        "agreement.drafted": "an agreement is signed once, after it was drafted, for the value that was drafted",
        "agreement.waited": "waited_ms is the time since the agreement was drafted, and more than none",
        "agreement.overseas": "an agreement with a party from outside the home economy is signed online",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._register = others.of(RegisterLaws)
        self._drafting: dict[int, NegotiationEnded] = {}
        self._waiting: dict[int, AgreementDrafted] = {}
        self._drafts, self._waits = Flow(), Flow()

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {
            NegotiationEnded: self._end_talk,
            AgreementDrafted: self._draft,
            AgreementFellThrough: self._leave_drafting,
            AgreementSigned: self._sign,
        }

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the accounts of the intents in drafting, and of the agreements that wait to be signed."""
        return {
            "intents_drafting": self._drafts.little(now_ms, (intent.at_ms for intent in self._drafting.values())),
            "agreements_waiting": self._waits.little(now_ms, (draft.at_ms for draft in self._waiting.values())),
        }

    def _end_talk(self, event: NegotiationEnded) -> None:
        if event.outcome == "intent":
            self._drafting[event.negotiation] = event
            self._drafts.enter(event.at_ms)

    def _leave_drafting(self, event: AgreementDrafted | AgreementFellThrough) -> None:
        if not self._register.exhibits_in(event.exhibitor, event.sector):
            self.breaks(event, "agreement.sector")
        intent = self._drafting.pop(event.negotiation, None)
        if intent is None:
            self.breaks(event, "agreement.intent")
            return
        if differ(intent, event):
            self.breaks(event, "agreement.parties")
        if not event.drafting_ms or event.drafting_ms != event.at_ms - intent.at_ms:
            self.breaks(event, "agreement.drafting")
        self._drafts.leave(event.at_ms, event.drafting_ms)

    def _draft(self, event: AgreementDrafted) -> None:
        self._leave_drafting(event)
        if not event.value_usd:
            self.breaks(event, "agreement.value")
        self._waiting[event.negotiation] = event
        self._waits.enter(event.at_ms)

    def _sign(self, event: AgreementSigned) -> None:
        if event.overseas and event.mode != "online":
            self.breaks(event, "agreement.overseas")
        if not self._register.exhibits_in(event.exhibitor, event.sector):
            self.breaks(event, "agreement.sector")
        drafted = self._waiting.pop(event.negotiation, None)
        if drafted is None or drafted.value_usd != event.value_usd:
            self.breaks(event, "agreement.drafted")
        if drafted is None:
            return
        if differ(drafted, event):
            self.breaks(event, "agreement.parties")
        if not event.waited_ms or event.waited_ms != event.at_ms - drafted.at_ms:
            self.breaks(event, "agreement.waited")
        self._waits.leave(event.at_ms, event.waited_ms)
