"""Pinpoint's webhooks at a real receiver: which change is which event, thin payloads, the signature, a day of retries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from conformance.sandbox import Sandbox, Tenant
from mock_servers.engine.vendors import installed
from tests.mock_servers.receiver import Receiver, receiving

DAY = 86_400


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def tenant(every_vendor: Sandbox) -> Iterator[Tenant]:
    new = every_vendor.create("pinpoint")
    yield new
    new.delete()


@pytest.fixture
def account(every_vendor: Sandbox, tenant: Tenant, receiver: Receiver) -> Iterator[httpx.Client]:
    """The admin API below a tenant whose every event goes to the receiver."""
    with httpx.Client(base_url=f"{every_vendor.url}/_sandbox/tenants/{tenant.id}") as admin:
        assert admin.post("/webhooks", json={"url": receiver.url, "secret": "whsec"}).status_code == 201
        yield admin


def _events(tenant: Tenant, receiver: Receiver) -> list[tuple[str, Any]]:
    """What arrived since the last time."""
    tenant.advance(0)
    told = [(body["event"], body["data"]) for body in receiver.bodies]
    receiver.received.clear()
    return told


def _put(tenant: Tenant, type: str, id: int, **members: Any) -> None:
    document = {"data": {"id": str(id), "type": type, "attributes": {}, **members}}
    headers = {"X-API-KEY": tenant.credential["api_key"], "content-type": "application/vnd.api+json"}
    assert httpx.put(f"{tenant.base_url}/api/v1/{type}/{id}", json=document, headers=headers).status_code == 200


def _stage(tenant: Tenant, job: int, basic_type: str) -> int:
    stages = tenant.records("stages")
    return int(next(it["id"] for it in stages if (it["stageable_type"], it["stageable_id"], it["basic_type"]) == ("Job", job, basic_type)))


def _somebody(tenant: Tenant) -> dict[str, Any]:
    """An application that is neither hired nor rejected."""
    return next(it for it in tenant.records("applications") if it["hired_at"] is None and it["rejected_at"] is None and it["job_id"] == 301)


def test_hiring_somebody_is_told_thin_and_signed(account: httpx.Client, tenant: Tenant, receiver: Receiver) -> None:
    """As a public receiver's tests show it: ids as numbers, seconds since the epoch."""
    application = _somebody(tenant)
    hired = _stage(tenant, 301, "hired")
    _put(tenant, "applications", application["id"], relationships={"stage": {"data": {"type": "stages", "id": str(hired)}}})
    tenant.advance(0)

    by_event = {request.json["event"]: request for request in receiver.received}
    assert list(by_event) == ["application_stage_changed", "application_hired"]
    request = by_event["application_hired"]
    assert request.json == {
        "event": "application_hired",
        "triggeredAt": int(tenant.now()),
        "data": {"application": {"id": application["id"]}, "job": {"id": 301}},
    }
    expected = base64.b64encode(hmac.new(b"whsec", request.body, hashlib.sha256).digest()).decode()
    assert request.headers["pinpoint-hmac-sha256"] == expected


def test_each_change_is_its_event(account: httpx.Client, tenant: Tenant, receiver: Receiver) -> None:
    application = _somebody(tenant)
    at = {"created_at": "2026-03-01T09:00:00+00:00", "updated_at": "2026-03-01T09:00:00+00:00"}
    whose = {"application": {"id": application["id"]}, "job": {"id": 301}}

    tenant.update("applications", application["id"], {"stage_id": _stage(tenant, 301, "offer")})
    assert _events(tenant, receiver) == [("application_stage_changed", whose)]
    other_job = {"job_id": 302, "stage_id": _stage(tenant, 302, "offer")}
    tenant.update("applications", application["id"], other_job)
    assert _events(tenant, receiver) == [("application_moved", whose | {"job": {"id": 302}})]
    tenant.update("applications", application["id"], {"job_id": 301, "stage_id": _stage(tenant, 301, "offer")})
    _events(tenant, receiver)
    tenant.update("applications", application["id"], {"summary": "no event"})
    assert _events(tenant, receiver) == []

    new = {name: value for name, value in application.items() if name not in ("id", "uuid", "hired_at", "rejected_at")}
    tenant.insert("applications", {**new, "id": 990001})
    assert _events(tenant, receiver) == [("application_created", {"application": {"id": 990001}, "job": {"id": 301}})]
    tenant.insert("interviews", {"id": 990002, "interviewable_type": "Application", "interviewable_id": application["id"], **at})
    assert _events(tenant, receiver) == [("interview_scheduled", {"interview": {"id": 990002}, **whose})]

    tenant.update("jobs", 301, {"title": "Another"})
    tenant.update("jobs", 301, {"updated_at": "2026-03-05T09:00:00+00:00"})
    assert _events(tenant, receiver) == [("job_updated", {"job": {"id": 301}})]

    tenant.insert("offers", {"id": 990003, "application_id": application["id"], "result": "pending", **at})
    tenant.update("offers", 990003, {"result": "accepted"})
    tenant.insert("requisitions", {"id": 990004, "status": "pending", **at})
    tenant.update("requisitions", 990004, {"status": "approved"})
    assert [name for name, _ in _events(tenant, receiver)] == ["offer_accepted", "requisition_created", "requisition_approved"]
    tenant.insert("users", {"id": 990005, "email": "new@example.com", **at})
    tenant.insert("job_seekers", {"id": 990006, **at})
    assert _events(tenant, receiver) == [
        ("user_created_on_company", {"user": {"id": 990005}}),
        ("talent_pipeline_candidate_created", {"job_seeker": {"id": 990006}}),
    ]


