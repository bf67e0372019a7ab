"""One sync, from its first stream to its verdict. Each page is one transaction, so it can die anywhere and go on.

Rules: deletions are concluded only by a full sync, and only for models all of whose streams came through without denial
(what the vendor itself reports as gone is gone in any sync);
a watermark counts only when its stream came through; what is newly let in, or could not be read before, is read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from connectors.hub.ingest import Ingested, ingest
from connectors.hub.progress import Gap, Progress, StreamProgress, Sync
from connectors.hub.records import Records
from connectors.hub.scope import Scope
from connectors.hub.store import Store
from connectors.unified.connector import Connector, Diagnostic, Page, Record, Ref, Stream
from connectors.unified.errors import ConnectorError, PermissionMissing, Unauthorized, UnexpectedReply
from connectors.unified.models import REFERENCES
from connectors.unified.service import Mode, SyncOutcome, SyncState

GAP_REASONS = frozenset({"not_permitted"})
"""Reasons that pass by a change of the connection, not of the vendor's record; a field that had one is read anew by the
next sync. What the vendor masks is not among them: that ends inside the account, and the next full sync shows it."""

CREATED_MODELS = ("Candidates", "Applications")
"""What "sync only created applications" restricts, with all that refers to them."""


@dataclass(frozen=True)
class SyncRun:
    """The means of one sync. `on_page` hears of each page before it is stored."""

    integration_id: str
    connector: Connector
    scope: Scope
    only_created: bool
    store: Store
    records: Records
    progress: Progress
    on_page: Callable[[], None]

    def run(self, asked: Mode) -> SyncOutcome:
        """Go on with the interrupted sync, or run a new one."""
        streams = self.connector.streams(self.scope.fields)
        sync = self._begin(asked, streams)
        failures: list[ConnectorError] = []
        for stream in streams:
            progress = self._stream_progress(sync, stream)
            if progress.state != "open":
                continue
            failure = self._read(sync, stream, progress)
            if failure is not None:
                failures.append(failure)
            if isinstance(failure, Unauthorized):
                break  # every further request would be refused as well, and may lock the account
        return self._finish(sync, streams, failures)

    # -- beginning ----------------------------------------------------------------------------------------------

    def _begin(self, asked: Mode, streams: tuple[Stream, ...]) -> Sync:
        """Scope changes take effect here, before any request."""
        config = self._signature()
        with self.store.begin() as connection:
            last = self.progress.last(connection)
            if last is not None and last.state is None:
                if last.scope == config and (last.mode == "FULL" or asked == "DELTA"):
                    return last
                self.progress.end(connection, last.id, "CANCELLED", None)
            sync = self.progress.start(connection, self._mode(connection, asked, streams), config)
            if last is None or last.scope != config:
                self._enforce(connection)
            return sync

    def _mode(self, connection: Connection, asked: Mode, streams: tuple[Stream, ...]) -> Mode:
        """A delta needs something to build on, and a connector that can."""
        possible = any(stream.delta for stream in streams) and self.progress.ever(connection, "FULL")
        same_records = self.progress.whole_since(connection, "only_created", self.only_created)
        return "DELTA" if asked == "DELTA" and possible and same_records else "FULL"

    def _enforce(self, connection: Connection) -> None:
        kept = self._kept()
        for model in self.scope.models_off():
            if model in kept:
                self.records.set_aside(connection, model)
            else:
                self.records.mark_all(connection, model)
        off: dict[str, list[str]] = {}
        for model, field in self.scope.fields_off():
            off.setdefault(model, []).append(field)
        for model, fields in off.items():
            self.records.blank(connection, model, fields)
        self.progress.narrow(connection, self.scope.fields)

    def _signature(self) -> Mapping[str, Any]:
        return {
            "fields": {model: sorted(fields) for model, fields in sorted(self.scope.fields.items())},
            "only_created": self.only_created,
        }

    def _stream_progress(self, sync: Sync, stream: Stream) -> StreamProgress:
        with self.store.begin() as connection:
            known = self.progress.stream(connection, sync.id, stream.name)
            if known is not None:
                return known
            since = None
            if sync.mode == "DELTA" and stream.delta:
                watermark, covered = self.progress.covered(connection, stream.name)
                complete = all(model in covered and self._wanted_of(model) <= covered[model] for model in stream.feeds)
                since = watermark if complete else None
            return self.progress.open_stream(connection, sync.id, stream.name, since)

    def _wanted_of(self, model: str) -> frozenset[str]:
        return self.scope.fields.get(model, frozenset())

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self, sync: Sync, stream: Stream, progress: StreamProgress) -> ConnectorError | None:
        """All pages of a stream from where it stands. What stopped it, if anything did."""
        done = False
        try:
            for page in self.connector.read(stream.name, self.scope.fields, since=progress.since, cursor=progress.cursor):
                self.on_page()
                done = page.cursor is None
                progress = self._store_page(sync, stream, page, progress)
            if not done:
                raise UnexpectedReply(f"the connector ended stream {stream.name!r} before its last page")
        except PermissionMissing as denied:
            self._deny(sync, stream, progress, denied)
        except ConnectorError as failure:
            self._fail(sync, stream, progress, failure)
            return failure
        return None

    def _store_page(self, sync: Sync, stream: Stream, page: Page, progress: StreamProgress) -> StreamProgress:
        """The page's records, the words about them and the place to go on at: all of it or none."""
        with self.store.begin() as connection:
            found = [self._ingest(record) for record in page.records if self._is_ours(connection, record)]
            self.records.put(connection, [one.row for one in found if one.row is not None], sync.id)
            left_out: dict[tuple[str, str], list[str]] = {}
            for one in found:
                self.progress.report(connection, sync.id, one.diagnostics)
                if one.row is not None:
                    for field in one.left_out:
                        left_out.setdefault((one.row.model, field), []).append(one.row.key)
            for (model, field), keys in left_out.items():
                self.progress.report_left_out(connection, sync.id, model, field, keys)
            self._let_go(connection, page)
            self.progress.report(connection, sync.id, page.diagnostics)
            self.progress.warn(connection, sync.id, [f"{warning.code}: {warning.message}" for warning in page.warnings])
            progress = replace(
                progress,
                cursor=page.cursor,
                watermark=progress.watermark if page.watermark is None else page.watermark,
                gaps=progress.gaps | _gaps(page.diagnostics),
                state="open" if page.cursor is not None else "done",
            )
            self._advance(connection, sync, stream, progress)
            return progress

    def _let_go(self, connection: Connection, page: Page) -> None:
        """What the page says is no more."""
        gone, complete = _by_model(page.gone), _by_model(page.complete)
        for model, keys in gone.items():
            self.records.mark_gone(connection, model, keys)
        for model, owners in complete.items():
            here = {record.key for record in page.records if record.model == model}
            self.records.mark_others(connection, model, frozenset(owners), here)

    def _advance(self, connection: Connection, sync: Sync, stream: Stream, progress: StreamProgress) -> None:
        self.progress.advance(connection, sync.id, stream.name, progress)
        if progress.state != "done":
            return
        covered = {
            model: frozenset(field for field in self._wanted_of(model) if (model, field) not in progress.gaps)
            for model in stream.feeds
            if (model, None) not in progress.gaps
        }
        watermark = progress.since if progress.watermark is None else progress.watermark
        self.progress.cover(connection, stream.name, watermark, covered)

    def _ingest(self, record: Record) -> Ingested:
        return ingest(record, integration_id=self.integration_id, scope=self.scope)

    def _is_ours(self, connection: Connection, record: Record) -> bool:
        """With "sync only created applications", whether our actions made the record or what it hangs on."""
        if not self.only_created:
            return True
        if record.model in CREATED_MODELS:
            return record.key in self.records.created(connection, record.model)
        references = REFERENCES.get(record.model, {})
        hangs_on = [record.values.get(field) for field, model in references.items() if model in CREATED_MODELS]
        return all(isinstance(ref, Ref) and ref.key in self.records.created(connection, ref.model) for ref in hangs_on)

    def _deny(self, sync: Sync, stream: Stream, progress: StreamProgress, denied: PermissionMissing) -> None:
        """A connector should have said so in a page; one that raises instead means the same."""
        found = [_diagnostic(model, denied, reason="not_permitted") for model in stream.feeds]
        with self.store.begin() as connection:
            self.progress.report(connection, sync.id, found)
            self._advance(connection, sync, stream, replace(progress, cursor=None, gaps=progress.gaps | _gaps(found), state="done"))

    def _fail(self, sync: Sync, stream: Stream, progress: StreamProgress, failure: ConnectorError) -> None:
        with self.store.begin() as connection:
            self.progress.report(connection, sync.id, [_diagnostic(model, failure, reason="error") for model in stream.feeds])
            self.progress.advance(connection, sync.id, stream.name, replace(progress, state="failed"))

    # -- ending -------------------------------------------------------------------------------------------------

    def _finish(self, sync: Sync, streams: tuple[Stream, ...], failures: list[ConnectorError]) -> SyncOutcome:
        with self.store.begin() as connection:
            begun = self.progress.streams(connection, sync.id)
            all_progress = [(stream, begun.get(stream.name)) for stream in streams]
            state = _verdict([None if progress is None else progress.state for _, progress in all_progress], failures)
            if state != "AUTHENTICATION_FAILED":
                whole = _whole(self.scope.fields, all_progress)
                if sync.mode == "FULL":
                    self._conclude_deletions(connection, whole, sync)
                self._settle_kept(connection, whole, sync)
            self.progress.settle_left_out(connection, sync.id)
            error = f"{type(failures[0]).__name__}: {failures[0]}" if failures else None
            self.progress.end(connection, sync.id, state, error)
            return SyncOutcome(
                state=state,
                mode=sync.mode,
                diagnostics=(*self.scope.diagnostics(), *self.progress.diagnostics(connection, sync.id)),
                warnings=self.progress.warnings(connection, sync.id),
                error=self.progress.redacted(error),
            )

    def _kept(self) -> frozenset[str]:
        """Models whose rows stay when a whole read does not meet them."""
        return frozenset(model.name for model in self.scope.manifest.models if model.keeps_rows)

    def _conclude_deletions(self, connection: Connection, whole: frozenset[str], sync: Sync) -> None:
        """What a whole read has not met is gone."""
        for model in sorted(whole - self._kept()):
            self.records.mark_unseen(connection, model, sync.id)

    def _settle_kept(self, connection: Connection, whole: frozenset[str], sync: Sync) -> None:
        """Rows that are kept come back when their model is turned on again, and go when a record that they refer to is gone."""
        on = self._kept() & self.scope.fields.keys()
        links = {model: {field: to for field, to in REFERENCES.get(model, {}).items() if to in self.scope.fields} for model in on}
        # Those that refer to others first: they are why the others are kept.
        for model in sorted(on, key=lambda model: (not REFERENCES.get(model), model)):
            outward = {field: to for field, to in links[model].items() if to not in on}
            inward = {other: [field for field, to in its.items() if to == model] for other, its in links.items()}
            referring = {other: fields for other, fields in inward.items() if fields}
            if model in whole:
                self.records.bring_back(connection, model, outward, referring)
            if sync.mode != "FULL":
                continue
            self.records.mark_orphans(connection, model, outward)
            if referring:
                self.records.mark_unneeded(connection, model, sync.id, referring)


