"""The list of everything that the backend refuses, read from its source.

`make renew` renews it; a test holds that it is complete.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from cloudfair import errors

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "platform/cloudfair",
    "platform/fairfacts/events.py",
    "platform/fairfacts/clock.py",
    "platform/faircli/launcher.py",
)
"""What answers requests; the command line's own complaints are for its user alone."""
BESIDE = (
    "platform/cloudfair/store/migrations/",
    "platform/cloudfair/store/database.py",  # these refuse to start, and answer nobody
    "platform/cloudfair/store/migrating.py",
    "platform/cloudfair/store/urls.py",
    "platform/cloudfair/settings.py",
    "platform/cloudfair/export/nats.py",
    "platform/cloudfair/export/jetstream.py",
)
QUERY = int(errors.QueryError.status)
CLOSED = 1008
"""Of a WebSocket that is closed as its client said what cannot be followed."""
STATUSES = {
    "ScenarioError": 422,
    "MomentError": 422,
    "_not_valid": 422,
    "not_valid": 422,
    "BackendError": 503,
    "MessageError": CLOSED,
}
"""Of errors that have no status of their own."""
TITLES = {CLOSED: "1008 Policy Violation: a WebSocket is closed, with this as the reason"}
HEAD = """# What the backend refuses

Every refusal is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), `application/problem+json`). Its
`detail` names the thing, its value and the remedy; nothing of what was refused is kept. Other members say more: `head`
of the log (409), `position` and `field` of an event (422), `errors` by field (422), `limit` (413).

```json
{"type": "about:blank", "title": "Conflict", "status": 409, "head": 4096,
 "detail": "run example-s7-k3zq: events 8192 to 12287 were sent, and the log waits for event 4096; send what begins at 4096"}
```

WebSockets are refused in the same way before they open. This list is made from the source, by `make renew`;
words in braces are filled in. What a route asks of its parameters and of a body is in `/openapi.json`. A scenario or a change that cannot be played is a 422 in the words of `fair run`, a query that DuckDB
refuses one in its words; a fault of the backend itself is a 500 that refers to its log.
"""  # noqa: E501  # a document is one line


class Refusal(NamedTuple):
    """A place in the source at which something is refused."""

    status: int
    message: str
    """With what is filled in as names in braces."""
    module: str


def document() -> str:
    """Return the list as Markdown."""
    lines = [HEAD]
    for status, entries in groupby(refusals(), lambda refusal: refusal.status):
        lines.append(f"## {TITLES.get(status) or f'{status} {HTTPStatus(status).phrase}'}\n")
        lines += [f"- {one.message.replace('<', '&lt;')} (`{one.module}`)" for one in entries]
        lines.append("")
    return "\n".join(lines)


def refusals() -> list[Refusal]:
    """Return every refusal, by status and message."""
    found = set()
    for package in PACKAGES:
        place = ROOT / package
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            name = path.relative_to(ROOT).as_posix()
            if name in PACKAGES or not name.startswith(BESIDE):
                module = name.partition("/")[2].removesuffix(".py").replace("/", ".")
                found |= {Refusal(status, text, module) for status, text in _in(ast.parse(path.read_text()))}
    return sorted(found)


def status_of(error: str) -> int | None:
    """Return the status of an error's problem document; None of what is no refusal."""
    kind = getattr(errors, error, None)
    if isinstance(kind, type) and issubclass(kind, errors.AnsweredError) and "status" in vars(kind):
        return int(kind.status)
    return STATUSES.get(error)


def _in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield status and message of each refusal in a module."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield from _of_call(name, node)
            case ast.Call(func=ast.Attribute(attr="close"), args=[ast.Name(id="POLICY_VIOLATION"), text]):
                yield from _said(CLOSED, [text])
            case ast.FunctionDef(name="_too_long" | "_too_much" | "_refusal" | "_reason", body=body):
                for said in ast.walk(ast.Module(body, [])):
                    if isinstance(said, ast.Return) and said.value:
                        yield from _said(QUERY, [said.value])
            case ast.If(
                test=ast.Compare(comparators=[ast.Attribute(attr=("METHOD_NOT_ALLOWED" | "NOT_FOUND") as name)]),
                body=[*_, ast.Assign(targets=[ast.Name(id="detail")], value=text)],
            ):
                yield from _said(int(HTTPStatus[name]), [text])


def _of_call(name: str, call: ast.Call) -> Iterator[tuple[int, str]]:
    """Yield what a call refuses, if it does."""
    match name, call.args, call.keywords:
        case "Answer", _, [*_, ast.keyword(arg="fault", value=value)]:
            yield from _said(QUERY, [value])
        case "EventError", [reason, *remedy], [ast.keyword(arg="position", value=place), *_]:
            position = place.value if isinstance(place, ast.Constant) else "{position}"
            done = _said_as(remedy[0]) if remedy else "nothing of the batch was kept"
            yield 422, f"event {position} of the batch: {_said_as(reason)}; {done}"
        case "ValueError", [ast.JoinedStr() as text], _ if "query is" in _text(text):
            yield from _said(QUERY, [text])
        case "problem", [ast.Constant(value=int(status)), text, *_], _:
            yield from _said(status, [text])
        case _, args, _ if (status := status_of(name)) is not None:
            yield from _said(status, args)


def _said(status: int, expressions: list[ast.expr]) -> Iterator[tuple[int, str]]:
    """Yield the first text among expressions, if there is one."""
    for text in map(_text, expressions):
        if " " in text:
            yield status, text
            return


def _text(node: ast.expr) -> str:
    """Return a message as it is written, its expressions in braces."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_text, parts))
        case ast.FormattedValue(value=value):
            return f"{{{_name(value)}}}"
    return ""


def _said_as(node: ast.expr) -> str:
    """Return a part of a message: a text as it is written, and the word for any other expression in braces."""
    return _text(node) or f"{{{_name(node)}}}"


def _name(node: ast.expr) -> str:
    """Return the word for an expression: its last name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id="did_you_mean")):
            return "the nearest there is"
        case ast.Call(func=ast.Attribute(attr="join")):
            return "all of them"
        case ast.Call(args=[first, *_]):
            return _name(first)
        case ast.BoolOp(values=[first, *_]):
            return _name(first)
        case ast.IfExp(body=body):
            return _name(body)
        case ast.Call(func=ast.Attribute(value=value)) | ast.Subscript(value=value) | ast.BinOp(left=value):
            return _name(value)
    return "value"


if __name__ == "__main__":
    print(document(), end="")
