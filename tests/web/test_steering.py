"""A run is started, steered and put beside another from the page: real command, real backend, real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.faircli.fair import Fair
from tests.web.conftest import send

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A backend that can play runs itself."""
    with Fair(tmp_path_factory.mktemp("serving")).serving() as (url, _):
        yield url


def test_an_empty_desk_starts_the_fair_at_a_click_and_follows_it(tmp_path: Path, open_page: OpenPage) -> None:
    with Fair(tmp_path).serving() as (url, _):
        page = open_page(url=url)
        expect(page.locator("[data-start]")).to_have_count(3)
        page.locator("[data-start=mine]").click()
        expect(page.get_by_role("status").filter(has_text="appears here")).to_contain_text(
            f"fair run ciftis2020 --to {url}"
        )
        expect(page.locator("#empty code")).to_have_text("fair run ciftis2020")
        page.locator("[data-start=opening-night]").click()
        expect(page.locator("[data-measure='negotiations.initiated']").first).to_be_visible()
        (run,) = httpx.get(f"{url}/runs").json()
        assert (run["scenario"], run["state"]) == ("opening-night", "running")


def test_a_run_is_started_with_changes_steered_disrupted_and_stopped(url: str, open_page: OpenPage) -> None:
    page = open_page("?view=runs", url=url)
    page.locator("[name=scenario]").select_option("ciftis2020")
    page.locator("[name=scale]").select_option("0.01")
    page.locator("[name=seed]").fill("11")
    page.locator("#find-parameter").fill("patience_mean")
    page.locator("[name='negotiations.patience_mean_min']").fill("100000")
    page.locator("#start-run").click()
    expect(page.locator("[role=alert]")).to_contain_text("patience_mean_min")  # names it, and what is allowed
    expect(page.locator("[name='negotiations.patience_mean_min'][aria-invalid]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator(".views a[data-to=overview]").click()
    page.locator(".views a[data-to=runs]").click()
    expect(page.locator("[name=scale]")).to_have_value("0.01")  # what was entered is still there
    expect(page.locator("[name=seed]")).to_have_value("11")
    expect(page.locator("[name='negotiations.patience_mean_min']")).to_have_value("100000")
    page.locator("[name='negotiations.patience_mean_min']").fill("30")
    page.locator("#start-run").click()
    expect(page.locator("[data-run]")).to_have_count(1)
    run = httpx.get(f"{url}/runs").json()[0]
    assert (run["seed"], run["scale"], run["request"]["changes"]) == (11, 0.01, ["negotiations.patience_mean_min=30"])
    expect(page).to_have_url(re.compile(f"run={run['id']}"))
    expect(page.locator(f"[data-run={run['id']}] a[href$=report]")).to_be_visible()
    expect(page.locator("#no-reports")).to_have_count(0)
    page.locator("#pause-run").click(timeout=20_000)
    expect(page.locator("[data-command='0'] td")).to_contain_text("Fri 4 Sep")  # obeyed, at that moment
    expect(page.locator("#pause-run")).to_have_text("Resume")
    at_ms = httpx.get(f"{url}/runs/{run['id']}").json()["at_ms"]
    page.locator("#speed-run").select_option("600")
    expect(page.locator("[data-command='1'] td")).to_contain_text("Fri 4 Sep")
    standing = httpx.get(f"{url}/runs/{run['id']}").json()
    assert (standing["state"], standing["at_ms"]) == ("paused", at_ms)  # a pause stays one
    page.locator("#pause-run").click()
    expect(page.locator("#pause-run")).to_have_text("Pause the run")
    page.locator("#disruption").select_option("lanes_closed")
    expect(page.locator("#full-size")).to_contain_text("played at scale 0.01")
    page.locator("#disruption").select_option("platform_outage")
    expect(page.locator("#full-size")).to_have_count(0)  # it has no number that shrinks
    for wrong, why in (("1", "It must be less than 1."), ("-1", "")):
        page.locator("[name=capacity_share]").fill(wrong)
        page.locator("#disrupt-run").click()
        expect(page.locator("[name=capacity_share]:invalid")).to_be_focused()  # the browser says why beside the field
        assert why in page.locator("[name=capacity_share]").evaluate("field => field.validationMessage")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.locator("[name=capacity_share]").fill("0.25")
    page.locator("#disrupt-run").click()
    page.locator("#disrupt-run-confirmed").click()
    expect(page.locator("[data-command='3'] td")).to_contain_text("Fri 4 Sep")
    expect(page.locator("[data-marked='0']")).to_be_attached()  # on the time bar
    page.keyboard.press("1")
    expect(page.locator("[data-alarm='platform.capacity']")).to_contain_text("25.0%")
    expect(page.locator("[data-disruption='0']")).to_contain_text("Platform outage")
    page.keyboard.press("8")
    page.locator("#stop-run").click()
    page.locator("#stop-run-confirmed").click()
    expect(page.locator(f"[data-run={run['id']}] [data-state]")).to_have_text("stopped")
    page.locator("#branch-run").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("This run is played again up to Fri 4 Sep")
    page.locator("#branch-run-confirmed").click()
    expect(page.locator("[data-pair]")).to_be_visible()  # both side by side
    branch = next(each for each in httpx.get(f"{url}/runs").json() if each["id"] != run["id"])
    expect(page).to_have_url(re.compile(f"run={run['id']}"))
    expect(page).to_have_url(re.compile(f"pick={branch['id']}"))
    assert (branch["seed"], branch["scale"], branch["scenario"]) == (11, 0.01, "ciftis2020")
    commands = httpx.get(f"{url}/runs/{run['id']}/commands").json()
    assert [each["command"]["kind"] for each in commands] == ["pause", "speed", "resume", "disrupt", "stop"]
    assert all(each["refused"] is None and each["applied_at_ms"] is not None for each in commands)


def test_parameters_that_are_entered_before_the_form_is_drawn_again_are_all_sent(url: str, open_page: OpenPage) -> None:
    page = open_page("?view=runs", url=url)
    page.locator("#find-parameter").fill("negotiations.")
    fields = page.locator(".parameters input[name^='negotiations.']")
    names = [fields.nth(place).get_attribute("name") for place in (0, 1)]
    with page.expect_request("**/runs/start") as sent:
        page.evaluate(
            """names => {
                for (const name of names) {
                    const field = document.querySelector(`[name='${name}']`);
                    field.value = "-7";
                    field.dispatchEvent(new Event("input", { bubbles: true }));
                }
                document.querySelector("#start-run").click();
            }""",
            names,
        )
    asked = sent.value.post_data_json
    assert [f"negotiations.{name}" for name in asked["changes"]["negotiations"]] == names


def test_two_runs_stand_side_by_side(backend: Any, real: Any, fair: Any, open_page: OpenPage) -> None:
    one, head = send(backend, real[:6])
    other, _ = send(backend, fair)
    page = open_page(f"?view=runs&run={one}")
    page.locator(f"[data-run={other}] .links button").click()
    expect(page).to_have_url(re.compile(f"pick={other}"))
    initiated = page.locator("[data-measure-of-both='negotiations.initiated'] td")
    expect(initiated.first).to_be_visible()
    backend.append(one, head, [event for batch in real[6:] for event in batch])
    a, b = (backend.get(f"runs/{run}/snapshot")["measures"]["negotiations"]["initiated"] for run in (one, other))
    rows = {row["measure"]: row for row in backend.get(f"runs/{one}/against/{other}")["rows"]}
    chance = rows["negotiations.initiated"]["chance"]
    expect(initiated).to_have_text(
        [
            f"{a:,}",
            f"{b:,}",
            f"{b - a:+,}".replace("-", "\u2212"),
            f"\u00b1{chance:,.10g}",
            f"{100 * b / a:.1f}%",
        ]
    )
    beyond = {
        path for path, row in rows.items() if row["chance"] is not None and abs(row["difference"]) > row["chance"]
    }
    shown = page.locator("[data-beyond]").evaluate_all("rows => rows.map(row => row.dataset.measureOfBoth)")
    assert set(shown) == {path for path in beyond if page.locator(f"[data-measure-of-both='{path}']").count()}
    page.get_by_role("button", name="Close").click()
    expect(page.locator("[data-pair]")).to_have_count(0)


def test_a_question_about_one_run_is_not_confirmed_for_another(backend: Any, open_page: OpenPage) -> None:
    one, other = (backend.begin(seed=seed) for seed in (1, 2))
    for run in (one, other):
        backend.append(run, 0, [], pace="max")
    page = open_page(f"?view=runs&run={one}")
    page.locator("#stop-run").click()
    expect(page.locator("#stop-run-confirmed")).to_be_visible()
    page.locator("#runs").select_option(other)
    expect(page.locator("#stop-run")).to_be_visible()
    assert [backend.get(f"runs/{run}/commands") for run in (one, other)] == [[], []]


def test_a_double_click_starts_one_run(url: str, open_page: OpenPage) -> None:
    page = open_page("?view=runs", url=url)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("[name=scale]").select_option("0.01")
    page.locator("[name=speed]").select_option("max")
    start = page.locator("#start-run")
    start.dblclick()
    expect(page).to_have_url(re.compile("run=ciftis2020"))
    start.click(force=True)  # the second press of a slow hand: the answer to the first is there
    expect(start).to_have_attribute("aria-disabled", "false")
    assert sent == [f"{url}/runs/start"]


def test_a_seed_is_shown_as_it_is_and_one_that_the_page_cannot_send_is_refused(url: str, open_page: OpenPage) -> None:
    large = 2**53 + 1
    new = {"scenario": "ciftis2020", "seed": large, "scale": 0.01, "version": "0.1.0"}
    # as a log of an earlier release is imported
    run = httpx.post(f"{url}/runs", params={"imported": "true"}, json=new).json()["run"]
    page = open_page(f"?view=runs&run={run}", url=url)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    expect(page.locator(f"[data-run={run}] td").nth(1)).to_have_text(str(large))
    expect(page.locator("#runs option:checked")).to_contain_text(str(large))
    page.locator("[name=seed]").fill(str(large))
    page.locator("#start-run").click()
    expect(page.locator("[name=seed]:invalid")).to_be_focused()
    assert sent == []


def test_what_is_confirmed_is_checked_again(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, head = send(backend, real[:3])
    backend.append(run, head, [], pace="max")
    page = open_page(f"?view=runs&run={run}")
    page.locator("#disruption").select_option("entry_cap")
    page.locator("[name=people]").fill("100")
    lasts = page.locator("[name=lasts_min]")
    lasts.fill("30")
    page.locator("#disrupt-run").click()
    lasts.press("End")
    lasts.press("e")  # a field of numbers with what is none is empty for the page
    page.locator("#disrupt-run-confirmed").click()
    expect(page.locator("[name=lasts_min]:invalid")).to_be_focused()
    assert backend.get(f"runs/{run}/commands") == []
    lasts.press("Backspace")
    page.locator("#disrupt-run-confirmed").click()
    expect(page.locator("[data-command='0']")).to_contain_text("30 min")
    (command,) = backend.get(f"runs/{run}/commands")
    assert command["command"]["disruption"] == {"kind": "entry_cap", "people": 100, "lasts_min": 30}


def test_a_run_whose_events_others_send_offers_no_steering(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, head = send(backend, real[:3])
    page = open_page(f"?view=runs&run={run}")
    expect(page.locator(f"[data-run={run}]")).to_be_visible()
    expect(page.locator("#pause-run, #speed-run, #stop-run, #disruption")).to_have_count(0)
    backend.append(run, head, [], pace="max")
    expect(page.locator("#pause-run, #speed-run, #stop-run, #disruption")).to_have_count(4)


def test_gates_are_called_in_the_form_as_everywhere(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, head = send(backend, real[:1])  # the halls have not opened yet
    backend.append(run, head, [], pace="max")
    page = open_page(f"?view=runs&run={run}")
    page.locator("#disruption").select_option("lanes_closed")
    expect(page.locator("input[name=gate]")).to_have_value("1")
    backend.append(run, head, [event for batch in real[1:7] for event in batch], pace="max")
    gate = page.locator("select[name=gate]")
    expect(gate.locator("option")).to_have_text([f"Gate {number}" for number in range(1, 6)])
    gate.select_option("Gate 2")
    page.locator("#disrupt-run").click()
    page.locator("#disrupt-run-confirmed").click()
    expect(page.locator("[data-command='0']")).to_contain_text("gate 2")
    assert backend.get(f"runs/{run}/commands")[0]["command"]["disruption"]["gate"] == 1
