"""Reads candidates: the contacts among all contacts who have applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from connectors.asymbl import soql
from connectors.asymbl.columns import APPLICANT, CONTACT, may_see
from connectors.asymbl.mapping import Context
from connectors.asymbl.reading import Reading
from connectors.asymbl.refusals import UnknownColumn
from connectors.asymbl.scan import STAMP, Batch, without_refused
from connectors.asymbl.schema import Lost, View, denied
from connectors.asymbl.settings import Settings
from connectors.asymbl.soql import Select
from connectors.asymbl.sources import PERSON, SOURCE, Sources, chunks
from connectors.asymbl.values import Row, tidy
from connectors.unified.connector import Page, Ref

MODEL = "Candidates"


def membership(settings: Settings) -> str:
    """The condition that tells candidates from clients, partners and all other contacts."""
    if settings.candidates == "record_type":
        return f"RecordType.DeveloperName = {soql.text(settings.candidate_record_type)}"
    return f"Id IN (SELECT {PERSON} FROM {APPLICANT})"


@dataclass
class CandidatesReading(Reading):
    """Contacts who have applied. By changes: those whose own record changed; new applicants come with their applications."""

    sources: Sources | None = None
    one_by_one: bool = False
    """Whether sources are looked up for the rows at hand only, and not for everybody at once."""

    def conditions(self) -> tuple[str, ...]:
        return (membership(self.settings),)

    def outside(self) -> str:
        """Who has no application any more is told by the applications; a change of the record type is the contact's own."""
        if self.settings.candidates != "record_type":
            return ""
        return f"(RecordTypeId = null OR RecordType.DeveloperName != {soql.text(self.settings.candidate_record_type)})"

    def with_deleted(self) -> bool:
        """A deleted contact is no applicant's any more, so that it would not be found among candidates; it is asked for apart."""
        return False

    def limited(self, view: View) -> View:
        lost = Lost()
        if self.settings.candidates == "with_application" and (lacking := self.schema.hidden(APPLICANT, (PERSON,))):
            known = view.lost[MODEL, None].missing_permissions if (MODEL, None) in view.lost else ()
            lost[MODEL, None] = denied(MODEL, None, (*known, *lacking))
        elif "source" in self.wanted[MODEL] and self.schema.hidden(APPLICANT, (SOURCE,)):
            known = view.lost[MODEL, "source"].missing_permissions if (MODEL, "source") in view.lost else ()
            lost[MODEL, "source"] = denied(MODEL, "source", (*known, may_see(APPLICANT, SOURCE)))
        return replace(view, lost={**view.lost, **lost})

    def context(self, view: View, rows: Sequence[Row]) -> Context:
        context = super().context(view, rows)
        if "source" not in view.readable(MODEL, self.wanted[MODEL]):
            return context
        if self.sources is None:
            self.sources = Sources(self.wire, self.settings)
        if self.one_by_one or (self.last is not None and not self.reshaped):
            lacking = [row["Id"] for row in rows if tidy(row.get("LeadSource")) is None]
            return replace(context, sources=self.sources.of(lacking))
        return replace(context, sources=self.sources.of_all())

    def beside(self, view: View, batch: Batch) -> Page:
        if self.last is None or batch.more:
            return Page((), None)
        return Page((), None, gone=tuple(Ref(MODEL, row["Id"]) for row in self._deleted()))

    def _deleted(self) -> Iterable[Row]:
        """Contacts of whatever kind that went, merged ones among them; whom nobody knew does no harm."""
        since = self.changed_from()
        if since is None:
            return ()
        select = Select(("Id",), CONTACT, ("IsDeleted = true", f"{STAMP} >= {soql.time(since)}"))
        return self.wire.rows(select, deleted=True)

    def of(self, view: View, contacts: Sequence[str]) -> Page:
        """These contacts as they are now; who is no candidate (any more) is gone. What they cannot show, their own list reports."""
        while True:
            try:
                rows = [row for some in chunks(contacts) for row in self._asked(view, some)]
                break
            except UnknownColumn as unknown:
                view = without_refused(view, unknown, self.wanted)
        records, diagnostics = self.records((MODEL,), view, rows)
        known = {row["Id"] for row in rows}
        gone = tuple(Ref(MODEL, id) for id in contacts if id not in known)
        return Page(tuple(records), None, tuple(diagnostics), gone=gone)

    def _asked(self, view: View, contacts: Sequence[str]) -> Sequence[Row]:
        return self.wire.rows(Select(view.columns, CONTACT, (f"Id IN {soql.texts(contacts)}", membership(self.settings))))
