"""The browser that looks at the page, the backend behind it, and the small fair that it shows."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import zstandard
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.cloudfair.example import silence
from tests.real import starts
from tests.web.browsers import find_browser

from cloudfair.app import create_app
from cloudfair.http.serving import Server, bound, url_of
from cloudfair.settings import Settings
from cloudfair.store.batches import Batch
from cloudfair.store.log import Log
from fairfacts.event import Event
from fairfacts.events import encode
from fairfacts.parts.negotiations.events import NegotiationLapsed, NegotiationRequested, NegotiationTakenUp
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.projects import ProjectPublished
from fairfacts.parts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairfacts.parts.streams import StreamStarted, ViewerJoined
from fairfacts.parts.visits import VisitStarted
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

PATIENCE_S = 60
expect.set_options(timeout=PATIENCE_S * 1000)  # a slow machine fails nothing

VIEWS = ["overview", "negotiations", "venue", "programme", "platform", "results", "comparison", "runs"]
OF_A_RUN = [view for view in VIEWS if view != "runs"]
OF_NUMBERS = [view for view in OF_A_RUN if view != "comparison"]
PICTURES = os.environ.get("CLOUDFAIR_PICTURES")
"""A folder where tests leave pictures, for people to look at."""
FLAGS = [
    "--no-sandbox",  # containers and root have none
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")  # no longer: its event loop would be in the way of asynchronous tests
def browser() -> Iterator[Browser]:
    """A Chromium: the one that CLOUDFAIR_BROWSER names, the system's, or the one that `make test` fetches."""
    starts("browser")
    found = find_browser()
    if found is None:
        reason = "no Chromium: run `make test`, which fetches one, or name one in CLOUDFAIR_BROWSER"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    program, environment = found
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, env={**os.environ, **environment})
        yield browser
        browser.close()


class Backend:
    """A real backend on a port of its own, that can be stopped and started again over the same log."""

    def __init__(self, database: Path, **settings: Any) -> None:
        self._database, self._port, self._settings = str(database), 0, settings
        self.start()

    def start(self) -> None:
        starts("backend")
        ready = threading.Event()
        self._listener = bound("127.0.0.1", self._port)
        listener = self._listener.__enter__()
        self.url, self._port = url_of(listener), listener.getsockname()[1]
        settings = Settings(database=self._database, **self._settings)
        self._server = Server(create_app(settings), settings, listener, lambda _: ready.set())
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        assert ready.wait(PATIENCE_S)

    def stop(self) -> None:
        self._server.stop()
        self._thread.join()
        self._listener.__exit__(None, None, None)

    def begin(
        self, seed: int = 7, scale: float | None = None, scenario: str = "ciftis2020", request: object = None
    ) -> str:
        new = {"scenario": scenario, "seed": seed, "scale": scale or SCALE, "version": "0.1.0", "request": request}
        begun = httpx.post(f"{self.url}/runs", json=new, headers=self._bearing, timeout=PATIENCE_S)
        return str(begun.raise_for_status().json()["run"])

    @property
    def _bearing(self) -> dict[str, str]:
        token = self._settings.get("token")
        return {"Authorization": f"Bearer {token}"} if token else {}

    def append(self, run: str, first: int, events: list[Event], pace: str | None = None) -> None:
        """Append events to a run, as a player that says how it plays the run."""
        url = f"{self.url}/runs/{run}/events"
        headers = self._bearing | ({} if pace is None else {"fair-pace": pace})
        sent = httpx.post(url, params={"first": first}, content=encode(events), headers=headers, timeout=PATIENCE_S)
        sent.raise_for_status()

    def fail(self, run: str, fault: str) -> None:
        """Record that a run failed."""
        log = Log.open(self._database)
        log.runs.fail(run, fault, player=0)
        log.close()

    def append_unknown(self, run: str) -> None:
        """Append what only another release would: an event that this one does not know."""
        ndjson = b'{"type":"fair.inaugurated","at_ms":0}\n'
        payload = zstandard.compress(ndjson)
        log = Log.open(self._database)
        log.batches.append(
            run, Batch(first=0, count=1, first_at_ms=0, last_at_ms=0, ends=False, ndjson=ndjson, payload=payload)
        )
        log.close()

    def silence(self, run: str) -> None:
        """Let the player of a run be silent for some minutes."""
        log = Log.open(self._database)
        silence(log, run)
        log.close()

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}/{path}", headers=self._bearing, timeout=PATIENCE_S)
        return answer.raise_for_status().json()


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    backend = Backend(tmp_path / "fair.db")
    yield backend
    backend.stop()


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Backend]:
    """A backend that nobody may read without a token."""
    backend = Backend(tmp_path / "locked.db", token="of-all", read_token="of-readers")
    yield backend
    backend.stop()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens the page at a path of the backend, or of another at `url`; in the end, none of them may have complained,
    or asked another host."""
    pages: list[Page] = []
    faults: list[str] = []
    asked: set[str] = set()
    served: set[str] = set()

    def open_at(path: str = "", *, url: str = "", **options: Any) -> Page:
        url = url or request.getfixturevalue("backend").url
        served.add(url)
        page = browser.new_page(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options)
        pages.append(page)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
        page.goto(f"{url}/{path}")
        return page

    yield open_at
    for page in pages:
        page.close()
    # the browser itself says so of each attempt while the backend is away, and where it refuses
    refused = (f"with a status of {each}" for each in (401, 404, 422, 501))
    # and where the page lets a feed go before it is open, to look at another run: a browser opens one feed of a host
    # at a time, so that to wait for the first one would hold up the other
    let_go = "WebSocket is closed before the connection is established"
    said = ("net::ERR_", "Error during WebSocket handshake", let_go, *refused)
    assert [fault for fault in faults if not any(words in fault for words in said)] == []
    assert asked <= served | {"data:image"}


def send(backend: Backend, batches: list[list[Event]]) -> tuple[str, int]:
    """Begin the run that the batches are of and append them; return the run and the position of the next event."""
    started = batches[0][0]
    assert isinstance(started, RunStarted)
    run, head = backend.begin(started.seed, started.scale, started.scenario), 0
    for batch in batches:
        backend.append(run, head, batch)
        head += len(batch)
    return run, head


SCALE, HOUR_MS, DAYS = 0.01, 3_600_000, 6


@pytest.fixture(scope="session")
def real() -> list[list[Event]]:
    """The events of a hundredth of the real fair, as the model plays it: one batch for every six hours."""
    starts("browser")  # nothing else looks at them
    scenario = load_scenario("ciftis2020", scale=SCALE)
    return [events for _, events in play(scenario, seed=7, slice_ms=6 * HOUR_MS)]


class Shared:
    """Runs that no test changes, in a backend that the tests of a worker share."""

    def __init__(self, backend: Backend, real: list[list[Event]]) -> None:
        self.backend, self._real, self._runs = backend, real, dict[int, str]()
        self.half, self.whole = self.first(10), self.first(len(real))
        """The real fair up to its third noon, and to its end."""

    def first(self, batches: int) -> str:
        """Return the run of so many of the real fair's batches, each of six hours."""
        if batches not in self._runs:
            self._runs[batches], _ = send(self.backend, self._real[:batches])
        return self._runs[batches]

    def get(self, path: str) -> Any:
        return self.backend.get(path)


