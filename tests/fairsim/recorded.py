"""Records what small fairs came to: `python -m tests.fairsim.recorded`, after a change of the model that is meant.

The test of the record notices what no other does: a draw that became another one, which is as good as it was, but by
which a seed plays another fair than before.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import defaultdict
from pathlib import Path

from tests.fairfacts.timetables import conference

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.events import encode, type_name
from fairsim.fair import Fair, slices
from fairsim.inputs.scenario import Scenario, load_scenario

FILE = Path(__file__).parent / "recorded.json"
DISRUPTED = Path(__file__).parent / "disrupted.toml"
SCALE = 0.005
CHANGES_MS = 33 * HOUR_MS
"""When a fair takes up other values: as the halls are about to open, the second time."""
BOOKED = (
    "venue.timed_entry=1",
    "venue.cap=5000",
    "badges.public.tickets=20000",
    "fair.days=2",
    "agreements.drafting_mean_h=3",
    "agreements.on_site_share=0.5",
    "agreements.falls_through_share=0.1",
    "negotiations.intent_share=0.8",
    "negotiations.follow_up_share=0.1",
    "results.organisations_releasing=5000",
    "results.reports=2000",
)
OTHERWISE = (
    "negotiations.night_share=0.5",
    "negotiations.prompt_share=0.5",
    "negotiations.negotiators_mean=2",
    "negotiations.popularity_zipf=0.2",
    "visits.overseas_per_delegate_day=2",
    "streams.public_audience_mean=5000",
)


def disrupted() -> list[Event]:
    """A fair in which everything goes wrong that can."""
    return _played(load_scenario(str(DISRUPTED), scale=SCALE))


def changed() -> list[Event]:
    """A fair with timed entry, which takes up other values while it is on."""
    fair = Fair(load_scenario("ciftis2020", scale=SCALE, changes=BOOKED), 7)
    fair.play_until(CHANGES_MS)
    fair.change(load_scenario("ciftis2020", scale=SCALE, changes=[*BOOKED, *OTHERWISE]))
    return [event for _, events in slices(fair, HOUR_MS) for event in events]


def conferred() -> list[Event]:
    """A conference whose programme is imported."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schedule.json").write_text(json.dumps(conference()))
        toml = Path(folder) / "conference.toml"
        toml.write_text('title = "A conference"\nextends = "ciftis2020"\ntimetable = "schedule.json"\n')
        return _played(load_scenario(str(toml), scale=SCALE))


FAIRS = {played.__name__: played for played in (disrupted, changed, conferred)}


def record(log: list[Event]) -> dict[str, str]:
    """Return how many events of each type there are, and a digest of them; the first one names release and inputs."""
    by_type: dict[type[Event], list[Event]] = defaultdict(list)
    for event in log[1:]:
        by_type[type(event)].append(event)
    return {
        type_name(event_type): f"{len(events)} {hashlib.sha256(encode(events)).hexdigest()[:16]}"
        for event_type, events in sorted(by_type.items(), key=lambda one: type_name(one[0]))
    }


def _played(scenario: Scenario) -> list[Event]:
    return [event for _, events in slices(Fair(scenario, 7), HOUR_MS) for event in events]


if __name__ == "__main__":
    FILE.write_text(json.dumps({name: record(played()) for name, played in FAIRS.items()}, indent=1) + "\n")
