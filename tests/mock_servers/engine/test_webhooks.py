"""Webhooks over real sockets: signed, in order, retried on the tenant's clock, given up, told in a log, done again by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from mock_servers.engine.server import Sandbox
from mock_servers.engine.webhook_rules import Happening
from tests.mock_servers.engine.conftest import FIXTURES
from tests.mock_servers.engine.parcel import VENDOR, WEBHOOKS
from tests.mock_servers.engine.tenancy import Account
from tests.mock_servers.receiver import Receiver, receiving
from tests.waiting import until

DAY = 86_400


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def _subscribe(account: Account, url: str, **more: Any) -> dict[str, Any]:
    answer = account.ask("POST", "/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def _send(account: Account, label: str) -> None:
    assert account.client.post("/v1/parcels", json={"label": label}).status_code == 201


def _advance(account: Account, seconds: float = 0) -> None:
    """Answers after everything that is due was delivered."""
    assert account.ask("POST", "/clock/advance", json={"seconds": seconds}).status_code == 200


def _deliveries(account: Account, **wanted: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = account.ask("GET", "/deliveries", params=wanted).json()["deliveries"]
    return told


def _story(account: Account) -> list[tuple[str, str, list[int | None]]]:
    return [(it["id"], it["status"], [attempt["status"] for attempt in it["attempts"]]) for it in _deliveries(account)]


def test_a_write_is_told_to_whoever_subscribed_signed(account: Account, receiver: Receiver) -> None:
    webhook = _subscribe(account, f"{receiver.url}/hooks?from=parcel", secret="s3cret")
    _send(account, "a box")
    _advance(account)

    (request,) = receiver.received
    assert request.path == "/hooks?from=parcel"
    assert request.json == {"event": "parcel.new", "at": 1772614800, "data": {"parcel": 16}}
    assert request.headers["x-parcel-signature"] == hmac.new(b"s3cret", request.body, hashlib.sha256).hexdigest()
    assert request.headers["content-type"] == "application/json"
    (delivery,) = _deliveries(account)
    attempt = delivery.pop("attempts")[0]
    assert attempt.pop("milliseconds") > 0
    assert attempt == {"at": "2026-03-04T09:00:00+00:00", "status": 200, "error": None, "answer": "ok"}
    assert delivery == {
        "id": "delivery-1",
        "webhook": webhook["id"],
        "event": "parcel.new",
        "body": request.body.decode(),
        "created_at": "2026-03-04T09:00:00+00:00",
        "due_at": None,
        "status": "delivered",
        "copy_of": None,
    }


def test_it_comes_by_itself_too(account: Account, receiver: Receiver) -> None:
    """The answer to a write does not wait for receivers; they are told right after it."""
    _subscribe(account, receiver.url)
    _send(account, "a box")

    until(lambda: receiver.received)
    assert len(receiver.received) == 1


def test_only_what_was_asked_for_is_sent_and_what_was_undone_never_happened(account: Account, receiver: Receiver) -> None:
    _subscribe(account, f"{receiver.url}/changed", events=["parcel.changed"])
    _subscribe(account, f"{receiver.url}/all")
    _send(account, "a box")
    assert account.client.post("/v1/half").status_code == 409
    account.ask("PATCH", "/records/parcels/10", json={"label": "changed by the account's people"})
    _advance(account)

    assert [(request.path, request.json["event"]) for request in receiver.received] == [
        ("/all", "parcel.new"),
        ("/changed", "parcel.changed"),
        ("/all", "parcel.changed"),
    ]


def test_advance_returns_after_all_due_deliveries_ran_in_order(account: Account, receiver: Receiver) -> None:
    """The first fails twice, so it arrives third in time; each attempt is made at its own moment."""
    _subscribe(account, receiver.url)
    receiver.answers = [500, 200, 503]
    _send(account, "first")
    _send(account, "second")
    _advance(account, 30)
    _send(account, "third")
    _advance(account, DAY)

    assert [body["data"]["parcel"] for body in receiver.bodies] == [16, 17, 18, 16, 18]
    first, second, third = _deliveries(account)
    assert [[attempt["status"] for attempt in it["attempts"]] for it in (first, second, third)] == [[500, 200], [200], [503, 200]]
    waits = [_seconds(it["attempts"][1]["at"]) - _seconds(it["attempts"][0]["at"]) for it in (first, third)]
    assert all(54 <= wait <= 66 for wait in waits), "60 seconds, give or take a tenth"
    assert receiver.received[0].body == receiver.received[3].body


def _seconds(iso: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(iso).timestamp()


@pytest.mark.parametrize("status", [301, 302, 400, 404, 410, 500])
def test_anything_but_2xx_is_a_failure_and_redirects_are_not_followed(account: Account, receiver: Receiver, status: int) -> None:
    _subscribe(account, receiver.url)
    receiver.answers = [status]
    _send(account, "a box")
    _advance(account)

    (delivery,) = _deliveries(account, status="pending")
    assert (len(receiver.received), delivery["attempts"][0]["error"]) == (1, f"the receiver answered {status}")


def test_a_receiver_that_takes_too_long_has_failed(account: Account, receiver: Receiver) -> None:
    account.ask("PUT", "/webhooks/settings", json={"timeout_seconds": 0.05})
    _subscribe(account, receiver.url)
    receiver.slow_seconds = 0.3
    _send(account, "a box")
    _advance(account)

    assert _deliveries(account)[0]["attempts"][0]["error"] == "no answer within 0.05 s"


def test_after_the_last_retry_the_webhook_is_disabled_and_what_waits_is_cancelled(account: Account, receiver: Receiver) -> None:
    webhook = _subscribe(account, receiver.url)
    receiver.answers = [500] * 10
    _send(account, "first")
    _advance(account, 4000)
    _send(account, "second")
    _advance(account, DAY)
    _send(account, "third")
    _advance(account)

    assert _story(account) == [("delivery-1", "failed", [500, 500, 500, 500]), ("delivery-2", "cancelled", [500, 500, 500])]
    (told,) = account.ask("GET", "/webhooks").json()["webhooks"]
    assert (told["enabled"], told["disabled_because"]) == (False, "delivery-1 failed 4 times: the receiver answered 500")
    assert told["disabled_at"] is not None

    receiver.answers = []
    assert account.ask("PATCH", f"/webhooks/{webhook['id']}", json={"enabled": True}).json()["disabled_because"] is None
    _send(account, "fourth")
    _advance(account)
    assert _story(account)[-1] == ("delivery-3", "delivered", [200])


def test_nobody_there_is_a_failure_with_its_reason(account: Account) -> None:
    with receiving() as gone:
        url = gone.url
    _subscribe(account, url)
    _send(account, "a box")
    _advance(account)

    (attempt,) = _deliveries(account)[0]["attempts"]
    assert (attempt["status"], attempt["error"].partition(":")[0]) == (None, "ConnectError")


def test_a_certificate_is_checked_unless_told_otherwise(sandbox: Sandbox, account: Account) -> None:
    """The sandbox itself is the https receiver here; it has a certificate that the world does not know."""
    url = f"{sandbox.vendor_url('parcel', 'https')}/v1/hello"
    _subscribe(account, url)
    _subscribe(account, url, verify=False)
    _send(account, "a box")
    _advance(account)

    checked, unchecked = (it["attempts"][0] for it in _deliveries(account))
    assert "CERTIFICATE_VERIFY_FAILED" in checked["error"]
    assert unchecked["status"] == 405


def test_a_delivery_is_made_again_by_hand_whatever_became_of_it(account: Account, receiver: Receiver) -> None:
    _subscribe(account, receiver.url)
    _send(account, "a box")
    _advance(account)
    again = account.ask("POST", "/deliveries/delivery-1/redeliver")

    assert (again.status_code, again.json()["copy_of"], again.json()["status"]) == (201, "delivery-1", "delivered")
    assert receiver.received[0].body == receiver.received[1].body
    assert account.ask("GET", "/deliveries/delivery-2").json() == again.json()


def test_an_event_is_fired_by_hand_with_given_data_or_a_sample(account: Account, receiver: Receiver) -> None:
    one = _subscribe(account, f"{receiver.url}/one", events=["parcel.changed"])
    _subscribe(account, f"{receiver.url}/two")
    sample = account.ask("POST", "/webhooks/fire", json={"event": "parcel.new"}).json()["deliveries"]
    given = account.ask("POST", "/webhooks/fire", json={"event": "parcel.new", "data": {"parcel": 7}, "webhook": one["id"]})

    assert [(it["webhook"], it["status"]) for it in [*sample, *given.json()["deliveries"]]] == [
        ("webhook-2", "delivered"),
        ("webhook-1", "delivered"),
    ]
    assert [(request.path, request.json["data"]) for request in receiver.received] == [("/two", {"parcel": 1}), ("/one", {"parcel": 7})]


def test_duplicates_and_disorder_are_settings(account: Account, receiver: Receiver) -> None:
    """No vendor promises exactly once, or in order; the seed says which ones are struck."""
    _subscribe(account, receiver.url)
    account.ask("PUT", "/webhooks/settings", json={"duplicate_chance": 1})
    _send(account, "twice")
    _advance(account)
    assert [body["data"]["parcel"] for body in receiver.bodies] == [16, 16]
    assert [it["copy_of"] for it in _deliveries(account)] == [None, "delivery-1"]

    account.ask("PUT", "/webhooks/settings", json={"disorder_chance": 0.5, "disorder_seconds": 20, "seed": 1})
    for label in "abcdef":
        _send(account, label)
    _advance(account, 60)
    arrived = [body["data"]["parcel"] for body in receiver.bodies][2:]
    assert sorted(arrived) == [17, 18, 19, 20, 21, 22]
    assert arrived != sorted(arrived)


def test_a_receiver_may_ask_and_write_while_it_is_told(account: Account, receiver: Receiver) -> None:
    """As real ones do: they fetch the record, and write; what that causes is delivered in the same advance."""
    _subscribe(account, receiver.url)

    def writes_once() -> int:
        _send(account, "an answer to the first")
        return account.client.get("/v1/parcels/16").status_code

    receiver.answers = [writes_once]
    _send(account, "first")
    _advance(account, 1)

    assert [body["data"]["parcel"] for body in receiver.bodies] == [16, 17]
    assert [status for _, status, _ in _story(account)] == ["delivered", "delivered"]


def test_what_is_pending_is_part_of_a_snapshot(account: Account, receiver: Receiver) -> None:
    _subscribe(account, receiver.url)
    receiver.answers = [500]
    _send(account, "a box")
    _advance(account)
    name = account.ask("POST", "/snapshots", json={}).json()["name"]
    _advance(account, DAY)
    after, webhooks = _deliveries(account), account.ask("GET", "/webhooks").json()
    account.ask("DELETE", "/webhooks/webhook-1")

    assert account.ask("POST", f"/snapshots/{name}/restore").status_code in (200, 204)
    assert account.ask("GET", "/webhooks").json() == webhooks
    (restored,) = _deliveries(account)
    assert (restored["status"], len(restored["attempts"])) == ("pending", 1)
    _advance(account, DAY)
    assert [attempt["at"] for attempt in _deliveries(account)[0]["attempts"]] == [attempt["at"] for attempt in after[0]["attempts"]]
    assert len(receiver.received) == 3


def test_a_fork_and_a_reset_tell_nobody(account: Account, receiver: Receiver, admin: httpx.Client) -> None:
    _subscribe(account, receiver.url)
    fork = account.ask("POST", "/fork").json()
    assert admin.get(f"/tenants/{fork['id']}/webhooks").json()["webhooks"] == []
    receiver.answers = [500]
    _send(account, "a box")
    _advance(account)
    account.ask("POST", "/reset")
    _advance(account, DAY)

    assert len(receiver.received) == 1
    assert (account.ask("GET", "/webhooks").json()["webhooks"], _deliveries(account)) == ([], [])
    admin.delete(f"/tenants/{fork['id']}")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/webhooks", {"url": "ftp://x"}, 422, "bad_receiver"),
        ("POST", "/webhooks", {"url": "http://"}, 422, "bad_receiver"),
        ("POST", "/webhooks", {"url": "http://x/\n"}, 422, "bad_receiver"),
        ("POST", "/webhooks", {"url": "http://x", "events": ["parcel.lost"]}, 422, "unknown_event"),
        ("POST", "/webhooks", {"url": "http://x", "colour": "red"}, 422, "invalid"),
        ("PATCH", "/webhooks/webhook-9", {"enabled": False}, 404, "unknown_webhook"),
        ("DELETE", "/webhooks/webhook-9", None, 404, "unknown_webhook"),
        ("POST", "/webhooks/fire", {"event": "parcel.lost"}, 422, "unknown_event"),
        ("POST", "/webhooks/fire", {"event": "parcel.new", "webhook": "webhook-9"}, 404, "unknown_webhook"),
        ("PUT", "/webhooks/settings", {"duplicate_chance": 2}, 422, "invalid"),
        ("PUT", "/webhooks/settings", {"colour": "red"}, 422, "bad_settings"),
        ("GET", "/deliveries/delivery-1", None, 404, "unknown_webhook"),
        ("POST", "/deliveries/delivery-1/redeliver", None, 404, "unknown_webhook"),
    ],
)
def test_what_cannot_be_is_refused(account: Account, method: str, path: str, body: Any, status: int, code: str) -> None:
    answer = account.ask(method, path, json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["hint"]


def test_a_refused_change_changes_nothing(account: Account, receiver: Receiver) -> None:
    before = _subscribe(account, receiver.url, events=["parcel.new"])
    assert account.ask("PATCH", "/webhooks/webhook-1", json={"url": "http://x", "events": ["parcel.lost"]}).status_code == 422
    assert account.ask("PATCH", "/webhooks/webhook-1", json={"url": "nowhere", "events": None}).status_code == 422

    assert account.ask("GET", "/webhooks").json()["webhooks"] == [before]
    assert account.ask("PATCH", "/webhooks/webhook-1", json={"events": None}).json()["events"] is None


def test_a_defect_in_a_vendors_rules_loses_events_but_no_write() -> None:
    def broken(store: object, written: object) -> list[Happening]:
        raise ZeroDivisionError("a defect in vendor code")

    rules = replace(WEBHOOKS, happenings=broken)
    with Sandbox(vendors={"parcel": replace(VENDOR, webhooks=rules)}, fixtures=[FIXTURES]) as other:
        httpx.post(f"{other.admin_url}/tenants/parcel-demo/webhooks", json={"url": "http://127.0.0.1:9"})
        token = other.ready_info()["vendors"]["parcel"]["credential"]["token"]
        key = {"authorization": f"Bearer {token}"}

        assert httpx.post(f"{other.vendor_url('parcel')}/v1/parcels", json={"label": "kept"}, headers=key).status_code == 201
        assert httpx.get(f"{other.admin_url}/tenants/parcel-demo/deliveries").json() == {"deliveries": []}


def test_a_tenant_that_is_deleted_while_it_delivers_is_gone(sandbox: Sandbox, admin: httpx.Client, receiver: Receiver) -> None:
    with Account.open(sandbox, admin, frozen=True) as doomed:
        _subscribe(doomed, receiver.url)
        receiver.answers = [lambda: admin.delete(f"/tenants/{doomed.id}").status_code]
        _send(doomed, "a box")
        until(lambda: admin.get(f"/tenants/{doomed.id}").status_code != 200)

        assert admin.get(f"/tenants/{doomed.id}").status_code == 404


def test_a_vendor_without_webhooks_says_so() -> None:
    with Sandbox(vendors={"parcel": replace(VENDOR, webhooks=None)}, fixtures=[FIXTURES]) as plain:
        answer = httpx.post(f"{plain.admin_url}/tenants/parcel-demo/webhooks", json={"url": "http://x"})

    assert (answer.status_code, answer.json()["error"]["message"]) == (422, "Parcel sends no webhooks")


def test_a_vendors_events_are_told_with_their_evidence(admin: httpx.Client) -> None:
    told = admin.get("/vendors").json()["vendors"]["parcel"]["webhooks"]

    assert [event["name"] for event in told["events"]] == ["parcel.new", "parcel.changed"]
    assert (told["retries"]["count"], told["timeout_seconds"], told["events"][0]["evidence"]["kind"]) == (3, 5, "assumed")


def test_a_running_clock_delivers_and_retries_by_itself(sandbox: Sandbox, admin: httpx.Client, receiver: Receiver) -> None:
    """Nobody has to advance it: here the retry is due, because the clock was moved close to it."""
    with Account.open(sandbox, admin, frozen=False) as running:
        receiver.answers = [500]
        _subscribe(running, receiver.url)
        _send(running, "a box")
        until(lambda: _deliveries(running) and _deliveries(running)[0]["attempts"])
        due = _seconds(_deliveries(running)[0]["due_at"]) - _seconds(running.ask("GET", "/clock").json()["now"])
        _advance(running, due - 0.1)
        until(lambda: len(receiver.received) == 2)


def test_the_state_is_plain_data(sandbox: Sandbox, account: Account, receiver: Receiver) -> None:
    _subscribe(account, receiver.url)
    _send(account, "a box")
    _advance(account)
    tenant = sandbox.tenants.get(account.id)
    state = sandbox.call(tenant.webhooks.dump)
    account.ask("DELETE", "/webhooks/webhook-1")

    assert state.deliveries[0].status == "delivered"
    sandbox.call(lambda: tenant.webhooks.load(state))
    assert sandbox.call(tenant.webhooks.dump) == state
    assert json.dumps(account.ask("GET", "/webhooks").json())
