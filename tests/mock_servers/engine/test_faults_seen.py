"""Every fault, over http and https, as HTTPX, requests and Node's fetch see it: what a real network gives them."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from mock_servers.engine.faults import KINDS
from mock_servers.engine.server import Sandbox
from tests.mock_servers.engine.clients.browsing import Client, Seen
from tests.mock_servers.engine.tenancy import Account
from tests.waiting import LONGEST, until

NO_ANSWER = {"httpx": {"RemoteProtocolError"}, "requests": {"ConnectionError"}, "fetch": {"UND_ERR_SOCKET"}}
RESET = {"httpx": {"ReadError", "RemoteProtocolError"}, "requests": {"ConnectionError"}, "fetch": {"ECONNRESET", "UND_ERR_SOCKET"}}
BROKEN_OFF = {"httpx": {"RemoteProtocolError"}, "requests": {"ChunkedEncodingError"}, "fetch": {"UND_ERR_SOCKET"}}
RESET_IN_BODY = {
    "httpx": {"ReadError", "RemoteProtocolError"},
    "requests": {"ChunkedEncodingError"},
    "fetch": {"ECONNRESET", "UND_ERR_SOCKET"},
}
"""By client: the errors under which it reports the same thing. Through TLS a reset may look like an end."""


@dataclass(frozen=True)
class Expected:
    """What a client must see of one fault on a list whose whole answer is known."""

    status: int | None
    errors: dict[str, set[str]] | None = None
    body: Callable[[bytes], bytes] | None = None
    """From the whole body to the one that arrives; None: an error in the vendor's shape."""


def _same(whole: bytes) -> bytes:
    return whole


