"""`fair branch`: a stored run is played again, and goes on differently."""

from __future__ import annotations

import pytest
from tests.faircli.fair import SMALL, Played

EVENING = ("--at", "2020-09-05 20:00")


def test_a_run_is_branched_with_a_change(played: Played) -> None:
    fair, run = played
    branched = fair.json("branch", run["run"], *EVENING, "--set", "negotiations.night_share=1")
    assert branched["branches"][0]["run_digest"] == run["digest"]
    assert branched["parting"]["run"] != branched["parting"]["branch"]
    lapsed = branched["differences"]["negotiations.lapsed"]
    assert lapsed["run"]["mean"] == run["measures"]["negotiations"]["lapsed"]


def test_branches_are_disrupted_and_show_where_they_part(played: Played) -> None:
    fair, run = played
    outage = '{"kind": "platform_outage", "lasts_min": 9}'
    shown = fair("branch", run["run"], *EVENING, "--disrupt", outage, "-n", "2")
    assert "they part at position" in shown.stdout
    assert '"type":"disruption.begun"' in shown.stdout


def test_people_of_a_disruption_are_said_at_the_documented_scale(played: Played) -> None:
    fair, run = played
    cap = '{"kind": "entry_cap", "people": 18000, "lasts_min": 60}'
    branched = fair.json("branch", run["run"], *EVENING, "--disrupt", cap)
    assert branched["parting"]["branch"]["what"]["people"] == round(18_000 * float(SMALL[-1]))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--set", "venue.days=3"), "cannot become 3 while the fair is on"),
        ((), "the branch changes nothing; add --set key=value or --disrupt JSON"),
        (("--disrupt", '{"kind": "fire"}'), "kind is 'fire'; known are: borders_opened, demand, "),
        (
            ("--disrupt", "fire"),
            '--disrupt fire: is no JSON object; write one such as \'{"kind": "platform_outage", "lasts_min": 60}\'',
        ),
        (
            ("--disrupt", '{"kind": "platform_outage", "capacity_share": "half"}'),
            "disruption.capacity_share: it is a text, and a number is wanted; platform_outage has",
        ),
        (("--disrupt", "[]"), "--disrupt []: is no JSON object; write one such as"),
        (("--disrupt", '{"kind": "demand", "factr": 2}'), "disruption.factr is no key; did you mean factor?"),
        (("--at", "2021-01-01"), "--at: 2021-01-01 lies outside the fair"),
    ],
)
def test_a_branch_that_cannot_be_played_is_refused(played: Played, arguments: tuple[str, ...], complaint: str) -> None:
    fair, run = played
    done = fair("branch", run["run"], *EVENING, *arguments)
    assert (done.returncode, done.stdout, complaint in done.stderr) == (2, "", True), done.stderr
