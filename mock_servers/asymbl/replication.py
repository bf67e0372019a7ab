"""/updated and /deleted: which records changed or went in a window of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import security, sharing, tables, wire
from mock_servers.asymbl.wire import refuse

if TYPE_CHECKING:
    from mock_servers.asymbl.security import Visible
    from mock_servers.engine.exchange import Exchange

DAY = 24 * 3600
UPDATED_DAYS, DELETED_DAYS = 30, 15
"""How far back each may ask: the replication window, and the life of the recycle bin."""
MOST_IDS = 600_000


def updated(exchange: Exchange, visible: Visible) -> dict[str, Any]:
    """{"ids": […], "latestDateCovered": …} of records made or changed in the window. Raises ApiError."""
    start, end = _window(exchange, visible, UPDATED_DAYS)
    found = [id for id, _ in _rows(exchange, visible, start, end, deleted=False)]
    if len(found) > MOST_IDS:
        raise refuse(400, "EXCEEDED_ID_LIMIT", f"more than {MOST_IDS} records changed in this window")
    return {"ids": found, "latestDateCovered": end}


def deleted(exchange: Exchange, visible: Visible) -> dict[str, Any]:
    """{"deletedRecords": [{"id", "deletedDate"}], "earliestDateAvailable", "latestDateCovered"}. Raises ApiError."""
    start, end = _window(exchange, visible, DELETED_DAYS)
    found = [{"id": id, "deletedDate": stamp} for id, stamp in _rows(exchange, visible, start, end, deleted=True)]
    earliest = wire.moment((exchange.now - DELETED_DAYS * DAY) // 60 * 60)
    return {"deletedRecords": found, "earliestDateAvailable": earliest, "latestDateCovered": end}


def _window(exchange: Exchange, visible: Visible, days: int) -> tuple[str, str]:
    """The two moments, without their seconds (fact). Raises ApiError."""
    if "systemmodstamp" not in visible.sobject.fields or not visible.sobject.soft_deletes:
        raise refuse(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {visible.name} does not support replication")
    sent = dict(exchange.query)
    start, end = (_minute(name, sent.get(name)) for name in ("start", "end"))
    if start >= end:
        raise refuse(400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
    if start < exchange.now - days * DAY:
        raise refuse(400, "INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return wire.moment(start), wire.moment(end)


def _minute(name: str, text: str | None) -> float:
    if not text:
        raise refuse(400, "MISSING_ARGUMENT", f"{name} is required")
    try:
        # A plus that was not percent-encoded arrives as a blank.
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise refuse(400, "INVALID_REPLICATION_DATE", f"{name} is no date-time: {text}") from None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    if not 1970 <= at.year < 2200:
        raise refuse(400, "INVALID_REPLICATION_DATE", f"{name} is out of range: {text}")
    return at.timestamp() // 60 * 60


def _rows(exchange: Exchange, visible: Visible, start: str, end: str, *, deleted: bool) -> list[tuple[str, str]]:
    table = tables.table_of(visible.sobject)
    conditions = ['"SystemModstamp" >= :start', '"SystemModstamp" < :end', f'"IsDeleted" = {int(deleted)}']
    binds = {"start": start, "end": end}
    if visible.sobject.own:
        conditions.append("sobject = :sobject")
        binds["sobject"] = visible.name
    shared = sharing.condition(security.access_of(exchange), visible, "t", ":user")
    if shared is not None:
        conditions.append(shared)
        binds["user"] = security.running_user(exchange)
    sql = f'SELECT id, "SystemModstamp" FROM "{table}" t WHERE {" AND ".join(conditions)} ORDER BY "SystemModstamp", id'
    return [(id, stamp) for id, stamp in exchange.store.read(sql, binds)]
