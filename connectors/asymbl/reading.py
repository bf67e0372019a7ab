"""Reads one list: what may be seen of it, its pages as records, what is gone, and where to go on.

Lists that tell more than their own records (teams, ranks, who became a candidate) add to it: jobs.py, stages.py,
candidates.py, applications.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from connectors.asymbl import marks, soql
from connectors.asymbl.mapping import Context, Seen, filled
from connectors.asymbl.marks import Watermark, shape_of
from connectors.asymbl.scan import ALWAYS, STAMP, Batch, Scan
from connectors.asymbl.schema import Schema, View, denied, unpicked
from connectors.asymbl.settings import Settings
from connectors.asymbl.soql import Select
from connectors.asymbl.streams import Listing
from connectors.asymbl.values import Row
from connectors.asymbl.wire import Wire
from connectors.transport.mapping import Filled
from connectors.unified.connector import Diagnostic, Page, Record, Ref, Wanted, Warning

KEPT_DELETED = timedelta(days=15)
"""How long Salesforce shows deleted records."""
JOIN_MODELS = frozenset({"Job-specific application stages", "Job hiring team members"})


@dataclass
class Reading:
    """One read of one list, and all there is to it for lists that tell of nothing but their own records."""

    wire: Wire
    settings: Settings
    listing: Listing
    wanted: Wanted
    since: str | None
    """Where the last read ended, for changes only; None: everything."""
    schema: Schema
    warnings: list[Warning] = field(default_factory=list)
    last: Watermark | None = field(init=False)
    reshaped: bool = field(init=False, default=False)
    """Whether the records are made of something else than last time, so that all of them are to be read."""
    _said: set[tuple[str, str | None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.last = None if self.since is None else Watermark.parse(self.since)

    # -- what a list may add --------------------------------------------------------------------------------------

    resumable = True
    """Whether a read can go on in the middle; else it begins again."""

    def also(self) -> tuple[str, ...]:
        """Columns that reading itself needs, beside those of the wanted cells."""
        return ()

    def limited(self, view: View) -> View:
        """The view without what hangs on other objects than its own and their parents."""
        return view

    def conditions(self) -> tuple[str, ...]:
        """Which records of the object belong to the list."""
        return self.listing.where

    def outside(self) -> str:
        """The condition of records that may have left the list; blank: there are none."""
        return self.listing.outside

    def with_deleted(self) -> bool:
        """Whether deleted records are to come along."""
        return self.last is not None and self.listing.has_deleted

    def beforehand(self) -> tuple[Diagnostic, ...]:
        """What is known to be missing as soon as the view is, beside what the view says itself."""
        return ()

    def beside(self, view: View, batch: Batch) -> Page:
        """What a batch tells beyond its own records."""
        return Page((), None)

    def context(self, view: View, rows: Sequence[Row]) -> Context:
        """What it takes to read these rows."""
        hired = frozenset(name.strip().lower() for name in self.settings.hired_stages)
        return Context(self.wire.home, view, hired, self.settings.currency)

    # -- pages ----------------------------------------------------------------------------------------------------

    @property
    def models(self) -> tuple[str, ...]:
        """The wanted models that are made of the list's own records."""
        return tuple(model for model in self.listing.models if model in self.wanted)

    def pages(self, cursor: str | None) -> Iterator[Page]:
        """The list from its start, or from behind a page. Raises ConnectorError."""
        view = self.view()
        if not view.columns or (self.models and all((model, None) in view.lost for model in self.models)):
            yield Page((), None, diagnostics=self._news(view.lost.values()), warnings=self._taken())
            return
        scan = self._scan(view, cursor)
        batches = scan.batches()
        # What a query refuses although describe shows it is known once it has been asked.
        first = next(batches)
        self._compare(scan.view)
        if self.reshaped:
            scan = self._scan(scan.view, cursor)
            batches = scan.batches()
            first = next(batches)
        for batch in chain((first,), batches):
            yield self._page(scan, batch)

    def view(self) -> View:
        """The list as this user may see it."""
        deletion = ("IsDeleted",) if self.with_deleted() else ()
        also = [column for column in self.also() if not self.schema.hidden(self.listing.sobject, (column,))]
        needed = (*ALWAYS, *deletion, *also)
        view = self.schema.view(self.listing.sobject, self.models, self.wanted, self.settings.integration_fields, also=needed)
        for model in self.models if view.columns else ():
            for name in unpicked(view, model, self.settings.integration_fields) if "integration_fields" in self.wanted[model] else ():
                text = f"integration_fields: {model} have no {name} that this user may see"
                self.warnings.append(Warning("integration_field_unknown", text))
        lacking = self.schema.hidden(self.listing.sobject, self.listing.decided_by) if view.columns else ()
        if lacking:
            view = replace(view, lost={**view.lost, **{(model, None): denied(model, None, lacking) for model in self.models}})
        return self.limited(view)

    def _scan(self, view: View, cursor: str | None) -> Scan:
        scan = Scan(self.wire, self.settings, view, self.wanted, self.conditions(), warn=self.warnings.append)
        scan.deleted = self.with_deleted()
        if self.last is not None and not self.reshaped:
            scan.since = self.changed_from()
            scan.follows = tuple(parent for parent in self.listing.follows if any(name.startswith(f"{parent}.") for name in view.columns))
        scan.mark = None if cursor is None else marks.place(cursor)
        return scan

    def _compare(self, view: View) -> None:
        """A field that can be seen since, or not any more, is part of every record and changes none of them."""
        if self.last is not None:
            self._mind_the_gap(self.last.moment)
        self.reshaped = self.last is not None and self.last.shape not in ("", shape_of(view, self.settings))
        if self.reshaped:
            text = f"{self.listing.name}: other fields are visible or set than last time, so all records are read"
            self.warnings.append(Warning("read_whole", text))

    def changed_from(self) -> datetime | None:
        """A little earlier than where the last read ended, for changes that were committed late."""
        return None if self.last is None else self.last.moment - timedelta(seconds=self.settings.delta_overlap_seconds)

    def changed(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Those that changed themselves, where all are read."""
        since = self.changed_from()
        if since is None or not self.reshaped:
            return rows
        return [row for row in rows if datetime.fromisoformat(row[STAMP]) >= since]

    def _mind_the_gap(self, since: datetime) -> None:
        if self.listing.has_deleted and self.wire.now is not None and since < self.wire.now - KEPT_DELETED:
            text = f"{self.listing.name}: the last sync was more than 15 days ago, so deletions may be missed; run a full sync"
            self.warnings.append(Warning("deletions_unseen", text))

    def _left(self) -> list[str]:
        """Records that changed and do not belong to the list, whatever they did before: whom nobody knew does no harm."""
        outside, since = self.outside(), self.changed_from()
        if not outside or since is None:
            return []
        return [row["Id"] for row in self.wire.rows(Select(("Id",), self.listing.sobject, (outside, f"{STAMP} >= {soql.time(since)}")))]

    def _page(self, scan: Scan, batch: Batch) -> Page:
        living = [row for row in batch.rows if not row.get("IsDeleted")]
        gone = [row["Id"] for row in batch.rows if row.get("IsDeleted")] + ([] if batch.more else self._left())
        beside = self.beside(scan.view, batch)
        watermark = Watermark.reached(self.last, scan.mark, shape_of(scan.view, self.settings))
        records, diagnostics = self.records(self.models, scan.view, living)
        return replace(
            beside,
            records=(*records, *beside.records),
            cursor=marks.cursor(scan.mark if self.resumable else None) if batch.more else None,
            diagnostics=self._news((*scan.view.lost.values(), *self.beforehand(), *diagnostics, *beside.diagnostics)),
            warnings=self._taken(),
            watermark=None if watermark is None else str(watermark),
            gone=(*beside.gone, *(Ref(model, key) for key in gone for model in self.models if model not in JOIN_MODELS)),
        )

    def records(self, models: Iterable[str], view: View, rows: Sequence[Row]) -> tuple[list[Record], list[Diagnostic]]:
        """The rows as records of each model that has one for each row; and what single records withhold."""
        context = self.context(view, rows)
        found: list[Record] = []
        withheld: dict[tuple[str, str], Diagnostic] = {}
        for model in (model for model in models if model not in JOIN_MODELS and (model, None) not in view.lost):
            readable = view.readable(model, self.wanted[model])
            for row in rows:
                one = filled(model, Seen(row, context), wanted=readable)
                found.append(Record(model, row["Id"], one.values))
                _note(model, one, withheld)
        return found, list(withheld.values())

    def joined(self, model: str, view: View, items: Iterable[tuple[str, Any]]) -> list[Record]:
        """Records of a join model, from (key, what its table is filled from)."""
        if model not in self.wanted or (model, None) in view.lost:
            return []
        readable = view.readable(model, self.wanted[model])
        return [Record(model, key, filled(model, item, wanted=readable).values) for key, item in items]

    def _news(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """What was not said before: what hides a field hides it on every page."""
        fresh = {(one.model, one.field): one for one in diagnostics if (one.model, one.field) not in self._said}
        self._said.update(fresh)
        return tuple(fresh.values())

    def _taken(self) -> tuple[Warning, ...]:
        taken = tuple(self.warnings)
        self.warnings.clear()
        return taken


def _note(model: str, one: Filled, withheld: dict[tuple[str, str], Diagnostic]) -> None:
    for name, why in one.withheld.items():
        withheld.setdefault((model, name), Diagnostic(model, why.reason, name, detail=why.detail))
