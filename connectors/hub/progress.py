"""What a sync has done so far, kept so that a killed one can go on: streams, cursors, watermarks, diagnostics, warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, update

from connectors.hub.clock import Now, instant
from connectors.hub.redact import Redactor
from connectors.hub.store import diagnostics, sync_state, sync_streams, syncs, warnings
from connectors.unified.connector import Diagnostic
from connectors.unified.service import Mode, SyncState

LEFT_OUT = "left_out"
"""A field came without a value and, so far, without anybody's word why. Becomes an error unless a diagnostic follows."""

Gap = tuple[str, str | None]
"""A (model, field) that could not be read; field None: none of the model."""
Covered = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Sync:
    """One sync, running or over."""

    id: int
    mode: Mode
    scope: Mapping[str, Any]
    state: SyncState | None


@dataclass(frozen=True, slots=True)
class StreamProgress:
    """How far one stream of a sync has come."""

    since: str | None
    cursor: str | None
    watermark: str | None
    state: Literal["open", "done", "failed"]
    gaps: frozenset[Gap]


class Progress:
    """The book that one integration's syncs are kept in. Every method works inside the caller's transaction."""

    def __init__(self, integration_id: str, now: Now, redactor: Redactor) -> None:
        self._integration_id = integration_id
        self._now = now
        self._redactor = redactor

    # -- syncs --------------------------------------------------------------------------------------------------

    def last(self, connection: Connection) -> Sync | None:
        """The newest sync; with state None it was interrupted."""
        row = connection.execute(_LAST, self._mine).first()
        return None if row is None else Sync(row.id, row.mode, orjson.loads(row.scope), row.state)

    def ever(self, connection: Connection, mode: Mode | None = None) -> bool:
        """Whether a sync (of that mode) has come through, if only in part."""
        found = connection.execute(_EVER, self._mine) if mode is None else connection.execute(_EVER_SO, {**self._mine, "p_mode": mode})
        return found.first() is not None

    def whole_since(self, connection: Connection, setting: str, value: Any) -> bool:
        """Whether a full sync has succeeded since a sync last ran with another value of a part of its scope, or none ever did."""
        newest = select(syncs).where(syncs.c.integration_id == self._integration_id).order_by(syncs.c.id.desc())
        for row in connection.execute(newest):
            if orjson.loads(row.scope)[setting] != value:
                return False
            if row.mode == "FULL" and row.state == "SUCCEEDED":
                return True
        return True

    def start(self, connection: Connection, mode: Mode, scope: Mapping[str, Any]) -> Sync:
        row = {
            "integration_id": self._integration_id,
            "mode": mode,
            "scope": orjson.dumps(scope).decode(),
            "started_at": instant(self._now()),
        }
        made = connection.execute(_STARTED, row).inserted_primary_key
        if made is None:
            raise RuntimeError("the database gave the new sync no id")
        return Sync(made[0], mode, scope, None)

    def end(self, connection: Connection, sync_id: int, state: str, error: str | None) -> None:
        """`state` is a SyncState, or CANCELLED for a sync that a newer one replaces."""
        ended = {"v_state": state, "v_error": self._redactor.optional(error), "v_ended_at": instant(self._now())}
        connection.execute(_ENDED, {"p_sync": sync_id, **ended})

    # -- streams of one sync ------------------------------------------------------------------------------------

    def stream(self, connection: Connection, sync_id: int, stream: str) -> StreamProgress | None:
        row = connection.execute(_STREAM, {"p_sync": sync_id, "p_stream": stream}).first()
        return None if row is None else _progress(row)

    def streams(self, connection: Connection, sync_id: int) -> Mapping[str, StreamProgress]:
        """All that were begun, by name."""
        return {row.stream: _progress(row) for row in connection.execute(_STREAMS, {"p_sync": sync_id})}

    def open_stream(self, connection: Connection, sync_id: int, stream: str, since: str | None) -> StreamProgress:
        row = {"sync_id": sync_id, "stream": stream, "since": since, "state": "open", "gaps": "[]"}
        connection.execute(_OPENED, row)
        return StreamProgress(since, None, None, "open", frozenset())

    def advance(self, connection: Connection, sync_id: int, stream: str, progress: StreamProgress) -> None:
        gaps = sorted(([model, field] for model, field in progress.gaps), key=lambda gap: (gap[0] or "", gap[1] or ""))
        values = {
            "v_cursor": progress.cursor,
            "v_watermark": progress.watermark,
            "v_state": progress.state,
            "v_gaps": orjson.dumps(gaps).decode(),
        }
        connection.execute(_ADVANCED, {"p_sync": sync_id, "p_stream": stream, **values})

    # -- what is complete, across syncs -------------------------------------------------------------------------

    def covered(self, connection: Connection, stream: str) -> tuple[str | None, Covered]:
        """(watermark, fields that are complete up to it); (None, {}) of a stream that never came through."""
        row = connection.execute(_COVERED, {**self._mine, "p_stream": stream}).first()
        if row is None:
            return None, {}
        return row.watermark, {model: frozenset(fields) for model, fields in orjson.loads(row.covered).items()}

    def cover(self, connection: Connection, stream: str, watermark: str | None, covered: Covered) -> None:
        connection.execute(_UNCOVERED, {**self._mine, "p_stream": stream})
        text = orjson.dumps({model: sorted(fields) for model, fields in covered.items()}).decode()
        row = {"integration_id": self._integration_id, "stream": stream, "watermark": watermark, "covered": text}
        connection.execute(_COVERING, row)

    def narrow(self, connection: Connection, wanted: Covered) -> None:
        """Forget the completeness of all that is no longer wanted: turned on again, it has to be read whole."""
        streams = connection.execute(_COVERED_STREAMS, self._mine).scalars().all()
        for stream in streams:
            watermark, covered = self.covered(connection, stream)
            left = {model: fields & wanted.get(model, frozenset()) for model, fields in covered.items() if model in wanted}
            self.cover(connection, stream, watermark, left)

    # -- diagnostics and warnings -------------------------------------------------------------------------------

    def report(self, connection: Connection, sync_id: int, found: Iterable[Diagnostic]) -> None:
        """Keep diagnostics; the same one said again only counts up."""
        for diagnostic in found:
            said = self._redactor.diagnostic(diagnostic)
            self._count(connection, sync_id, said, said.reason)

    def report_left_out(self, connection: Connection, sync_id: int, model: str, field: str, keys: Sequence[str]) -> None:
        """One or more records that came without a field; the first is named."""
        detail = f"record {keys[0]}: the connector left the field out and did not say why"
        self._count(connection, sync_id, Diagnostic(model, "error", field=field, detail=detail), LEFT_OUT, len(keys))

    def settle_left_out(self, connection: Connection, sync_id: int) -> None:
        """At the end: what somebody explained needs no word of ours, the rest is the connector's mistake."""
        rows = connection.execute(_DIAGNOSTICS, {"p_sync": sync_id}).all()
        explained = {(row.model, row.field) for row in rows if row.reason != LEFT_OUT}
        for row in rows:
            if row.reason == LEFT_OUT:
                this = diagnostics.c.id == row.id
                if (row.model, row.field) in explained or (row.model, "") in explained:
                    connection.execute(delete(diagnostics).where(this))
                else:
                    connection.execute(update(diagnostics).where(this).values(reason="error"))

    def diagnostics(self, connection: Connection, sync_id: int) -> tuple[Diagnostic, ...]:
        rows = connection.execute(_DIAGNOSTICS, {"p_sync": sync_id})
        return tuple(
            Diagnostic(
                model=row.model,
                reason=row.reason,
                field=row.field or None,
                missing_permissions=tuple(orjson.loads(row.missing_permissions)),
                http_status=row.http_status,
                vendor_code=row.vendor_code,
                remedy=row.remedy,
                detail=row.detail if row.times == 1 else f"{row.detail or 'said'} ({row.times} times)",
            )
            for row in rows
        )

    def warn(self, connection: Connection, sync_id: int, texts: Iterable[str]) -> None:
        new = [{"sync_id": sync_id, "text": self._redactor.text(text)} for text in texts]
        if new:
            connection.execute(_WARNED, new)

    def warnings(self, connection: Connection, sync_id: int) -> tuple[str, ...]:
        """Each once, in the order of their first occurrence."""
        return tuple(dict.fromkeys(connection.execute(_WARNINGS, {"p_sync": sync_id}).scalars()))

    def redacted(self, text: str | None) -> str | None:
        """The text without the connection's secrets."""
        return self._redactor.optional(text)

    def forget(self, connection: Connection) -> None:
        """Delete the whole book of this integration."""
        mine = select(syncs.c.id).where(syncs.c.integration_id == self._integration_id)
        for table in (sync_streams, diagnostics, warnings):
            connection.execute(delete(table).where(table.c.sync_id.in_(mine)))
        for owned in (sync_state, syncs):
            connection.execute(delete(owned).where(owned.c.integration_id == self._integration_id))

    # -- inside -------------------------------------------------------------------------------------------------

    def _count(self, connection: Connection, sync_id: int, diagnostic: Diagnostic, reason: str, times: int = 1) -> None:
        identity = {
            "sync_id": sync_id,
            "model": diagnostic.model,
            "field": diagnostic.field or "",
            "reason": reason,
            "missing_permissions": orjson.dumps(diagnostic.missing_permissions).decode(),
        }
        again = {f"p_{name.removesuffix('_id')}": value for name, value in identity.items()}
        if connection.execute(_SAID_AGAIN, {**again, "v_more": times}).rowcount:
            return
        rest = {
            "http_status": diagnostic.http_status,
            "vendor_code": diagnostic.vendor_code,
            "remedy": diagnostic.remedy,
            "detail": diagnostic.detail,
            "times": times,
        }
        connection.execute(_SAID, identity | rest)

    @property
    def _mine(self) -> dict[str, str]:
        return {"p_integration": self._integration_id}


