"""`fair figures`: what was reported."""

from __future__ import annotations

from tests.faircli.commands.test_check import ANSWERS
from tests.faircli.fair import Fair


def test_figures_are_listed_with_their_source(fair: Fair) -> None:
    figures = {figure["id"]: figure for figure in fair.json("figures")}
    asked = figures["negotiations.initiated"]
    assert (asked["value"], asked["rounding"], asked["source"], asked["paragraph"]) == (550_000, 5_000, "closing", 19)


def test_figures_are_audited_and_a_contradiction_fails(fair: Fair) -> None:
    told = fair.json("figures", "--audit")
    assert (told["ok"], {check["finding"] for check in told["checks"]}) == (True, {"holds", "misreading"})
    assert "4 + 134 + 29 + 18 + 5 = 190" in fair("figures", "--audit").stdout

    (fair.folder / "mine.csv").write_text("id,value\nsessions.evening,6\n")
    done = fair("figures", "--audit", "--figures", "mine.csv")
    assert done.returncode == 1
    assert "4 + 134 + 29 + 18 + 6 = 191," in done.stdout
    assert "14 identities: 10 hold, 2 contradict each other" in done.stdout


def test_a_figure_with_a_bad_operator_is_named(fair: Fair) -> None:
    (fair.folder / "mine.csv").write_text(
        "id,value,op,unit,as_of,status,counts,source,paragraph,measure\n"
        "mine,5,>=,visits,2020-09-09,outcome,visits,me,1,visits.started\n"
    )
    done = fair("figures", "--figures", "mine.csv")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: mine.csv: line 2: figure mine: op is '>='; allowed are = > < ~ (as printed, more, fewer, about)\n",
    )


def test_audit_of_a_fair_without_identities_is_no_result(fair: Fair) -> None:
    assert "4 identities: 4 hold" in fair("figures", "cicpe2021", "--audit").stdout
    fair("new", "mine", *ANSWERS)
    (fair.folder / "mine" / "figures.csv").write_text("id,value,measure\nheld,10,negotiations.held\n")
    told = " ".join(fair("figures", "mine", "--audit").stdout.split())
    assert told == "Nothing to check: the folder of mine has no identities in identities.toml."
