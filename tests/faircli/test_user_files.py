"""The reports of a user's files: in the terminal, and in what the backend keeps of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from faircli.run_request import Request, record_of, request_of
from faircli.user_files import figures_of, show_reports
from fairfacts.evidence.folder import known_fair
from fairsim import VERSION
from fairsim.inputs.scenario import Scenario, load_scenario

CASES = Path(__file__).parents[1] / "fairfacts" / "interchange" / "cases"
SHORT = [
    f"{CASES}/s-dnr.json: 4 of 4 entries read",
    "  coerced, do_not_record: 2 times; first schedule.conference.days[0].rooms.Aula[0]: 'false' is read as False",
    "  coerced, do_not_stream: schedule.conference.days[0].rooms.Hall[0]: 'false' is read as False",
    "  moved, days: 4 sessions from 2021-05-03 to the fair's first day, 2020-09-04; its clock times stay",
    "  coerced, type: 4 times; first 'Talk 1': type 'Talk' is no kind of session: played as industry_forum",
    "  assumed, session: 3 times; first occasion henan: no session is a provincial: held in the first one in a room"
    " that has no other",
    "  assumed, track: 4 times; first 'Talk 1': it has no track: a sector is drawn",
]


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    path = tmp_path / "x.toml"
    path.write_text(f'extends = "ciftis2020"\ntimetable = "{CASES}/s-dnr.json"\n')
    return load_scenario(str(path), scale=1.0)  # says nothing of its scale


def test_a_report_is_printed_in_short_on_standard_error(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    show_reports(scenario.reports, verbose=False)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [*SHORT, "  --verbose lists all of them"]


def test_a_report_in_full_has_every_remark_and_what_is_not_used(
    scenario: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    show_reports(scenario.reports, verbose=True)
    lines = capsys.readouterr().err.splitlines()
    assert (lines[0], len(lines)) == (SHORT[0], 1 + len(scenario.reports[0].remarks) + 1)
    assert lines[-1] == "  not used: abstract, description, language, links, persons, slug, subtitle, url"


def test_a_file_without_remarks_is_mentioned_in_full_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("id,value,measure\nmine,5,visits.started\n")
    fair = load_scenario("cicpe2021")
    assert figures_of(fair, path, verbose=False).keys() == {*known_fair("cicpe2021").figures, "mine"}
    assert capsys.readouterr().err == ""
    figures_of(fair, path, verbose=True)
    assert capsys.readouterr().err == f"{path}: 1 of 1 rows read\n"


def test_the_backend_keeps_the_report_with_the_run(scenario: Scenario, tmp_path: Path) -> None:
    request = Request(str(tmp_path / "x.toml"), 7, 0, 1.0, [])
    record = record_of(scenario, request)
    assert record["request"]["reports"] == SHORT
    assert request_of("run", record["request"], VERSION)[1] == scenario
    shipped = load_scenario("ciftis2020", scale=1.0)
    assert "reports" not in record_of(shipped, request)["request"]
