"""`fair report`: one page that needs nothing else, with the numbers of the run; plots as PNG, tables as CSV."""

from __future__ import annotations

import csv
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.faircli.fair import Fair
from tests.fairfacts.stories import STARTED
from tests.full_disk import full_disk

from cloudfair.store.log import Log
from cloudfair.store.tables import Run
from faircli.report.gather import _kept_request
from fairfacts.events import encode
from fairfacts.parts.runs import NO_PARAMETERS
from fairlab.calibrated import Calibration, Fitted, Settings, TargetFit
from fairlab.estimates import estimate
from fairlab.identifiability import Identifiability
from fairlab.sensitivity import Effect, Factor, Index, Sensitivity

PLOTS = ["days", "economies", "funnel", "halls", "hours", "reported", "sensitivity"]
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Reads a page: its text, what it refers to, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.refers: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.refers += [value or "" for name, value in attributes if name in ("src", "href", "xlink:href", "srcset")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th") and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def row(self, first: str) -> list[str]:
        return next([cell.strip() for cell in row] for row in self.rows if row and row[0].strip() == first)


WORDS = "visits.requests_mean up 10 %: no target moves"


def keep_calibration(path: Path) -> None:
    fitted = msgspec.convert(
        dict.fromkeys(("given", "start"), 1.0)
        | {"name": "visits.requests_mean", "unit": "negotiations/visit", "value": 1.9, "low": 1.2, "high": 2.6}
        | {"moved": 0.25, "around": 2.0, "factor": 1.5, "reason": "why"},
        Fitted,
    )
    met = msgspec.convert(
        dict.fromkeys(("within", "missed", "scale_bias", "scale_bias_half_width"))
        | {"name": "negotiations.initiated", "measure": "negotiations.initiated", "op": "=", "value": 11_000}
        | {"tolerance": 100, "checked": estimate([11_000.0, 11_110.0]), "error": 0.005, "reason": "so"},
        TargetFit,
        from_attributes=True,
    )
    identifiability = Identifiability((0.4,), (0.25,), (1.5,), (1.1,), 0.0, WORDS)
    calibration = Calibration("ciftis2020", (), Settings(check=2), "0.1.0", (fitted,), (met,), identifiability, 30, 9.0)
    calibration.save(path)


def keep_sensitivity(path: Path) -> None:
    factor = Factor("visits.browse_mean_min", 2.0, 8.0, whole=False)
    effects = (Effect(factor.name, 0.4, 0.02), Effect("negotiations.slot_min", 0.1, 0.0))
    found = Sensitivity(
        "ciftis2020", (), 0.02, 7, 1.5, 1234, (factor,), {}, {"visits.started": 300.0}, {"visits.started": effects},
        {"visits.started": (Index(factor.name, 0.8, 0.1, 0.9, 0.1),)},
    )  # fmt: skip
    path.write_bytes(msgspec.json.encode(found))


@pytest.fixture(scope="module")
def reported(played: tuple[Fair, dict[str, Any]]) -> tuple[str, Path]:
    """The report of the small fair, and the folder where it lies with its plots and tables."""
    fair, result = played
    keep_calibration(fair.folder / "found.json")
    keep_sensitivity(fair.folder / "decides.json")
    more = ("--png", "plots", "--csv", "tables", "--calibration", "found.json", "--sensitivity", "decides.json")
    done = fair("report", result["run"], "-o", "report.html", *more)
    assert (done.returncode, done.stderr) == (0, "")
    return (fair.folder / "report.html").read_text(encoding="utf-8"), fair.folder


def test_the_page_needs_nothing_else(reported: tuple[str, Path]) -> None:
    text, _ = reported
    page = Page(text)
    assert page.open == []
    assert [one for one in page.refers if not one.startswith(("#", "data:"))] == []
    assert re.findall(r"url\((?!#)[^)]*\)|@import|<script", text) == []


def test_the_page_says_what_was_given_fitted_and_predicted(
    reported: tuple[str, Path], played: tuple[Fair, dict[str, Any]]
) -> None:
    text, _ = reported
    fair, result = played
    page = Page(text)
    told = fair.json("compare", result["run"])
    assert told["headline"] in text
    assert "A what-if" not in text
    for row in told["comparison"]:
        cells = page.row(row["figure"])
        assert cells[-1] == row["verdict"]
    asked = page.row("negotiations.initiated")
    assert asked[1:5] == ["550,000", "2,750", "25", f"{result['measures']['negotiations']['initiated']:,}"]
    assert page.row("venue.visitors")[1] == f"{result['measures']['venue']['visitors']:,}"
    assert page.row("sessions.without_evening")[2] == "185"
    assert "4 + 134 + 29 + 18 + 5 = 190" in text
    assert page.row("negotiations.patience_mean_min")[1] == "10"


def test_the_page_says_how_to_play_the_run_again(
    reported: tuple[str, Path], played: tuple[Fair, dict[str, Any]]
) -> None:
    text, _ = reported
    _, result = played
    assert result["digest"] in text
    assert "fair run ciftis2020 --seed 7 --scale 0.005" in text
    assert result["run"] in text


def test_plots_are_in_the_page_and_beside_it(reported: tuple[str, Path]) -> None:
    text, folder = reported
    assert text.count('<svg role="img" aria-label="') == len(PLOTS)
    files = {path.stem: path.read_bytes() for path in (folder / "plots").iterdir()}
    assert sorted(files) == PLOTS
    assert {content[:4] for content in files.values()} == {b"\x89PNG"}


def test_tables_are_beside_the_page(reported: tuple[str, Path], played: tuple[Fair, dict[str, Any]]) -> None:
    _, folder = reported
    _, result = played
    measures = result["measures"]

    def table(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader((folder / "tables" / f"{name}.csv").read_text(encoding="utf-8").splitlines()))

    compared = {row["figure"]: row for row in table("comparison")}
    assert float(compared["projects.published_online"]["simulated"]) == measures["projects"]["published"]
    assert compared["venue.entered"]["role"] == "emergent"
    for name in ("hours", "days"):
        rows = table(name)
        requests = sum(float(row[f"requests, {origin}"]) for row in rows for origin in ("domestic", "overseas"))
        assert requests == measures["negotiations"]["initiated"]
    assert [row["day"] for row in table("days")] == [f"2020-09-{day:02}" for day in range(4, 10)]
    assert len(table("hours")) == 6 * 24
    economies = table("economies-by-hour")
    assert economies[0]["economy"] == "China"
    assert sum(float(row[f"{hour:02}:00"]) for row in economies for hour in range(24)) == requests
    assert [row["stage"] for row in table("funnel")][:3] == ["requested", "taken up", "held"]
    assert len(table("zones")) == 9


def test_the_same_run_gives_the_same_page(reported: tuple[str, Path], played: tuple[Fair, dict[str, Any]]) -> None:
    text, _ = reported
    fair, result = played
    fair("report", result["run"], "-o", "again.html", "--calibration", "found.json", "--sensitivity", "decides.json")
    again = (fair.folder / "again.html").read_bytes()
    assert hashlib.sha256(again).digest() == hashlib.sha256(text.encode()).digest()


@pytest.mark.slow
def test_an_ensemble_is_reported_with_intervals(fair: Fair) -> None:
    fair("ensemble", "ciftis2020", "--scale", "0.01", "-n", "3", "-o", "many.json", "--set", "venue.cap=600")
    assert fair.json("report", "many.json", "-o", "many.html")["of"] == "many.json"
    text = (fair.folder / "many.html").read_text(encoding="utf-8")
    told = fair.json("compare", "many.json")
    page = Page(text)
    assert "95 % of fairs" in text
    assert "3 times with fresh random numbers" in text
    assert [row["verdict"] for row in told["comparison"]] == [page.row(row["figure"])[-1] for row in told["comparison"]]
    assert "fair ensemble ciftis2020 --seed 7 --scale 0.01 --set venue.cap=600 -n 3" in text
    assert page.row("venue.cap")[1] == "6"  # of 600 at a hundredth of the size
    assert text.count("(set by --set)") == 1
    assert "<strong>A what-if.</strong>" in text
    assert "The headlines by other definitions" not in text  # an ensemble keeps no events


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["-o", "nowhere/report.html"], 2, "-o nowhere/report.html: there is no folder nowhere"),
        (["-o", "."], 2, "-o .: ends in no suffix; name a file in .html or .htm"),
        (["-o", "report.pdf"], 2, "-o report.pdf: ends in .pdf; name a file in .html or .htm"),
        (["no.json", "-o", "report.html"], 2, "no.json: cannot be read"),
        (["-o", "report.html", "--figures", "no.csv"], 2, "no.csv: cannot be read"),
        (["-o", "report.html", "--calibration", "no.json"], 2, "no.json: cannot be read"),
        (["-o", "report.html", "--sensitivity", "no.json"], 2, "no.json: cannot be read"),
        (["-o", "report.html"], 1, "there is no such database; fair run makes one"),
    ],
)
def test_what_cannot_be_reported_is_refused(fair: Fair, arguments: list[str], status: int, complaint: str) -> None:
    done = fair("report", *arguments)
    assert (done.returncode, done.stdout, complaint in done.stderr) == (status, "", True), done.stderr
    assert not (fair.folder / "report.html").exists()


