"""CloudEvents in every mode of the HTTP binding: described as they are read, and read alike."""

from __future__ import annotations

import json
from base64 import b64encode

import httpx
import pytest
from tests.cloudfair.api.test_cloudevents_in import BATCH, entered, post
from tests.json_schema import validator


def binary(client: httpx.Client, run: str, body: bytes = b"", **headers: str | bytes) -> httpx.Response:
    """Send one CloudEvent in binary mode."""
    event = entered(1)
    content = json.dumps(event.pop("data")).encode()
    attributes = {f"ce-{name}": value for name, value in event.items()}
    bearing = attributes | {f"ce-{name}": value for name, value in headers.items()}
    return client.post(
        f"/runs/{run}/cloudevents?replay=true",
        content=body or content,
        headers={"Content-Type": "application/json"} | bearing,
    )


@pytest.mark.parametrize("attribute", ["id", "source", "type"])
def test_control_characters_are_in_no_attribute_in_no_mode(client: httpx.Client, badges: str, attribute: str) -> None:
    """Such an event could not be sent again in binary mode."""
    refused = post(client, badges, [entered(1, **{attribute: "a\u0000b"})])
    assert (refused.status_code, refused.json()["field"]) == (422, attribute)
    assert "it has a control character, which no attribute has" in refused.json()["detail"].lower()
    assert binary(client, badges, **{attribute: "a%00b"}).status_code == 400


def test_description_is_of_what_is_taken(client: httpx.Client, badges: str) -> None:
    asked = client.get("/openapi.json").json()["paths"]["/runs/{run}/cloudevents"]["post"]
    content = {media: body["schema"] for media, body in asked["requestBody"]["content"].items()}
    assert list(content) == ["application/cloudevents+json", BATCH, "application/json"]
    headers = {each["name"] for each in asked["parameters"] if each["in"] == "header"}
    assert headers == {f"ce-{name}" for name in ("specversion", "id", "source", "type", "time")}
    encoded = {name: value for name, value in entered(1).items() if name != "data"}
    encoded |= {"data_base64": b64encode(json.dumps(entered(1)["data"]).encode()).decode()}
    without = {name: value for name, value in entered(2).items() if name != "time"}
    one, several = (validator(content[media]) for media in ("application/cloudevents+json", BATCH))
    for event, is_taken in (
        (entered(1), True), (encoded, True), (entered(3, source="any text"), True), (without, False),
        (entered(4, id="x" * 1025), False), (entered(5, id="a\nb"), False), (entered(6, id=""), False),
    ):  # fmt: skip
        answer = post(client, badges, [event], late_s=60)
        said = (one.is_valid(event), several.is_valid([event]), answer.status_code == 200)
        assert said == (is_taken,) * 3, (event, answer.text)


@pytest.mark.parametrize("value", ["%FF", "%FE", "%C0%A0", "a%", "a%2", "%zz", "\u00e9".encode("latin-1")])
def test_header_that_is_no_encoded_utf8_is_refused(client: httpx.Client, badges: str, value: str | bytes) -> None:
    refused = binary(client, badges, id=value)
    assert (refused.status_code, refused.json()["detail"][:9]) == (400, "ce-id is ")
    assert client.get(f"/runs/{badges}").json()["head"] == 0


def test_quoted_and_encoded_headers_are_the_same_event(client: httpx.Client, badges: str) -> None:
    assert binary(client, badges, id="g-%C3%A9").json()["taken"] == 1
    assert binary(client, badges, id='"g-%C3%A9"').json()["known"] == 1
    assert post(client, badges, [entered(1, id="g-\u00e9")]).json()["known"] == 1


def test_body_cannot_forge_attributes(client: httpx.Client, badges: str) -> None:
    forged = b'{"visitor":1},"id":"forged","type":"run.ended","data":{}'
    assert binary(client, badges, body=forged).status_code == 422
    assert client.get(f"/runs/{badges}").json()["head"] == 0


def test_data_may_be_base64_or_null(client: httpx.Client, badges: str) -> None:
    event = entered(1)
    encoded = b64encode(json.dumps(event.pop("data")).encode()).decode()
    assert post(client, badges, [event | {"data_base64": encoded}]).json()["taken"] == 1
    ended = entered(2, 60, type="run.ended", data=None)
    assert post(client, badges, [ended]).json()["taken"] == 1
    assert client.get(f"/runs/{badges}").json()["state"] == "ended"


def test_field_that_is_there_twice_is_refused_in_every_mode(client: httpx.Client, badges: str) -> None:
    data = json.dumps(entered(1)["data"]).replace('"gate": 2', '"gate": 2, "gate": 3')
    one = json.dumps(entered(1, data=0)).replace('"data": 0', f'"data": {data}')
    bare = {name: value for name, value in entered(1).items() if name != "data"}
    encoded = json.dumps(bare | {"data_base64": b64encode(data.encode()).decode()})
    path = f"/runs/{badges}/cloudevents?replay=true"
    kind = {"Content-Type": "application/cloudevents+json"}
    answers = [
        client.post(path, content=one, headers=kind),
        client.post(path, content=f"[{one}]", headers={"Content-Type": BATCH}),
        client.post(path, content=encoded, headers=kind),
        client.post(path, content=json.dumps(entered(1)).replace('"id":', '"id": "other", "id":'), headers=kind),
        binary(client, badges, body=data.encode()),
    ]
    assert [(one.status_code, "It is there twice" in one.text) for one in answers] == [(422, True)] * 5
    assert client.get(f"/runs/{badges}").json()["head"] == 0


@pytest.mark.parametrize("depth", [600, 1_100, 50_000])
def test_deep_json_is_refused_in_every_mode(client: httpx.Client, badges: str, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    one = json.dumps(entered(1, data=0)).replace('"data": 0', f'"data": {deep}')
    path = f"/runs/{badges}/cloudevents?replay=true"
    answers = [
        client.post(path, content=one, headers={"Content-Type": "application/cloudevents+json"}),
        client.post(path, content=f"[{one}]", headers={"Content-Type": BATCH}),
        binary(client, badges, body=deep.encode()),
    ]
    assert {answer.status_code for answer in answers} <= {400, 422}
    assert client.get(f"/runs/{badges}").json()["head"] == 0


@pytest.mark.parametrize("value", ['"read-1', '"read-1" x', "a%00b", "a%0Ab"])
def test_a_header_that_is_no_attribute_is_refused(client: httpx.Client, badges: str, value: str) -> None:
    answer = binary(client, badges, id=value)
    assert (answer.status_code, answer.json()["detail"].startswith(f"ce-id is {value!r}, ")) == (400, True), answer.text
