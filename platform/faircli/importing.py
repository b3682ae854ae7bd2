"""Sends the log of a file to a run: to a new one, or to one that holds the beginning of the file already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import httpx

from faircli.connection import Connection
from faircli.log_file import LogCheck, pieces_of
from faircli.outbox import BATCH_EVENTS, compressor
from faircli.progress import events_progress
from fairfacts.errors import BackendError, FairError, LabError
from fairfacts.parts.runs import LARGEST_SEED, REPRODUCING

HEADERS = {"Content-Type": "application/x-ndjson", "Content-Encoding": "zstd"}


def send(client: httpx.Client, file: Path, log_check: LogCheck, resume: str | None) -> str:
    """Send the bytes of a file that was checked, and return the id of the run that holds them.

    Args:
        client: its base URL is the backend's.
        resume: the run that is gone on with, at the end of its log; None begins one as the log says of itself.

    Raises:
        LabError: the run to go on with holds something else.
        BackendError: sending broke off, or was interrupted; says what the run holds, and how to go on.
    """
    connection = Connection(client, remedy="start the backend")
    run = resume or _begun(connection, log_check)
    held = sent = _held(connection, run, file) if resume else 0
    try:
        with events_progress("Sending", log_check.events) as reached:
            for sent in _sent(connection, run, file, held):
                reached(sent)
    except (FairError, KeyboardInterrupt) as fault:
        raise BackendError(
            f"{str(fault) or 'stopped'}; run {run} holds the first {_stopped(client, run, sent):,} events of {file};"
            f" go on with the same command and --resume {run}"
        ) from None
    return run


def batches_of(file: Path, cut: int) -> Iterator[tuple[int, bytes]]:
    """Yield the whole lines of a log file in batches that a backend takes, each with its position; one ends at `cut`.

    Raises:
        LabError: as `pieces_of`.
    """
    first = 0
    for piece in pieces_of(file):
        lines = piece.split(b"\n")[:-1]
        while lines:
            count = min(BATCH_EVENTS, cut - first) if first < cut else BATCH_EVENTS
            batch, lines = lines[:count], lines[count:]
            yield first, b"\n".join([*batch, b""])
            first += len(batch)


def _begun(connection: Connection, log_check: LogCheck) -> str:
    """Begin the run that a log is of; older logs may have a seed that a new run may not have."""
    body = {name: getattr(log_check.started, name) for name in REPRODUCING}
    return connection.begin_run(body, imported=max(body["seed"], body["replication"]) > LARGEST_SEED)


def _held(connection: Connection, run: str, file: Path) -> int:
    """Return how many events a run holds: the first ones of the file.

    Raises:
        LabError: it holds others.
        BackendError: there is no such run, or no backend.
    """
    row, digest = connection.request("GET", f"/runs/{run}").json(), hashlib.sha256()
    head = int(row["head"])
    for _, batch in takewhile(lambda entry: entry[0] < head, batches_of(file, head)):
        digest.update(batch)
    if digest.hexdigest() != row["digest"]:
        raise LabError(
            f"--resume {run}: its {head:,} events are not the first ones of {file} (digest {row['digest'][:12]} in the"
            f" run, {digest.hexdigest()[:12]} in the file); name the file that it is of, or leave --resume out"
        )
    return head


def _sent(connection: Connection, run: str, file: Path, head: int) -> Iterator[int]:
    """Send what follows the first `head` events of a file; yield after each batch how many the run holds."""
    pack = compressor()
    for first, batch in batches_of(file, head):
        if first >= head:
            content = pack.compress(batch)
            connection.request("POST", f"/runs/{run}/events", params={"first": first}, content=content, headers=HEADERS)
            yield first + batch.count(b"\n")


def _stopped(client: httpx.Client, run: str, sent: int) -> int:
    """Have the run listed as stopped, where the backend still answers; return how many events it holds, or `sent`."""
    connection, path = Connection(client, patience_s=0), f"/runs/{run}"
    for _ in range(2):  # a batch that was on its way may end between the two requests; the second one waits for it
        with suppress(FairError, KeyboardInterrupt):
            sent = int(connection.request("GET", path).json()["head"])
            connection.request("POST", f"{path}/events", params={"first": sent}, headers={"Fair-Pace": "stopped"})
            break
    return sent
