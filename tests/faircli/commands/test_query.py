"""`fair query` and `fair export`, by the real command."""

from __future__ import annotations

from typing import Any

from tests.faircli.fair import Fair

Played = tuple[Fair, dict[str, Any]]


def test_a_query_agrees_with_the_measures(played: Played) -> None:
    fair, result = played
    sql = "select economy, count(*) from negotiation.requested group by economy"
    answer = fair.json("query", result["run"], sql)
    assert dict(answer["rows"]) == result["measures"]["negotiations"]["by_economy"]
    shown = fair("query", result["run"], "select count(*) as requests from negotiation.requested")
    requested = result["measures"]["negotiations"]["initiated"]
    assert [line.strip() for line in shown.stdout.splitlines()[-2:]] == ["requests", f"{requested:,}"]


def test_without_a_query_the_tables_are_listed(played: Played) -> None:
    fair, _ = played
    tables = {each["table"]: [column["name"] for column in each["columns"]] for each in fair.json("query")}
    assert tables["visitor.left"] == ["position", "at_ms", "clock", "visitor", "organisation", "economy", "stayed_ms"]


def test_no_tables_are_listed_of_a_database_that_is_not_there(fair: Fair) -> None:
    done = fair("query", "--db", "typo.db")
    assert (done.returncode, done.stdout, "typo.db" in done.stderr) == (1, "", True)


def test_a_bad_query_is_told(played: Played) -> None:
    fair, result = played
    done = fair("query", result["run"], "from visitor.lift")
    assert (done.returncode, done.stderr) == (
        2,
        f"Error: run {result['run']}: there is no table visitor.lift; did you mean visitor.left?\n",
    )
