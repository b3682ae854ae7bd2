"""Halls are drawn by their area, each number whole, and no bound is shown that nobody stated."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec
from playwright.sync_api import Page, WebSocketRoute, expect
from tests.web.conftest import Shared, send
from tests.web.steady import eventually

from fairfacts.parts.venue.events import ZonesCounted

OpenPage = Callable[..., Page]


def test_zones_are_drawn_by_their_area_and_say_which_is_crowded(backend: Any, real: Any, open_page: OpenPage) -> None:
    counted = next(event for event in reversed(real[9]) if isinstance(event, ZonesCounted))
    inside = (12_000, *counted.inside[1:])
    busy = [
        msgspec.structs.replace(counted, at_ms=real[9][-1].at_ms + minute * 60_000, inside=inside)
        for minute in range(15)
    ]
    run, _ = send(backend, [*real[:10], busy])
    venue = backend.get(f"runs/{run}/snapshot")["measures"]["venue"]
    page = open_page("?view=venue")
    zones = page.locator("[data-zone]")
    expect(zones).to_have_count(9)

    def areas_are_drawn_alike() -> None:
        drawn = page.evaluate(
            "[...document.querySelectorAll('[data-zone]')].map(e => [e.dataset.zone, e.offsetWidth * e.offsetHeight])"
        )
        shares = [area / venue["net_m2_by_zone"][zone] for zone, area in drawn]
        assert max(shares) < 1.03 * min(shares)

    eventually(areas_are_drawn_alike)
    crowded = {zone for zone, density in venue["density_by_zone"].items() if density >= 1.0}
    assert crowded == {"comprehensive"}
    seen = page.locator("[data-zone][data-state=over]")
    expect(seen).to_have_count(len(crowded))
    assert {zone.get_attribute("data-zone") for zone in seen.all()} == crowded
    for zone in seen.all():
        expect(zone).to_contain_text("crowded")
        assert float(zone.evaluate("e => e.style.getPropertyValue('--fill')")) == 1
    page.keyboard.press("1")
    expect(page.locator("[data-alarm='venue.density']")).to_contain_text(
        re.compile("Alarm: Comprehensive has .* people per m², 2.00 is the limit since Sun 6 Sep")
    )
    cut = "[...document.querySelectorAll('[data-zone]')].filter(e => e.scrollHeight > e.clientHeight).map(e => e.title)"
    assert page.evaluate(cut) == []  # on the overview, which has less room for them


def test_many_zones_are_a_list_with_every_number_whole(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.first(7), "&view=venue", viewport={"width": 360, "height": 740})
    whole = """() => [...document.querySelectorAll("[data-zone]")].filter((zone) => {
        const box = zone.getBoundingClientRect();
        return [...zone.querySelectorAll("[data-measure]")].some((number) => {
            const { right, bottom } = number.getBoundingClientRect();
            return right > box.right || bottom > box.bottom;
        });
    }).length"""
    expect(page.locator(".zones [data-zone]")).to_have_count(9)
    eventually(lambda: is_none(page.evaluate(whole)))
    zones = {f"zone {number}": 1_000 for number in range(40)}

    def between(page_side: WebSocketRoute) -> None:
        page_side.connect_to_server().on_message(
            lambda text: page_side.send(
                re.sub(r'"net_m2_by_zone":{[^}]*}', f'"net_m2_by_zone":{json.dumps(zones)}', text)
            )
        )

    page.route_web_socket("**/live", between)
    page.reload()
    expect(page.locator(".zone-list [data-zone]")).to_have_count(40)
    eventually(lambda: is_none(page.evaluate(whole)))
    page.keyboard.press("1")
    expect(page.locator(".zone-list [data-zone]")).to_have_count(6)


def is_none(count: int) -> None:
    assert count == 0


def test_a_cap_that_nobody_stated_is_no_bound(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&view=venue")
    about = page.locator("[data-tile='venue.inside'] .about")
    expect(about).to_contain_text("of 600")
    fair = shared.get(f"runs/{shared.whole}/fair")
    assert fair["default_cap"] is None
    page.route("**/fair", lambda route: route.fulfill(json=fair | {"default_cap": 600}))
    page.reload()
    expect(about).to_contain_text("peak")
    expect(about).not_to_contain_text("of 600")
    expect(page.get_by_role("img", name=re.compile("People inside.*allowed"))).to_have_count(0)
