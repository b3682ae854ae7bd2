"""CloudEvents that contradict themselves or one another are refused, and what is mended is told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.cloudfair.api.conftest import BADGES
from tests.cloudfair.api.test_cloudevents_in import BATCH, entered, post
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, example, send_all

from cloudfair.settings import Settings
from cloudfair.store.log import Log


@pytest.mark.parametrize(
    "other", [{"after_s": 1}, {"data": entered(2)["data"]}, {"type": "visitor.entered"}], ids=["time", "data", "type"]
)
def test_an_id_that_comes_again_with_another_content_is_refused(
    client: httpx.Client, badges: str, other: dict[str, Any]
) -> None:
    again = entered(1, **other)
    refused = [post(client, badges, [entered(0), entered(1), again])]
    digest = post(client, badges, [entered(1)]).json()["digest"]
    refused.append(post(client, badges, [entered(1, recordedtime="2026"), entered(3), again]))
    assert [(answer.status_code, answer.json()["detail"]) for answer in refused] == 2 * [
        (
            422,
            "event 2 of the batch: id is read-1, and its source /gates/2 gave that to an event of another type, time or"
            " data; give each event an id of its own, and send it again as it was",
        )
    ]
    assert post(client, badges, [entered(1)]).json()["digest"] == digest


def test_an_id_of_an_earlier_release_is_known_whatever_it_said(database: str) -> None:
    with served(Settings(database=database)) as url, httpx.Client(base_url=url) as client:
        run = client.post("/runs", json=BADGES).json()["run"]
        post(client, run, [entered(1)])
        log = Log.open(database)
        with log._database.transaction() as connection:
            connection.execute(sa.text("UPDATE received SET content = '', sha256 = ''"))
        log.close()
        assert post(client, run, [entered(1, 5)]).json()["known"] == 1


def test_events_that_came_in_another_order_than_their_times_are_counted(client: httpx.Client, badges: str) -> None:
    sent = [entered(0, 9), entered(1, 3), entered(2, 3), entered(3, 5), entered(4, 9), entered(5, 12)]
    assert post(client, badges, sent).json()["reordered"] == 3
    assert post(client, badges, [entered(5, 12), entered(6, 13)]).json()["reordered"] == 0


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        (
            {"at_ms": 43_200_001},
            "43200000 ms after the run's epoch 2020-09-05T00:00:00+08:00, and data.at_ms is 43200001;",
        ),
        ({"at_ms": "noon"}, "and data.at_ms is 'noon'; correct one of them, or leave data.at_ms out"),
        ({"type": "visitor.left"}, ": type is org.example.badges.visitor.entered, and data.type is 'visitor.left';"),
    ],
)
def test_data_that_contradicts_its_envelope_is_refused(
    client: httpx.Client, badges: str, said: dict[str, Any], detail: str
) -> None:
    agrees = entered(0, data=entered(0)["data"] | {"at_ms": 43_200_000, "type": "visitor.entered"})
    assert post(client, badges, [agrees]).status_code == 200
    refused = post(client, badges, [agrees, entered(1, data=entered(1)["data"] | said)])
    assert (refused.status_code, detail in refused.json()["detail"]) == (422, True), refused.text
    assert refused.json()["detail"].startswith("event 1 of the batch: ")


def test_a_run_of_another_backend_whose_clock_was_set_to_another_zone_is_refused(
    client: httpx.Client, run: str
) -> None:
    send_all(client, run, example(20))
    events = client.get(f"/runs/{run}/events?limit=20", headers={"Accept": BATCH}).json()
    moved = [event | {"time": event["time"].replace("+08:00", "Z")} for event in events]
    refused = post(client, begin(client), moved)
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "event 0 of the batch: time is 2020-09-04T00:00:00+00:00, 28800000 ms after the run's epoch"
        " 2020-09-04T00:00:00+08:00, and data.at_ms is 0; correct one of them, or leave data.at_ms out",
    )
