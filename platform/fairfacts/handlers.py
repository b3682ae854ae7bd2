"""Tables of handlers: what is done on each type of event.

Every account of a log (the measures, the laws) is made of parts, each of which declares the events it handles. Several
parts may handle the same type of event; they do so in the order of their tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fairfacts.event import Event

Handler = Callable[[Any], object]
"""Handles an event; what it returns is ignored."""
Handlers = Mapping[type[Event], Handler]


def joined(tables: Iterable[Handlers], event_types: Iterable[type[Event]]) -> dict[type[Event], Handler]:
    """Return one handler for each type of event: those of all tables, in their order; of no table, one that ignores it.

    A fair has millions of events: a single handler is returned as it is, without a call around it.
    """
    known = list(tables)
    return {kind: _in_turn([table[kind] for table in known if kind in table]) for kind in event_types}


def _in_turn(handlers: list[Handler]) -> Handler:
    if len(handlers) == 1:
        return handlers[0]
    if len(handlers) == 2:  # without a loop
        first, second = handlers

        def both(event: Event) -> None:
            first(event)
            second(event)

        return both

    def handle(event: Event) -> None:
        for handler in handlers:
            handler(event)

    return handle
