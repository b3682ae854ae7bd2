"""Projects that exhibitors publish on the platform."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from cloudfair.api.resources.answer import Asked, Page, Reading
from cloudfair.api.resources.organisations import EconomyAsked, OrganisationAsked, Organisations, SectorAsked
from cloudfair.http.responses import NOT_MODIFIED, Described, example
from cloudfair.projections.read_model.model import Handlers, ReadModel
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table
from fairfacts.parts.projects import ProjectPublished

router = APIRouter(tags=["projects"], responses=NOT_MODIFIED)


class Project(Described):
    """A project that was published."""

    model_config = example(
        project=0,
        organisation=724,
        organisation_name="Other enterprise 724 (Cayman Islands)",
        economy="KY",
        sector="other",
        published_ms=2128094,
    )

    project: int
    organisation: int
    """The exhibitor's."""
    organisation_name: str
    economy: str
    sector: str
    published_ms: int


class ProjectsAsked(Asked):
    """How projects can be listed."""

    organisation: OrganisationAsked = None
    economy: EconomyAsked = None
    sector: SectorAsked = None
    sort: Literal["published", "-published"] = "published"


class Projects:
    """All projects."""

    begins = "published_ms"

    def __init__(self, model: ReadModel) -> None:
        self._organisations = model.section(Organisations)
        self.table = Table(
            model.words, "project", organisation="number", economy="word", sector="word", published_ms="moment"
        )
        self.handlers: Handlers = {ProjectPublished: self._publish}

    def _publish(self, events: list[ProjectPublished]) -> None:
        self.table.add(events, "organisation", "economy", "sector", published_ms="at_ms")

    def where(self, asked: ProjectsAsked, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""
        del at_ms
        table, columns = self.table, ("organisation", "economy", "sector")
        return [condition for column in columns for condition in table.is_(column, getattr(asked, column))]

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return the order of the log, in which they are published."""
        del sort, at_ms
        return None

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""
        items = self.table.shown(rows, at_ms=at_ms)
        for item, name in zip(
            items, self._organisations.names_of(self.table["organisation"][rows], at_ms), strict=True
        ):
            item["organisation_name"] = name
        return items


@router.get("/runs/{run}/projects", response_model=Page[Project])
async def list_projects(reading: Reading, asked: Annotated[ProjectsAsked, Query()]) -> Response:
    """List the projects that were published."""
    return reading.page(Projects, asked, asked.sort)
