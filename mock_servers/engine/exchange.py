"""One request and all that happened to it: what endpoints read, and what the journal keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

import orjson

from mock_servers.engine.quirks import Quirk
from mock_servers.engine.vendors import Credential, Operation, Token, Vendor

if TYPE_CHECKING:
    from mock_servers.engine.rate_limit import Verdict
    from mock_servers.engine.store import Store
    from mock_servers.engine.tenants import Tenant

Q = TypeVar("Q", bound=Quirk)


class MalformedBody(ValueError):
    """The body is not the JSON it claims to be."""


class MalformedQuery(ValueError):
    """The query string is not valid UTF-8 or percent-encoding."""


@dataclass(slots=True)
class Exchange:
    """Mutable on purpose: each layer adds what it decided."""

    vendor: Vendor
    method: str
    path: str
    """Below the vendor's root, e.g. /api/v1/jobs, percent-decoded."""
    raw_query: bytes
    headers: dict[bytes, bytes]
    """Lower-case names; the last one wins where a name repeats."""
    base_url: str
    """Scheme, host and mount that the client used, for links in answers; no trailing slash."""
    body: bytes = b""
    tenant: Tenant = field(default=None)  # type: ignore[assignment]  # set by the tenant layer, before any vendor code
    operation: Operation | None = None
    params: dict[str, str] = field(default_factory=dict)
    credential: Credential | None = None
    token: Token | None = None
    """The token that led to the credential, where the vendor issues any."""
    quirks_acted: list[str] = field(default_factory=list)
    faults_acted: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    """The operations of requests that came inside this one."""
    changes: list[tuple[str, str, Any]] = field(default_factory=list)
    """(what, table, id): what is insert, update or delete."""
    unread: list[str] = field(default_factory=list)
    """Sent fields or parameters that nothing read."""
    permission_decision: str | None = None
    why: str | None = None
    rate_limit: Verdict | None = None
    """What the request limit said, where it is on."""
    reply_headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    """What layers add to whatever reply goes out, e.g. the rate limit's counters."""
    read_from: Store | None = None
    """The account as it was before, for a stale answer; None: as it is."""
    query_pairs: list[tuple[str, str]] | None = None
    """What `query` has decoded."""

    @property
    def store(self) -> Store:
        return self.tenant.store if self.read_from is None else self.read_from

    @property
    def now(self) -> float:
        """Seconds since the epoch on the tenant's clock."""
        return self.tenant.clock.now()

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def query(self) -> list[tuple[str, str]]:
        """Decoded pairs in the order sent. Raises MalformedQuery."""
        if self.query_pairs is None:
            try:
                pairs = parse_qsl(self.raw_query.decode("ascii"), keep_blank_values=True, errors="strict")
            except ValueError as error:
                raise MalformedQuery("the query string is not valid UTF-8") from error
            if b"%00" in self.raw_query:
                raise MalformedQuery("the query string holds a NUL byte")
            self.query_pairs = pairs
        return self.query_pairs

    def json(self) -> Any:
        """The body as JSON. Raises MalformedBody."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise MalformedBody(str(error)) from error

    def quirk(self, kind: type[Q]) -> Q | None:
        """The tenant's settings of a quirk, or None when it is switched off."""
        return self.tenant.quirks.get(kind)  # type: ignore[return-value]  # the switchboard is keyed by the class

    def note_change(self, what: str, table: str, id: Any) -> None:
        """Note for the journal what the store reports."""
        self.changes.append((what, table, id))

    def acted(self, quirk: Quirk) -> None:
        """Note for the journal that a quirk shaped this answer."""
        if quirk.name not in self.quirks_acted:
            self.quirks_acted.append(quirk.name)

    @property
    def writes(self) -> bool:
        """Whether the request meant to change something."""
        return self.operation.writes if self.operation is not None else self.method not in ("GET", "HEAD", "OPTIONS")

    def may(self, *permissions: str) -> bool:
        """Whether the credential holds all of these permissions."""
        return self.credential is not None and self.credential.permissions.issuperset(permissions)