def _progress(row: Any) -> StreamProgress:
    gaps = frozenset((model, field) for model, field in orjson.loads(row.gaps))
    return StreamProgress(row.since, row.cursor, row.watermark, row.state, gaps)


# Statements are made once: making one costs more than running it. The p_ values say which row, the v_ values what becomes of it.


def _of(table: Table, *names: str) -> Any:
    """Which rows: those with these values in columns that are called so, without their `_id`."""
    return and_(*(table.c[name] == bindparam(f"p_{name.removesuffix('_id')}") for name in names))


def _to(*names: str) -> dict[str, Any]:
    return {name: bindparam(f"v_{name}") for name in names}


_LAST = select(syncs).where(_of(syncs, "integration_id")).order_by(syncs.c.id.desc()).limit(1)
_EVER = select(syncs.c.id).where(_of(syncs, "integration_id"), syncs.c.state.in_(("SUCCEEDED", "PARTIALLY_FAILED"))).limit(1)
_EVER_SO = _EVER.where(_of(syncs, "mode"))
_STARTED = insert(syncs)
_ENDED = update(syncs).where(syncs.c.id == bindparam("p_sync")).values(_to("state", "error", "ended_at"))
_STREAM = select(sync_streams).where(_of(sync_streams, "sync_id", "stream"))
_STREAMS = select(sync_streams).where(_of(sync_streams, "sync_id"))
_OPENED = insert(sync_streams)
_ADVANCED = update(sync_streams).where(_of(sync_streams, "sync_id", "stream")).values(_to("cursor", "watermark", "state", "gaps"))
_COVERED = select(sync_state).where(_of(sync_state, "integration_id", "stream"))
_COVERED_STREAMS = select(sync_state.c.stream).where(_of(sync_state, "integration_id"))
_UNCOVERED = delete(sync_state).where(_of(sync_state, "integration_id", "stream"))
_COVERING = insert(sync_state)
_DIAGNOSTICS = select(diagnostics).where(_of(diagnostics, "sync_id")).order_by(diagnostics.c.id)
_SAID = insert(diagnostics)
_SAID_AGAIN = (
    update(diagnostics)
    .where(_of(diagnostics, "sync_id", "model", "field", "reason", "missing_permissions"))
    .values(times=diagnostics.c.times + bindparam("v_more"))
)
_WARNED = insert(warnings)
_WARNINGS = select(warnings.c.text).where(_of(warnings, "sync_id")).order_by(warnings.c.id)
