"""Webhooks as they are kept: subscriptions, deliveries with their attempts, settings. Plain data all through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["pending", "delivered", "failed", "cancelled"]


@dataclass(slots=True)
class Subscription:
    """One receiver. Mutable: it is changed, and switched off after too many failures."""

    id: str
    url: str
    events: list[str] | None
    """None: all."""
    secret: str
    verify: bool = True
    """Whether an https receiver's certificate must be trusted."""
    enabled: bool = True
    created_at: float = 0.0
    disabled_at: float | None = None
    disabled_because: str | None = None

    def wants(self, event: str) -> bool:
        return self.enabled and (self.events is None or event in self.events)


@dataclass(slots=True)
class Attempt:
    """One request to a receiver, and what came of it."""

    at: float
    """On the tenant's clock."""
    status: int | None
    """None: no answer."""
    error: str | None
    """None: it was taken."""
    milliseconds: float
    """Real time."""
    answer: str = ""
    """The beginning of the answer's body."""


@dataclass(slots=True)
class Delivery:
    """One event on its way to one receiver."""

    id: str
    subscription_id: str
    event: str
    body: str
    created_at: float
    due_at: float | None
    """Of the next attempt, on the tenant's clock; None: there is none."""
    status: Status = "pending"
    attempts: list[Attempt] = field(default_factory=list)
    copy_of: str | None = None
    """The delivery that this repeats: asked for by hand, or a duplicate."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the machinery itself behaves: what every receiver must bear, since no vendor promises exactly once or in order."""

    timeout_seconds: float | None = None
    """Real time for an answer; None: as the vendor says."""
    duplicate_chance: float = 0.0
    """How probable it is that an event is delivered twice."""
    disorder_chance: float = 0.0
    """How probable it is that an event is held back, so that later ones overtake it."""
    disorder_seconds: float = 30.0
    """For how long, on the tenant's clock."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.duplicate_chance <= 1 and 0 <= self.disorder_chance <= 1):
            raise ValueError("a chance is from 0 to 1")
        if self.timeout_seconds is not None and not 0 < self.timeout_seconds <= 600:
            raise ValueError("timeout_seconds is above 0 and at most 600, or null")
        if not 0 <= self.disorder_seconds <= 86_400:
            raise ValueError("disorder_seconds is from 0 to a day")


@dataclass(frozen=True, slots=True)
class WebhooksState:
    """All webhooks of a tenant as a snapshot keeps them."""

    subscriptions: list[Subscription] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    subscribed: int = 0
    """How many subscriptions there have ever been: ids are never used twice."""
    delivered: int = 0
    """How many deliveries there have ever been."""
    drawn: int = 0
    """How often the settings' chances were drawn."""
