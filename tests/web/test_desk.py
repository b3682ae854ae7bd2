"""What the desk shows is true, can be read by everybody, and stays in its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from playwright.sync_api import Page, expect
from tests.web.conftest import OF_NUMBERS, VIEWS, Shared, send
from tests.web.languages import read_in
from tests.web.steady import eventually

OpenPage = Callable[..., Page]


def test_scaled_number_is_not_called_reported(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole)
    expect(page.locator("#feed")).to_have_text("Ended")
    tile = page.locator("[data-tile='negotiations.initiated'] .about")
    expect(tile).to_contain_text("of 5,500: 1% of 550,000 reported")
    expect(page.locator("[data-tile='venue.inside'] .about")).to_contain_text("of 600 at scale 0.01")
    expect(page.locator("[data-toward='organisations.at_closing'] .amount")).to_contain_text("1% of 22,000 reported")
    page.keyboard.press("7")
    row = page.locator("[data-figure='negotiations.initiated']")
    expect(row.locator("td").first).to_have_text("550,000at scale 0.01: 5,500")
    row.locator("button").click()
    origins = page.locator("[data-origins='negotiations.initiated']")
    expect(origins).to_contain_text(
        "Source: closing document, paragraph 19 · printed to ±5,000 · calibrated: the model was fitted to these"
    )
    read_in(page, "zh-CN")
    page.keyboard.press("1")
    expect(tile).to_contain_text("按规模折算为 5,500（公布 55 万的 1%）")


def test_only_figures_that_were_held_out_count_as_agreement_and_each_is_of_its_moment(
    shared: Shared, open_shared: OpenPage
) -> None:
    run = shared.whole
    page = open_shared(run)
    expect(page.locator("#feed")).to_have_text("Ended")
    told = shared.get(f"runs/{run}/comparison")
    rows, found = {row["figure"]: row for row in told["rows"]}, told["evidence"]
    assert found["agree"] < sum(row["verdict"] == "agrees" for row in rows.values())
    expect(page.locator("#view")).to_contain_text(
        f"Reported figures held out from the model: {found['held_out']}. Of these agree: {found['agree']},"
        f" differ: {found['differ']}, open: {found['left_open']}."
    )
    morning, closing = rows["organisations.second_morning"], rows["organisations.at_closing"]
    assert morning["at_ms"] is not None
    assert closing["at_ms"] is None
    assert morning["simulated"] != closing["simulated"]
    for row in (morning, closing):
        expect(page.locator(f"[data-toward='{row['figure']}'] .amount b")).to_have_text(str(row["simulated"]))
    read_in(page, "zh-CN")
    expect(page.locator("#view")).to_contain_text(f"未参与校准的公布值共 {found['held_out']} 项")


def test_every_headline_says_what_it_is_worth(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.first(7))
    expect(page.locator("[data-tile='organisations.registered'] .role")).to_contain_text("calibrated")
    for view in OF_NUMBERS:
        page.keyboard.press(str(VIEWS.index(view) + 1))
        expect(page.locator("#view")).to_have_attribute("data-view", view)
        expect(page.locator("[data-tile]:not(:has(.role))")).to_have_count(0)


def test_forecast_is_of_the_values_shown_and_says_when_it_is_too_early(
    backend: Any, real: Any, open_page: OpenPage
) -> None:
    run, head = send(backend, real[:3])
    page = open_page()
    negotiations = page.locator("[data-toward='negotiations.initiated']")
    expect(negotiations.locator(".expected")).to_contain_text("too early to say")
    tile = page.locator("[data-tile='negotiations.initiated'] .value")
    expect(negotiations.locator(".amount b")).to_have_text(tile.inner_text())
    expect(page.get_by_text("Band: 80% interval at the end, as of Fri 4 Sep 17:5")).to_be_visible()
    low, high = (
        float(negotiations.locator(".line").evaluate(f"e => e.style.getPropertyValue('--{end}')"))
        for end in ("low", "high")
    )
    assert 0 <= low < high < 1  # drawn whole
    backend.append(run, head, [event for batch in real[3:] for event in batch])
    expect(page.locator("#feed")).to_have_text("Ended")
    rows = {row["figure"]: row for row in backend.get(f"runs/{run}/comparison")["rows"]}
    expect(negotiations.locator(".verdict")).to_have_text(rows["negotiations.initiated"]["verdict"])
    expect(page.locator(".expected")).to_have_count(0)


def test_two_runs_say_what_differs_and_unlike_scales_are_not_compared(
    backend: Any, real: Any, fair: Any, open_page: OpenPage
) -> None:
    one, _ = send(backend, real)
    other = backend.begin(seed=8, scale=0.02)
    backend.append(other, 0, [msgspec.structs.replace(fair[0][0], seed=8, scale=0.02), *fair[0][1:], *fair[1]])
    page = open_page(f"?view=runs&run={one}&pick={other}")
    expect(page.locator(".differences")).to_have_text("Seed: 7 → 8Scale: 0.01 → 0.02")
    expect(page.locator("#differences")).to_contain_text("The scales differ")
    expect(page.locator("[data-measure-of-both='negotiations.initiated'] td").nth(2)).to_have_text("–")
    shares = page.locator("[data-measure-of-both='negotiations.lapse_share'] td").nth(2)
    expect(shares).to_have_text(re.compile(r"points$"))


def test_two_scenario_files_say_which_parameters_differ(
    backend: Any, real: Any, fair: Any, open_page: OpenPage
) -> None:
    """Only `--set` was told; a file of a user's own says as much."""
    request = {"fair": "ciftis2020", "overrides": {"venue.cap": ["60000", "18000"]}, "changes": []}
    other = {"fair": "ciftis2020", "overrides": {"negotiations.patience_mean_min": ["45", "30"]}, "changes": []}
    runs = [backend.begin(request=one) for one in (request, other)]
    for run in runs:
        backend.append(run, 0, [*fair[0], *fair[1]])
    page = open_page(f"?view=runs&run={runs[0]}&pick={runs[1]}")
    expect(page.locator(".differences li")).to_have_text(
        ["negotiations.patience_mean_min: 45 → 30", "venue.cap: 18000 → 60000"]
    )


