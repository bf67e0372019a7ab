"""The unified records of one integration: stored, changed only when their values change, marked when gone, read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from connectors.hub.clock import Now, later_than
from connectors.hub.ids import unified_id
from connectors.hub.store import created_by_us, records
from connectors.unified.models import MODELS

CHUNK = 500
"""Keys asked for at once: SQLite binds a limited number of values."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record ready to be stored: every field of its model but the identity, as JSON values."""

    model: str
    key: str
    values: Mapping[str, Any]


class Records:
    """All of one integration's rows. Every method works inside the caller's transaction."""

    def __init__(self, integration_id: str, now: Now) -> None:
        self._integration_id = integration_id
        self._now = now

    # -- writing ------------------------------------------------------------------------------------------------

    def put(self, connection: Connection, rows: Iterable[Row], sync_id: int | None) -> None:
        """Insert or update. A row that is there twice counts as it came last; one that is the same is only seen."""
        latest = {(row.model, row.key): row for row in rows}
        known = self._known(connection, latest)
        new, changed, seen = [], [], []
        for place, row in latest.items():
            data = _dumped(row.values)
            digest = _digest(data)
            old = known.get(place)
            if old is None:
                new.append(self._inserted(row, data, digest, sync_id))
            elif old.digest != digest or old.remote_deleted_at is not None:
                changed_at = later_than(old.changed_at, self._now)
                changed.append({**self._at(row), "v_data": data, "v_digest": digest, "v_changed_at": changed_at, "v_sync": sync_id})
            else:
                seen.append({**self._at(row), "v_sync": sync_id})
        if new:
            connection.execute(insert(records), new)
        if changed:
            connection.execute(_CHANGED, changed)
        if seen and sync_id is not None:
            connection.execute(_SEEN, seen)

    def mark_unseen(self, connection: Connection, model: str, sync_id: int) -> None:
        """Give remote_deleted_at to every living row of a model that a sync has not met."""
        unseen = or_(records.c.seen_in_sync != sync_id, records.c.seen_in_sync.is_(None))
        self._mark(connection, and_(records.c.model == model, unseen))

    def mark_gone(self, connection: Connection, model: str, keys: Sequence[str]) -> None:
        """Give remote_deleted_at to those of these rows that are there and alive."""
        for start in range(0, len(keys), CHUNK):
            self._mark(connection, and_(records.c.model == model, records.c.key.in_(keys[start : start + CHUNK])))

    def mark_others(self, connection: Connection, model: str, owners: Collection[str], but: Collection[str]) -> None:
        """Give remote_deleted_at to every living row of a join model that hangs on one of these owners, but those named."""
        alive = and_(self._mine, records.c.model == model, records.c.remote_deleted_at.is_(None))
        keys = connection.execute(select(records.c.key).where(alive)).scalars().all()
        self.mark_gone(connection, model, [key for key in keys if key.partition("/")[0] in owners and key not in but])

    def mark_orphans(self, connection: Connection, model: str, references: Mapping[str, str]) -> None:
        """Give remote_deleted_at to every living row that refers (field to model) to a record that is not alive."""
        alive = {target: self._alive(connection, target) for target in references.values()}
        orphans = []
        for row in connection.execute(select(records.c.key, records.c.data).where(self._mine, records.c.model == model)):
            values = orjson.loads(row.data)
            if any(values.get(field) is not None and values[field] not in alive[target] for field, target in references.items()):
                orphans.append(row.key)
        for key in orphans:
            self._mark(connection, and_(records.c.model == model, records.c.key == key))

    def mark_unneeded(self, connection: Connection, model: str, sync_id: int, referring: Mapping[str, Sequence[str]]) -> None:
        """Give remote_deleted_at to every living row that a sync has not met and to which no living row of `referring`
        (model to the fields that refer to this one) refers."""
        needed: set[Any] = set()
        for other, fields in referring.items():
            wanted = and_(self._mine, records.c.model == other, records.c.remote_deleted_at.is_(None))
            for data in connection.execute(select(records.c.data).where(wanted)).scalars():
                values = orjson.loads(data)
                needed.update(values.get(field) for field in fields)
        unseen = or_(records.c.seen_in_sync != sync_id, records.c.seen_in_sync.is_(None))
        for row in connection.execute(select(records.c.key, records.c.id).where(self._mine, records.c.model == model, unseen)).all():
            if row.id not in needed:
                self._mark(connection, and_(records.c.model == model, records.c.key == row.key))

    def mark_all(self, connection: Connection, model: str) -> None:
        """Give remote_deleted_at to every living row of a model."""
        self._mark(connection, records.c.model == model)

    def blank(self, connection: Connection, model: str, fields: Sequence[str]) -> None:
        """Write null into these fields of every row of a model."""
        changed = []
        rows = connection.execute(select(records).where(self._mine, records.c.model == model))
        for row in rows:
            values = orjson.loads(row.data)
            if any(values.get(field) is not None for field in fields):
                data = _dumped({**values, **dict.fromkeys(fields)})
                changed_at = later_than(row.changed_at, self._now)
                changed.append(
                    {**self._at(Row(model, row.key, values)), "v_data": data, "v_digest": _digest(data), "v_changed_at": changed_at}
                )
        if changed:
            connection.execute(_BLANKED, changed)

    def remember_created(self, connection: Connection, model: str, key: str) -> None:
        """Note that our own action made this record."""
        if key not in self.created(connection, model):
            row = {"integration_id": self._integration_id, "model": model, "key": key, "id": unified_id(self._integration_id, key)}
            connection.execute(insert(created_by_us), row)

    def forget(self, connection: Connection) -> None:
        """Delete every trace of the integration's records."""
        for table in (records, created_by_us):
            connection.execute(delete(table).where(table.c.integration_id == self._integration_id))

    # -- reading ------------------------------------------------------------------------------------------------

    def read(
        self, connection: Connection, model: str, *, include_deleted: bool = True, keys: Sequence[str] = ()
    ) -> Iterator[dict[str, Any]]:
        """Rows of a model, flat, in the order of their keys."""
        wanted = [self._mine, records.c.model == model]
        if not include_deleted:
            wanted.append(records.c.remote_deleted_at.is_(None))
        if keys:
            wanted.append(records.c.key.in_(keys))
        for row in connection.execute(select(records).where(*wanted).order_by(records.c.key)):
            yield {
                "id": row.id,
                "remote_id": row.remote_id,
                "changed_at": row.changed_at,
                "remote_deleted_at": row.remote_deleted_at,
                **orjson.loads(row.data),
            }

    def key_of(self, connection: Connection, model: str, id: str) -> str | None:
        """The vendor's key behind a unified id; also of a record that an action has made and no sync has met."""
        for table in (records, created_by_us):
            wanted = and_(table.c.integration_id == self._integration_id, table.c.model == model, table.c.id == id)
            key: str | None = connection.execute(select(table.c.key).where(wanted)).scalar()
            if key is not None:
                return key
        return None

    def created(self, connection: Connection, model: str) -> frozenset[str]:
        """The keys of the records of a model that our own actions made."""
        wanted = and_(created_by_us.c.integration_id == self._integration_id, created_by_us.c.model == model)
        return frozenset(connection.execute(select(created_by_us.c.key).where(wanted)).scalars())

    # -- inside -------------------------------------------------------------------------------------------------

    def _alive(self, connection: Connection, model: str) -> frozenset[str]:
        """The unified ids of a model's living rows."""
        wanted = and_(self._mine, records.c.model == model, records.c.remote_deleted_at.is_(None))
        return frozenset(connection.execute(select(records.c.id).where(wanted)).scalars())

    @property
    def _mine(self) -> Any:
        return records.c.integration_id == self._integration_id

    def _known(self, connection: Connection, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Any]:
        by_model: dict[str, list[str]] = {}
        for model, key in places:
            by_model.setdefault(model, []).append(key)
        known = {}
        for model, keys in by_model.items():
            for start in range(0, len(keys), CHUNK):
                some = {"p_integration": self._integration_id, "p_model": model, "p_keys": keys[start : start + CHUNK]}
                known.update({(row.model, row.key): row for row in connection.execute(_KNOWN, some)})
        return known

    def _inserted(self, row: Row, data: str, digest: str, sync_id: int | None) -> dict[str, Any]:
        return {
            "integration_id": self._integration_id,
            "model": row.model,
            "key": row.key,
            "id": unified_id(self._integration_id, row.key),
            "remote_id": row.key if MODELS[row.model].has_remote_id() else None,
            "data": data,
            "digest": digest,
            "changed_at": later_than(None, self._now),
            "remote_deleted_at": None,
            "seen_in_sync": sync_id,
        }

    def _at(self, row: Row) -> dict[str, str]:
        return {"p_integration": self._integration_id, "p_model": row.model, "p_key": row.key}

    def _mark(self, connection: Connection, which: Any) -> None:
        alive = and_(self._mine, which, records.c.remote_deleted_at.is_(None))
        rows = connection.execute(select(records.c.model, records.c.key, records.c.changed_at).where(alive)).all()
        mine = {"p_integration": self._integration_id}
        marked = [{**mine, "p_model": row.model, "p_key": row.key, "v_changed_at": later_than(row.changed_at, self._now)} for row in rows]
        if marked:
            connection.execute(_MARKED, marked)


