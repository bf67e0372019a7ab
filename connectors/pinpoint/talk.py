"""Agrees with the vendor on what one read may ask for: what it refuses is left out, and reported cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from connectors.pinpoint.streams import SHARED, Ask, Listing, Part, ask_for, is_wanted
from connectors.pinpoint.wire import PRIVATE, Query, Refused, Resource, Wire
from connectors.transport.pages import counted
from connectors.unified.connector import Diagnostic, Wanted
from connectors.unified.connector import Warning as Notice
from connectors.unified.errors import ConnectorError, PermissionMissing

T = TypeVar("T")

Step = Callable[[Ask], Ask]
"""Leaves one thing out of a request."""

REMEDY = "Give the API key {permissions} in Pinpoint under Settings > API & Webhooks, then sync again."
NOT_OFFERED = "None: this account's Pinpoint does not offer it."


def not_permitted(cell: str, needs: tuple[str, ...], refusal: ConnectorError, detail: str | None = None) -> Diagnostic:
    """For a "Model" or "Model.field" that a 403 keeps away."""
    model, _, field = cell.partition(".")
    remedy = REMEDY.format(permissions=" and ".join(f'"{need}"' for need in needs))
    return Diagnostic(model, "not_permitted", field or None, needs, refusal.http_status, refusal.vendor_code, remedy, detail)


def unsupported(cell: str, refusal: ConnectorError | None, detail: str) -> Diagnostic:
    """For a "Model" or "Model.field" that this account's Pinpoint does not know."""
    model, _, field = cell.partition(".")
    remedy = NOT_OFFERED
    status, code = (refusal.http_status, refusal.vendor_code) if refusal is not None else (None, None)
    return Diagnostic(model, "unsupported", field or None, (), status, code, remedy, detail)


def denials(listing: Listing, wanted: Wanted, refusal: ConnectorError) -> tuple[Diagnostic, ...]:
    """One for each wanted model that a list would have fed."""
    fed = [model for model in listing.feeds if model in wanted]
    if isinstance(refusal, PermissionMissing):
        detail = f"what {listing.name} show of it is missing" if _has_other_source(listing) else None
        return tuple(not_permitted(model, listing.needs, refusal, detail if model in SHARED else None) for model in fed)
    return tuple(unsupported(model, refusal, f"this account has no {listing.path}") for model in fed)


def _has_other_source(listing: Listing) -> bool:
    return listing.name in ("candidates", "applications")


