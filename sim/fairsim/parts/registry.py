"""The registry: every part of the model, made and joined in one place."""

from __future__ import annotations

from collections.abc import Iterator

from fairsim.inputs.scenario import Scenario
from fairsim.parts.agreements import Agreements
from fairsim.parts.demand import Demand
from fairsim.parts.negotiations.desks import Desks
from fairsim.parts.negotiations.meetings import Meetings
from fairsim.parts.notices import Notices
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part
from fairsim.parts.people import People
from fairsim.parts.platform import Platform
from fairsim.parts.programme.programme import Programme
from fairsim.parts.projects import Projects
from fairsim.parts.public import Public
from fairsim.parts.results import Results
from fairsim.parts.routes import Routes
from fairsim.parts.signing import OfficeHours, SigningTables
from fairsim.parts.streams.streams import Streams
from fairsim.parts.venue.venue import Venue
from fairsim.parts.visits.visits import Visits


class Parts:
    """All parts of a fair. A new part is one more attribute here; iteration gives the parts in this order."""

    def __init__(self, context: Context) -> None:
        self.organisations = Organisations(context)
        self.people = People(context, self.organisations)
        self.demand = Demand(context, self.organisations)
        self.notices = Notices(context)
        self.platform = Platform(context)
        self.tables = SigningTables(context)
        self.hours = OfficeHours(context)
        self.agreements = Agreements(context, self.hours, self.tables)
        self.meetings = Meetings(context, self.hours)
        self.desks = Desks(
            context, self.organisations, self.platform, self.hours, self.meetings, self.agreements.intend
        )
        self.streams = Streams(context, self.organisations, self.platform, self.demand)
        self.venue = Venue(context, self.organisations, self.demand, self.notices)
        self.programme = Programme(context, self.organisations, self.streams, self.venue, self.notices)
        self.visits = Visits(context, self.organisations, self.platform, self.desks, self.streams, self.demand)
        self.public = Public(context, self.organisations, self.platform, self.demand)
        self.projects = Projects(context, self.organisations)
        self.results = Results(context, self.organisations, self.programme, self.hours, self.tables)
        self.routes = Routes(context)

    def __iter__(self) -> Iterator[Part]:
        return iter(vars(self).values())

    def reconfigure(self, before: Scenario, changed: set[str]) -> None:
        """Bring all parts up to date with a scenario that differs from `before` in these sections of parameters.

        Parts whose sections are the same draw nothing again, so that events of one millisecond keep their order.
        """
        for part in self:
            part.reconfigure(before)
        for part in self:
            if changed & part.DRAWN_AHEAD_BY:
                part.redraw()
