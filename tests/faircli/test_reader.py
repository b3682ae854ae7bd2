"""Stored runs, as the commands find them."""

from __future__ import annotations

from tests.faircli.fair import Played


def test_an_unknown_run_is_named_with_the_nearest(played: Played) -> None:
    fair, result = played
    wrong = result["run"][:-1] + "8"
    for command in ("compare", "verify"):
        done = fair(command, wrong)
        assert (done.returncode, done.stderr) == (
            1,
            f"Error: there is no run {wrong}; did you mean {result['run']}?\n",
        )
