"""Puts many rows into one database, with the documents that the vendor renders of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mock_servers.engine.database import indexes_of
from mock_servers.engine.reading import REMEMBERED
from mock_servers.engine.table_plan import Row, TablePlan

SAMPLE = 5
"""So many rows from each end of a table show whether its documents are as they would be rendered now."""


class Unrenderable(ValueError):
    """The vendor cannot show a row: it refers to what is not there, or holds what never stands there."""


class Filling:
    """To be used inside a transaction of the store's."""

    def __init__(self, connection: sqlite3.Connection, render: Callable[[str, Row], Mapping[str, bytes]]) -> None:
        self._connection, self._render = connection, render

    def insert(self, plan: TablePlan, records: Iterable[Mapping[str, Any]]) -> None:
        """Rows with some of their columns, without documents. Raises KeyError for a column that is not there."""
        self._connection.executemany(plan.insert_sql, (plan.encode(plan.complete(record)) for record in records))

    def insert_with_documents(self, plan: TablePlan, rows: Iterable[Row]) -> None:
        """Rows with all columns in the declared order, each with its documents; the table's indexes are made at the end."""
        indexes = indexes_of(self._connection, plan.table.name)
        for name in indexes:
            self._connection.execute(f'DROP INDEX "{name}"')
        self._connection.executemany(plan.fill_sql, self._parameters(plan, rows))
        for statement in indexes.values():
            self._connection.execute(statement)

    def render_all(self, plan: TablePlan) -> None:
        """Write every row's documents anew. Raises Unrenderable."""
        if not plan.document_columns:
            return
        for row in self._rows(plan, "ORDER BY id"):
            documents = self._rendered(plan, row)
            self._connection.execute(plan.documents_sql, [*(documents[name] for name in plan.document_columns), row["id"]])

    def is_as_rendered(self, plan: TablePlan) -> bool:
        """Whether a few of the table's documents are as the vendor renders them today."""
        if not plan.document_columns:
            return True
        sample = [row for order in ("id", "id DESC") for row in self._rows(plan, f"ORDER BY {order} LIMIT {SAMPLE}")]
        return all(self._kept(plan, row["id"]) == self._rendered(plan, row) for row in sample)

    def _rows(self, plan: TablePlan, rest: str) -> list[Row]:
        return [plan.decode(raw) for raw in self._connection.execute(f"{plan.select_sql} {rest}").fetchall()]

    def _kept(self, plan: TablePlan, id: Any) -> dict[str, bytes]:
        return {name: self._connection.execute(plan.document_sql(name), (id,)).fetchone()[0] for name in plan.document_columns}

    def _rendered(self, plan: TablePlan, row: Row) -> Mapping[str, bytes]:
        try:
            return self._render(plan.table.name, row)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unrenderable(f"{plan.table.name} {row['id']} cannot be shown: {type(error).__name__}: {error}") from error

    def _parameters(self, plan: TablePlan, rows: Iterable[Row]) -> Iterator[list[Any]]:
        """Rows as parameters of an insert. Lists and objects come from pools, so each is written as JSON only once."""
        table, texts = plan.table.name, dict[int, tuple[Any, str]]()
        for row in rows:
            parameters = [*row.values()]
            for place in plan.json_places:
                value = parameters[place]
                if value is None:
                    continue
                if id(value) not in texts:
                    if len(texts) >= REMEMBERED:
                        texts.clear()
                    # The value is kept beside its text, so that no other object gets its id meanwhile.
                    texts[id(value)] = (value, json.dumps(value, ensure_ascii=False))
                parameters[place] = texts[id(value)][1]
            if plan.document_columns:
                documents = self._render(table, row)
                parameters += [documents[name] for name in plan.document_columns]
            yield parameters
