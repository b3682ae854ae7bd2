"""Events as CloudEvents 1.0 in their JSON format: the envelope in which others take and give events.

An event of a run is the CloudEvent with the source `/runs/RUN` and its position as id. `type` is the event's, `subject`
the object that it is about (`negotiation/17`), `time` the simulated moment, `recordedtime` the wall clock at which the
envelope was made, `sequence` the position in digits that sort as they count. `data` is the event as it was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from cloudfair.tables import now
from fairfacts.events import EVENT_TYPES, type_name

ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
SUBPROTOCOL = "cloudevents.json"
SEQUENCE_DIGITS = 12


def _subject_fields() -> Mapping[str, str]:
    """Return, by type of event, the field that holds the number of the object that it is about."""
    objects = {type_name(event_type).partition(".")[0] for event_type in EVENT_TYPES}
    found = {}
    for event_type in EVENT_TYPES:
        name, fields = type_name(event_type), event_type.__struct_fields__
        named = [name.partition(".")[0], *fields]
        if subject := next((field for field in named if field in fields and field in objects), None):
            found[name] = subject
    return found


SUBJECT_FIELDS = _subject_fields()


class Envelope:
    """Puts the events of one run into their envelopes."""

    def __init__(self, run: str, epoch: str) -> None:
        self._source = json.dumps(f"/runs/{run}")
        self._epoch = datetime.fromisoformat(epoch)

    def around(self, position: int, line: bytes) -> bytes:
        """Return the CloudEvent, as JSON, of the event that was sent as `line`."""
        event = msgspec.json.decode(line)
        time = self._epoch + timedelta(milliseconds=event["at_ms"])
        subject = SUBJECT_FIELDS.get(event["type"])
        return b'{"specversion":"1.0","id":"%d","source":%b,"type":"%b"%b,"time":"%b","recordedtime":"%b",' % (
            position,
            self._source.encode(),
            event["type"].encode(),
            b"" if subject is None else b',"subject":"%b/%d"' % (subject.encode(), event[subject]),
            time.isoformat(timespec="milliseconds").encode(),
            now().isoformat(timespec="milliseconds").encode(),
        ) + b'"sequence":"%0*d","datacontenttype":"application/json","data":%b}' % (SEQUENCE_DIGITS, position, line)
