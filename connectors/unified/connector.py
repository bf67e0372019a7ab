"""The seam between the hub and any connector: streams of pages of records, diagnostics, actions, passthrough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from connectors.unified.actions import ActionInput
from connectors.unified.manifest import Manifest

Reason = Literal[
    "empty", "not_permitted", "unsupported", "not_implemented", "disabled_by_scope_config", "masked", "not_yet_synced", "error"
]


@dataclass(frozen=True, slots=True)
class Ref:
    """Points at another record of the same connection; the hub turns it into that record's unified id."""

    model: str
    key: str


@dataclass(frozen=True, slots=True)
class Record:
    """One unified record as a connector delivers it.

    `key` is the vendor's id; join models, which have none, use the keys they join, with slashes ("310/4402").
    `values` holds every promised and wanted field except id, remote_id, changed_at and remote_deleted_at, which the
    hub makes. None means that the vendor says there is no value; a field that could not be read is left out, and a
    Diagnostic says why. Values may hold Refs at any depth.
    """

    model: str
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Why something is not there: the channel beside the data, so that a null never has to mean "not permitted"."""

    model: str
    reason: Reason
    field: str | None = None
    """None: the whole model."""
    missing_permissions: tuple[str, ...] = ()
    http_status: int | None = None
    vendor_code: str | None = None
    remedy: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Warning:
    """Something a person should know that stopped nothing."""

    code: str
    """Stable, e.g. "attachment_discarded"."""
    message: str


@dataclass(frozen=True, slots=True)
class Page:
    """One step of a stream: its records, and where to go on after a crash."""

    records: tuple[Record, ...]
    cursor: str | None
    """Opaque; None on the last page. Given back to `read` it goes on behind this page."""
    diagnostics: tuple[Diagnostic, ...] = ()
    warnings: tuple[Warning, ...] = ()
    watermark: str | None = None
    """The latest change that the vendor reported so far; the hub gives the stream's last one back as `since`."""
    gone: tuple[Ref, ...] = ()
    """Records that the vendor says are no more, whatever kind of sync asks. Records that were never known do no harm."""
    complete: tuple[Ref, ...] = ()
    """A join model, and the key of the record that it joins first: this page has all rows that hang on that record, so any
    other is no more. For what a delta sync would else keep for ever: a person who left a job's team."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One resource of the vendor that is read in pages and may feed several models."""

    name: str
    feeds: tuple[str, ...]
    delta: bool
    """Whether `read(since=...)` brings only changes; otherwise a delta sync reads it whole."""


Wanted = Mapping[str, frozenset[str]]
"""Model name to the fields that the scope config lets in; models not in it are off."""


@dataclass(frozen=True, slots=True)
class Probed:
    """The verdict of a probe for a model (field None) or one of its fields."""

    model: str
    field: str | None
    readable: bool
    diagnostic: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action did. `created` maps model name to the new record's key."""

    created: Mapping[str, str] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    """The records that the action made or changed, with those fields that the vendor's answer shows as a sync would deliver them.
    A field that is left out stays as it is stored, and is null in a new record until the next sync."""
    if_new: tuple[Record, ...] = ()
    """Records that are as a sync would deliver them only if nobody knew them before: kept unless they are there already."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The unified answer's `data` beside them, e.g. {"results": [...]} of the attachment reads."""
    warnings: tuple[Warning, ...] = ()


@dataclass(frozen=True, slots=True)
class RawReply:
    """A passthrough's answer."""

    url: str
    status: int
    headers: Mapping[str, str]
    data: Any


class Connector(Protocol):
    """One open connection to one customer's account."""

    manifest: Manifest

    def streams(self, wanted: Wanted) -> tuple[Stream, ...]:
        """The streams that these models and fields need, in the order in which they should be read."""

    def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
        """Pages of one stream. `since` is a watermark of an earlier read (delta), `cursor` a page's to go on behind.

        A lacking permission ends the stream with a last page that carries a Diagnostic for each model it feeds.

        Raises:
            ConnectorError: everything else that stops the stream; pages yielded before it stay good.
        """

    def probe(self, wanted: Wanted) -> tuple[Probed, ...]:
        """Ask the vendor, without writing, which models and fields this credential can read."""

    def act(self, action: str, values: ActionInput) -> ActionResult:
        """Perform a promised action. Ids in `values` are the vendor's. Raises ConnectorError."""

    def passthrough(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> RawReply:
        """An authenticated raw call below the vendor's API root. Any HTTP status is an answer. Raises Unavailable."""

    def close(self) -> None:
        """Give back sockets."""


@dataclass(frozen=True, slots=True)
class ExploredField:
    """One field that the vendor keeps on the records behind a model, as the account has it now."""

    key: str
    """The vendor's name."""
    label: str | None
    """What people see."""
    type: Literal["DEFAULT", "CUSTOM"]
    """Whether every account has it, or this customer (or an extension) made it."""
    data_type: str
    """The vendor's own word for what it holds."""
    samples: tuple[Any, ...] = ()
    """The values of the latest records, in the same order for all fields; None where a record has none."""


@runtime_checkable
class Explorer(Protocol):
    """What a connector offers besides, if it promises a custom field explorer."""

    def explore(self, model: str, *, samples: int) -> tuple[ExploredField, ...]:
        """The fields behind a model, asked of the vendor at once and without a sync. `samples`: of how many records.

        Raises:
            NotSupported: this model's fields cannot be explored.
            PermissionMissing: they may not be read.
        """


class ConnectorFactory(Protocol):
    """`connect` in connectors/<vendor>/connector.py."""

    def __call__(
        self,
        *,
        base_url: str,
        credential: Mapping[str, str],
        settings: Mapping[str, Any] | None = None,
        sleep: Callable[[float], None] | None = None,
        verify: str | bool = True,
    ) -> Connector:
        """Open a connection; no request is sent yet.

        base_url: the vendor's root without the API path ("https://acme.vendor.example", "http://127.0.0.1:8081").
        sleep: called for every wait; None waits for real. verify: a CA file, or whether to verify TLS.

        Raises:
            Invalid: a credential field or setting is missing or unknown.
        """