def test_a_log_of_another_system_is_not_called_a_models(fair: Fair) -> None:
    started = msgspec.structs.replace(STARTED, parameters_sha256=NO_PARAMETERS, version="reader-1")
    (fair.folder / "log.ndjson").write_bytes(encode([started]))
    run = fair.json("import", "log.ndjson")["run"]
    assert fair("report", run, "-o", "page.html", "--csv", "tables").returncode == 0
    text = (fair.folder / "page.html").read_text()
    assert "These are events of another system, reader-1, as they were sent: no model played this trade fair." in text
    assert "<dt>sent by</dt><dd>reader-1</dd>" in text
    assert [word for word in ("A computer model", "release of the model", "fair run ciftis2020") if word in text] == []
    assert (fair.folder / "tables" / "parameters.csv").read_text().count("\n") == 1


def test_run_without_events_is_not_reported(fair: Fair) -> None:
    log = Log.open(str(fair.folder / "cloudfair.db"))
    run = log.runs.create(scenario="theirs", seed=0, replication=0, scale=1.0, version="1").id
    log.close()
    done = fair("report", "-o", "report.html")
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: run {run} has no events yet; report on it once it has begun\n",
    )
    assert not (fair.folder / "report.html").exists()


def test_what_the_data_cannot_tell_comes_from_a_calibration(reported: tuple[str, Path]) -> None:
    text, _ = reported
    page = Page(text)
    assert "the calibration in found.json: ciftis2020, seed 7, 30 runs, checked in 2 fresh fairs" in text
    assert f"<strong>The weakest direction:</strong> {WORDS}." in text
    belief = next(row for row in page.rows if row[:2] == ["visits.requests_mean", "1.9"])
    assert belief[2:] == ["1.2 to 2.6", "negotiations/visit", "2, to a factor of 1.5", "25 %"]
    target = next(row for row in page.rows if row[-1:] == ["so"])
    assert [cell.strip() for cell in target] == ["negotiations.initiated", "11,000", "11,055", "0.50 %", "so"]


