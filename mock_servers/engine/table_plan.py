"""The statements and conversions of one table, worked out once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, String, Table

Row = dict[str, Any]


class TablePlan:
    """The statements and conversions of one table, worked out once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.data_columns = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
        # SQLAlchemy's names are a subclass of str, which orjson refuses as keys.
        self.document_columns = [str(column.name) for column in table.columns if isinstance(column.type, LargeBinary)]
        self.names = [str(column.name) for column in self.data_columns]
        self._known = frozenset(self.names)
        self._bools = [name for name, column in zip(self.names, self.data_columns, strict=True) if isinstance(column.type, Boolean)]
        self._jsons = [name for name, column in zip(self.names, self.data_columns, strict=True) if isinstance(column.type, JSON)]
        self._defaults = {str(column.name): column.default.arg for column in self.data_columns if column.default is not None}  # type: ignore[attr-defined]  # scalar defaults only
        listed = ", ".join(f'"{name}"' for name in self.names)
        self.get_sql = f'SELECT {listed} FROM "{table.name}" WHERE id = ?'
        self.select_sql = f'SELECT {listed} FROM "{table.name}"'
        self.insert_sql = f'INSERT INTO "{table.name}" ({listed}) VALUES ({", ".join(f":{name}" for name in self.names)})'
        both = ", ".join(f'"{name}"' for name in (*self.names, *self.document_columns))
        marks = ", ".join("?" for _ in (*self.names, *self.document_columns))
        self.fill_sql = f'INSERT INTO "{table.name}" ({both}) VALUES ({marks})'
        self.json_places = [self.names.index(name) for name in self._jsons]
        self.template: Row = {name: self._defaults.get(name) for name in self.names}
        self.delete_sql = f'DELETE FROM "{table.name}" WHERE id = ?'
        sets = ", ".join(f'"{name}" = ?' for name in self.document_columns)
        self.documents_sql = f'UPDATE "{table.name}" SET {sets} WHERE id = ?'

    def document_sql(self, column: str) -> str:
        return f'SELECT "{column}" FROM "{self.table.name}" WHERE id = ?'

    def where_sql(self, equals: Mapping[str, Any]) -> tuple[str, list[Any]]:
        self.check(equals)
        clauses = " AND ".join(f'"{name}" IS ?' for name in equals)
        encoded = self.encode(equals)
        return f"{self.select_sql}{' WHERE ' + clauses if clauses else ''} ORDER BY id", [encoded[name] for name in equals]

    def update_sql(self, id: Any, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        sets = ", ".join(f'"{name}" = ?' for name in values)
        encoded = self.encode(values)
        return f'UPDATE "{self.table.name}" SET {sets} WHERE id = ?', [*(encoded[name] for name in values), id]

    def check(self, values: Iterable[str]) -> None:
        unknown = [name for name in values if name not in self._known]
        if unknown:
            raise KeyError(f"table {self.table.name} has no column {', '.join(unknown)}; it has {', '.join(self.names)}")

    def complete(self, row: Mapping[str, Any]) -> Row:
        self.check(row)
        return {name: row[name] if name in row else self._defaults.get(name) for name in self.names}

    def encode(self, row: Mapping[str, Any]) -> Row:
        encoded = dict(row)
        for name in self._jsons:
            if encoded.get(name) is not None:
                encoded[name] = json.dumps(encoded[name], ensure_ascii=False)
        for name in self._bools:
            if encoded.get(name) is not None:
                encoded[name] = int(encoded[name])
        return encoded

    def decode(self, raw: tuple[Any, ...]) -> Row:
        row = dict(zip(self.names, raw, strict=True))
        for name in self._bools:
            if row[name] is not None:
                row[name] = bool(row[name])
        for name in self._jsons:
            if row[name] is not None:
                row[name] = orjson.loads(row[name])
        return row


def misfit(column: Column[Any], value: Any) -> str | None:
    """What the column holds, when this value is none of it: SQLite would keep a text among numbers; the vendor never could."""
    if value is None or isinstance(column.type, JSON):
        return None
    match column.type:
        case Boolean():
            fits, wanted = isinstance(value, bool), "true or false"
        case Integer():
            fits, wanted = isinstance(value, int) and not isinstance(value, bool), "a whole number"
        case Float():
            fits, wanted = isinstance(value, int | float) and not isinstance(value, bool), "a number"
        case String():
            fits, wanted = isinstance(value, str), "text"
        case _:
            return None
    return None if fits else wanted
