"""Desks with patience: the model's own against SimPy, salabim, Ciw and desflow, at the same work.

Requests come in the course of six days, each to one of many desks with one negotiator. A desk takes them up first come,
first served. Who waits longer than their own patience leaves. A talk lasts as long as was drawn for its request.

Each library is used as its documentation does for customers who renege, without what it traces, monitors or draws on a
screen. Python's collector of garbage does for all what it usually does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from importlib.metadata import version
from typing import Any, NamedTuple

import msgspec
import numpy as np
import simpy

from cloudfair.release import release
from fairfacts.event import Event
from fairfacts.parts.negotiations.events import NegotiationEnded
from fairsim.engine.draws import Draws, whole_ms
from fairsim.engine.kernel import Arrivals, Kernel
from fairsim.inputs.scenario import Scenario, load_scenario
from fairsim.parts.negotiations.attempts import Attempts
from fairsim.parts.negotiations.desk import Desk
from fairsim.parts.negotiations.exchange import Exchange
from fairsim.parts.negotiations.meetings import Meetings
from fairsim.parts.negotiations.negotiation import Negotiation, Requester
from fairsim.parts.part import Context
from fairsim.parts.platform import Platform
from fairsim.parts.signing import OfficeHours

HORIZON_MS = 6 * 86_400_000
TALK_MEAN_MS, TALK_SIGMA, PATIENCE_MEAN_MS = 1_000_000, 0.5, 1_800_000
CIW_DESKS = 50
"""The most desks for Ciw. It looks at all nodes after each event: a request took 0.16 ms at 25 desks, 0.32 ms at 50 and
0.61 ms at 100, so that 550,000 at 5,000 desks would take hours."""


class Work(NamedTuple):
    """What is drawn for each request, in the order in which they come."""

    desks: int
    gap_ms: list[int]
    """The time since the request before."""
    desk: list[int]
    talk_ms: list[int]
    patience_ms: list[int]


class Played(NamedTuple):
    """How long it took to play."""

    who: str
    version: str
    seconds: float
    """Processor time of playing alone: objects that stand before the first request are not in it."""
    requests: int
    held: int


class Ready(NamedTuple):
    """What is set up: how it is played, and how many talks were held then."""

    play: Callable[[], object]
    held: Callable[[], int]


def drawn(requests: int, desks: int) -> Work:
    """Draw the work.

    All must hold the same talks, although they order what falls into one moment in their own ways. So requests come and
    talks end at even milliseconds, and patience ends at odd ones: whether a talk is held is never decided by a tie. No
    two requests come at once. Where one comes as a talk ends, at the same desk, it is next in either order.
    """
    numbers, draws = np.arange(requests), Draws(1)
    at = np.sort((draws.stream("at").uniform(numbers) * HORIZON_MS / 2).astype(np.int64))
    at = np.maximum.accumulate(at - numbers) + numbers  # each later than the one before
    talk_ms = draws.stream("talk").lognormal(numbers, TALK_MEAN_MS, TALK_SIGMA)
    patience_ms = draws.stream("patience").exponential(numbers, PATIENCE_MEAN_MS)
    return Work(
        desks,
        gap_ms=(2 * np.diff(at, prepend=0)).tolist(),
        desk=(draws.stream("desk").uniform(numbers) * desks).astype(int).tolist(),
        talk_ms=(2 * whole_ms(talk_ms / 2)).tolist(),
        patience_ms=(2 * whole_ms(patience_ms / 2) - 1).tolist(),
    )


def with_cloudfair(work: Work) -> Ready:
    """The desks of the model, with the events that they append to the log of a run."""
    log: list[Event] = []
    context = Context(Kernel(), with_room(rooms=work.desks), Draws(1), log.append)
    hours = OfficeHours(context)
    exchange = Exchange(context, Platform(context), Meetings(context, hours), lambda *_: None)
    for exhibitor in range(work.desks):
        exchange.desks[exhibitor] = Desk(
            exchange, exhibitor, "CN", overseas=False, sector="tourism", staff=1, is_open=True
        )
    count = len(work.desk)
    attempts = Attempts()
    attempts.keys, attempts.exhibitor, attempts.outcome = np.arange(count), work.desk, ["follow_up"] * count
    attempts.patience_ms, attempts.talk_ms, attempts.retry_ms = work.patience_ms, work.talk_ms, [0] * count
    attempts.declined, attempts.comes = bytes(count), bytes(count)

    def requests() -> Arrivals:
        for number, gap_ms in enumerate(work.gap_ms):
            yield gap_ms
            requester = Requester(number, "CN", overseas=False)
            requester.visit = number
            exchange.ask(Negotiation(requester, [attempts], number))

    context.env.add_arrivals(requests())
    return Ready(context.env.run, lambda: sum(isinstance(event, NegotiationEnded) for event in log))


def with_room(rooms: int) -> Scenario:
    """Return the shipped scenario with a meeting room for every desk, and requests that lapse as patience ends."""
    shipped = load_scenario("ciftis2020")
    parameters = msgspec.structs.replace(
        shipped.parameters,
        platform=msgspec.structs.replace(shipped.parameters.platform, rooms=rooms),
        negotiations=msgspec.structs.replace(shipped.parameters.negotiations, valid_h=0.0),
    )
    return msgspec.structs.replace(shipped, parameters=parameters)


def with_simpy(work: Work) -> Ready:
    """A process for each request, a resource for each desk: the bank that customers renege from in SimPy's examples."""
    env = simpy.Environment()
    desks = [simpy.Resource(env) for _ in range(work.desks)]
    held: list[int] = []

    def request(number: int) -> Generator[simpy.Event, Any, None]:
        with desks[work.desk[number]].request() as turn:
            outcome = yield turn | env.timeout(work.patience_ms[number])
            if turn in outcome:
                yield env.timeout(work.talk_ms[number])
                held.append(number)

    def requests() -> Generator[simpy.Event, Any, None]:
        for number, gap_ms in enumerate(work.gap_ms):
            yield env.timeout(gap_ms)
            env.process(request(number))

    env.process(requests())
    return Ready(env.run, lambda: len(held))


