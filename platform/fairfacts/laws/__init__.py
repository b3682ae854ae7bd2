"""The laws of any log, one module for each part of the fair, named like the module of its events.

`ALL_LAWS` is the one registry: the laws of another part are another class in it.
"""

from __future__ import annotations

from fairfacts.laws.agreements import AgreementLaws
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.disruptions import DisruptionLaws
from fairfacts.laws.negotiations import NegotiationLaws
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.laws.platform import PlatformLaws
from fairfacts.laws.programme import ProgrammeLaws
from fairfacts.laws.projects import ProjectLaws
from fairfacts.laws.results import ResultLaws
from fairfacts.laws.routes import RouteLaws
from fairfacts.laws.signing import SigningLaws
from fairfacts.laws.streams import StreamLaws
from fairfacts.laws.venue import VenueLaws
from fairfacts.laws.visits import VisitLaws

ALL_LAWS: tuple[type[PartLaws], ...] = (
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
"""The laws of every part, in the order in which they handle an event. Each may read the accounts of those before it."""


def new_laws(breaks: Breaks) -> Others:
    """Return the laws of every part, for a log of which nothing is known yet."""
    laws = Others()
    for kind in ALL_LAWS:
        laws.add(kind(breaks, laws))
    return laws