def _whole(models: Iterable[str], streams: list[tuple[Stream, StreamProgress | None]]) -> frozenset[str]:
    """Models all of whose streams came through without a denial of them."""
    found = set()
    for model in models:
        feeding = [progress for stream, progress in streams if model in stream.feeds]
        if feeding and all(one is not None and one.state == "done" and (model, None) not in one.gaps for one in feeding):
            found.add(model)
    return frozenset(found)


def _by_model(refs: tuple[Ref, ...]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for ref in refs:
        keys.setdefault(ref.model, []).append(ref.key)
    return keys


def _verdict(states: list[str | None], failures: list[ConnectorError]) -> SyncState:
    """States of all streams; None: not even begun."""
    if any(isinstance(failure, Unauthorized) for failure in failures):
        return "AUTHENTICATION_FAILED"
    if all(state == "done" for state in states):
        return "SUCCEEDED"
    return "PARTIALLY_FAILED" if "done" in states else "FAILED"


def _gaps(found: tuple[Diagnostic, ...] | list[Diagnostic]) -> frozenset[Gap]:
    """A whole model is missing for whatever reason but emptiness; single fields only where that can pass by itself."""
    models: set[Gap] = {(one.model, None) for one in found if one.field is None and one.reason != "empty"}
    fields: set[Gap] = {(one.model, one.field) for one in found if one.field is not None and one.reason in GAP_REASONS}
    return frozenset(models | fields)


def _diagnostic(model: str, error: ConnectorError, *, reason: Any) -> Diagnostic:
    return Diagnostic(
        model,
        reason,
        missing_permissions=error.missing_permissions,
        http_status=error.http_status,
        vendor_code=error.vendor_code,
        detail=f"{type(error).__name__}: {error}",
    )
