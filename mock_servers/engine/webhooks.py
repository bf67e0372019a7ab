"""A tenant's webhooks: what happens in its data is sent, signed, to whoever subscribed, again and again for as long as the vendor tries.

Deliveries are planned on the tenant's clock and go out one after the other. Nothing here knows a vendor: its
WebhookRules say what an event is, how it is written and how it is signed.
"""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Coroutine, Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mock_servers.engine.store import Written
from mock_servers.engine.webhook_log import Delivery, Settings, Subscription, WebhooksState
from mock_servers.engine.webhook_rules import Happening, Outgoing, WebhookRules
from mock_servers.engine.webhook_sender import checked_url, send

if TYPE_CHECKING:
    from mock_servers.engine.tenant import Tenant

logger = logging.getLogger(__name__)

LOG_KEPT = 1000
"""Deliveries that have ended; those on their way are always kept."""


class NoWebhooks(LookupError):
    """The vendor sends none."""


class UnknownWebhook(KeyError):
    """No subscription or delivery of that id."""


class UnknownEvent(KeyError):
    """The vendor has no event of that name."""


class Webhooks:
    """All subscriptions and deliveries of one tenant."""

    def __init__(self, tenant: Tenant, secrets_seed: str) -> None:
        self._tenant, self._secrets_seed = tenant, secrets_seed
        self.subscriptions: dict[str, Subscription] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.settings = Settings()
        self._subscribed = self._delivered = self._drawn = 0

    @property
    def rules(self) -> WebhookRules:
        """Raises NoWebhooks."""
        rules = self._tenant.vendor.webhooks
        if rules is None:
            raise NoWebhooks(f"{self._tenant.vendor.title} sends no webhooks")
        return rules

    # -- subscriptions --------------------------------------------------------------------------------------------

    def subscribe(self, url: str, events: Iterable[str] | None = None, *, secret: str | None = None, verify: bool = True) -> Subscription:
        """Send these events (None: all) there from now on. Raises NoWebhooks, UnknownEvent, BadReceiver."""
        names = self._checked_events(events)
        number = self._subscribed + 1
        made = hashlib.sha256(f"{self._secrets_seed}/{self._tenant.id}/webhook/{number}".encode()).hexdigest()
        new = Subscription(f"webhook-{number}", checked_url(url), names, secret if secret is not None else made, verify)
        new.created_at = self._now
        self._subscribed = number
        self.subscriptions[new.id] = new
        self._listen()
        return new

    def subscription(self, id: str) -> Subscription:
        """Raises UnknownWebhook."""
        if id not in self.subscriptions:
            listed = ", ".join(self.subscriptions) if self.subscriptions else "none"
            raise UnknownWebhook(f"tenant {self._tenant.id} has no webhook {id!r}; it has {listed}")
        return self.subscriptions[id]

    def change(
        self, id: str, *, url: str | None = None, events: Iterable[str] | None = None, all_events: bool = False, enabled: bool | None = None
    ) -> Subscription:
        """Change some of it, or nothing. Raises UnknownWebhook, UnknownEvent, BadReceiver."""
        subscription = self.subscription(id)
        names = None if all_events else subscription.events if events is None else self._checked_events(events)
        subscription.url = subscription.url if url is None else checked_url(url)
        subscription.events = names
        if enabled is True:
            subscription.enabled, subscription.disabled_at, subscription.disabled_because = True, None, None
        elif enabled is False:
            self._disable(subscription, "switched off by hand")
        return subscription

    def unsubscribe(self, id: str) -> None:
        """Raises UnknownWebhook."""
        self._disable(self.subscription(id), "removed")
        del self.subscriptions[id]
        self._listen()

    # -- events ---------------------------------------------------------------------------------------------------

    def fire(self, event: str, data: Any = None, *, subscription: str | None = None) -> list[Delivery]:
        """Let an event take place by hand: with this data, or a sample of the account's. Raises UnknownEvent, UnknownWebhook, NoWebhooks."""
        self._checked_events([event])
        kind = next(kind for kind in self.rules.events if kind.name == event)
        happening = Happening(event, data if data is not None else kind.sample(self._tenant.store))
        if subscription is not None:
            return self._enqueue(happening, [self.subscription(subscription)])
        return self._enqueue(happening, self._takers(event))

    def delivery(self, id: str) -> Delivery:
        """Raises UnknownWebhook."""
        if id not in self.deliveries:
            raise UnknownWebhook(f"tenant {self._tenant.id} has no delivery {id!r}; {LOG_KEPT} ended ones are kept")
        return self.deliveries[id]

    def redeliver(self, id: str) -> Delivery:
        """Send the same once more, whatever became of it. Raises UnknownWebhook."""
        old = self.delivery(id)
        self.subscription(old.subscription_id)
        return self._plan(
            replace(old, id=self._next_id(), created_at=self._now, due_at=self._now, status="pending", attempts=[], copy_of=id)
        )

    def _on_commit(self, written: Sequence[Written]) -> None:
        try:
            for happening in self.rules.happenings(self._tenant.store, written):
                self._enqueue(happening, self._takers(happening.event))
        except Exception:  # a defect of the vendor's rules; what was written is written
            logger.exception("%s: the events of a change are lost", self._tenant.id)

    def _takers(self, event: str) -> list[Subscription]:
        return [subscription for subscription in self.subscriptions.values() if subscription.wants(event)]

    def _enqueue(self, happening: Happening, takers: Iterable[Subscription]) -> list[Delivery]:
        body = self.rules.payload(happening, self._now).decode()
        planned = []
        for taker in takers:
            held_back = self.settings.disorder_seconds if self._draw(self.settings.disorder_chance) else 0
            new = Delivery(self._next_id(), taker.id, happening.event, body, self._now, self._now + held_back)
            planned.append(self._plan(new))
            if self._draw(self.settings.duplicate_chance):
                planned.append(self._plan(replace(new, id=self._next_id(), attempts=[], copy_of=new.id)))
        return planned

    # -- on their way ---------------------------------------------------------------------------------------------

    def _plan(self, delivery: Delivery) -> Delivery:
        self.deliveries[delivery.id] = delivery
        if delivery.due_at is not None:
            self._tenant.clock.call_at(delivery.due_at, partial(self._due, delivery))
        return delivery

    def _due(self, delivery: Delivery) -> Coroutine[Any, Any, None] | None:
        """What a restore or a reset has made obsolete is no longer among the deliveries."""
        if self.deliveries.get(delivery.id) is not delivery or delivery.status != "pending":
            return None
        return self._attempt(delivery, self.subscriptions[delivery.subscription_id])

    async def _attempt(self, delivery: Delivery, subscription: Subscription) -> None:
        rules, at = self.rules, self._now
        outgoing = Outgoing(delivery.body.encode(), subscription.secret, delivery.id, delivery.event, at)
        timeout = self.settings.timeout_seconds if self.settings.timeout_seconds is not None else rules.timeout_seconds
        headers = rules.headers(outgoing)
        attempt = await send(subscription.url, outgoing.body, headers, at=at, timeout_seconds=timeout, verify=subscription.verify)
        if self.deliveries.get(delivery.id) is not delivery or self._tenant.journal.ended:  # restored, reset or deleted meanwhile
            return
        delivery.attempts.append(attempt)
        if attempt.error is None:
            self._end(delivery, "delivered")
        elif delivery.status == "pending":
            self._try_again(delivery, subscription)
        self._tenant.keep()

    def _try_again(self, delivery: Delivery, subscription: Subscription) -> None:
        retries, failures = self.rules.retries, len(delivery.attempts)
        if failures > retries.count:
            self._end(delivery, "failed")
            self._disable(subscription, f"{delivery.id} failed {failures} times: {delivery.attempts[-1].error}")
            return
        luck = random.Random(f"{self.settings.seed}/{delivery.id}/{failures}")
        delivery.due_at = self._now + retries.delay(failures, luck)
        self._plan(delivery)

    def _disable(self, subscription: Subscription, why: str) -> None:
        """What is on its way there is given up."""
        subscription.enabled, subscription.disabled_at, subscription.disabled_because = False, self._now, why
        for delivery in list(self.deliveries.values()):
            if delivery.subscription_id == subscription.id and delivery.status == "pending":
                self._end(delivery, "cancelled")

    def _end(self, delivery: Delivery, status: Any) -> None:
        delivery.status, delivery.due_at = status, None
        ended = [id for id, other in self.deliveries.items() if other.status != "pending"]
        for id in ended[:-LOG_KEPT]:
            del self.deliveries[id]

    # -- the rest -------------------------------------------------------------------------------------------------

    def dump(self) -> WebhooksState:
        """Independent plain data."""
        subscriptions, deliveries = deepcopy([*self.subscriptions.values()]), deepcopy([*self.deliveries.values()])
        return WebhooksState(subscriptions, deliveries, self.settings, self._subscribed, self._delivered, self._drawn)

    def load(self, state: WebhooksState) -> None:
        """Have exactly these, and plan again what is pending. Raises UnknownEvent, BadReceiver, NoWebhooks; nothing has changed then."""
        for subscription in state.subscriptions:
            checked_url(subscription.url)
            self._checked_events(subscription.events)
        kept = deepcopy(state)
        self.subscriptions = {subscription.id: subscription for subscription in kept.subscriptions}
        self.deliveries = {}
        self.settings, self._subscribed, self._delivered, self._drawn = kept.settings, kept.subscribed, kept.delivered, kept.drawn
        for delivery in kept.deliveries:
            self._plan(delivery)
        self._listen()

    def _listen(self) -> None:
        """Writes cost nothing more where nobody has subscribed."""
        self._tenant.store.on_commit = self._on_commit if self.subscriptions else None

    def _checked_events(self, events: Iterable[str] | None) -> list[str] | None:
        known = [event.name for event in self.rules.events]
        if events is None:
            return None
        names = list(dict.fromkeys(events))
        unknown = [name for name in names if name not in known]
        if unknown:
            raise UnknownEvent(f"{self._tenant.vendor.title} has no event {', '.join(map(repr, unknown))}; it has {', '.join(known)}")
        return names

    def _draw(self, chance: float) -> bool:
        if not chance:
            return False
        self._drawn += 1
        return random.Random(f"{self.settings.seed}/{self._drawn}").random() < chance

    def _next_id(self) -> str:
        self._delivered += 1
        return f"delivery-{self._delivered}"

    @property
    def _now(self) -> float:
        return self._tenant.clock.now()
