"""The journal: every exchange with what was decided, secrets masked, memory bounded."""

from __future__ import annotations

import json
import tracemalloc

import httpx
import pytest

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.journal import ALL_BODIES_KEPT, CAPACITY, MASK, Journal, Masker
from mock_servers.engine.server import Sandbox
from mock_servers.engine.vendors import Reply
from tests.mock_servers.engine.parcel import VENDOR
from tests.mock_servers.engine.tenancy import Account


def test_a_write_is_told_with_all_that_was_decided(account: Account) -> None:
    account.client.post("/v1/parcels?source=web", json={"label": "a box", "colour": "red"}, headers={"x-trace": "7"})

    (entry,) = account.journal()

    expected = {
        "id": 1,
        "at": "2026-03-04T09:00:00+00:00",
        "method": "POST",
        "path": "/v1/parcels",
        "query": "source=web",
        "operation": "parcels.create",
        "credential_id": "cred-1",
        "status": 201,
        "needs": ["parcels: write"],
        "permission_decision": "allowed",
        "quirks": [],
        "faults": [],
        "changes": [["insert", "parcels", 16]],
        "unread": ["colour"],
        "why": None,
    }
    assert expected == {name: entry[name] for name in expected}
    assert set(entry) - set(expected) == {"wall", "request", "response", "duration_us"}
    assert json.loads(entry["request"]["body"]) == {"label": "a box", "colour": "red"}
    assert entry["request"]["headers"]["x-trace"] == "7"
    assert json.loads(entry["response"]["body"])["label"] == "a box"
    assert entry["response"]["headers"]["location"].endswith("/v1/parcels/16")
    assert entry["duration_us"] > 0


def test_a_refused_write_changes_nothing_and_says_why(account: Account) -> None:
    before = account.dump()

    assert account.client.post("/v1/half").status_code == 409
    assert account.client.post("/v1/parcels", json={"weight": 3}).status_code == 422

    half, refused = account.journal()
    assert before == account.dump()
    assert (half["changes"], refused["changes"]) == ([], [])
    assert refused["why"] == "422: a parcel needs a label"


def test_a_defect_of_vendor_code_is_a_500_in_its_own_shape_with_the_traceback_in_the_journal(account: Account) -> None:
    answer = account.client.get("/v1/crash")

    assert (answer.status_code, answer.json()) == (500, {"parcel_error": 500, "detail": None})
    assert "ZeroDivisionError: a defect in vendor code" in account.journal()[-1]["why"]
    assert account.client.get("/v1/parcels").status_code == 200


def test_what_is_nowhere_is_told_in_words(account: Account) -> None:
    account.client.get("/v1/nothing")
    account.client.delete("/v1/parcels")

    assert [entry["why"] for entry in account.journal()] == [
        "404: parcel is simulated without anything at /v1/nothing",
        "405: /v1/parcels takes GET, HEAD, OPTIONS, POST",
    ]


@pytest.mark.parametrize(
    "request_of",
    [
        lambda key: {"method": "GET", "url": "/v1/parcels"},
        lambda key: {"method": "GET", "url": "/v1/parcels", "headers": {"cookie": f"session={key}", "x-api-key": "another secret thing"}},
        lambda key: {"method": "GET", "url": f"/v1/parcels?token={key}&api_key=another+secret+thing"},
        lambda key: {"method": "GET", "url": f"/v1/parcels/{key}"},
        lambda key: {"method": "POST", "url": "/v1/parcels", "json": {"label": key, "client_secret": "another secret thing"}},
        lambda key: {"method": "POST", "url": "/v1/parcels", "data": {"password": "another secret thing", "label": key}},
        lambda key: {
            "method": "GET",
            "url": "/v1/parcels",
            "headers": {"x-note": f"my key is {key}", "proxy-authorization": "another secret thing"},
        },
    ],
)
def test_no_secret_is_ever_shown(account: Account, request_of: object) -> None:
    wish = request_of(account.token)  # type: ignore[operator]  # a lambda of the table above
    account.client.request(**wish)
    account.client.request(**wish, auth=lambda request: request)

    shown = account.ask("GET", "/journal").text

    assert account.token not in shown
    for form in ("another secret thing", "another+secret+thing", "another%20secret%20thing"):
        assert form not in shown
    assert MASK in shown


