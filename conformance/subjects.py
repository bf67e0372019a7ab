"""What the suite tests: any service that keeps unified records of a vendor's account. The seam; nothing here knows how.

A subject is named on the command line as "package.module:Factory"; ours in process is the default.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

DEFAULT_SUBJECT = "connectors.hub.subject:InProcess"


@dataclass(frozen=True, slots=True)
class Target:
    """Where and as whom a subject connects."""

    vendor: str
    base_url: str
    """The vendor's root without its API path."""
    credential: Mapping[str, str]
    scope_config: Mapping[str, Any] = field(default_factory=dict)
    """{"models": {name: setting}, "fields": {"Model.field": setting}, "actions": {name: setting}}; a setting is
    ENABLED, DISABLED, OPTIONAL or OPTED_OUT (optional, and the customer opted out). What is absent is ENABLED."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Connection settings: "sync_only_created", "source_name", and the connector's own."""
    wait: Callable[[float], None] | None = None
    """What a subject that can be told so should call instead of sleeping; it moves the tenant's clock."""
    ca: str | None = None
    """A CA file for https."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Why a model or a field is not there; the same words as the unified diagnostics channel."""

    model: str
    field: str | None
    reason: str
    missing_permissions: tuple[str, ...] = ()
    http_status: int | None = None
    vendor_code: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Probed:
    """The subject's verdict before any sync."""

    model: str
    field: str | None
    readable: bool
    diagnostic: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """How a sync ended."""

    state: Literal["SUCCEEDED", "PARTIALLY_FAILED", "FAILED", "AUTHENTICATION_FAILED"]
    mode: Literal["FULL", "DELTA"]
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


class Connection(Protocol):
    """A subject connected to one account."""

    def manifest(self) -> Mapping[str, Any]:
        """What the subject promises for this vendor, in the JSON form of `ats-sandbox coverage --json`."""

    def probe(self) -> tuple[Probed, ...]:
        """Which models and fields the credential can read."""

    def sync(self, mode: Literal["FULL", "DELTA"] = "FULL") -> SyncOutcome:
        """Run one sync to its end."""

    def read(self, model: str, *, include_deleted: bool = False) -> list[dict[str, Any]]:
        """All rows of a model by its card name, flat: id, remote_id (None on join models), changed_at,
        remote_deleted_at, and every other field of the unified model. References are unified ids.

        Raises:
            ModelUnavailable: the model is disabled, not promised, or not readable.
        """

    def act(self, action: str, values: Mapping[str, Any]) -> ActionOutcome:
        """Perform an action by its card name; ids are unified ids, job ids also "remote:<id>"."""

    def passthrough(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> PassthroughOutcome:
        """A raw call to the vendor with the connection's credential."""

    def reconnect(self, *, credential: Mapping[str, str] | None = None, scope_config: Mapping[str, Any] | None = None) -> None:
        """Go on with another credential or scope config; what was synced stays."""

    def interrupt_after(self, requests: int) -> None:
        """Make the next sync die, as by a killed process, after so many requests; the one after goes on from there.

        Raises:
            NotImplementedError: the subject cannot be told to (a remote service); checks that need it report that.
        """

    def close(self) -> None:
        """Disconnect and forget."""


class ModelUnavailable(Exception):
    """A read of a model that is not there. `code` is the unified error code, e.g. "INTEGRATION.MODEL_DISABLED"."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Subject(Protocol):
    """Something that can be connected to an account. The report shows its name, never how it was reached."""

    name: str
    version: str
    real_time: bool
    """True: it waits by the wall clock, so its tenants' clocks must run."""

    def vendors(self) -> tuple[str, ...]:
        """The vendors it has a connector for."""

    def connect(self, target: Target) -> Connection:
        """Open a connection. Raises ConfigurationError for a target that can never work."""


class ConfigurationError(Exception):
    """The target or the subject is set up wrongly; told apart from a conformance failure."""


def load(name: str, **options: Any) -> Subject:
    """The subject "package.module:Factory".

    Raises:
        ConfigurationError: it cannot be imported, or has no such factory.
    """
    module_name, _, attribute = name.partition(":")
    try:
        made = getattr(importlib.import_module(module_name), attribute or "SUBJECT")
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f"cannot load subject {name!r}: {error}; expected \"package.module:Factory\"") from error
    subject: Subject = made(**options) if callable(made) else made
    return subject
