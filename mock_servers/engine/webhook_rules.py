"""What a vendor tells the engine of its webhooks: events, how they are written and signed, how long it goes on trying."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_servers.engine.evidence import Evidence

if TYPE_CHECKING:
    from mock_servers.engine.store import Store, Written


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a receiver can subscribe to."""

    name: str
    """As it stands in the payload."""
    title: str
    """What the vendor's own pages call it."""
    evidence: Evidence
    sample: Callable[[Store], Any]
    """The data of a test event, from the account's records where there are any."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that takes place."""

    event: str
    data: Any


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to a receiver, before it is signed."""

    body: bytes
    secret: str
    delivery_id: str
    event: str
    at: float
    """Of this attempt, on the tenant's clock."""


@dataclass(frozen=True, slots=True)
class Retries:
    """When an attempt that failed is made again: after `first_seconds`, then each time `factor` times later, give or take `jitter`."""

    count: int
    first_seconds: float
    factor: float
    jitter: float
    """0.1: from 10 % earlier to 10 % later."""
    evidence: Evidence

    def delay(self, failures: int, luck: random.Random) -> float:
        """Seconds from the `failures`-th failure to the next attempt."""
        return float(self.first_seconds * self.factor ** (failures - 1) * luck.uniform(1 - self.jitter, 1 + self.jitter))


@dataclass(frozen=True)
class WebhookRules:
    """All the engine knows of a vendor's webhooks."""

    events: tuple[Event, ...]
    happenings: Callable[[Store, Sequence[Written]], Iterable[Happening]]
    """What the rows that one transaction wrote mean, in order."""
    payload: Callable[[Happening, float], bytes]
    """(what happened, when on the tenant's clock) to the body of every attempt."""
    headers: Callable[[Outgoing], Mapping[str, str]]
    """The headers that sign and describe an attempt, content-type among them."""
    retries: Retries
    timeout_seconds: float
    """Real time that a receiver has for its answer."""
    evidence: Evidence
    """Of signature and timeout."""