def test_what_other_people_do_at_an_application_is_told_too(account: httpx.Client, tenant: Tenant, receiver: Receiver) -> None:
    application = _somebody(tenant)["id"]
    at = {"created_at": "2026-03-01T09:00:00+00:00", "updated_at": "2026-03-01T09:00:00+00:00"}
    rows = {
        "background_checks": ({"is_completed": False}, {"is_completed": True}),
        "document_requests": ({"status": "sent"}, {"status": "accepted"}),
        "onboarding_applications": ({"status": "invited"}, {"status": "completed"}),
    }
    for number, (table, (before, after)) in enumerate(rows.items(), 990001):
        tenant.insert(table, {"id": number, "application_id": application, **before, **at})
        tenant.update(table, number, after)

    assert [(name, data["application"]) for name, data in _events(tenant, receiver)] == [
        ("background_check_completed", {"id": application}),
        ("document_request_accepted", {"id": application}),
        ("onboarding_completed", {"id": application}),
    ]


def test_every_event_can_be_fired_by_hand_with_a_sample(account: httpx.Client, receiver: Receiver) -> None:
    """The product's page sends test events, too; also for what no change of records leads to."""
    rules = installed()["pinpoint"].webhooks
    assert rules is not None
    for event in rules.events:
        assert account.post("/webhooks/fire", json={"event": event.name}).status_code == 201

    assert [body["event"] for body in receiver.bodies] == [event.name for event in rules.events]
    assert all(isinstance(subject["id"], int) for body in receiver.bodies for subject in body["data"].values())


def test_ten_retries_within_a_day_then_the_webhook_is_off(account: httpx.Client, tenant: Tenant, receiver: Receiver) -> None:
    receiver.answers = [302] * 11
    tenant.update("jobs", 301, {"title": "Another"})
    started = tenant.now()
    tenant.advance(DAY)

    (delivery,) = account.get("/deliveries").json()["deliveries"]
    assert (delivery["status"], len(delivery["attempts"]), len(receiver.received)) == ("failed", 11, 11)
    moments = [datetime.fromisoformat(attempt["at"]).timestamp() - started for attempt in delivery["attempts"]]
    waits = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert moments[-1] <= DAY
    assert all(1.8 < later / earlier < 2.2 for earlier, later in itertools.pairwise(waits)), "exponential, with jitter"
    assert account.get("/webhooks").json()["webhooks"][0]["enabled"] is False


def test_what_the_api_refuses_is_no_event(account: httpx.Client, tenant: Tenant, receiver: Receiver) -> None:
    application = _somebody(tenant)
    wrong = _stage(tenant, 302, "hired")
    document = {
        "data": {
            "id": str(application["id"]),
            "type": "applications",
            "attributes": {},
            "relationships": {"stage": {"data": {"type": "stages", "id": str(wrong)}}},
        }
    }
    headers = {"X-API-KEY": tenant.credential["api_key"]}

    assert httpx.put(f"{tenant.base_url}/api/v1/applications/{application['id']}", json=document, headers=headers).status_code == 422
    assert _events(tenant, receiver) == []
