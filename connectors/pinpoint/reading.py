"""Reads one list to its end: agrees with the vendor on what may be asked for, pages, and turns resources into records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from connectors.pinpoint import mapping
from connectors.pinpoint.jobs import JOB_ROLES
from connectors.pinpoint.streams import SHARED, Item, Listing, items, whole
from connectors.pinpoint.talk import NOT_OFFERED, Talk, changed_at, denials
from connectors.pinpoint.wire import Resource, Wire
from connectors.transport.mapping import Withheld
from connectors.transport.met import Met
from connectors.transport.pages import NumberedPages, Step
from connectors.unified.connector import Diagnostic, Page, Record, Ref, Wanted
from connectors.unified.errors import Invalid, NotFound, PermissionMissing

NAMED_AT_MOST = 5
"""How many records a diagnostic names before it only counts."""


def later(one: str | None, other: str | None) -> str | None:
    """The later of two times; one that is missing is earlier than any."""
    if one is None or other is None:
        return other if one is None else one
    return one if moment(one) >= moment(other) else other


def moment(text: str) -> datetime:
    """Raises Invalid: a watermark or a vendor's time that is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no ISO 8601 time") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Records:
    """Turns resources into the wanted records of all models that a list feeds, and gathers what was withheld."""

    def __init__(self, listing: Listing, wanted: Wanted) -> None:
        self._listing = listing
        self._wanted = {model: wanted[model] for model in listing.feeds if model in wanted}
        self._delivered = Met()
        self._unsupported: set[tuple[str, str]] = set()

    def of(self, rows: Sequence[Resource], lost: Mapping[str, Diagnostic]) -> tuple[tuple[Record, ...], tuple[Diagnostic, ...]]:
        """The records of a page, and one diagnostic for each field that some of them do not show."""
        withheld: dict[tuple[str, str, Withheld], list[str]] = {}
        records = []
        for model, key, item in self._fresh(rows, lost):
            readable = frozenset(field for field in self._wanted[model] if f"{model}.{field}" not in lost)
            filled = mapping.filled(model, item, wanted=readable)
            records.append(Record(model, key, filled.values))
            for field, why in filled.withheld.items():
                withheld.setdefault((model, field, why), []).append(key)
        return tuple(records), tuple(_withheld(*cell, keys) for cell, keys in withheld.items() if self._news(*cell))

    def whole(self, rows: Sequence[Resource], lost: Mapping[str, Diagnostic]) -> tuple[Ref, ...]:
        """Of which join model a page has all that hangs on which row; a model that is lost may have more."""
        wanted = {model for model in self._wanted if model not in lost}
        return tuple(Ref(model, row.id) for row in rows for model in whole(self._listing, row) if model in wanted)

    def _news(self, model: str, field: str, why: Withheld) -> bool:
        """What an account does not offer is the same for all its records and said once; what is masked, for each page."""
        said_before = (model, field) in self._unsupported
        if why.reason == "unsupported":
            self._unsupported.add((model, field))
        return not said_before or why.reason != "unsupported"

    def roles(self) -> tuple[Record, ...]:
        """The two relations that the vendor knows."""
        if "Roles" not in self._wanted:
            return ()
        wanted = self._wanted["Roles"]
        return tuple(Record("Roles", relation, mapping.filled("Roles", relation, wanted=wanted).values) for relation in JOB_ROLES)

    def _fresh(self, rows: Sequence[Resource], lost: Mapping[str, Diagnostic]) -> Iterator[Item]:
        for row in rows:
            for model, key, item in items(self._listing, row):
                if model not in self._wanted or model in lost:
                    continue
                # What is met again long after is delivered again, as other lists deliver it, too.
                if model not in SHARED or self._delivered.is_news(f"{model} {key}", None):
                    yield model, key, item


