"""The page before a real backend, with real events posted over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]

COLOUR_OF = """token => {
    const element = document.body.appendChild(document.createElement("i"));
    element.style.color = `var(--${token})`;
    return getComputedStyle(element).color;
}"""


def test_page_tells_how_to_begin_and_follows_a_new_run_by_itself(backend: Any, fair: Any, open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("#empty code")).to_have_text("fair run ciftis2020")
    expect(page.locator("#feed")).to_have_text("Waiting for a run")
    play(backend, fair[:2])
    expect(page.locator("#feed")).to_have_text("Live")
    expect(page.locator("#empty")).to_be_hidden()
    expect(tile(page, "negotiations")).to_have_text(shown(backend.get(newest(backend)), "negotiations", "initiated"))


def test_page_moves_with_the_run_and_shows_what_the_backend_says(backend: Any, fair: Any, open_page: OpenPage) -> None:
    run, head = play(backend, fair[:1])
    page = open_page()
    looks = []
    for day, batch in enumerate(fair[1:-1]):
        backend.append(run, head, batch)
        head += len(batch)
        expect(page.locator("#clock")).to_have_text(re.compile(rf"\w\w\w {4 + day} Sep 17:.* Beijing"))
        looks.append(tile(page, "negotiations").inner_text())
    assert all(int(earlier.replace(",", "")) < int(later.replace(",", "")) for earlier, later in pairwise(looks))

    backend.append(run, head, fair[-1])
    expect(page.locator("#feed")).to_have_text("Ended")
    expect(page.locator("#phase")).to_have_text("run ended")
    snapshot, rows = backend.get(f"runs/{run}/snapshot"), backend.get(f"runs/{run}/comparison")["rows"]
    assert tiles(page) == {
        "negotiations": shown(snapshot, "negotiations", "initiated"),
        "overseas": shown(snapshot, "negotiations", "initiated_overseas"),
        "organisations": shown(snapshot, "organisations", "registered"),
        "projects": shown(snapshot, "projects", "published"),
        "lapsed": f"{snapshot['measures']['negotiations']['lapse_share']:.1%}",
        "online": shown(snapshot, "visits", "online"),
        "viewers": shown(snapshot, "streams", "viewers"),
    }
    expect(page.locator("[data-tile=overseas] .about")).to_have_text("of 1,450 reportedheld out")
    expect(page.locator("[data-figure='negotiations.initiated'] td").nth(1)).to_have_text(looks[-1])
    assert table(page) == {row["figure"]: as_shown(row) for row in rows}
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_what_was_given_is_never_shown_as_agreement(backend: Any, fair: Any, open_page: OpenPage) -> None:
    play(backend, fair)
    page = open_page()
    given = page.locator("[data-role=input] [data-figure]")
    expect(given).to_have_count(3)
    assert [row.locator("td").nth(2).inner_text() for row in given.all()] == ["given"] * 3
    expect(page.locator("[data-role=input] .strip")).to_have_count(0)
    expect(page.locator("[data-role='held out'] .strip").first).to_be_visible()
    expect(page.locator("[data-tile=organisations] .role")).to_have_text("given")


def test_numbers_turn_grey_when_no_news_come(backend: Any, fair: Any, open_page: OpenPage) -> None:
    run, head = play(backend, fair[:2])
    page = open_page()
    expect(page.locator("#feed")).to_have_text("Live")
    fresh = colour(page)
    expect(page.locator("#feed")).to_have_text(re.compile(r"No news since \d\d:\d\d:\d\d"))
    assert colour(page) != fresh
    backend.append(run, head, fair[2])
    expect(page.locator("#feed")).to_have_text("Live")
    assert colour(page) == fresh


def test_page_goes_on_after_the_backend_was_away(backend: Any, fair: Any, open_page: OpenPage) -> None:
    run, head = play(backend, fair[:2])
    page = open_page()
    expect(page.locator("#feed")).to_have_text("Live")
    before = tile(page, "negotiations").inner_text()
    backend.stop()
    expect(page.locator("#feed")).to_have_text(re.compile(r"Connection lost at \d\d:\d\d:\d\d, trying again"))
    assert tile(page, "negotiations").inner_text() == before
    backend.start()
    backend.append(run, head, fair[2])
    expect(page.locator("#feed")).to_have_text("Live")
    expect(tile(page, "negotiations")).to_have_text(
        shown(backend.get(f"runs/{run}/snapshot"), "negotiations", "initiated")
    )


def test_address_chooses_the_run(backend: Any, fair: Any, open_page: OpenPage) -> None:
    older, _ = play(backend, fair[:2])
    newer, _ = play(backend, fair[:3])
    page = open_page(f"?run={older}")
    expect(tile(page, "negotiations")).to_have_text(
        shown(backend.get(f"runs/{older}/snapshot"), "negotiations", "initiated")
    )
    page.get_by_label("Run").select_option("")
    expect(tile(page, "negotiations")).to_have_text(
        shown(backend.get(f"runs/{newer}/snapshot"), "negotiations", "initiated")
    )
    assert "run=" not in page.url
    page.go_back()
    expect(page.locator("#runs")).to_have_value(older)
    page.goto(f"{backend.url}/?run=nothing")
    expect(page.locator("#empty-title")).to_have_text("There is no run nothing here")


def test_language_changes_words_and_lang_and_is_kept(backend: Any, fair: Any, open_page: OpenPage) -> None:
    play(backend, fair)
    page = open_page()
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    expect(page.locator("#feed")).to_have_text("Ended")
    page.locator("#language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#feed")).to_have_text("已结束")
    expect(page.locator("[data-tile=negotiations] dt")).to_have_text("发起的洽谈")
    expect(page.locator("#clock")).to_have_text(re.compile("9月10日周四 00:00 北京时间"))
    page.reload()
    expect(page.locator("#comparison-title")).to_have_text("公布与模拟")
    expect(open_page(locale="zh-CN").locator("#feed")).to_have_text("已结束")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_a_phone_and_can_be_read_in_light_and_dark(
    scheme: str, backend: Any, fair: Any, open_page: OpenPage
) -> None:
    play(backend, fair)
    page = open_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    expect(page.locator("#chart canvas")).to_be_visible()
    expect(page.locator("[data-figure]")).not_to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    columns = {round(frame.bounding_box()["x"]) for frame in page.locator("[data-tile]").all()}  # type: ignore[index]
    assert len(columns) == 2
    tokens = ["paper", "ink", "quiet", "domestic-text", "overseas-text"]
    paper, *inks = [page.evaluate(COLOUR_OF, token) for token in tokens]
    assert [ink for ink in inks if contrast(paper, ink) < 4.5] == []


def play(backend: Any, batches: Iterable[list[Any]]) -> tuple[str, int]:
    """Begin a run and append batches to it; return the run and the position of the next event."""
    run, head = backend.begin(), 0
    for batch in batches:
        backend.append(run, head, batch)
        head += len(batch)
    return run, head


def newest(backend: Any) -> str:
    return f"runs/{backend.get('runs')[0]['id']}/snapshot"


def tile(page: Page, name: str) -> Any:
    return page.locator(f"[data-tile={name}] .value")


def tiles(page: Page) -> dict[str, str]:
    return {
        frame.get_attribute("data-tile") or "": frame.locator(".value").inner_text()
        for frame in page.locator("[data-tile]").all()
    }


def shown(snapshot: Any, part: str, measure: str) -> str:
    return f"{snapshot['measures'][part][measure]:,}"


def table(page: Page) -> dict[str, list[str]]:
    return dict(
        page.evaluate(
            "[...document.querySelectorAll('[data-figure]')]"
            ".map(row => [row.dataset.figure, [...row.cells].slice(1, 4).map(cell => cell.textContent)])"
        )
    )


def as_shown(row: dict[str, Any]) -> list[str]:
    """What the table has to say of a row of the comparison: reported, simulated, and how far they agree."""
    more = "more than " if row["op"] == ">" else ""
    ratio = "given" if row["role"] == "input" else "" if row["ratio"] is None else percent(row["ratio"])
    return [more + in_words(row["reported"], row["unit"]), in_words(row["simulated"], row["unit"]), ratio]


def in_words(value: float | str, unit: str) -> str:
    moments = {
        "": "–",
        "2020-09-04": "Fri 4 Sep",
        "2020-09-09": "Wed 9 Sep",
        "2020-09-04T20:00+08:00": "Fri 4 Sep 20:00",
    }
    if isinstance(value, str):
        return moments[value]
    if unit == "share":
        return percent(value)
    if unit in ("USD", "CNY"):
        value /= 1e6
    return f"{value:.2g}" if 0 < abs(value) < 1 else f"{value:,.1f}".removesuffix(".0")


def percent(share: float) -> str:
    """A share as browsers write it: halves of the last place are rounded up."""
    return f"{(Decimal(str(share)) * 100).quantize(Decimal('0.1'), ROUND_HALF_UP):,}%"


def colour(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.querySelector('dd.value')).color"))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2, from 1 to 21."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
