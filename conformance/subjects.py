"""What the suite tests: any service that keeps unified records of a vendor's account. The seam; nothing here knows how.

A subject is named on the command line as "package.module:Factory"; ours in process is the default.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
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

MEMBERS = ("name", "version", "real_time", "vendors", "connect")
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

    # A subject may also have `build(vendor) -> tuple[str | Path, ...]`: all that its answers for a vendor depend on, ids of builds as
    # texts, files and folders of code as paths. Then a further run takes over what an earlier one settled (keeping.py).


def load(name: str, **options: Any) -> Subject:
    """The subject "package.module:Factory".

    The module may lie in the current folder, wherever the command itself is installed.

    Raises:
        ConfigurationError: it cannot be imported, has no such factory, or what the factory makes is no subject.
    """
    module_name, _, attribute = name.partition(":")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        made = getattr(importlib.import_module(module_name), attribute or "SUBJECT")
        subject: Subject = made(**options) if callable(made) else made
    except Exception as error:
        raise ConfigurationError(f'cannot load subject {name!r}: {_told(error)}; expected "package.module:Factory"') from error
    lacking = [member for member in MEMBERS if not hasattr(subject, member)]
    if lacking:
        raise ConfigurationError(
            f"{name!r} gave no subject: {', '.join(lacking)} not there; conformance/subjects.py says what a subject has"
        )
    return subject


def _told(error: Exception) -> str:
    """What went wrong in somebody else's module, and where, for the traceback is not shown."""
    if isinstance(error, ImportError | AttributeError):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({last.filename}, line {last.lineno})"
