"""Reads a query to its end, whatever its size: by REST pages or in bulk, and on from where it stood when its place is lost.

Rows come in the order of their last change, so the time of the last row is the place. A locator is only a shortcut: when it
is gone (it lives a while, and in one session), the query is asked anew from that time on, and what has come already is
left out. That is also how a killed sync goes on, which knows no locator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from connectors.asymbl import soql
from connectors.asymbl.bulk import BulkImpossible, BulkQuery
from connectors.asymbl.refusals import LocatorGone, UnknownColumn
from connectors.asymbl.schema import View, losing
from connectors.asymbl.settings import Settings
from connectors.asymbl.soql import Select
from connectors.asymbl.wire import Row, Wire
from connectors.unified.connector import Wanted, Warning
from connectors.unified.errors import Unavailable

STAMP = "SystemModstamp"
ALWAYS = ("Id", STAMP)
"""Columns that every scan needs."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, and whether more will follow."""

    rows: tuple[Row, ...]
    more: bool


@dataclass
class Scan:
    """One query on its way."""

    wire: Wire
    settings: Settings
    view: View
    """May lose a column on the way: what describe shows, a query may still refuse."""
    wanted: Wanted
    where: tuple[str, ...] = ()
    deleted: bool = False
    since: datetime | None = None
    """Only what has changed from then on."""
    follows: tuple[str, ...] = ()
    """Parents whose change counts as the record's own."""
    mark: str | None = None
    """The time of the last row that came; where it begins, if given."""
    warn: Callable[[Warning], None] = lambda warning: None
    _met: set[str] = field(default_factory=set)
    """Rows of the time `mark` that came."""

    def batches(self) -> Iterator[Batch]:
        """All rows from `mark` on, each version once. Raises ConnectorError."""
        came_to: tuple[str | None, int] | None = None
        while True:
            try:
                for batch in self._once():
                    yield Batch(self._fresh(batch.rows), batch.more)
                return
            except LocatorGone as gone:
                # Of many rows of one time, as after an import, more may have come since.
                place = self.mark, len(self._met)
                if place == came_to:
                    raise Unavailable(f"{self.view.sobject}: the list breaks off at the same place again: {gone}") from gone
                came_to = place
            except UnknownColumn as unknown:
                self.view = without_refused(self.view, unknown, self.wanted)

    def _once(self) -> Iterator[Batch]:
        select = self._select()
        page = self.wire.query(select, deleted=self.deleted)
        if self.settings.bulk_above is not None and page.total > self.settings.bulk_above:
            try:
                yield from self._in_bulk(select)
                return
            except BulkImpossible as why:
                self.warn(Warning("bulk_refused", f"{self.view.sobject} is read by REST, since Salesforce refused bulk: {why}"))
        yield Batch(page.rows, page.next is not None)
        while page.next is not None:
            page = self.wire.more(page.next)
            yield Batch(page.rows, page.next is not None)

    def _in_bulk(self, select: Select) -> Iterator[Batch]:
        """BulkImpossible rises before the first batch only."""
        job = BulkQuery.begin(self.wire, select, deleted=self.deleted)
        job.wait()
        pages = job.pages(self.view, rows=self.settings.bulk_page_rows)
        rows: tuple[Row, ...] | None = next(pages, ())
        while rows is not None:
            following = next(pages, None)
            if following is None:
                left = job.forget()
                if left is not None:
                    self.warn(Warning("bulk_job_left", f"bulk job {job.id} could not be deleted and expires by itself: {left}"))
            yield Batch(rows, following is not None)
            rows = following

    def _select(self) -> Select:
        conditions = list(self.where)
        if self.since is not None:
            changed = [f"{stamp} >= {soql.time(self.since)}" for stamp in (STAMP, *(f"{parent}.{STAMP}" for parent in self.follows))]
            conditions.append(changed[0] if len(changed) == 1 else f"({' OR '.join(changed)})")
        if self.mark is not None:
            conditions.append(f"{STAMP} >= {soql.time(datetime.fromisoformat(self.mark))}")
        return Select(self.view.columns, self.view.sobject, tuple(conditions), order=(f"{STAMP} ASC", "Id ASC"))

    def _fresh(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        fresh = tuple(row for row in rows if row[STAMP] != self.mark or row["Id"] not in self._met)
        if rows:
            if rows[-1][STAMP] != self.mark:
                self.mark, self._met = rows[-1][STAMP], set()
            self._met.update(row["Id"] for row in rows if row[STAMP] == self.mark)
        return fresh


def without_refused(view: View, unknown: UnknownColumn, wanted: Wanted) -> View:
    """The view without a column that a query refused. Raises the refusal when the column is none of ours or is indispensable."""
    name = unknown.column
    refused = [column for column in view.columns if column == name or column.endswith(f".{name}") or column.startswith(f"{name}.")]
    if not refused or set(refused) & set(ALWAYS):
        raise unknown
    for column in refused:
        view = view.without(column, losing(view.sobject, column, wanted))
    return view
