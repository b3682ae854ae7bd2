"""Operator commands: what an operator orders a run to do while it is played.

`pause`, `resume`, `speed` and `stop` change when things happen on the wall clock, but not what happens: they are not in
the log. A `disrupt` is in the log as `disruption.begun`, at the moment at which it took effect; a run that is resumed
plays it again at that moment. One scenario, seed, release and set of disruptions give one log.

`acknowledge` and `snooze` are said to the backend, not to the run: somebody sees to an alarm.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from fairfacts.parts.disruptions import AnyDisruption

SLOWEST, FASTEST = 0.001, 1e9
"""Bounds of the pace. At the slowest a millisecond takes a second: a run then applies a command within that time."""
LONGEST_SNOOZE_MIN = 24 * 60
Pace = Annotated[float, msgspec.Meta(ge=SLOWEST, le=FASTEST)] | Literal["max"]
"""Simulated seconds for each second of the wall clock, or as fast as possible."""


class OperatorCommand(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower, forbid_unknown_fields=True
):
    """What every operator command has: its kind."""


class Pause(OperatorCommand, frozen=True, kw_only=True):
    """Stand still until `resume`, or `stop`."""


class Resume(OperatorCommand, frozen=True, kw_only=True):
    """Go on after a pause."""


class Speed(OperatorCommand, frozen=True, kw_only=True):
    """Go on at another speed; a paused run stays paused."""

    speed: Pace


class Stop(OperatorCommand, frozen=True, kw_only=True):
    """Stop playing here; the run can be resumed."""


class Disrupt(OperatorCommand, frozen=True, kw_only=True):
    """Begin a disruption now. Its people and lanes are at the documented scale; the run shrinks them to its own."""

    disruption: AnyDisruption


class Acknowledge(OperatorCommand, frozen=True, kw_only=True):
    """Say that somebody sees to an alarm; it stays raised, and is quiet until it ends."""

    alarm: str
    """Its name, such as `venue.density`."""


class Snooze(OperatorCommand, frozen=True, kw_only=True):
    """Keep an alarm quiet for some time of the fair, or until it ends."""

    alarm: str
    for_min: Annotated[float, msgspec.Meta(ge=1, le=LONGEST_SNOOZE_MIN)] = 30.0


RunCommand = Pause | Resume | Speed | Stop | Disrupt
"""What the run itself has to do."""
AlarmCommand = Acknowledge | Snooze
"""What is said of an alarm."""
AnyOperatorCommand = RunCommand | AlarmCommand


class NumberedCommand(msgspec.Struct, frozen=True):
    """An operator command as the run receives it: numbered within the run, from 0."""

    number: int
    command: AnyOperatorCommand
    applied_at_ms: int | None = None
    """The simulated moment at which the run applied or refused it."""
    refused: str | None = None
    """Why the run could not apply it."""