def with_salabim(work: Work) -> Ready:
    """A component for each request, a resource for each desk: the bank with reneging in salabim's examples.

    Its processes are generators, which are faster here than its greenlets, and its resources are not monitored.
    """
    import salabim as sim

    env = sim.Environment(trace=False, yieldless=False)
    desks = [sim.Resource(capacity=1, monitor=False) for _ in range(work.desks)]
    held: list[int] = []

    class Request(sim.Component):
        def process(self) -> Generator[None, Any, None]:
            number = self.sequence_number()
            yield self.request(desks[work.desk[number]], fail_delay=work.patience_ms[number])
            if not self.failed():
                yield self.hold(work.talk_ms[number])
                self.release()
                held.append(number)

    class Requests(sim.Component):
        def process(self) -> Generator[None, Any, None]:
            for gap_ms in work.gap_ms:
                yield self.hold(gap_ms)
                Request()

    Requests()
    return Ready(env.run, lambda: len(held))


def with_ciw(work: Work) -> Ready:
    """A network with a node for each desk, whose customers renege; customers are numbered as they come."""
    import ciw

    class Talk(ciw.dists.Distribution):
        def sample(self, t: float | None = None, ind: Any = None) -> int:  # noqa: ARG002  # Ciw gives both
            return work.talk_ms[ind.id_number - 1]

    class Patience(ciw.dists.Distribution):
        def sample(self, t: float | None = None, ind: Any = None) -> int:  # noqa: ARG002  # Ciw gives both
            return work.patience_ms[ind.id_number - 1]

    at_ms, desk = np.cumsum(work.gap_ms), np.array(work.desk)
    gaps_ms = [np.diff(at_ms[desk == number], prepend=0).tolist() for number in range(work.desks)]
    network = ciw.create_network(
        # a sequence begins anew at its end: nobody comes any more
        arrival_distributions=[ciw.dists.Sequential([*gaps, float("inf")]) for gaps in gaps_ms],
        service_distributions=[Talk() for _ in range(work.desks)],
        reneging_time_distributions=[Patience() for _ in range(work.desks)],
        number_of_servers=[1] * work.desks,
        routing=ciw.routing.NetworkRouting([ciw.routing.Leave() for _ in range(work.desks)]),
    )
    simulation = ciw.Simulation(network)
    return Ready(
        lambda: simulation.simulate_until_max_customers(len(work.desk), method="Finish"),
        lambda: len(simulation.get_all_records(only=["service"])),
    )


def with_desflow(work: Work) -> Ready:
    """A process for each request by its low-level interface, with the events that its documentation has one publish.

    Its clock counts seconds. Its console costs next to nothing: it throws away what it is given unless it is told to
    log. More than half of the time here goes into the events.
    """
    from desflow import CapacityConfig, ConsoleEgress, DynamicRealtimeEnvironment, DynamicResource, SimParameter

    env = DynamicRealtimeEnvironment(factor=0)
    names = [f"desk_{number}" for number in range(work.desks)]
    capacity = {name: CapacityConfig(current_cap=1, max_cap=1) for name in names}
    env.registry.register_sim_parameter(SimParameter(sim_id="Fair", resources=capacity))
    env.setup_egress([ConsoleEgress()])
    desks = [DynamicResource(env, "Fair", name) for name in names]
    held: list[int] = []

    def request(number: int) -> Generator[simpy.Event, Any, None]:
        key = f"request-{number}"
        env.publish_event(key, {"desk": work.desk[number], "status": "queued"})
        with desks[work.desk[number]].request() as turn:
            yield turn | env.timeout(work.patience_ms[number] / 1000)
            if not turn.triggered:
                env.publish_event(key, {"desk": work.desk[number], "status": "reneged"})
                return
            env.publish_event(key, {"desk": work.desk[number], "status": "started"})
            yield env.timeout(work.talk_ms[number] / 1000)
            env.publish_event(key, {"desk": work.desk[number], "status": "finished"})
            held.append(number)

    def requests() -> Generator[simpy.Event, Any, None]:
        for number, gap_ms in enumerate(work.gap_ms):
            yield env.timeout(gap_ms / 1000)
            env.process(request(number))

    def play() -> None:
        try:
            env.run()
        finally:
            env.teardown()

    env.process(requests())
    return Ready(play, lambda: len(held))


WAYS: dict[str, tuple[str, Callable[[Work], Ready]]] = {
    "Cloudfair's desks": ("cloudfair", with_cloudfair),
    "SimPy": ("simpy", with_simpy),
    "salabim": ("salabim", with_salabim),
    "Ciw": ("ciw", with_ciw),
    "desflow": ("desflow", with_desflow),
}
WHO = tuple(WAYS)


def played(who: str, requests: int, desks: int) -> Played:
    """Play the work in this process; Ciw plays as many requests a desk at fewer desks, if there are many."""
    if who == "Ciw" and desks > CIW_DESKS:
        requests, desks = requests * CIW_DESKS // desks, CIW_DESKS
    package, way = WAYS[who]
    ready = way(drawn(requests, desks))
    began = time.process_time()
    ready.play()
    seconds = time.process_time() - began
    return Played(who, release() if package == "cloudfair" else version(package), seconds, requests, ready.held())
