"""The laws of any log, one module for each part of the fair, named as that of its events.

Another part is another class in `PARTS`, and `join` makes one of it; two parts may hear the same type of event.
"""

from __future__ import annotations

from fairfacts.laws.agreements import AgreementLaws
from fairfacts.laws.disruptions import DisruptionLaws
from fairfacts.laws.negotiations import NegotiationLaws
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.laws.part import Breaks, Part
from fairfacts.laws.platform import PlatformLaws
from fairfacts.laws.programme import ProgrammeLaws
from fairfacts.laws.projects import ProjectLaws
from fairfacts.laws.results import ResultLaws
from fairfacts.laws.routes import RouteLaws
from fairfacts.laws.signing import SigningLaws
from fairfacts.laws.streams import StreamLaws
from fairfacts.laws.venue import VenueLaws
from fairfacts.laws.visits import VisitLaws

PARTS: tuple[type[Part], ...] = (
    DisruptionLaws,
    PlatformLaws,
    RegisterLaws,
    ProgrammeLaws,
    StreamLaws,
    VisitLaws,
    ProjectLaws,
    NegotiationLaws,
    AgreementLaws,
    ResultLaws,
    SigningLaws,
    VenueLaws,
    RouteLaws,
)
"""Every part of the fair, in the order in which they hear an event."""


def join(breaks: Breaks) -> tuple[Part, ...]:
    """Return the parts of a fair that nothing is known of yet, each with those whose account it looks into."""
    register, disruptions = RegisterLaws(breaks), DisruptionLaws(breaks)
    programme, visits = ProgrammeLaws(breaks, register), VisitLaws(breaks, register)
    agreements = AgreementLaws(breaks, register)
    return (
        disruptions,
        PlatformLaws(breaks, disruptions),
        register,
        programme,
        StreamLaws(breaks, register, programme, disruptions),
        visits,
        ProjectLaws(breaks, register),
        NegotiationLaws(breaks, register, visits, agreements.intend),
        agreements,
        ResultLaws(breaks, register, programme),
        SigningLaws(breaks),
        VenueLaws(breaks, register),
        RouteLaws(breaks),
    )
