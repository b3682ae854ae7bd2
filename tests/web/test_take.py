"""What a reader takes along: numbers as CSV, pictures as PNG, and the lines that bring the same numbers."""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.web.conftest import OF_A_RUN, VIEWS, Shared

OpenPage = Callable[..., Page]
PNG = b"\x89PNG\r\n\x1a\n"


def taken(page: Page, what: str, title: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"{what} {title}", exact=True).click()
    return Path(download.value.path()).read_bytes()


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(data.decode("utf-8-sig").splitlines()))


def test_chart_is_taken_as_csv_and_as_png(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half, "&view=venue")
    expect(page.locator(".plot canvas").nth(2)).to_be_visible()
    head, *rows = rows_of(taken(page, "CSV", "Through the gates per hour"))
    assert head == ["time", "In", "Out", "Refused"]
    entered = shared.get(f"runs/{shared.half}/snapshot")["measures"]["venue"]["entered_per_hour"]
    values = {row[0]: row[1] for row in rows}
    assert values["2020-09-06T03:00:00.000Z"] == str(entered[str(2 * 24 + 11)])  # eleven in Beijing
    assert taken(page, "PNG", "Through the gates per hour").startswith(PNG)


@pytest.mark.parametrize(
    ("locale", "heads", "worth"),
    [
        ("en-GB", ("Figure", "Role", "Reported", "At the scale of the run"), "Calibrated"),
        ("zh-CN", ("指标", "用途", "公布", "按规模折算"), "已校准"),
    ],
)
def test_table_is_taken_as_numbers_with_what_each_is_worth(
    shared: Shared, open_shared: OpenPage, locale: str, heads: tuple[str, ...], worth: str
) -> None:
    page = open_shared(shared.half, "&view=comparison", locale=locale)
    expect(page.locator("[data-figure='negotiations.initiated'] td").nth(1)).not_to_be_empty()
    title = page.locator(".part h3").first.inner_text()
    head, *rows = rows_of(taken(page, "CSV", title))
    known = [dict(zip(head, row, strict=True)) for row in rows]
    (row,) = (row for row in shared.get(f"runs/{shared.half}/comparison")["rows"] if row["figure"] == INITIATED)
    (own,) = (each for each in known if each[heads[0]] == row["names"]["zh" if locale == "zh-CN" else "en"])
    assert [own[name] for name in heads[1:]] == [worth, "550000", "5500"]
    assert str(row["simulated"]).removesuffix(".0") in own.values()
    assert taken(page, "PNG", title).startswith(PNG)


INITIATED = "negotiations.initiated"
GROUPED = re.compile(r"\$.*|\d{1,3}(,\d{3})+|[\d.]+ ?(%|m|k|secs?|mins?|hrs?|万|亿美元|秒|分钟|小时)")
"""How people read a large number, a share or money."""


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_table_is_taken_as_plain_numbers_under_headings_that_differ(
    shared: Shared, open_shared: OpenPage, locale: str
) -> None:
    page = open_shared(shared.whole, locale=locale)
    empty = []
    for view in OF_A_RUN:  # each loaded anew: browsers refuse more than some files of one page
        page.goto(f"{shared.backend.url}/?run={shared.whole}&view={view}&at=2020-09-06T12:00:00")
        expect(page.locator("#feed")).to_have_attribute("data-state", "held")
        expect(page.locator(f"main[data-view={view}] .part [data-take=take_csv]").first).to_be_visible()
        page.wait_for_load_state("networkidle")  # answers bring parts of their own
        for button in page.locator(".part [data-take=take_csv]").all():
            with page.expect_download() as download:
                button.click()
            rows = rows_of(Path(download.value.path()).read_bytes())
            name = download.value.suggested_filename
            if not rows:
                empty.append(view)
                continue
            assert len(set(rows[0])) == len(rows[0]), name
            assert [cell for row in rows[1:] for cell in row[1:] if GROUPED.fullmatch(cell)] == [], name
    assert empty == ["overview"]  # there is no announcement


def source_of(page: Page, title: str) -> Locator:
    page.get_by_role("button", name=f"Source {title}", exact=True).click()
    return page.get_by_role("region", name=f"{title}: lines that bring these numbers").locator("code")


def test_source_brings_the_same_numbers(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half, "&at=2020-09-05T12:00:00")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    call, socket = source_of(page, "Negotiations per hour, by origin").all_inner_texts()
    answer = subprocess.run(shlex.split(call), capture_output=True, check=True, timeout=60).stdout
    told = json.loads(answer)
    assert told["at_ms"] == 36 * 3_600_000
    tile = page.locator("[data-tile='negotiations.initiated'] .value")
    expect(tile).to_have_text(f"{told['measures']['negotiations']['initiated']:,}")
    address = shared.backend.url.replace("http", "ws")
    subscription = {"type": "subscribe", "parts": ["negotiations.per_hour"]}
    assert (socket.split("  ")[0], json.loads(socket.split("  ")[1])) == (
        f"{address}/runs/{shared.half}/live",
        subscription,
    )


@pytest.mark.parametrize(
    ("view", "title"), [("comparison", "Do the reported figures fit together?"), ("runs", "Runs kept here")]
)
def test_source_of_an_answer_of_now_names_no_moment(
    shared: Shared, open_shared: OpenPage, view: str, title: str
) -> None:
    page = open_shared(shared.half, f"&view={view}&at=2020-09-05T12:00:00")
    (call,) = source_of(page, title).all_inner_texts()
    assert "at=" not in call
    answer = subprocess.run([*shlex.split(call), "--fail"], capture_output=True, check=True, timeout=60).stdout
    assert json.loads(answer)


WITHOUT = """() => [...document.querySelectorAll(".chart, .part")]
    .filter((e) => !e.querySelector("[data-take]") && e.querySelector("table, .plot, .bars, .zones"))
    .map((e) => e.querySelector("h3").textContent)"""


def test_every_chart_and_table_can_be_taken(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half)
    without = {}
    for view in OF_A_RUN:
        page.keyboard.press(str(VIEWS.index(view) + 1))
        expect(page.locator(f"main[data-view={view}] [data-take]").first).to_be_visible()
        page.evaluate("new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn)))")  # what is drawn later
        without[view] = page.evaluate(WITHOUT)
    assert without == {view: [] for view in OF_A_RUN}


def test_chinese_readers_take_files_with_chinese_names(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half, "&view=venue", locale="zh-CN")
    expect(page.locator(".plot canvas").nth(2)).to_be_visible()
    with page.expect_download() as download:
        page.locator("[data-take=take_csv]").last.click()
    assert re.fullmatch(rf"{shared.half}-[\u4e00-\u9fff-]+\.csv", download.value.suggested_filename)


def test_course_is_taken_minute_by_minute_with_its_peaks(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&view=venue")
    expect(page.locator(".plot canvas").nth(2)).to_be_visible()
    course = shared.get(f"runs/{shared.whole}/course")
    waiting = course["gauges"]["venue.waiting"]

    page.get_by_role("button", name="Table People who queue at the gates", exact=True).click()
    table = page.get_by_role("region", name="People who queue at the gates: values")
    expect(table.locator("th").first).to_have_text("Largest in the hour from")
    expect(table.get_by_role("cell", name=str(max(waiting)), exact=True).first).to_be_visible()
    _, *rows = rows_of(taken(page, "CSV", "People who queue at the gates"))
    assert [int(value) for _, value in rows][: len(waiting)] == waiting  # the page adds the moment that it shows
