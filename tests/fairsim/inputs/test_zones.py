"""Zones of a shipped fair."""

from __future__ import annotations

from fairsim.inputs.fair import load_fair

FAIR = load_fair("ciftis2020")


def test_there_is_a_comprehensive_zone_and_eight_special_ones():
    zones = FAIR.zones
    assert ([zone.kind for zone in zones], len({zone.name for zone in zones})) == (
        ["comprehensive"] + ["special"] * 8,
        9,
    )


def test_attractions_are_shares_of_the_walks():
    assert round(sum(zone.attraction for zone in FAIR.zones), 6) == 1.0


def test_special_zones_are_of_a_sector_there_is():
    sectors = {sector.name for sector in FAIR.sectors}
    assert [zone.name for zone in FAIR.zones if zone.kind == "special" and zone.sector not in sectors] == []
