"""What a vendor must provide to the engine, and how the engine finds the vendors that are installed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import mock_servers
from mock_servers.engine.evidence import Evidence
from mock_servers.engine.quirks import Quirk
from mock_servers.engine.webhook_rules import WebhookRules

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy import MetaData

    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row, Store
    from mock_servers.engine.tenants import Tenant
    from mock_servers.engine.worlds import Factory

Handler = Callable[["Exchange"], Awaitable["Reply"]]
"""An endpoint. It reads the exchange, works on `exchange.store`, and returns (or raises) a Reply.

What is to last until the next request belongs into the tables (see snapshots.py), not into a module or an object.
The body has been read before, so a handler never has to wait for anything; one of an operation that `writes` must not:
it runs in one transaction, which a reply of 400 and above undoes.
"""


@dataclass(slots=True)
class Reply:
    """What goes back over the wire. `body` is complete; the engine adds content-length and date.

    Made for each request and never changed: `replace` makes another one. Freezing it would cost six times as much as making it.
    """

    status: int
    body: bytes = b""
    content_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    why: str | None = None
    """For the journal: why this is a 403, a 422 or empty, in words a person can act on."""


class Refusal(Exception):
    """Raised by vendor code to answer with an error reply from any depth."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.status}: {reply.why or ''}")
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint: a row in a vendor's table of operations."""

    id: str
    """"jobs.list": what faults, journal and conformance name it by."""
    method: str
    path: str
    """Below the vendor's root, with braces: /api/v1/jobs/{id}."""
    handler: Handler
    summary: str
    evidence: Evidence
    needs: tuple[str, ...] = ()
    """Permissions that a credential must all hold. The engine refuses before the handler runs."""
    writes: bool = False
    needs_credential: bool = True
    openapi: Mapping[str, Any] = field(default_factory=dict)
    """Extra members of the OpenAPI operation object: parameters, requestBody, responses."""
    form_of: str | None = None
    """The id of the operation of which this is another form, e.g. another notation of the same answer."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing a credential of this vendor may be allowed, e.g. "Job: read"."""

    name: str
    evidence: Evidence
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set of permissions that customers really hand out."""

    name: str
    permissions: tuple[str, ...]
    text: str
    evidence: Evidence


@dataclass(slots=True)
class Credential:
    """One key of one tenant. `secrets` is what the client is given, e.g. {"api_key": ..., "subdomain": ...}."""

    id: str
    name: str
    permissions: frozenset[str]
    secrets: dict[str, str]
    """A value "{base_url}" stands for the vendor's address as the reader reaches it; it is filled in where secrets are shown."""
    lookup: str
    """The secret under which the engine finds it (what `Authenticator.presented` returns)."""
    created_at: float
    expires_at: float | None = None
    revoked: bool = False
    last_used_at: float | None = None


@dataclass(slots=True)
class Token:
    """One more way to a credential: a secret that it has from the start, or that a sign-in issued. Ends with the credential at the latest."""

    lookup: str
    """As `Authenticator.presented` returns it."""
    secret: str
    """As the client holds it; the journal masks it."""
    credential_id: str
    kind: str
    """The vendor's own word, e.g. "access" or "refresh"."""
    issued_at: float
    expires_at: float | None = None
    revoked: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    """What else the vendor must remember of it, e.g. the scope that was asked for."""


class Authenticator(Protocol):
    """How a vendor's clients prove who they are (the vendor's auth.py)."""

    def presented(self, exchange: Exchange) -> str | None:
        """The secret that this request carries, or None. Must not look anything up.

        Raises:
            ValueError: it carries something that cannot be a secret (the problem "malformed").
        """

    def host_tenant(self, host: str) -> str | None:
        """The tenant's name when the Host header names one (its first label), or None."""

    def mint(self, tenant_name: str, number: int, seed: str) -> tuple[str, dict[str, str]]:
        """(lookup, secrets) of the tenant's n-th credential; the same arguments give the same answer."""

    def refuse(self, exchange: Exchange, problem: str) -> Reply:
        """The vendor's own answer when problem is one of: missing, malformed, unknown, expired, revoked, disabled."""

    def forbid(self, exchange: Exchange, missing: tuple[str, ...]) -> Reply:
        """The vendor's own answer when the credential lacks these permissions."""


class WireErrors(Protocol):
    """The vendor's own bodies for what the engine itself must refuse (part of the vendor's wire.py)."""

    def error(self, exchange: Exchange | None, status: int, detail: str | None = None) -> Reply:
        """Any 4xx or 5xx in the vendor's shape; used by faults, for 404, 405, 413, 500 and the rest."""

    def rate_limited(self, exchange: Exchange, retry_after: float | None) -> Reply:
        """429 in the vendor's shape; `retry_after` in seconds, None for no hint at all."""


@dataclass(frozen=True, slots=True)
class RateLimitDefaults:
    """A vendor's request limit: so many requests per window of the tenant's clock, by credential or by the whole account.

    Requests to operations that need no credential do not count.
    """

    requests: int
    window_seconds: float
    evidence: Evidence
    on_by_default: bool = False
    headers: Callable[[int, int, float], tuple[tuple[bytes, bytes], ...]] | None = None
    """(limit, remaining, seconds until reset) to response headers; None: the vendor sends none."""
    shared: bool = False
    """All credentials of a tenant use up one allowance."""