ROWS: list[tuple[dict[str, Any], Expected]] = [
    ({"kind": "status", "status": 503}, Expected(503)),
    ({"kind": "rate_limit", "retry_after": 2}, Expected(429)),
    ({"kind": "latency", "seconds": 0.02}, Expected(200, body=_same)),
    ({"kind": "latency", "seconds": 0.02, "phase": "after"}, Expected(200, body=_same)),
    ({"kind": "slow_body", "seconds": 0.03, "pieces": 3}, Expected(200, body=_same)),
    ({"kind": "cut_before_headers"}, Expected(None, NO_ANSWER)),
    ({"kind": "cut_before_headers", "reset": True}, Expected(None, RESET)),
    ({"kind": "cut_mid_body"}, Expected(200, BROKEN_OFF)),
    ({"kind": "cut_mid_body", "after_bytes": 0}, Expected(200, BROKEN_OFF)),
    ({"kind": "cut_mid_body", "reset": True}, Expected(200, RESET_IN_BODY)),
    ({"kind": "lost_answer"}, Expected(None, NO_ANSWER)),
    ({"kind": "lost_answer", "reset": True}, Expected(None, RESET)),
    ({"kind": "wrong_length", "off_by": 5}, Expected(200, BROKEN_OFF)),
    ({"kind": "wrong_length", "off_by": -5}, Expected(200, body=lambda whole: whole[:-5])),
    ({"kind": "truncated_body"}, Expected(200, body=lambda whole: whole[: len(whole) // 2])),
    ({"kind": "not_json", "text": "<p>Back soon</p>"}, Expected(200, body=lambda whole: b"<p>Back soon</p>")),
    ({"kind": "not_json", "status": 502, "text": "Bad Gateway"}, Expected(502, body=lambda whole: b"Bad Gateway")),
    ({"kind": "moved_items"}, Expected(200, body=lambda whole: _without_first(whole))),
    ({"kind": "expire_credential"}, Expected(401)),
    ({"kind": "revoke_credential"}, Expected(401)),
]
SEEN_ELSEWHERE = {"repeated_items", "stale", "expire_token"}
"""Seen in more than one answer: see below; and in test_tokens.py, at a vendor that issues tokens."""


def _without_first(whole: bytes) -> bytes:
    first = whole.index(b"},{")
    return b'{"data":[' + whole[first + 2 :]


def _ask(client: Client, sandbox: Sandbox, account: Account, scheme: str, path: str = "/v1/parcels", **more: Any) -> Seen:
    method = "POST" if "json" in more else "GET"
    return client.send(method, sandbox.vendor_url("parcel", scheme) + path, headers={"authorization": f"Bearer {account.token}"}, **more)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("rule", "expected"), ROWS, ids=[f"{rule['kind']}-{number}" for number, (rule, _) in enumerate(ROWS)])
def test_a_fault_is_seen_as_what_it_is(
    sandbox: Sandbox, account: Account, client: Client, scheme: str, rule: dict[str, Any], expected: Expected
) -> None:
    whole = account.client.get("/v1/parcels").content
    account.fault(**rule)

    seen = _ask(client, sandbox, account, scheme)

    assert seen.status == expected.status
    if expected.errors is not None:
        assert seen.error in expected.errors[client.name]
        assert seen.body is None
    elif expected.body is not None:
        assert (seen.error, seen.body) == (None, expected.body(whole))
    else:
        assert (seen.error, seen.json["parcel_error"]) == (None, expected.status)
    assert account.journal()[-1]["faults"] == [rule["kind"]]
    if expected.status != 401:
        after = _ask(client, sandbox, account, scheme)
        assert (after.status, after.error, after.body) == (200, None, whole), "once, and the client goes on"


def test_every_kind_is_seen_by_clients() -> None:
    assert {rule["kind"] for rule, _ in ROWS} | SEEN_ELSEWHERE == set(KINDS)


@pytest.mark.parametrize(
    ("settings", "hint"), [({"retry_after": 3}, "3"), ({"retry_after": 0.2, "form": "seconds"}, "1"), ({"retry_after": None}, None)]
)
def test_retry_after_in_seconds_or_not_at_all(
    sandbox: Sandbox, account: Account, client: Client, settings: dict[str, Any], hint: str | None
) -> None:
    account.fault("rate_limit", **settings)

    assert _ask(client, sandbox, account, "http").headers.get("retry-after") == hint


def test_retry_after_as_a_date_is_on_the_tenants_clock(sandbox: Sandbox, account: Account, client: Client) -> None:
    account.fault("rate_limit", retry_after=90, form="date")

    seen = _ask(client, sandbox, account, "http")

    assert parsedate_to_datetime(seen.headers["retry-after"]) == datetime(2026, 3, 4, 9, 1, 30, tzinfo=UTC)
    assert parsedate_to_datetime(seen.headers["retry-after"]) - parsedate_to_datetime(seen.headers["date"]) == timedelta(seconds=90)


def test_a_slow_answer_takes_its_time(sandbox: Sandbox, account: Account, client: Client) -> None:
    for kind in ("latency", "slow_body"):
        account.fault(kind, seconds=0.05)
        before = time.monotonic()
        assert _ask(client, sandbox, account, "http").status == 200
        assert time.monotonic() - before >= 0.05


def test_a_write_whose_answer_is_lost_is_done(sandbox: Sandbox, account: Account, client: Client) -> None:
    for kind in ("lost_answer", "cut_mid_body", "truncated_body"):
        account.fault(kind, operation="parcels.create")
        _ask(client, sandbox, account, "http", json={"label": kind})

    assert account.labels()[-3:] == ["lost_answer", "cut_mid_body", "truncated_body"]


def test_who_gives_up_waiting_does_not_stop_the_work(account: Account) -> None:
    """As at a real server: a client that times out and tries again has written twice."""
    account.fault("latency", seconds=1, operation="parcels.create")

    with pytest.raises(httpx.ReadTimeout):
        account.client.post("/v1/parcels", json={"label": "late"}, timeout=httpx.Timeout(LONGEST, read=0.05))

    until(lambda: "late" in account.labels())


def test_a_request_that_waits_while_its_account_is_deleted_gets_no_answer(sandbox: Sandbox, admin: httpx.Client) -> None:
    with Account.open(sandbox, admin, frozen=True) as doomed, ThreadPoolExecutor(1) as pool:
        doomed.fault("latency", seconds=2)
        waiting = pool.submit(doomed.client.get, "/v1/parcels")
        until(lambda: not doomed.ask("GET", "/faults").json()["faults"])
        admin.delete(f"/tenants/{doomed.id}")

        assert isinstance(waiting.exception(LONGEST), httpx.RemoteProtocolError)


def _ids(seen: Seen) -> list[int]:
    return [parcel["id"] for parcel in seen.json["data"]]


def test_items_are_repeated_at_the_start_of_the_next_page(sandbox: Sandbox, account: Account, client: Client) -> None:
    """The first page is only looked at, and a single record is no page."""
    account.fault("repeated_items", count=2, times=1)
    first = _ids(_ask(client, sandbox, account, "http", "/v1/parcels?limit=2"))
    assert _ask(client, sandbox, account, "http", "/v1/parcels/10").json["id"] == 10
    second = _ids(_ask(client, sandbox, account, "http", "/v1/parcels?limit=3"))
    third = _ids(_ask(client, sandbox, account, "http", "/v1/parcels?limit=3"))

    assert (first, second, third) == ([10, 11], [10, 11, 10, 11, 15], [10, 11, 15])
    assert [entry["faults"] for entry in account.journal()] == [[], [], ["repeated_items"], []]


def test_a_stale_answer_is_the_account_as_it_was(sandbox: Sandbox, account: Account, client: Client) -> None:
    account.fault("stale", times=2, operation="parcels.*")
    written = _ask(client, sandbox, account, "http", json={"label": "new"})
    answers = [_ask(client, sandbox, account, "http") for _ in range(2)]
    answers.append(_ask(client, sandbox, account, "http"))

    assert written.status == 201
    assert [len(_ids(answer)) for answer in answers] == [3, 3, 4]
