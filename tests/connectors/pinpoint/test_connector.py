"""The door: what `connect` accepts, and the passthrough."""

from __future__ import annotations

import socket

import pytest

from connectors.pinpoint.connector import connect
from connectors.unified.errors import Invalid, NotSupported, Unavailable
from tests.connectors.fake_http import Answer, document, refusal
from tests.connectors.pinpoint.account import EVERYTHING, KEY, Account, connected

GOOD = {"api_key": "k", "subdomain": "acme"}


@pytest.mark.parametrize(
    ("credential", "settings", "words"),
    [
        ({}, None, "api_key"),
        ({"api_key": " "}, None, "api_key"),
        ({"api_key": "ключ"}, None, "api_key"),
        ({"api_key": "two\nlines"}, None, "api_key"),
        ({**GOOD, "password": "x"}, None, "password"),
        ({**GOOD, "subdomain": "acme.pinpointhq.com"}, None, "acme"),
        (GOOD, {"page_size": 1001}, "page_size"),
        (GOOD, {"page_size": 0}, "page_size"),
        (GOOD, {"page_size": "100"}, "page_size"),
        (GOOD, {"colour": "red"}, "colour"),
    ],
)
def test_what_can_never_work_is_refused_at_the_door(credential, settings, words):
    with pytest.raises(Invalid, match=words):
        connect(base_url="https://acme.test", credential=credential, settings=settings)


@pytest.mark.parametrize("key", [f"{KEY}\n", f"  {KEY}\r\n", f"\t{KEY} "])
def test_what_copying_puts_around_a_key_is_no_part_of_it(fake, key):
    connected(fake, Account(lists={"/users": []}))
    list(connect(base_url=fake.base_url, credential={"api_key": key, "subdomain": " acme\n"}).read("users", EVERYTHING))

    assert fake.asked[0].headers["x-api-key"] == KEY


@pytest.mark.parametrize("suffix", ["", "/", "/api/v1", "/api/v1/"])
def test_the_base_url_is_the_accounts_root(fake, suffix):
    fake.answer_in_turn(document({"data": []}))
    pinpoint = connect(base_url=fake.base_url + suffix, credential={"api_key": "k"})
    list(pinpoint.read("users", EVERYTHING))

    assert fake.asked[0].path == "/api/v1/users"


def test_a_base_url_may_leave_the_subdomain_open(fake):
    port = fake.base_url.rpartition(":")[2]
    pinpoint = connect(base_url=f"http://{{subdomain}}:{port}", credential={"api_key": "k", "subdomain": "localhost"})
    fake.answer_in_turn(document({"data": []}))
    list(pinpoint.read("users", EVERYTHING))

    assert fake.asked[0].headers["host"] == f"localhost:{port}"
    with pytest.raises(Invalid, match="needs a subdomain"):
        connect(base_url="https://{subdomain}.pinpointhq.com", credential={"api_key": "k"})


def test_the_key_is_shown_nowhere(fake):
    pinpoint = connected(fake, Account())
    fake.answer_in_turn(refusal(401, "Invalid API key"))

    with pytest.raises(Exception) as raised:
        list(pinpoint.read("users", EVERYTHING))
    assert KEY not in repr(raised.value) + str(raised.value) + repr(vars(raised.value))


def test_an_unknown_stream_is_refused(fake):
    with pytest.raises(NotSupported, match="users, jobs"):
        connected(fake, Account()).read("offers", EVERYTHING)


def test_a_passthrough_answers_with_whatever_the_vendor_says(fake):
    pinpoint = connected(fake, Account())
    fake.answer_in_turn(refusal(422, "No", "unprocessable_entity"))
    reply = pinpoint.passthrough(
        "post",
        "/comments",
        params={"include": "user", "flag": True, "many": ["a", "b"]},
        headers={"X-Vendor-Name": "us"},
        data={"data": {}},
    )

    asked = fake.asked[0]
    assert (reply.status, reply.data["errors"][0]["detail"]) == (422, "No")
    assert reply.url.startswith(f"{fake.base_url}/api/v1/comments?")
    assert (asked.method, asked.json, asked.headers["x-vendor-name"], asked.headers["x-api-key"]) == ("POST", {"data": {}}, "us", KEY)
    assert asked.headers["content-type"] == "application/vnd.api+json"
    assert (asked.query["include"], asked.query["flag"], asked.query["many"]) == ("user", "true", "b")
    assert len(fake.asked) == 1


def test_a_passthrough_gives_text_as_text(fake):
    pinpoint = connected(fake, Account())
    fake.answer_in_turn(Answer(200, b"<html>", {"Content-Type": "text/html"}))

    assert pinpoint.passthrough("GET", "/x").data == "<html>"


@pytest.mark.parametrize("headers", [{"X-API-KEY": "other"}, {"x-api-key": "other"}])
def test_a_passthrough_cannot_change_the_credential(fake, headers):
    with pytest.raises(Invalid, match="belongs to the connection"):
        connected(fake, Account()).passthrough("GET", "/x", headers=headers)


@pytest.mark.parametrize("path", ["//evil.test", "/../../admin", "https://evil.test"])
def test_a_passthrough_stays_below_the_api(fake, path):
    with pytest.raises(Invalid):
        connected(fake, Account()).passthrough("GET", path)
    assert fake.asked == []


def test_a_passthrough_to_nobody_is_unavailable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    pinpoint = connect(base_url=f"http://127.0.0.1:{port}", credential=GOOD)

    with pytest.raises(Unavailable):
        pinpoint.passthrough("GET", "/users")