def test_an_unknown_key_is_masked_too(account: Account) -> None:
    account.client.get("/v1/parcels", headers={"authorization": "Bearer somebody-elses-key", "host": f"{account.name}.parcel.example"})

    (entry,) = account.journal()
    assert (entry["status"], entry["request"]["headers"]["authorization"]) == (401, f"Bearer {MASK}")


def test_what_is_no_secret_stays_readable() -> None:
    mask = Masker({"k" * 32})

    assert mask.pairs("page=2&filter=a+token+gesture") == "page=2&filter=a+token+gesture"
    assert mask.text("") == ""
    assert mask.body(b'{"title": "Secretary", "tokens": 3}', dropped=False) == '{"title": "Secretary", "tokens": 3}'


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "token" * 12_000, '"token' * 10_000, "a?" * 30_000, '"secret"' * 8_000, '"' + "api_key" * 9_000]
)
def test_masking_costs_no_more_than_the_text_is_long(text: str) -> None:
    """Reading the journal must not stand still over what a client sent: these took minutes where names were tried from every letter."""
    mask = Masker({"k" * 32})

    assert mask.pairs(text) == text
    assert mask.body(text.encode(), dropped=False) == text


def test_exchanges_are_filtered_and_paged_by_id(account: Account) -> None:
    for path in ("/v1/parcels", "/v1/parcels/10", "/v1/parcels/99", "/v1/parcels"):
        account.client.get(path)
    account.client.post("/v1/parcels", json={})

    def ids(**filters: object) -> list[int]:
        return [entry["id"] for entry in account.journal(**filters)]

    assert ids() == [1, 2, 3, 4, 5]
    assert ids(operation="parcels.list") == [1, 4]
    assert ids(operation="parcels.*", status=200) == [1, 2, 4]
    assert ids(method="post") == [5]
    assert ids(since_id=2, limit=2) == [3, 4]
    assert account.ask("GET", "/journal/3").json()["status"] == 404
    assert account.ask("GET", "/journal/6").status_code == 404
    assert account.ask("DELETE", "/journal").status_code == 204
    assert ids() == []
    account.client.get("/v1/parcels")
    assert ids() == [6], "ids are never used twice"


def test_bodies_are_kept_up_to_a_bound(account: Account) -> None:
    account.client.post("/v1/parcels", json={"label": "x" * 90_000})

    (entry,) = account.journal()
    assert len(entry["request"]["body"]) == 32 * 1024
    assert len(entry["response"]["body"]) == 4 * 1024
    assert entry["response"]["body_bytes"] > 90_000


def _exchange(number: int, body: bytes) -> Exchange:
    headers = [(f"x-header-{name}", f"a value of some length {number}") for name in range(8)]
    sent = {name.encode(): value.encode() for name, value in headers}
    return Exchange(VENDOR, "POST", f"/v1/parcels/{number}", b"page=%d" % number, sent, "http://127.0.0.1", body)


@pytest.mark.parametrize("body_size", [0, 1500, 20_000])
def test_a_full_ring_stays_under_60_mib(body_size: int) -> None:
    """Whatever the bodies: the oldest lose theirs first, and only the newest exchanges are kept."""
    journal = Journal()
    tracemalloc.start()
    for number in range(CAPACITY + 500):
        reply = Reply(200, bytes(bytearray(4000)))
        journal.append(_exchange(number, bytes(bytearray(body_size))), reply, at=0, wall=0, duration=0)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert used < 60 * 2**20
    assert len(journal) == CAPACITY
    kept = list(journal)
    assert (kept[0].id, kept[-1].id) == (501, CAPACITY + 500)
    assert kept[-1].body is not None
    assert sum(len(entry.exchange.body) + len(entry.body or b"") for entry in kept) <= ALL_BODIES_KEPT


def test_the_answer_is_in_the_journal_before_the_client_has_it(sandbox: Sandbox, account: Account) -> None:
    with httpx.Client(base_url=sandbox.vendor_url("parcel"), headers={"authorization": f"Bearer {account.token}"}) as client:
        for number in range(1, 50):
            client.get("/v1/parcels/10")
            assert len(account.journal(since_id=number - 1)) == 1
