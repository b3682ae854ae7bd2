"""The report as a reader opens it: in a browser, without a network, on a phone and on paper."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.faircli.fair import Fair
from tests.web.steady import eventually


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    fair = Fair(tmp_path_factory.mktemp("report"))
    fair("run", "opening-night", "--scale", "0.01")
    assert fair("report", "-o", "report.html").returncode == 0
    return fair.folder / "report.html"


def test_report_opens_without_a_network_and_prints(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1200})
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.goto(report.as_uri())
    expect(page.locator("h1")).to_have_text("The platform fails on the opening night")
    expect(page.get_by_text("It was disturbed while it was on.")).to_be_visible()
    outage = page.get_by_role("row", name="platform outage (capacity share 0) ")
    expect(outage.locator("td")).to_have_text(["Fri 04 Sep 20:30", "Fri 04 Sep 20:55", "scheduled"])
    expect(page.locator(".headline")).to_contain_text("No figure was held out")
    sections: Any = page.locator("section h2").all_inner_texts()
    assert sections == page.locator("nav a").all_inner_texts()
    for plot in page.locator("figure svg").all():
        eventually(partial(is_wider, plot, 600))
    assert (asked, faults) == ([report.as_uri()], [])
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") >= 5
    page.close()


def test_report_fits_a_phone(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(report.as_uri())
    eventually(lambda: fits(page, 390))
    page.close()


def is_wider(plot: Locator, than: int) -> None:
    box = plot.bounding_box()
    assert box is not None
    assert box["width"] > than


def fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == width
