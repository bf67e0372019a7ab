"""Reads applications; their changes also tell who became a candidate, and who is none any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.asymbl.candidates import MODEL as CANDIDATES
from connectors.asymbl.candidates import CandidatesReading
from connectors.asymbl.columns import APPLICANT
from connectors.asymbl.marks import Watermark, shape_of
from connectors.asymbl.reading import Reading
from connectors.asymbl.scan import STAMP, Batch
from connectors.asymbl.schema import View
from connectors.asymbl.soql import Select
from connectors.asymbl.sources import PERSON
from connectors.asymbl.streams import LISTINGS
from connectors.unified.connector import Page


@dataclass
class ApplicationsReading(Reading):
    """Applications, and in a delta the candidates behind them."""

    people: CandidatesReading | None = None
    people_view: View | None = None

    def also(self) -> tuple[str, ...]:
        return (PERSON,) if CANDIDATES in self.wanted else ()

    def pages(self, cursor: str | None) -> Iterator[Page]:
        if CANDIDATES in self.wanted and self.last is not None:
            self.people = CandidatesReading(self.wire, self.settings, LISTINGS["candidates"], self.wanted, self.since, self.schema)
            self.people_view = self.people.view()
        if not self.models and self.last is None:
            # Read whole, candidates come from their own list, and this one only says from when on changes count.
            newest = Watermark.reached(None, self._newest(), shape_of(self.view(), self.settings))
            yield Page((), None, watermark=None if newest is None else str(newest))
            return
        yield from super().pages(cursor)

    def _newest(self) -> str | None:
        if self.schema.hidden(APPLICANT, ("Id",)):
            return None
        rows = self.wire.rows(Select((STAMP,), APPLICANT, order=(f"{STAMP} DESC",), limit=1))
        return rows[0][STAMP] if rows else None

    def beside(self, view: View, batch: Batch) -> Page:
        if self.people is None or self.people_view is None or (CANDIDATES, None) in self.people_view.lost:
            return Page((), None)
        return self.people.of(self.people_view, sorted({row[PERSON] for row in self.changed(batch.rows) if row.get(PERSON) is not None}))
