"""What a service that runs connectors is told and what it answers: shared by the hub and by whoever tests such a service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.unified.connector import Diagnostic

Mode = Literal["FULL", "DELTA"]
SyncState = Literal["SUCCEEDED", "PARTIALLY_FAILED", "FAILED", "AUTHENTICATION_FAILED"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where and as whom a service connects."""

    vendor: str
    base_url: str
    """The vendor's root without its API path."""
    credential: Mapping[str, str] = field(repr=False)
    scope_config: Mapping[str, Any] = field(default_factory=dict)
    """{"models": {name: setting}, "fields": {"Model.field": setting}, "actions": {name: setting}}; a setting is
    ENABLED, DISABLED, OPTIONAL or OPTED_OUT (optional, and the customer opted out). What is absent is ENABLED."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Connection settings: "sync_only_created", "source_name", and the connector's own."""
    wait: Callable[[float], None] | None = None
    """What a service that can be told so should call instead of sleeping; it moves the tenant's clock."""
    ca: str | None = None
    """A CA file for https."""
    name: str | None = None
    """What the connection is for, the same in every run; a service that makes up ids should make them up from it, if it is given."""


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """How a sync ended."""

    state: SyncState
    mode: Mode
    """What really ran: a delta request may fall back to full."""
    diagnostics: tuple[Diagnostic, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """How an action ended. `code` is a unified error code ("REMOTE.INPUT_INVALID") when it failed."""

    ok: bool
    data: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class PassthroughOutcome:
    """The vendor's own answer to a raw call."""

    status: int
    headers: Mapping[str, str]
    data: Any
    url: str


class ModelUnavailable(Exception):
    """A read of a model that is not there. `code` is the unified error code, e.g. "INTEGRATION.MODEL_DISABLED"."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ConfigurationError(Exception):
    """The target or the service is set up wrongly, and can never work; told apart from a service that misbehaves."""
