"""The services of the fair, joined: the sections of the read model, and the routes."""

from __future__ import annotations

from fastapi import APIRouter

from cloudfair.api.resources import (
    agreements,
    course,
    halls,
    history,
    lapses,
    negotiations,
    notices,
    organisations,
    programme,
    projects,
    results,
    routes,
    stands,
    streams,
    zones,
)
from cloudfair.projections.read_model.model import SectionKind

SECTIONS: tuple[SectionKind, ...] = (
    organisations.Organisations,
    programme.Sessions,
    streams.Streams,
    zones.Zones,
    halls.Days,
    stands.Stands,
    projects.Projects,
    negotiations.Negotiations,
    agreements.Agreements,
    results.Releases,
    results.Results,
    routes.Tours,
    notices.Notices,
    notices.Disruptions,
)
"""The sections of a read model."""

SERVICES = (
    organisations,
    programme,
    streams,
    halls,
    zones,
    stands,
    projects,
    results,
    routes,
    negotiations,
    lapses,
    history,
    agreements,
    notices,
    course,
)

router = APIRouter()
for service in SERVICES:
    router.include_router(service.router)
