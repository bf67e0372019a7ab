"""One tenant's webhooks over HTTP: subscriptions, firing by hand, the log of deliveries, redelivery, settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from mock_servers.engine.admin_desk import Desk, evidence_json, iso, with_settings
from mock_servers.engine.admin_models import Wish
from mock_servers.engine.vendors import Vendor
from mock_servers.engine.webhook_log import Delivery, Settings, Status, Subscription


class SubscriptionWish(Wish):
    url: str
    events: list[str] | None = Field(None, description="Null: all.")
    secret: str | None = Field(None, min_length=1, description="To sign with; null to have one made.")
    verify: bool = Field(default=True, description="Whether an https receiver's certificate must be trusted.")


class SubscriptionChange(Wish):
    url: str | None = None
    events: list[str] | None = Field(None, description="Null, when sent: all.")
    enabled: bool | None = None


class FireWish(Wish):
    event: str
    data: Any = Field(None, description="What stands in the payload; null for a sample from the account's records.")
    webhook: str | None = Field(None, description="Only there, whatever it has subscribed to; null: to all who take the event.")


def router(desk: Desk) -> APIRouter:
    """Its routes, over these tenants."""
    routes = APIRouter(prefix="/tenants/{id}", tags=["webhooks"])
    _add_subscriptions(routes, desk)
    _add_deliveries(routes, desk)
    return routes


def webhooks_json(vendor: Vendor) -> dict[str, Any] | None:
    """What a vendor sends, and how hard it tries; None when it sends nothing."""
    rules = vendor.webhooks
    if rules is None:
        return None
    retries = asdict(rules.retries) | {"evidence": evidence_json(rules.retries.evidence)}
    events = [{"name": event.name, "title": event.title, "evidence": evidence_json(event.evidence)} for event in rules.events]
    return {"events": events, "retries": retries, "timeout_seconds": rules.timeout_seconds, "evidence": evidence_json(rules.evidence)}


def _add_subscriptions(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/webhooks", summary="Who gets which events, and the settings of the machinery.")
    async def listed(id: str) -> dict[str, Any]:
        webhooks = desk.tenants.get(id).webhooks
        return {"webhooks": [_subscription_json(it) for it in webhooks.subscriptions.values()], "settings": asdict(webhooks.settings)}

    @routes.post("/webhooks", status_code=201, summary="Send events to a URL, as an administrator would set it up.")
    async def subscribe(id: str, wish: SubscriptionWish) -> dict[str, Any]:
        webhooks = desk.tenants.get(id).webhooks
        return _subscription_json(webhooks.subscribe(wish.url, wish.events, secret=wish.secret, verify=wish.verify))

    @routes.put("/webhooks/settings", summary="Duplicates, disorder, the receiver's time; what is not sent has its default.")
    async def settings(id: str, wish: dict[str, Any]) -> dict[str, Any]:
        webhooks = desk.tenants.get(id).webhooks
        webhooks.settings = with_settings(Settings, wish, "bad_settings")
        return asdict(webhooks.settings)

    @routes.post("/webhooks/fire", status_code=201, summary="Let an event take place by hand; answers after the first attempts.")
    async def fire(id: str, wish: FireWish) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        fired = tenant.webhooks.fire(wish.event, wish.data, subscription=wish.webhook)
        await tenant.clock.advance_fully(0)
        return {"deliveries": [delivery_json(delivery) for delivery in fired]}

    @routes.patch("/webhooks/{webhook_id}", summary="Another URL, other events, on or off.")
    async def change(id: str, webhook_id: str, wish: SubscriptionChange) -> dict[str, Any]:
        all_events = "events" in wish.model_fields_set and wish.events is None
        changed = desk.tenants.get(id).webhooks.change(
            webhook_id, url=wish.url, events=wish.events, all_events=all_events, enabled=wish.enabled
        )
        return _subscription_json(changed)

    @routes.delete("/webhooks/{webhook_id}", status_code=204, summary="Send nothing there any more.")
    async def unsubscribe(id: str, webhook_id: str) -> None:
        desk.tenants.get(id).webhooks.unsubscribe(webhook_id)


def _add_deliveries(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/deliveries", summary="What was sent, what became of it, and what is still to come, oldest first.")
    async def listed(id: str, webhook: str | None = None, event: str | None = None, status: Status | None = None) -> dict[str, Any]:
        wanted = [
            delivery_json(delivery)
            for delivery in desk.tenants.get(id).webhooks.deliveries.values()
            if webhook in (None, delivery.subscription_id) and event in (None, delivery.event) and status in (None, delivery.status)
        ]
        return {"deliveries": wanted}

    @routes.get("/deliveries/{delivery_id}", summary="One of them.")
    async def one(id: str, delivery_id: str) -> dict[str, Any]:
        return delivery_json(desk.tenants.get(id).webhooks.delivery(delivery_id))

    @routes.post("/deliveries/{delivery_id}/redeliver", status_code=201, summary="Send the same once more; answers after the attempt.")
    async def redeliver(id: str, delivery_id: str) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        again = tenant.webhooks.redeliver(delivery_id)
        await tenant.clock.advance_fully(0)
        return delivery_json(again)


def _subscription_json(subscription: Subscription) -> dict[str, Any]:
    ends = subscription.disabled_at
    times = {"created_at": iso(subscription.created_at), "disabled_at": None if ends is None else iso(ends)}
    return {**asdict(subscription), **times}


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    told = asdict(delivery)
    webhook = told.pop("subscription_id")
    times = {"created_at": iso(delivery.created_at), "due_at": None if delivery.due_at is None else iso(delivery.due_at)}
    attempts = [{**asdict(attempt), "at": iso(attempt.at)} for attempt in delivery.attempts]
    return {**told, **times, "webhook": webhook, "attempts": attempts}
