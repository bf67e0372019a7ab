"""What the suite tests: any service that keeps unified records of a vendor's account. The seam; nothing here knows how.

A subject is named on the command line as "package.module:Factory"; ours in process is the default.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from connectors.unified.connector import Diagnostic, Probed
from connectors.unified.service import (
    ActionOutcome,
    ConfigurationError,
    ModelUnavailable,
    PassthroughOutcome,
    SyncOutcome,
    Target,
)

__all__ = [
    "DEFAULT_SUBJECT",
    "ActionOutcome",
    "ConfigurationError",
    "Connection",
    "Diagnostic",
    "ModelUnavailable",
    "PassthroughOutcome",
    "Probed",
    "Subject",
    "SyncOutcome",
    "Target",
    "load",
]

DEFAULT_SUBJECT = "connectors.hub.subject:InProcess"


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

    def copy(self) -> Connection:
        """Another connection in the same state, which neither sees nor touches this one from here on; spares syncs.

        Raises:
            NotImplementedError: the subject has no cheap way to; the suite connects and syncs anew.
        """

    def close(self) -> None:
        """Disconnect and forget."""


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


def load(name: str, **options: Any) -> Subject:
    """The subject "package.module:Factory".

    Raises:
        ConfigurationError: it cannot be imported, or has no such factory.
    """
    module_name, _, attribute = name.partition(":")
    try:
        made = getattr(importlib.import_module(module_name), attribute or "SUBJECT")
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f'cannot load subject {name!r}: {error}; expected "package.module:Factory"') from error
    subject: Subject = made(**options) if callable(made) else made
    return subject
