"""The door: what `connect` accepts, and the passthrough."""

from __future__ import annotations

import socket

import pytest

from connectors.join.connector import connect
from connectors.unified.errors import Invalid, OutcomeUnknown, Unavailable
from tests.connectors.fake_http import Answer
from tests.connectors.join.account import EVERYTHING, TOKEN, Account, answered, connected, job, refused

GOOD = {"token": "t"}


@pytest.mark.parametrize(
    ("credential", "settings", "words"),
    [
        ({}, None, "nothing"),
        ({"token": " "}, None, "token"),
        ({"token": "ключ"}, None, "token"),
        ({"token": "two\nlines"}, None, "token"),
        ({**GOOD, "api_key": "x"}, None, "api_key"),
        (GOOD, {"page_size": 51}, "page_size"),
        (GOOD, {"page_size": 0}, "page_size"),
        (GOOD, {"page_size": "50"}, "page_size"),
        (GOOD, {"page_size": True}, "page_size"),
        (GOOD, {"colour": "red"}, "colour"),
    ],
)
def test_what_can_never_work_is_refused_at_the_door(credential, settings, words):
    with pytest.raises(Invalid, match=words) as raised:
        connect(base_url="https://api.join.test", credential=credential, settings=settings)
    assert "ключ" not in str(raised.value)


@pytest.mark.parametrize("suffix", ["", "/", "/v2", "/v2/"])
def test_the_base_url_is_the_apis_root(fake, suffix):
    fake.script = Account(jobs=[job()])
    join = connect(base_url=fake.base_url + suffix, credential={"token": TOKEN})
    list(join.read("jobs", {"Jobs": frozenset({"name"})}))

    assert fake.asked[0].path == "/v2/jobs"


def test_the_token_is_sent_raw_on_every_request(fake):
    """Without any scheme: with "Bearer" before it, it is another token."""
    list(connected(fake, Account(jobs=[job()])).read("jobs", EVERYTHING))

    assert {asked.headers["authorization"] for asked in fake.asked} == {TOKEN}


def test_a_page_size_of_ones_own_is_sent(fake):
    list(connected(fake, Account(jobs=[job(1), job(2)]), page_size=2).read("jobs", {"Jobs": frozenset({"name"})}))

    assert fake.asked[0].query["pageSize"] == "2"


def test_a_passthrough_answers_with_whatever_join_says(fake):
    join = connected(fake, Account())
    fake.answer_in_turn(refused(422, "No", "ValidationError"))
    reply = join.passthrough(
        "post", "/jobs", params={"draft": True, "many": ["a", "b"]}, headers={"X-Trace": "us"}, data={"title": "Grüße"}
    )
    (asked,) = fake.asked

    assert (reply.status, reply.data) == (422, {"error": {"type": "ValidationError", "message": "No"}})
    assert reply.url == f"{fake.base_url}/v2/jobs?draft=true&many=a&many=b"
    assert (asked.method, asked.json, asked.headers["authorization"], asked.headers["x-trace"]) == ("POST", {"title": "Grüße"}, TOKEN, "us")
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("answer", "data"), [(Answer(200, b"<html>"), "<html>"), (Answer(204), None), (answered([1]), [1])])
def test_a_passthrough_gives_json_as_values_and_the_rest_as_text(fake, answer, data):
    join = connected(fake, Account())
    fake.answer_in_turn(answer)

    assert join.passthrough("GET", "/jobs").data == data


def test_a_passthrough_sends_text_as_it_is(fake):
    join = connected(fake, Account())
    fake.answer_in_turn(answered({}))
    join.passthrough("PATCH", "/jobs/1", data='{"title": "x"}', headers={"Content-Type": "application/merge-patch+json"})

    assert (fake.asked[0].body, fake.asked[0].headers["content-type"]) == (b'{"title": "x"}', "application/merge-patch+json")


@pytest.mark.parametrize("header", ["Authorization", "authorization"])
def test_a_passthrough_cannot_change_the_credential(fake, header):
    with pytest.raises(Invalid, match="belongs to the connection"):
        connected(fake, Account()).passthrough("GET", "/jobs", headers={header: "other"})
    assert fake.asked == []


@pytest.mark.parametrize("path", ["//evil.test", "/../../admin", "https://evil.test", "jobs"])
def test_a_passthrough_stays_below_the_api(fake, path):
    with pytest.raises(Invalid):
        connected(fake, Account()).passthrough("GET", path)
    assert fake.asked == []


def test_a_passthrough_that_writes_is_not_repeated_blindly(fake):
    join = connected(fake, Account())
    fake.answer_in_turn(Answer(cut="before"))

    with pytest.raises(OutcomeUnknown):
        join.passthrough("POST", "/jobs", data={})
    assert len(fake.asked) == 1


def test_a_passthrough_to_nobody_is_unavailable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    join = connect(base_url=f"http://127.0.0.1:{port}", credential=GOOD, sleep=lambda seconds: None)

    with pytest.raises(Unavailable):
        join.passthrough("GET", "/jobs")
