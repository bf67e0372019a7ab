"""Query locators: a cursor on a result as it was when it was asked for, bound to the session that asked.

Kept among the org's tables, so that they last through a restart and go with a snapshot. What is kept are the ids, in order:
rows deleted later still come, values are those of the moment when a page is fetched (assumed).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_servers.asymbl import ids, quirks, tables
from mock_servers.asymbl.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

PREFIX = "0r8"
IDS_IN_ROW = 2000


@dataclass(frozen=True, slots=True)
class Cursor:
    """An open result."""

    id: str
    text: str
    all_rows: bool
    total: int
    batch: int


def open_cursor(exchange: Exchange, text: str, found: list[str], *, all_rows: bool, batch: int) -> Cursor:
    """Keep a result of these ids."""
    store = exchange.store
    with store.transaction():
        _make_room(exchange)
        id = ids.made(PREFIX, store.next_id("cursors:"))
        cursor = Cursor(id, text, all_rows, len(found), batch)
        store.insert(
            tables.CURSORS,
            {
                "id": id, "owner": _owner(exchange), "session": _session(exchange), "soql": text, "all_rows": all_rows, "total": len(found),
                "batch": batch, "expires_at": exchange.now + quirks.settings(exchange, quirks.OpenCursors).lifetime_seconds,
            },
        )  # fmt: skip
        for start in range(0, len(found), IDS_IN_ROW):
            part = found[start : start + IDS_IN_ROW]
            store.insert(tables.CURSOR_IDS, {"id": f"{id}/{start // IDS_IN_ROW:06d}", "ids": "".join(part)})
    return cursor


def cursor_at(exchange: Exchange, locator: str) -> tuple[Cursor, int]:
    """The cursor and the offset that `‹locator›-‹offset›` names.

    Raises ApiError: 400 INVALID_QUERY_LOCATOR for one that is not, no longer or another user's, 401 for another session's.
    """
    id, _, offset = locator.partition("-")
    row = exchange.store.find(tables.CURSORS, id=id)
    known = row is not None and row["owner"] == _owner(exchange) and row["expires_at"] > exchange.now
    if row is None or not known or not ((offset.isdecimal() and offset.isascii()) or offset == "") or int(offset or 0) >= row["total"]:
        raise refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    if row["session"] != _session(exchange):
        raise refuse(401, "INVALID_SESSION_ID", "Session expired or invalid")
    return Cursor(id, row["soql"], row["all_rows"], row["total"], row["batch"]), int(offset or 0)


def ids_of(exchange: Exchange, cursor: Cursor, offset: int, count: int) -> list[str]:
    """The ids of one page."""
    first, last = offset // IDS_IN_ROW, (offset + count - 1) // IDS_IN_ROW
    kept = "".join(
        str(exchange.store.get(tables.CURSOR_IDS, f"{cursor.id}/{part:06d}")["ids"])
        for part in range(first, min(last, (cursor.total - 1) // IDS_IN_ROW) + 1)
    )
    start = offset - first * IDS_IN_ROW
    return [kept[at : at + 18] for at in range(start * 18, min((start + count) * 18, len(kept)), 18)]


def _make_room(exchange: Exchange) -> None:
    """What has ended goes, and a user's oldest cursors beyond the number that one may have open."""
    store, quirk = exchange.store, exchange.quirk(quirks.OpenCursors)
    rows = list(store.where(tables.CURSORS))
    ended = [row for row in rows if row["expires_at"] <= exchange.now]
    if quirk is not None:
        mine = [row for row in rows if row["owner"] == _owner(exchange) and row not in ended]
        ended += mine[: max(0, len(mine) - quirk.most + 1)]
    for row in ended:
        store.delete(tables.CURSORS, row["id"])
        for part in range((row["total"] - 1) // IDS_IN_ROW + 1):
            store.delete(tables.CURSOR_IDS, f"{row['id']}/{part:06d}")


def _owner(exchange: Exchange) -> str:
    return exchange.credential.id if exchange.credential is not None else ""


def _session(exchange: Exchange) -> str:
    """Tells one session from another without keeping its secret."""
    token = exchange.token.secret if exchange.token is not None else _owner(exchange)
    return hashlib.sha256(token.encode()).hexdigest()
