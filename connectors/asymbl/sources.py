"""Where people came from: contacts without a lead source take the source of their newest application that has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.asymbl import soql
from connectors.asymbl.columns import APPLICANT
from connectors.asymbl.scan import ALWAYS, Scan
from connectors.asymbl.schema import View
from connectors.asymbl.settings import Settings
from connectors.asymbl.soql import Select
from connectors.asymbl.wire import Row, Wire

PERSON, SOURCE = "bpats__ATS_Applicant__c", "bpats__Source__c"
COLUMNS = (*ALWAYS, PERSON, SOURCE, "CreatedDate")
GIVEN = (f"{SOURCE} != null", f"{PERSON} != null")
NOTHING = ("", "", "")
MOST_IDS = 200
"""In one query: the address has a greatest length."""


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in portions that fit into a query."""
    for start in range(0, len(ids), MOST_IDS):
        yield ids[start : start + MOST_IDS]


@dataclass
class Sources:
    """Contact to source, gathered from applications."""

    wire: Wire
    settings: Settings
    _newest: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Contact to (created, id, source)."""
    _found: dict[str, str] = field(default_factory=dict)
    _complete: bool = False

    def of_all(self) -> Mapping[str, str]:
        """Of everybody, in one go."""
        if self._complete:
            return self._found
        types = {"Id": "id", "SystemModstamp": "datetime", PERSON: "reference", SOURCE: "picklist", "CreatedDate": "datetime"}
        scan = Scan(self.wire, self.settings, View(APPLICANT, COLUMNS, types), {}, where=GIVEN)
        for batch in scan.batches():
            self._note(batch.rows)
        self._complete = True
        return self._found

    def of(self, contacts: Iterable[str]) -> Mapping[str, str]:
        """Of these people."""
        for some in chunks(sorted(set(contacts))):
            self._note(self.wire.rows(Select(COLUMNS, APPLICANT, (*GIVEN, f"{PERSON} IN {soql.texts(some)}"))))
        return self._found

    def _note(self, rows: Iterable[Row]) -> None:
        for row in rows:
            made = (str(row["CreatedDate"]), str(row["Id"]), str(row[SOURCE]))
            if made > self._newest.get(row[PERSON], NOTHING):
                self._newest[row[PERSON]] = made
                self._found[row[PERSON]] = made[2]
