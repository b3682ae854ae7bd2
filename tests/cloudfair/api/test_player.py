"""Players: the latest one that took a run up writes its log; an earlier one, which still plays, is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
from tests.cloudfair.example import ZSTD, begin, digest_of, example, packed

from fairfacts.events import encode

EVENTS = example(300)


def send(client: httpx.Client, run: str, first: int, end: int, player: int = 0) -> httpx.Response:
    return client.post(
        f"/runs/{run}/events",
        params={"first": first},
        content=packed(encode(EVENTS[first:end])) if end > first else b"",
        headers=ZSTD | ({"Fair-Player": str(player)} if player else {}),
    )


def taken_up(client: httpx.Client, run: str, player: int | None = None) -> tuple[int, int, str]:
    answer = client.post(f"/runs/{run}/player", headers={} if player is None else {"Fair-Player": str(player)})
    assert answer.status_code == 200, answer.text
    return answer.json()["player"], answer.json()["head"], answer.json()["digest"]


def test_an_earlier_player_writes_nothing_more(client: httpx.Client) -> None:
    run = begin(client)
    assert taken_up(client, run) == (1, 0, digest_of([]))
    assert send(client, run, 0, 100, player=1).status_code == 200
    assert client.post(f"/runs/{run}/commands", json={"kind": "pause"}).status_code == 201
    assert taken_up(client, run) == (2, 100, digest_of(EVENTS[:100]))
    obeyed = client.post(f"/runs/{run}/commands/0/obeyed", json={"at_ms": 5}, headers={"Fair-Player": "1"})
    late = [send(client, run, 100, 200, player=1), send(client, run, 100, 100, player=1)]
    for refused in [*late, obeyed]:
        assert (refused.status_code, refused.json()["head"]) == (409, 100)
        assert refused.json()["detail"].startswith(f"run {run}: it is played by another process, which took it up;")
    nobody = send(client, run, 100, 200)
    assert (nobody.status_code, nobody.json()["head"]) == (409, 100)
    assert nobody.json()["detail"].startswith(f"run {run}: a process took it up to play it, and that one alone writes")
    assert client.get(f"/runs/{run}/commands").json()[0]["applied_at"] is None
    answer = send(client, run, 100, 200, player=2)
    assert (answer.status_code, answer.json()["digest"]) == (200, digest_of(EVENTS[:200]))
    assert [command["number"] for command in answer.json()["commands"]] == [0]


def test_a_player_that_says_its_number_takes_the_run_from_nobody(client: httpx.Client) -> None:
    run = begin(client)
    taken_up(client, run)
    send(client, run, 0, 100, player=1)
    for _ in range(2):
        assert taken_up(client, run, player=1) == (1, 100, digest_of(EVENTS[:100]))
    taken_up(client, run)
    late = client.post(f"/runs/{run}/player", headers={"Fair-Player": "1"})
    assert (late.status_code, late.json()["head"]) == (409, 100)
    assert taken_up(client, run) == (3, 100, digest_of(EVENTS[:100]))


def test_the_answer_to_a_batch_that_was_lost_is_given_again_to_an_earlier_player(client: httpx.Client) -> None:
    run = begin(client)
    taken_up(client, run)
    first = send(client, run, 0, 100, player=1)
    taken_up(client, run)
    assert send(client, run, 0, 100, player=1).json() == first.json()


def test_players_that_take_a_run_up_at_once_get_numbers_of_their_own(client: httpx.Client) -> None:
    run = begin(client)
    with ThreadPoolExecutor(8) as threads:
        numbers = [number for number, _, _ in threads.map(lambda _: taken_up(client, run), range(16))]
    assert sorted(numbers) == list(range(1, 17))


def test_a_run_that_there_is_not_is_taken_up_by_nobody(client: httpx.Client) -> None:
    answer = client.post("/runs/nobody-s7-aaaa/player")
    assert (answer.status_code, answer.json()["detail"][:16]) == (404, "there is no run ")
