"""The services of the fair, joined: the parts of their directory, and their routes."""

from __future__ import annotations

from fastapi import APIRouter

from cloudfair.reading import (
    agreements,
    course,
    history,
    negotiations,
    notices,
    organisations,
    programme,
    projects,
    results,
    routes,
    streams,
    venue,
)
from cloudfair.reading.directory import PartKind

PARTS: tuple[PartKind, ...] = (
    organisations.Organisations,
    programme.Sessions,
    streams.Streams,
    venue.Zones,
    venue.Days,
    venue.Stands,
    projects.Projects,
    negotiations.Negotiations,
    agreements.Agreements,
    results.Releases,
    results.Results,
    routes.Tours,
    notices.Notices,
    notices.Disruptions,
)
"""What a directory has parts for."""

SERVICES = (
    organisations,
    programme,
    streams,
    venue,
    projects,
    results,
    routes,
    negotiations,
    history,
    agreements,
    notices,
    course,
)

router = APIRouter()
for service in SERVICES:
    router.include_router(service.router)
