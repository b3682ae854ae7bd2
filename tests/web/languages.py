"""The languages of the page: those that it has a file of words for."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect
from tests.web.browsers import ROOT

WORDS = sorted((ROOT / "platform/web/src/text/words").glob("*.json"))
LOCALES = [json.loads(path.read_text(encoding="utf-8"))["language"]["locale"] for path in WORDS]
"""In the order in which the page's button offers the languages."""


def read_in(page: Page, locale: str) -> None:
    """Press the button for the language until the page is in that of the locale."""
    place = LOCALES.index(str(page.locator("html").get_attribute("lang")))
    while LOCALES[place] != locale:
        place = (place + 1) % len(LOCALES)
        page.locator("#language").click()
        expect(page.locator("html")).to_have_attribute("lang", LOCALES[place])