_MODEL = and_(records.c.integration_id == bindparam("p_integration"), records.c.model == bindparam("p_model"))
_KNOWN = select(records.c.model, records.c.key, records.c.digest, records.c.changed_at, records.c.remote_deleted_at).where(
    _MODEL, records.c.key.in_(bindparam("p_keys", expanding=True))
)


def _changing(**values: Any) -> Any:
    return update(records).where(_MODEL, records.c.key == bindparam("p_key")).values(values)


# One statement a kind of change, made once; the v_ values are bound row by row. A deletion moves changed_at as well, or clients
# that ask for what changed since their last visit would never hear of it.
_CHANGED = _changing(
    data=bindparam("v_data"),
    digest=bindparam("v_digest"),
    changed_at=bindparam("v_changed_at"),
    remote_deleted_at=None,
    seen_in_sync=bindparam("v_sync"),
)
_SEEN = _changing(seen_in_sync=bindparam("v_sync"))
_BLANKED = _changing(data=bindparam("v_data"), digest=bindparam("v_digest"), changed_at=bindparam("v_changed_at"))
_MARKED = _changing(remote_deleted_at=bindparam("v_changed_at"), changed_at=bindparam("v_changed_at"))


def _dumped(values: Mapping[str, Any]) -> str:
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def _digest(data: str) -> str:
    return hashlib.sha256(data.encode()).hexdigest()