def test_which_assumptions_decide_comes_from_a_sensitivity(reported: tuple[str, Path]) -> None:
    text, folder = reported
    page = Page(text)
    rows = [[cell.strip() for cell in row] for row in page.rows if row and row[0] == "visits.started"]
    assert ["visits.started", "visits.browse_mean_min", "40 %", "80 %", "90 %"] in rows
    assert ["visits.started", "negotiations.slot_min", "10 %", "", ""] in rows
    assert "1,234 fairs of scale" in text
    assert "Worth measuring first: <code>visits.browse_mean_min</code>." in text
    with (folder / "tables" / "sensitivity.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["moves it by"] == "0.4"


def test_report_is_of_the_runs_own_fair_and_opens_no_file_that_the_run_names(fair: Fair) -> None:
    (fair.folder / "mine.toml").write_text('extends = "cicpe2021"\n')
    assert fair("run", "mine.toml", "--scale", "0.01").returncode == 0
    assert fair("report", "-o", "own.html").returncode == 0
    text = (fair.folder / "own.html").read_text(encoding="utf-8")
    assert "of the fair (Sputnik 15 April 2021; " in text
    assert re.findall("press document|the calibration of", text) == []
    patience = "<th>negotiations.patience_mean_min</th>"
    assert patience in text
    assert fair("report", "-o", "served.html", "--by-name").returncode == 0
    text = (fair.folder / "served.html").read_text(encoding="utf-8")
    assert "The parameters cannot be shown: mine.toml is no scenario of this backend; fair report shows" in text
    assert patience not in text
    assert "fair run mine.toml" not in text


@pytest.mark.parametrize("sent", ["null", "5", "[1]", '{"days": 6}', '{"changes": 3}', '{"scenario": {}}'])
def test_run_whose_sender_keeps_something_else_is_described_by_its_row(sent: str) -> None:
    kept = Run(id="a", scenario="theirs", seed=7, replication=1, scale=2.0, version="1", request=sent)
    row = {"scenario": "theirs", "seed": 7, "replication": 1, "scale": 2.0}
    assert _kept_request(kept) == {**row, "changes": [], "sha256": ""}


@pytest.mark.slow
def test_what_cannot_be_written_is_named_and_an_earlier_page_stays(own: tuple[Fair, str]) -> None:
    fair, run = own
    (page := fair.folder / "r.html").write_text("good")
    with full_disk(64_000):  # SQLite needs some of it to read
        full = fair("report", run, "-o", "r.html")
    assert "Error: r.html: cannot be written (File too large); " in full.stderr
    assert (full.returncode, page.read_text()) == (2, "good")
    for option, file in (("--png", "days.png"), ("--csv", "days.csv")):
        (fair.folder / "there" / file).mkdir(parents=True)  # in the way of a file
        done = fair("report", run, "-o", "r.html", option, "there")
        assert f"Error: there/{file}: cannot be written (Is a directory); " in done.stderr
        assert done.returncode == 2
