"""The unified records of one integration: stored, changed only when their values change, marked when gone, read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select, update

from connectors.hub.clock import Now, later_than
from connectors.hub.ids import unified_id
from connectors.hub.store import created_by_us, records, switched_off
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
        now = later_than(None, self._now)
        for place, row in latest.items():
            data = _dumped(row.values)
            digest = _digest(data)
            old = known.get(place)
            if old is None:
                new.append(self._inserted(row, data, digest, now, sync_id))
            elif old.digest != digest or old.remote_deleted_at is not None:
                changed_at = later_than(old.changed_at, self._now)
                changed.append(
                    {**self._at(row), "v_data": data.decode(), "v_digest": digest, "v_changed_at": changed_at, "v_sync": sync_id}
                )
            else:
                seen.append({**self._at(row), "v_sync": sync_id})
        if new:
            connection.execute(_NEW, new)
        if changed:
            connection.execute(_CHANGED, changed)
        if seen and sync_id is not None:
            connection.execute(_SEEN, seen)

    def mark_unseen(self, connection: Connection, model: str, sync_id: int) -> None:
        """Give remote_deleted_at to every living row of a model that a sync has not met."""
        self._mark(connection, _UNSEEN, {"p_model": model, "p_sync": sync_id})

    def mark_gone(self, connection: Connection, model: str, keys: Sequence[str]) -> None:
        """Give remote_deleted_at to those of these rows that are there and alive."""
        for start in range(0, len(keys), CHUNK):
            self._mark(connection, _AMONG, {"p_model": model, "p_keys": keys[start : start + CHUNK]})

    def mark_others(self, connection: Connection, model: str, owners: Collection[str], but: Collection[str]) -> None:
        """Give remote_deleted_at to every living row of a join model that hangs on one of these owners, but those named."""
        keys = [row.key for row in connection.execute(_ALIVE, self._of(model))]
        self.mark_gone(connection, model, [key for key in keys if key.partition("/")[0] in owners and key not in but])

    def mark_orphans(self, connection: Connection, model: str, references: Mapping[str, str]) -> None:
        """Give remote_deleted_at to every living row that refers (field to model) to a record that is not alive."""
        orphaned = self._orphaned(connection, references)
        self.mark_gone(connection, model, [row.key for row in connection.execute(_ALL, self._of(model)) if orphaned(row)])

    def mark_unneeded(self, connection: Connection, model: str, sync_id: int, referring: Mapping[str, Sequence[str]]) -> None:
        """Give remote_deleted_at to every living row that a sync has not met and to which no living row of `referring`
        (model to the fields that refer to this one) refers."""
        needed = self._referred_to(connection, referring)
        unseen = connection.execute(_UNSEEN, {**self._of(model), "p_sync": sync_id})
        self.mark_gone(connection, model, [row.key for row in unseen if row.id not in needed])

    def mark_all(self, connection: Connection, model: str) -> None:
        """Give remote_deleted_at to every living row of a model."""
        self._mark(connection, _ALIVE, {"p_model": model})

    def set_aside(self, connection: Connection, model: str) -> None:
        """As `mark_all`, and remember which rows lived."""
        place = {"integration_id": self._integration_id, "model": model}
        living = [{**place, "key": row.key} for row in connection.execute(_ALIVE, self._of(model))]
        if living:
            connection.execute(_ASIDE_NO_MORE, [{**self._of(model), "p_key": row["key"]} for row in living])
            connection.execute(insert(switched_off), living)
        self.mark_all(connection, model)

    def bring_back(self, connection: Connection, model: str, references: Mapping[str, str], referring: Mapping[str, Sequence[str]]) -> None:
        """Let rows that were set aside live again, but for those that refer (field to model) to a record that is not alive, and
        those that no living row of `referring` (model to fields, if any) refers to."""
        aside = frozenset(connection.execute(_ASIDE, self._of(model)).scalars())
        if not aside:
            return
        orphaned, needed = self._orphaned(connection, references), self._referred_to(connection, referring)
        dead = [row for row in connection.execute(_ALL, self._of(model)) if row.key in aside and row.remote_deleted_at is not None]
        back = [
            {**self._of(model), "p_key": row.key, "v_changed_at": later_than(row.changed_at, self._now)}
            for row in dead
            if not orphaned(row) and (not referring or row.id in needed)
        ]
        if back:
            connection.execute(_REVIVED, back)
        connection.execute(_ASIDE_NO_MORE, [{**self._of(model), "p_key": key} for key in aside])

    def blank(self, connection: Connection, model: str, fields: Sequence[str]) -> None:
        """Write null into these fields of every row of a model."""
        changed = []
        for row in connection.execute(_ALL, self._of(model)):
            values = orjson.loads(row.data)
            if any(values.get(field) is not None for field in fields):
                data = _dumped({**values, **dict.fromkeys(fields)})
                changed_at = later_than(row.changed_at, self._now)
                changed.append(
                    {**self._of(model), "p_key": row.key, "v_data": data.decode(), "v_digest": _digest(data), "v_changed_at": changed_at}
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
        for table in (records, created_by_us, switched_off):
            connection.execute(delete(table).where(table.c.integration_id == self._integration_id))

    # -- reading ------------------------------------------------------------------------------------------------

    def read(
        self, connection: Connection, model: str, *, include_deleted: bool = True, keys: Sequence[str] = ()
    ) -> Iterator[dict[str, Any]]:
        """Rows of a model, flat, in the order of their keys."""
        statement = _ALL if include_deleted else _SHOWN
        if keys:
            found = connection.execute(statement.where(_KEYS).order_by(records.c.key), {**self._of(model), "p_keys": list(keys)})
        else:
            found = connection.execute(_IN_ORDER[include_deleted], self._of(model))
        for _, id, remote_id, changed_at, remote_deleted_at, data in found:
            yield {
                "id": id,
                "remote_id": remote_id,
                "changed_at": changed_at,
                "remote_deleted_at": remote_deleted_at,
                **orjson.loads(data),
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
        return frozenset(row.id for row in connection.execute(_ALIVE, self._of(model)))

    def _orphaned(self, connection: Connection, references: Mapping[str, str]) -> Callable[[Any], bool]:
        """Whether a row refers (field to model) to a record that is not alive."""
        alive = {target: self._alive(connection, target) for target in references.values()}

        def orphaned(row: Any) -> bool:
            values = orjson.loads(row.data)
            return any(values.get(field) is not None and values[field] not in alive[target] for field, target in references.items())

        return orphaned

    def _referred_to(self, connection: Connection, referring: Mapping[str, Sequence[str]]) -> frozenset[Any]:
        """The unified ids that living rows of these models hold in these fields."""
        ids: set[Any] = set()
        for model, fields in referring.items():
            for row in connection.execute(_SHOWN, self._of(model)):
                values = orjson.loads(row.data)
                ids.update(values.get(field) for field in fields)
        return frozenset(ids)

    def _of(self, model: str) -> dict[str, Any]:
        return {"p_integration": self._integration_id, "p_model": model}

    def _known(self, connection: Connection, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Any]:
        by_model: dict[str, list[str]] = {}
        for model, key in places:
            by_model.setdefault(model, []).append(key)
        known = {}
        for model, keys in by_model.items():
            for start in range(0, len(keys), CHUNK):
                some = {**self._of(model), "p_keys": keys[start : start + CHUNK]}
                known.update({(model, row.key): row for row in connection.execute(_KNOWN, some)})
        return known

    def _inserted(self, row: Row, data: bytes, digest: str, now: str, sync_id: int | None) -> dict[str, Any]:
        return {
            "integration_id": self._integration_id,
            "model": row.model,
            "key": row.key,
            "id": unified_id(self._integration_id, row.key),
            "remote_id": row.key if MODELS[row.model].has_remote_id() else None,
            "data": data.decode(),
            "digest": digest,
            "changed_at": now,
            "remote_deleted_at": None,
            "seen_in_sync": sync_id,
        }

    def _at(self, row: Row) -> dict[str, str]:
        return {"p_integration": self._integration_id, "p_model": row.model, "p_key": row.key}

    def _mark(self, connection: Connection, living: Any, which: Mapping[str, Any]) -> None:
        """Mark what a statement finds, which asks for living rows alone."""
        mine = {"p_integration": self._integration_id}
        rows = connection.execute(living, {**mine, **which}).all()
        at = {**mine, "p_model": which["p_model"]}
        marked = [{**at, "p_key": row.key, "v_changed_at": later_than(row.changed_at, self._now)} for row in rows]
        if marked:
            connection.execute(_MARKED, marked)


# Statements are made once: making one costs more than running it. The p_ values say which rows.
_MODEL = and_(records.c.integration_id == bindparam("p_integration"), records.c.model == bindparam("p_model"))
_KEYS = records.c.key.in_(bindparam("p_keys", expanding=True))
_LIVING = records.c.remote_deleted_at.is_(None)
_KNOWN = select(records.c.key, records.c.digest, records.c.changed_at, records.c.remote_deleted_at).where(_MODEL, _KEYS)
_ALL = select(records.c.key, records.c.id, records.c.remote_id, records.c.changed_at, records.c.remote_deleted_at, records.c.data).where(
    _MODEL
)
_SHOWN = _ALL.where(_LIVING)
_IN_ORDER = {True: _ALL.order_by(records.c.key), False: _SHOWN.order_by(records.c.key)}
_ALIVE = select(records.c.key, records.c.id, records.c.changed_at).where(_MODEL, _LIVING)
_UNSEEN = _ALIVE.where(or_(records.c.seen_in_sync != bindparam("p_sync"), records.c.seen_in_sync.is_(None)))
_AMONG = _ALIVE.where(_KEYS)
_NEW = insert(records)
_OFF = and_(switched_off.c.integration_id == bindparam("p_integration"), switched_off.c.model == bindparam("p_model"))
_ASIDE = select(switched_off.c.key).where(_OFF)
_ASIDE_NO_MORE = delete(switched_off).where(_OFF, switched_off.c.key == bindparam("p_key"))


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
_REVIVED = _changing(remote_deleted_at=None, changed_at=bindparam("v_changed_at"))
_MARKED = _changing(remote_deleted_at=bindparam("v_changed_at"), changed_at=bindparam("v_changed_at"))


def _dumped(values: Mapping[str, Any]) -> bytes:
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
