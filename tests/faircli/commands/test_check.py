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