def _withheld(model: str, field: str, why: Withheld, keys: list[str]) -> Diagnostic:
    named = ", ".join(keys[:NAMED_AT_MOST])
    more = f" and {len(keys) - NAMED_AT_MOST} more" if len(keys) > NAMED_AT_MOST else ""
    remedy = {
        "masked": "Pinpoint shows it when the job's blind screening ends.",
        "unsupported": NOT_OFFERED,
    }.get(why.reason)
    return Diagnostic(model, why.reason, field, detail=f"{why.detail}: {named}{more}", remedy=remedy)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a read has come: all that is needed to go on behind a page."""

    next: int | None = None
    """The page to be read next."""
    high: str | None = None
    """The latest change met."""
    ceiling: str | None = None
    """The latest change there was when a read of several pages began: what changes later may not be met by it."""

    def text(self) -> str:
        """As an opaque cursor."""
        return orjson.dumps([self.next, self.high, self.ceiling]).decode()

    @classmethod
    def parse(cls, cursor: str) -> Mark:
        """Raises Invalid: not a cursor of ours."""
        try:
            number, high, ceiling = orjson.loads(cursor)
            return cls(int(number), high, ceiling)
        except (TypeError, ValueError) as error:
            raise Invalid("this is no cursor of the Pinpoint connector") from error

    @property
    def watermark(self) -> str | None:
        """What the next delta read may start from without missing anything."""
        if self.ceiling is None or self.high is None:
            return self.high
        return self.high if moment(self.high) <= moment(self.ceiling) else self.ceiling


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads lists under the connection's settings."""

    wire: Wire
    page_size: int
    overlap_seconds: int

    def read(self, listing: Listing, wanted: Wanted, *, since: str | None, cursor: str | None) -> Iterator[Page]:
        """Pages of one list; a denied or absent list ends with a page of diagnostics. Raises ConnectorError."""
        start = Mark.parse(cursor) if cursor is not None else None
        talk = Talk(self.wire, listing, wanted, since=self._overlapping(since) if listing.delta and since is not None else None)
        try:
            yield from self._pages(talk, listing, wanted, start, since)
        except (PermissionMissing, NotFound) as refusal:
            yield Page((), None, diagnostics=denials(listing, wanted, refusal))

    def _overlapping(self, since: str) -> str:
        """A little earlier, for changes that were dated before the last read and seen only after it."""
        return (moment(since) - timedelta(seconds=self.overlap_seconds)).isoformat()

    def _pages(self, talk: Talk, listing: Listing, wanted: Wanted, start: Mark | None, since: str | None) -> Iterator[Page]:
        records = Records(listing, wanted)
        mark = start if start is not None else Mark(high=since if listing.delta else None)
        constants = records.roles() if start is None else ()
        if not set(listing.feeds) & set(wanted) - {"Roles"}:
            talk.check()  # constants need no page, but the permission must be there
            yield Page(constants, None, watermark=mark.watermark)
            return
        reported: set[str] = set()
        for step, ceiling in self._steps(talk, mark):
            mark = Mark(step.next, _highest(mark.high, step.rows), ceiling)
            found, withheld = records.of(step.rows, talk.lost)
            lost = tuple(diagnostic for cell, diagnostic in talk.lost.items() if cell not in reported)
            reported.update(talk.lost)
            warnings, talk.warnings = tuple(talk.warnings), []
            cursor = None if step.next is None else mark.text()
            # A whole read shows what is gone by not bringing it.
            complete = () if since is None else records.whole(step.rows, talk.lost)
            yield Page(constants + found, cursor, lost + withheld, warnings, mark.watermark, complete=complete)
            constants = ()

    def _steps(self, talk: Talk, mark: Mark) -> Iterator[tuple[Step[Resource], str | None]]:
        """The list's steps, with the ceiling that was found when the list turned out to be long."""
        ceiling = mark.ceiling

        def length() -> int:
            nonlocal ceiling
            rows, ceiling = talk.measure()
            return rows

        pages: NumberedPages[Resource] = NumberedPages(
            fetch=lambda number: talk.page(number, self.page_size),
            length=length,
            key=lambda row: row.id,
            version=changed_at,
            size=self.page_size,
        )
        for step in pages.read(mark.next):
            yield step, ceiling


def _highest(high: str | None, rows: Sequence[Resource]) -> str | None:
    for row in rows:
        high = later(high, changed_at(row))
    return high
