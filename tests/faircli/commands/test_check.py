"""`fair check`: what is played otherwise than as it is stated is said before the run, and after it."""

from __future__ import annotations

from tests.faircli.fair import Fair

ANSWERS = (
    *("--opens", "2027-05-07", "--days", "2", "--zone", "Europe/Berlin", "--home", "DE", "--organisations", "40"),
    *("--exhibitors", "20", "--visitors", "100", "--sessions", "3"),
)


def test_stands_that_nobody_can_take_are_said_before_the_run_and_after_it(fair: Fair) -> None:
    fair("new", "mine", *ANSWERS)
    zones = fair.folder / "mine" / "zones.csv"
    zones.write_text("zone,en,kind,sector,net_m2,attraction\na,A,hall,,375,1\nb,B,hall,,450,1\n")
    said = "left out, stands: the zones want 22 stands, and 20 organisations exhibit"
    checked, played = fair("check", "mine"), fair("run", "mine")
    assert (said in checked.stderr, said in played.stderr) == (True, True)
    assert "Fewer stands than the fair states: b: 10 of 12 stands, as 20 organisations exhibit." in " ".join(
        played.stdout.split()
    )
    zones.write_text("zone,en,kind,sector,net_m2,attraction\na,A,hall,,375,1\nb,B,hall,,375,1\n")
    assert fair.json("run", "mine")["unmet"] == []


def test_figures_are_held_against_what_the_fair_can_have(fair: Fair) -> None:
    fair("new", "mine", *ANSWERS)
    figures = fair.folder / "mine" / "figures.csv"
    figures.write_text("id,value,measure,as_of\nheld,10,negotiations.held,2027-05-07\n")
    said = "figure held: as_of is 2027-05-07, and its measure is taken at the end of the fair; 2027-05-08T00:00 is the"
    checked, played = fair("check", "mine"), fair("run", "mine")
    assert (said in checked.stderr, said in played.stderr) == (True, True)
    figures.write_text("id,value,measure\nusa,10,organisations.by_economy.USA\n")
    refused = (
        "Error: mine/figures.csv: figure usa: measure is 'organisations.by_economy.USA'; USA is no economy of the fair;"
        " did you mean US? (ISO 3166 codes of two letters)\n"
    )
    for command in (("check", "mine"), ("run", "mine"), ("compare",), ("report", "-o", "r.html"), ("forecast",)):
        done = fair(*command)
        assert (command, done.returncode, done.stderr) == (command, 2, refused)


def test_a_parameter_is_fitted_only_to_a_figure_that_there_is(fair: Fair) -> None:
    assert "Of its 40 parameters, 1 is fitted to one reported figure: " in shown(fair, "cicpe2021")
    fair("new", "mine", *ANSWERS)
    parameters = fair.folder / "mine" / "parameters.csv"
    first, *_ = parameters.read_text().splitlines()
    row = dict.fromkeys(first.split(","), "") | {
        "name": "venue.cap",
        "value": "1500",
        "class": "calibrated",
        "source": "air",
    }
    parameters.write_text(parameters.read_text() + ",".join(row.values()) + "\n")
    trust = shown(fair, "mine")
    assert "venue.cap: called calibrated, and figures.csv has no figure that the row names. Nothing of it was" in trust


def shown(fair: Fair, name: str) -> str:
    return " ".join(fair("check", name).stdout.split())
