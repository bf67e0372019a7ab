"""Which rows of an object a caller sees: private objects by their owner, files by what they hang on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_servers.asymbl.security import QUERY_ALL_FILES, VIEW_ALL_DATA, access_of, running_user
from mock_servers.asymbl.tables import table_of

if TYPE_CHECKING:
    from mock_servers.asymbl.security import Access, Visible
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

_DOCUMENT_OF = {"ContentVersion": "ContentDocumentId", "ContentDocument": "id"}


def is_private(access: Access, visible: Visible) -> bool:
    """Whether this caller sees only their own rows of the object: its sharing is private and nothing lifts that."""
    if visible.view_all or "ownerid" not in visible.sobject.fields:
        return False
    return visible.sobject.sharing == "Private" or visible.name in access.private


def condition(access: Access, visible: Visible, alias: str, user: str) -> str | None:
    """What a row must meet to be shared with the caller, in SQL; None: all are. `user` stands for the running user's id."""
    if visible.name in _DOCUMENT_OF:
        return _of_files(access, visible, alias, user)
    return f'{alias}."OwnerId" = {user}' if is_private(access, visible) else None


def _of_files(access: Access, visible: Visible, alias: str, user: str) -> str | None:
    """Files of one's own, and those that hang on a record that one sees (fact)."""
    if visible.view_all or access.held & {QUERY_ALL_FILES, VIEW_ALL_DATA}:
        return None
    ways = [f'link."LinkedEntityId" = {user}']
    seen = [one for one in access.all() if one.name not in _DOCUMENT_OF]
    open_ones = [access.org.prefix_of(one.sobject) for one in seen if not is_private(access, one) and one.name != "User"]
    if open_ones:
        listed = ", ".join(f"'{prefix}'" for prefix in open_ones)
        ways.append(f'substr(link."LinkedEntityId", 1, 3) IN ({listed})')
    for one in seen:
        if is_private(access, one):
            ways.append(f'link."LinkedEntityId" IN (SELECT id FROM "{table_of(one.sobject)}" WHERE "OwnerId" = {user})')
    links = f'SELECT link."ContentDocumentId" FROM "ContentDocumentLink" link WHERE link."IsDeleted" = 0 AND ({" OR ".join(ways)})'
    return f'({alias}."OwnerId" = {user} OR {alias}."{_DOCUMENT_OF[visible.name]}" IN ({links}))'


def may_see(exchange: Exchange, visible: Visible, row: Row) -> bool:
    """Whether sharing opens this row to the caller."""
    sql = condition(access_of(exchange), visible, "t", ":user")
    if sql is None:
        return True
    found = f'SELECT 1 FROM "{table_of(visible.sobject)}" t WHERE t.id = :id AND {sql}'
    return bool(exchange.store.read(found, {"id": row["id"], "user": running_user(exchange)}))