def test_runs_that_were_set_alike_and_played_with_other_parameters_say_so(
    backend: Any, fair: Any, open_page: OpenPage
) -> None:
    runs = [backend.begin(request={"fair": "ciftis2020", "overrides": {}, "sha256": one * 64}) for one in "ab"]
    for run in runs:
        backend.append(run, 0, [*fair[0], *fair[1]])
    page = open_page(f"?view=runs&run={runs[0]}&pick={runs[1]}")
    expect(page.locator(".differences li")).to_have_text([f"Parameters (SHA-256): {'a' * 12} → {'b' * 12}"])


def test_a_run_is_stopped_only_after_a_question(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, head = send(backend, real[:4])
    backend.append(run, head, [], "3600")
    page = open_page("?view=runs")
    page.locator("#stop-run").press("Enter")
    expect(page.get_by_role("alertdialog")).to_contain_text("The run ends here")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#stop-run")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(page.locator("#stop-run")).to_be_focused()
    page.locator("#disrupt-run").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("Platform outage: it takes effect at once")
    assert backend.get(f"runs/{run}/commands") == []
    page.locator("#disrupt-run-confirmed").click()
    expect(page.locator("[data-command='0'] th")).to_have_text(
        "Disrupt: Platform outage · capacity left 0% · for 30 mins"
    )
    expect(page.locator("#disrupt-run")).to_be_focused()
    page.locator("#stop-run").focus()
    backend.append(run, head, [], "stopped")
    expect(page.locator("#stop-run")).to_have_count(0)
    expect(page.locator("#view")).to_be_focused()  # what had the focus has gone


def test_a_click_on_a_chart_stays_live_and_a_double_click_shows_its_moment(
    shared: Shared, open_shared: OpenPage
) -> None:
    page = open_shared(shared.whole)
    plot = page.locator(".plot .u-over").first
    plot.click(position={"x": 100, "y": 50})
    page.evaluate("new Promise(requestAnimationFrame)")
    assert "at=" not in page.url
    plot.dblclick(position={"x": 100, "y": 50})
    expect(page.locator("#feed")).to_have_text("Paused at this moment")


def test_chart_has_a_table(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.whole
    page = open_shared(run, "&view=venue")
    page.get_by_role("button", name="Table Through the gates per hour").click()
    table = page.get_by_role("region", name="Through the gates per hour: values by the hour")
    entered = shared.get(f"runs/{run}/snapshot")["measures"]["venue"]["entered_per_hour"]
    cells = table.get_by_role("row", name="Sun 6 Sep 11:00").locator("td").first
    expect(cells).to_have_text(f"{entered[str(2 * 24 + 11)]:,}")


def test_heat_map_names_the_hour_under_the_pointer(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.whole
    row = shared.get(f"runs/{run}/negotiations/lapses?limit=1")["items"][0]
    hour = max(row["answered_per_hour"], key=lambda each: row["answered_per_hour"][each])
    page = open_shared(run, "&view=negotiations")
    drawing = page.locator("[data-lapses=CN] svg")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * (int(hour) + 0.5) / 144, box["y"] + box["height"] / 2)
    lapsed, answered = (row[f"{what}_per_hour"].get(hour, 0) for what in ("lapsed", "answered"))
    expect(page.get_by_text(re.compile(f"^China, .*: {lapsed:,} of {answered:,} lapsed$"))).to_be_visible()
    expect(page.locator(".days-of-heat span")).to_have_text(["Fri 4", "Sat 5", "Sun 6", "Mon 7", "Tue 8", "Wed 9"])


def test_screen_readers_hear_of_alarms_seldom(backend: Any, outage: Any, open_page: OpenPage) -> None:
    send(backend, outage)
    page = open_page()
    expect(page.locator("[data-alarm]").first).to_be_visible()
    expect(page.locator("[aria-live]")).to_have_count(1)
    said = "Alarm: platform capacity; 2 disruptions in effect"
    for view in VIEWS:
        page.locator(f".views a[data-to={view}]").click()
        expect(page.locator(f"main[data-view={view}]")).to_be_visible()
        expect(page.locator("#spoken")).to_have_text(said)
    expect(page.get_by_role("link", name="Overview alarms: 1")).to_have_count(1)


def test_wall_is_filled(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.first(7), viewport={"width": 3840, "height": 2160})
    expect(page.locator(".plot canvas").first).to_be_visible()

    def reaches_the_time_bar() -> None:
        parts, bar = page.locator(".parts").bounding_box(), page.locator(".timebar").bounding_box()
        assert parts is not None
        assert bar is not None
        assert bar["y"] - parts["y"] - parts["height"] < 100

    def stands_in_two_rows() -> None:
        rows = page.evaluate(
            "[...document.querySelectorAll('.chart')].map(e => Math.round(e.getBoundingClientRect().y))"
        )
        assert [rows.count(row) for row in sorted(set(rows))] == [2, 2]

    eventually(reaches_the_time_bar)
    page.keyboard.press("2")
    expect(page.locator(".plot canvas").nth(3)).to_be_visible()
    eventually(stands_in_two_rows)


def test_nobody_waits_too_long_is_said_only_while_nobody_does(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, head = send(backend, real[:1])
    page = open_page()
    waits = backend.get(f"runs/{run}/snapshot")["measures"]["negotiations"]["waiting_over_30min"]
    fine = page.locator("#judgement [data-state=fine]")
    expect(fine).to_have_text("Nothing is short, nobody waits too long." if waits == 0 else "Nothing is short.")
    backend.append(run, head, [event for batch in real[1:8] for event in batch])  # the halls are empty
    said = backend.get(f"runs/{run}/snapshot")["measures"]
    assert (said["alarms"]["count"], said["negotiations"]["waiting_over_30min"] > 0) == (0, True)
    expect(fine).to_have_text("Nothing is short.")
    expect(page.locator("[data-measure='negotiations.waiting_over_30min']")).to_have_text(
        f"{said['negotiations']['waiting_over_30min']:,}"
    )


def test_a_map_that_could_not_be_fetched_says_so_and_comes(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole)
    expect(page.locator("#feed")).to_have_text("Ended")
    page.route("**/assets/world*", lambda route: route.abort())
    page.keyboard.press("2")
    expect(page.get_by_text("The map could not be loaded").first).to_be_visible()
    page.unroute("**/assets/world*")
    expect(page.locator(".world svg")).to_have_count(2)
    expect(page.get_by_text("The map could not be loaded")).to_have_count(0)


def test_what_is_over_has_no_mark_of_what_is_fine(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole)
    mark = "e => getComputedStyle(e, '::before').backgroundColor"
    assert page.locator(".headline[data-state=none]").evaluate(mark) == "rgb(213, 216, 222)"