@pytest.fixture(scope="session")
def shared(real: list[list[Event]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    backend = Backend(tmp_path_factory.mktemp("shared") / "fair.db")
    yield Shared(backend, real)
    backend.stop()


@pytest.fixture
def open_shared(open_page: Callable[..., Page], shared: Shared) -> Callable[..., Page]:
    """Opens the page on a shared run."""

    def open_at(run: str, path: str = "", **options: Any) -> Page:
        return open_page(f"?run={run}{path}", url=shared.backend.url, **options)

    return open_at


@pytest.fixture(scope="session")
def fair() -> list[list[Event]]:
    """The events of a made-up fair, without chance: before the opening, then one batch a day, then the end."""
    before: list[Event] = [
        RunStarted(
            at_ms=0,
            scenario="ciftis2020",
            seed=7,
            replication=0,
            scale=SCALE,
            version="0.1.0",
            parameters_sha256="0" * 64,
            epoch="2020-09-04T00:00:00+08:00",
            duration_ms=DAYS * 24 * HOUR_MS,
            inputs=("fair.opens", "organisations.at_closing", "projects.published_online"),
            calibrated=("negotiations.initiated",),
        ),
        *(_organisation(number, 0) for number in range(180)),
        FairOpened(at_ms=9 * HOUR_MS),
    ]
    end = DAYS * 24 * HOUR_MS
    return [before, *map(_day, range(DAYS)), [FairClosed(at_ms=end), RunEnded(at_ms=end)]]


@pytest.fixture(scope="session")
def outage() -> list[list[Event]]:
    """A fair up to the tenth minute of a platform outage, on its opening night."""
    starts("browser")
    scenario = load_scenario("opening-night", scale=SCALE)
    _, events = next(play(scenario, seed=7, slice_ms=20 * HOUR_MS + 2_400_000))
    return [events]


def _organisation(number: int, at_ms: int) -> Event:
    economy = ("CN", "DE", "CN", "US", "JP")[number % 5]
    return OrganisationRegistered(
        at_ms=at_ms,
        organisation=number,
        kind="enterprise",
        economy=economy,
        economy_rank=number % 5 + 1,
        sector="tourism",
        delegates=6,
        exhibits=True,
    )


def _day(day: int) -> list[Event]:
    events: list[Event] = []
    for hour in range(10, 18):
        at_ms = (day * 24 + hour) * HOUR_MS
        number = (day * 8 + hour) * 1_000
        events += [
            _organisation(number, at_ms),
            ProjectPublished(at_ms=at_ms, project=number, organisation=1, economy="CN", sector="tourism"),
            StreamStarted(at_ms=at_ms, stream=number),
            ViewerJoined(at_ms=at_ms, stream=number, viewer=number, organisation=1, economy="CN", channel="website"),
        ]
        for i in range(20 + 3 * hour - 2 * day):
            events += _negotiation(number + i, at_ms + i * 30_000)
    return events


def _negotiation(number: int, at_ms: int) -> list[Event]:
    overseas = number % 4 == 0
    who: Any = {
        "negotiation": number,
        "organisation": 1,
        "economy": "DE" if overseas else "CN",
        "exhibitor": 2,
        "exhibitor_economy": "CN",
        "overseas": overseas,
    }
    answer = NegotiationLapsed if number % 5 == 0 else NegotiationTakenUp
    return [
        VisitStarted(at_ms=at_ms, visit=number, organisation=1, economy=who["economy"], channel="website", attempt=1),
        NegotiationRequested(at_ms=at_ms, **who, visit=number, sector="tourism", attempt=1),
        answer(at_ms=at_ms + 20_000, **who, waited_ms=20_000),
    ]
