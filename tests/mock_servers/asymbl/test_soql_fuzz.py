"""Statements by the thousand: whatever is well formed finds what a second, naive evaluator finds; nothing ever breaks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_servers.asymbl import queries, soql
from mock_servers.asymbl.org import org_of
from mock_servers.asymbl.soql.parsing import parse
from mock_servers.engine.exchange import Exchange
from tests.mock_servers.asymbl import inside
from tests.mock_servers.asymbl.naive_soql import Naive
from tests.mock_servers.asymbl.soql_statements import LOOSE, OBJECTS, Statements, torn

ZONE = "America/Los_Angeles"
MANY = settings(max_examples=400, suppress_health_check=list(HealthCheck))


class World:
    """The small org at a moment when it is another day in California than in Greenwich, and both evaluators of it."""

    def __init__(self) -> None:
        self.exchange: Exchange = inside.exchange_with(inside.tenants(), at=datetime(2026, 5, 18, 3, tzinfo=UTC).timestamp())
        store = self.exchange.store
        for user in list(store.where("User")):
            store.update("User", user["id"], TimeZoneSidKey=ZONE)
        org = org_of(self.exchange)
        rows = {name: list(store.where(name)) for name in (*OBJECTS, "Group")}
        self.naive = Naive(org.schema, rows, org.prefixes, datetime.fromtimestamp(self.exchange.now, UTC), ZONE)
        self.statements = Statements(org.schema, rows)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def without_attributes(shown: Any) -> Any:
    """A record as plain values; numbers as numbers."""
    if isinstance(shown, dict):
        return {key: without_attributes(value) for key, value in shown.items() if key != "attributes"}
    return [without_attributes(one) for one in shown] if isinstance(shown, list) else shown


def unordered(rows: list[dict[str, Any]]) -> list[str]:
    """Rows of an aggregate, comparable: sums in another order differ in their last digits."""
    told = [{key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()} for row in rows]
    return sorted(orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode().replace(".0,", ",").replace(".0}", "}") for row in told)


def agree(world: World, statement: str, *, all_rows: bool = False) -> None:
    """Both evaluators find the same."""
    result = soql.run(world.exchange, statement, all_rows=all_rows)
    total, expected = world.naive.run(parse(statement), all_rows)
    found = without_attributes(result.records)
    assert total == result.total
    if result.plan.kind == "aggregate":
        assert unordered(expected) == unordered(found)
    else:
        assert expected == found


@given(data=st.data())
@MANY
def test_records_are_those_that_a_naive_evaluator_finds(world: World, data: st.DataObject) -> None:
    """Paths, children, semi-joins, TYPEOF, every comparison and date literal, order and limits."""
    agree(world, world.statements.plain(data.draw), all_rows=data.draw(st.booleans()))


@given(data=st.data())
@MANY
def test_groups_are_those_that_a_naive_evaluator_makes(world: World, data: st.DataObject) -> None:
    """Aggregates, date functions, ROLLUP and CUBE, HAVING."""
    agree(world, world.statements.grouped(data.draw))


@given(data=st.data())
@settings(MANY, max_examples=100)
def test_counts_are_those_that_a_naive_evaluator_counts(world: World, data: st.DataObject) -> None:
    agree(world, world.statements.counting(data.draw), all_rows=data.draw(st.booleans()))


@given(data=st.data())
@MANY
def test_a_torn_statement_is_answered_or_refused(world: World, data: st.DataObject) -> None:
    """200 or 400 in Salesforce's shape, whatever happened to a statement on its way."""
    draw = data.draw
    whole = draw(st.sampled_from([world.statements.plain, world.statements.grouped, world.statements.counting]))(draw)
    _is_answered(world, draw(torn(whole)))


@given(statement=LOOSE | st.text())
@MANY
def test_loose_words_are_answered_or_refused(world: World, statement: str) -> None:
    _is_answered(world, statement)


def _is_answered(world: World, statement: str) -> None:
    reply = inside.answered(world.exchange, queries.query(all_rows=False), [("q", statement)])
    told = orjson.loads(reply.body)
    if reply.status == 200:
        assert told["totalSize"] >= len(told["records"])
    else:
        assert reply.status == 400
        assert {"message", "errorCode"} <= told[0].keys()