class Talk:
    """One read's requests. What the vendor refuses is left out of the next request, and remembered for the report."""

    def __init__(self, wire: Wire, listing: Listing, wanted: Wanted, *, since: str | None = None) -> None:
        self._wire = wire
        self._listing = listing
        self._wanted = wanted
        self.ask = ask_for(listing, wanted, since=since)
        self.lost: dict[str, Diagnostic] = {}
        self.warnings: list[Notice] = []
        self._tried: dict[Query, bool] = {}

    def page(self, number: int, size: int) -> Sequence[Resource]:
        """A page with everything that is wanted of it and allowed. Raises ConnectorError."""
        rows = self._agreed(lambda: self._list(self.ask, number, size))
        for part in self.ask.parts if rows else ():
            if not any(_shows(row, part) for row in rows):
                # The vendor leaves out silently what it does not know, so its silence is made heard here.
                self._lose(part, lambda cell: unsupported(cell, None, "asked for, and not in the answer"))
        return rows

    def check(self) -> None:
        """Raises PermissionMissing when the list is not allowed."""
        self._agreed(lambda: self._list(self.ask, 1, 1, bare=True), bare=True)

    def measure(self) -> tuple[int, str | None]:
        """How long the list is now, and its newest change as the vendor dates it (None for a list without such an order)."""
        # Only lists that can be read by change can be sorted by it.
        sort = "-updated_at" if self._listing.delta else None
        try:
            rows, total = self._wire.counted(
                self._listing.path, self.ask.query(page=(1, 1), bare=True, sort=sort, count=True), needs=self._listing.needs
            )
        except Refused:
            # Older accounts do not count.
            rows, total = self._agreed(lambda: self._list(self.ask, 1, 1, bare=True, sort=sort), bare=True), None
        length = counted(lambda rank: bool(self._list(self.ask, rank, 1, bare=True))) if total is None else total
        return length, next((changed_at(row) for row in rows), None) if sort is not None else None

    def _list(self, ask: Ask, number: int, size: int, *, bare: bool = False, sort: str | None = None) -> tuple[Resource, ...]:
        return self._wire.list(self._listing.path, ask.query(page=(number, size), bare=bare, sort=sort), needs=self._listing.needs)

    def _agreed(self, request: Callable[[], T], *, bare: bool = False) -> T:
        """The request's answer, made smaller as long as the vendor refuses parts of it. Each round drops something or raises."""
        while True:
            try:
                return request()
            except Refused as refusal:
                self._settle_for_known(refusal)
            except PermissionMissing as refusal:
                if bare:
                    raise
                self._settle_for_permitted(refusal)

    def _settle_for_permitted(self, refusal: PermissionMissing) -> None:
        """Find the includes that need a permission the key lacks. Raises the refusal when the list itself is denied."""
        guarded = [part for part in self.ask.parts if part.needs]
        if not guarded or not self._allowed(replace(self.ask, parts=())):
            raise refusal
        denied = [part for part in guarded if not self._allowed(replace(self.ask, parts=(part,)))]
        if not denied:
            raise refusal
        for part in denied:
            needs = self._lacking(part)
            self._drop(part, lambda cell, needs=needs: not_permitted(cell, needs, refusal))  # type: ignore[misc]

    def _lacking(self, part: Part) -> tuple[str, ...]:
        """Of a denied part's permissions the one that is lacking, where its path has a step for each: the first step refused tells."""
        [path] = part.includes if len(part.includes) == 1 else [""]
        steps = path.split(".")
        if len(steps) != len(part.needs):
            return part.needs
        for number, need in enumerate(part.needs, start=1):
            shorter = replace(part, includes=(".".join(steps[:number]),), extras=())
            if not self._allowed(replace(self.ask, parts=(shorter,))):
                return (need,)
        return part.needs

    def _settle_for_known(self, refusal: Refused) -> None:
        """Find what an older account does not know: leave out more and more until it answers, then take back what it does know."""
        steps = [step for step in (_without_private_jobs, _without_since, *map(_without, self.ask.parts)) if step(self.ask) != self.ask]
        left_out: list[Step] = []
        for step in steps:
            left_out.append(step)
            if self._known(self._smaller(left_out)):
                break
        else:
            raise refusal
        for step in tuple(left_out[:-1]):
            others = [other for other in left_out if other is not step]
            if self._known(self._smaller(others)):
                left_out = others
        self._report_difference(self._smaller(left_out), refusal)

    def _smaller(self, left_out: Sequence[Step]) -> Ask:
        ask = self.ask
        for step in left_out:
            ask = step(ask)
        return ask

    def _report_difference(self, agreed: Ask, refusal: Refused) -> None:
        before = self.ask
        if agreed.visibilities != before.visibilities:
            message = f"{self._listing.path}: this account refuses the visibility {PRIVATE}, so no such jobs are read"
            self.warnings.append(Notice("visibility_unsupported", message))
        if agreed.since != before.since:
            message = f"{self._listing.path}: this account cannot be asked for changes only, so all of it is read"
            self.warnings.append(Notice("delta_unsupported", message))
        self.ask = replace(agreed, parts=before.parts)
        for part in before.parts:
            if part not in agreed.parts:
                self._drop(part, lambda cell: unsupported(cell, refusal, "the vendor refuses to be asked for it"))

    def _drop(self, part: Part, diagnose: Callable[[str], Diagnostic]) -> None:
        """Ask for a part no more, or for what comes instead of it."""
        instead = part.instead
        kept = tuple(instead if other is part and instead is not None else other for other in self.ask.parts)
        self.ask = replace(self.ask, parts=tuple(other for other in kept if other is not part))
        if instead is None:
            self._lose(part, diagnose)

    def _lose(self, part: Part, diagnose: Callable[[str], Diagnostic]) -> None:
        for cell in part.cells:
            if is_wanted(cell, self._wanted) and cell not in self.lost:
                self.lost[cell] = diagnose(cell)

    def _allowed(self, ask: Ask) -> bool:
        """Whether the key may ask for this; the same is asked only once."""
        query = ask.query(page=(1, 1))
        if query not in self._tried:
            try:
                self._list(ask, 1, 1)
            except PermissionMissing:
                self._tried[query] = False
            else:
                self._tried[query] = True
        return self._tried[query]

    def _known(self, ask: Ask) -> bool:
        try:
            self._list(ask, 1, 1)
        except Refused:
            return False
        except PermissionMissing:
            return True
        return True


def _shows(row: Resource, part: Part) -> bool:
    """Whether a record has what a part asked for; of a dotted include the first step is looked at."""
    return all(row.shows(include.partition(".")[0]) for include in part.includes) and all(name in row.attributes for _, name in part.extras)


def _without_private_jobs(ask: Ask) -> Ask:
    if ask.listing.visibility is None:
        return ask
    return replace(ask, visibilities=tuple(name for name in ask.visibilities if name != PRIVATE))


def _without_since(ask: Ask) -> Ask:
    return replace(ask, since=None)


def _without(part: Part) -> Step:
    return lambda ask: replace(ask, parts=tuple(other for other in ask.parts if other is not part))


def changed_at(row: Resource) -> str | None:
    """When the vendor last changed a record."""
    value = row.get("updated_at")
    return value if isinstance(value, str) else None
