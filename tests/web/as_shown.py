"""Numbers of the backend as the page writes them, and those that a page shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from playwright.sync_api import Page
from tests.web.conftest import SCALE

from fairfacts.measures import is_of_nothing

OpenPage = Callable[..., Page]


def numbers(page: Page) -> dict[str, str]:
    """Every number that stands for a measure, by the measure's path; the same wherever it stands."""
    seen: dict[str, str] = {}
    for path, text in page.evaluate(
        "[...document.querySelectorAll('[data-measure]')].map(e => [e.dataset.measure, e.textContent])"
    ):
        assert seen.setdefault(path, text) == text
    return seen


def told(backend: Any, run: str, paths: Iterable[str]) -> dict[str, str]:
    """What the backend says of the same measures."""
    snapshot = backend.get(f"runs/{run}/snapshot")["measures"]
    return {path: shown_of(snapshot, path) for path in paths}


def shown_of(snapshot: Any, path: str) -> str:
    """What a measure of a snapshot looks like: a dash where it is of nothing."""
    nothing = is_of_nothing(path, lambda one: at(snapshot, one))
    return "–" if nothing else as_shown(path, at(snapshot, path))


def at(snapshot: Any, path: str) -> float:
    """The measure at a path; zones and gates may have no dots in their names."""
    value = snapshot
    for name in path.split("."):
        value = value.get(name, 0)
    return float(value)


def as_shown(path: str, value: float) -> str:
    """What a measure looks like, by the unit that its name ends with."""
    name = path.split(".")[1]
    if name.endswith("_per_s"):
        return f"{half_up(value, '0.01').normalize():f}"
    if name.endswith("_share"):
        return percent(value)
    if name.endswith("_usd"):
        return dollars(value)
    if name.endswith("_s"):
        return length(value)
    if name.endswith("_h"):
        return length(value * 3600)
    if "density" in name:
        return f"{half_up(value, '0.01')}"
    if name == "entries_per_visitor":
        return f"{half_up(value, '0.01').normalize()}"
    return f"{value:,.0f}"


def dollars(value: float) -> str:
    for size, word in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if value >= size:
            return f"${three_digits(value / size)}{word}"
    return f"${three_digits(value)}"


def three_digits(value: float) -> str:
    return f"{float(f'{value:.3g}'):g}"


def length(seconds: float) -> str:
    if seconds < 90:
        value, unit, places = seconds, "sec", "1"
    elif seconds < 5_400:
        value, unit, places = seconds / 60, "min", "0.1" if seconds < 600 else "1"
    else:
        value, unit, places = seconds / 3_600, "hr", "0.1"
    text = f"{half_up(value, places):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {unit}" + ("" if text == "1" else "s")


def half_up(value: float, places: str) -> Decimal:
    """As browsers round: halves of the last place up."""
    return Decimal(str(value)).quantize(Decimal(places), ROUND_HALF_UP)


def table(page: Page) -> dict[str, list[str]]:
    return dict(
        page.evaluate(
            "[...document.querySelectorAll('[data-figure]')]"
            ".map(row => [row.dataset.figure, [...row.cells].slice(1, 5).map(cell => cell.textContent)])"
        )
    )


def row_as_shown(row: dict[str, Any], scale: float = SCALE) -> list[str]:
    """What the table has to say of a row of the comparison: reported, simulated, their ratio, the verdict."""
    if row["role"] == "emergent":
        return ["", as_shown(row["measure"], row["simulated"]), "", ""]
    more = "more than " if row["op"] == ">" else ""
    ratio = "" if row["role"] == "input" or row["ratio"] is None else percent(row["ratio"])
    reported, simulated = in_words(row["as_reported"], row["unit"]), in_words(row["simulated"], row["unit"])
    if row["reported"] != row["as_reported"]:  # and below it, what the scale of the run leaves
        reported += f"at scale {scale}: {scaled_in_words(row['reported'], row['unit'])}"
    return [more + reported, simulated, ratio, row["verdict"]]


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
    return f"{value:.2g}" if 0 < abs(value) < 1 else f"{half_up(value, '0.1'):,}".removesuffix(".0")


def scaled_in_words(value: float, unit: str) -> str:
    """What the scale of a run leaves of a figure: of what is counted, a whole number."""
    if unit in ("USD", "CNY"):
        return in_words(value, unit)
    return "fewer than 1" if 0 < value < 1 else f"{half_up(value, '1'):,}"


def percent(share: float) -> str:
    """A share as browsers write it."""
    return f"{Decimal(str(share)).scaleb(2).quantize(Decimal('0.1'), ROUND_HALF_UP):,}%"
