"""The journal: every exchange with what was decided, secrets masked, memory bounded."""

from __future__ import annotations

import json
import tracemalloc

import httpx
import pytest

from mock_servers.engine.exchange import Exchange
from mock_servers.engine.journal import BODIES_KEPT, CAPACITY, Journal
from mock_servers.engine.masking import MASK, Masker
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
        "inside": [],
        "credential_id": "cred-1",
        "status": 201,
        "needs": ["parcels: write"],
        "permission_decision": "allowed",
        "quirks": [],
        "faults": [],
        "changes": [["insert", "parcels", 16]],
        "unread": ["colour"],
        "why": None,
        "rate_limit": None,
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


def _exchange(number: int, body: bytes, headers: int = 8, each: int = 25, query: int = 10) -> Exchange:
    sent = {f"x-header-{name}".encode(): f"{number:0{each}}".encode() for name in range(headers)}
    return Exchange(VENDOR, "POST", f"/v1/parcels/{number}", b"page=%0*d" % (query, number), sent, "http://127.0.0.1", body)


# 10,500 exchanges where they stay small; 2,500 are more than enough of the others to fill the ring.
@pytest.mark.parametrize(
    "large",
    [{}, {"body": 1500}, {"body": 20_000}, {"headers": 150, "each": 10}, {"headers": 20, "each": 3000}, {"query": 60_000}],
    ids=["small", "bodies", "large bodies", "many headers", "long headers", "long queries"],
)
def test_a_full_ring_stays_under_60_mib(large: dict[str, int]) -> None:
    """Whatever a client sends: the oldest lose their bodies first, then go, and only the newest exchanges are kept."""
    body_size = large.pop("body", 0)
    journal = Journal()
    tracemalloc.start()
    for number in range(CAPACITY + 500 if not large else 2500):
        reply = Reply(200, bytes(bytearray(4000)), why="x" * 100)
        journal.append(_exchange(number, bytes(bytearray(body_size)), **large), reply, at=0, wall=0, duration=0)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert used < 60 * 2**20
    kept = list(journal)
    assert kept[-1].id == journal.last_id
    assert len(journal) == CAPACITY or large
    assert [entry.id for entry in kept] == list(range(journal.last_id - len(kept) + 1, journal.last_id + 1))
    assert kept[-1].body is not None
    assert sum(len(entry.exchange.body) + len(entry.body or b"") for entry in kept) <= BODIES_KEPT
    assert (journal.get(kept[0].id), journal.get(kept[0].id - 1), journal.after(journal.last_id - 2)) == (kept[0], None, kept[-2:])


def test_the_answer_is_in_the_journal_before_the_client_has_it(sandbox: Sandbox, account: Account) -> None:
    with httpx.Client(base_url=sandbox.vendor_url("parcel"), headers={"authorization": f"Bearer {account.token}"}) as client:
        for number in range(1, 50):
            client.get("/v1/parcels/10")
            assert len(account.journal(since_id=number - 1)) == 1