@dataclass(frozen=True)
class Vendor:
    """All the engine knows of one vendor; `VENDOR` in mock_servers/<name>/vendor.py."""

    name: str
    title: str
    metadata: MetaData
    operations: tuple[Operation, ...]
    permissions: tuple[Permission, ...]
    presets: tuple[Preset, ...]
    quirks: tuple[type[Quirk], ...]
    authenticator: Authenticator
    errors: WireErrors
    render: Callable[[Store, str, Row], Mapping[str, bytes]]
    """(store, table name, row) to the row's ready documents, by document column; {} for tables without any."""
    api_path: str
    """Joined to a base URL it gives what a client is configured with, e.g. "/api/v1" or ""."""
    list_member: str | None = None
    """Where a list answer holds its items: a member of its JSON object; None: the answer is the list itself."""
    default_scenario: str = "small_company"
    factory: Factory | None = None
    """Makes its large worlds; None: it has none."""
    dependents: Callable[[Store, str, Row], Iterable[tuple[str, Any]]] | None = None
    """(table, id) of other rows whose documents show this row, to be rendered again after it changed."""
    prepare: Callable[[Mapping[str, list[dict[str, Any]]]], Mapping[str, list[dict[str, Any]]]] | None = None
    """Turns the rows of a scenario's records.yaml into rows of the tables, where they differ."""
    rate_limit: RateLimitDefaults | None = None
    security_scheme: Mapping[str, Any] | None = None
    """How clients show their credential, as OpenAPI's security scheme object says it."""
    schemas: Mapping[str, Any] = field(default_factory=dict)
    """What the operations' OpenAPI members refer to as #/components/schemas/..."""
    guard: Callable[[Exchange], Reply | None] | None = None
    """Asked after a good credential and before its permissions, e.g. for an account whose API is switched off."""
    first_tokens: Callable[[Credential, float], Iterable[Token]] | None = None
    """(credential, now) to the tokens that a credential has from the start; None: its `lookup` is the only way to it."""
    enroll: Callable[[Store, Credential, float], None] | None = None
    """(store, credential, now): puts into the account's data what a credential needs there, e.g. its user.

    Called whenever an account gets a credential that its rows do not know yet: a minted one, or those of another account in
    a fork. What is there already is left alone.
    """
    on_connect: Callable[[sqlite3.Connection], None] | None = None
    """Registers SQL functions and collations; called for each new connection to a tenant's SQLite database."""
    resume: Callable[[Tenant], None] | None = None
    """Plans on the tenant's clock what its tables say is pending (a bulk job); called whenever a tenant begins: new, forked,
    reset, restored, or read from a file."""
    webhooks: WebhookRules | None = None
    """What the vendor sends by itself; None: nothing."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Tenant-wide switches that are no quirk, with their defaults, e.g. {"api_enabled": True}."""
    max_body_bytes: int = 64 * 1024 * 1024
    codings: frozenset[bytes] = frozenset()
    """Values of Content-Encoding in requests that this vendor undoes, of those in `asgi.WINDOW_BITS`."""


CODE = frozenset({".py", ".pem", ".json", ".lark"})
"""Files that make a vendor behave as it does."""


class BrokenVendor(ImportError):
    """A folder that should hold a vendor does not."""


def vendor_names() -> list[str]:
    """Every folder in mock_servers/ that holds a vendor.py, in alphabetical order; nothing is imported."""
    modules = pkgutil.iter_modules(mock_servers.__path__)
    return sorted(module.name for module in modules if module.ispkg and module.name != "engine" and _folder(module.name) is not None)


class Installed(Mapping[str, Vendor]):
    """Vendors by name, in alphabetical order, each imported when it is first asked for: who calls one does not wait for the others.

    Asking for one may raise BrokenVendor.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(sorted(names))
        self._vendors: dict[str, Vendor] = {}

    def __getitem__(self, name: str) -> Vendor:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._vendors:
            self._vendors[name] = _load(name)
        return self._vendors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def installed() -> Installed:
    """Every vendor that there is."""
    return Installed(vendor_names())


def _load(name: str) -> Vendor:
    try:
        vendor: Vendor = importlib.import_module(f"mock_servers.{name}.vendor").VENDOR
    except Exception as error:
        raise BrokenVendor(f"the vendor in {_folder(name)} cannot be loaded: {type(error).__name__}: {error}") from error
    if vendor.name != name:
        raise BrokenVendor(f"the vendor in {_folder(name)} calls itself {vendor.name!r}; it is called as its folder")
    return vendor


def _folder(name: str) -> Path | None:
    """Where a vendor's files are."""
    return next((place / name for place in map(Path, mock_servers.__path__) if (place / name / "vendor.py").is_file()), None)


def fingerprint() -> str:
    """Of the files of all vendors and of the engine: as long as it is the same, so is what they do."""
    folders = [Path(place) / name for place in mock_servers.__path__ for name in ("engine", *vendor_names())]
    files = [(file, file.stat()) for folder in folders for file in sorted(folder.rglob("*")) if file.suffix in CODE]
    return sha256(repr([(str(file), stat.st_size, stat.st_mtime_ns) for file, stat in files]).encode()).hexdigest()
