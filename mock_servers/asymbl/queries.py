"""What /query and /queryAll do: a page of records at once, the rest behind a locator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.asymbl import locators, soql, wire
from mock_servers.asymbl.security import access_of
from mock_servers.asymbl.soql.plans import Plan
from mock_servers.asymbl.wire import refuse
from mock_servers.engine.vendors import Handler, Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

SMALLEST_BATCH, LARGEST_BATCH = 200, 2000
OPTIONS = {"query_batch_rows": None}
"""query_batch_rows: the most records of a page, whatever is asked for; documented: the size asked for is not guaranteed, and wide rows
make pages smaller."""


def query(*, all_rows: bool) -> Handler:
    """/query, or /queryAll with what is in the recycle bin."""

    async def handler(exchange: Exchange) -> Reply:
        sent = dict(exchange.query)
        explain = sent.get("explain")
        text = explain if explain is not None else sent.get("q")
        if text is None:
            raise refuse(400, "MALFORMED_QUERY", "unexpected token: '<EOF>'")
        plan = soql.plan(exchange, text, all_rows=all_rows)
        if explain is not None:
            return wire.answer(200, _explained(exchange, plan))
        if sent.get("columns", "").lower() == "true":
            return wire.answer(200, _column_metadata(exchange, plan))
        return _first_page(exchange, plan, text, all_rows=all_rows)

    return handler


async def next_page(exchange: Exchange) -> Reply:
    """A page of a result that is open."""
    cursor, offset = locators.cursor_at(exchange, exchange.params["locator"])
    batch = _batch_size(exchange, cursor.batch)
    asked = soql.asked_by(exchange)
    plan = soql.plan(exchange, cursor.text, all_rows=cursor.all_rows)
    raw = soql.rows_of(asked, plan, locators.ids_of(exchange, cursor, offset, batch))
    end = offset + batch
    return _page(exchange, asked.records(plan, raw), cursor.total, f"{cursor.id}-{end}" if end < cursor.total else None)


def _first_page(exchange: Exchange, plan: Plan, text: str, *, all_rows: bool) -> Reply:
    asked = soql.asked_by(exchange)
    if plan.kind == "count":
        return _page(exchange, [], soql.counted(asked, plan), None)
    if plan.kind == "aggregate":
        raw = soql.check_size(plan, asked.rows(plan, limit=plan.limit, offset=plan.offset))
        return _page(exchange, asked.records(plan, raw), len(raw), None)
    batch = _batch_size(exchange, LARGEST_BATCH)
    bounded = plan.limit is not None and plan.limit <= batch
    raw = asked.rows(plan, limit=plan.limit if bounded else batch + 1, offset=plan.offset)
    locator, total = None, len(raw)
    if len(raw) > batch:
        found = asked.ids(plan, limit=plan.limit, offset=plan.offset)
        cursor = locators.open_cursor(exchange, text, found, all_rows=all_rows, batch=batch)
        raw, locator, total = raw[:batch], f"{cursor.id}-{batch}", cursor.total
    if plan.views:
        soql.mark_viewed(exchange, plan, raw)
    return _page(exchange, asked.records(plan, raw), total, locator)


def _page(exchange: Exchange, records: Sequence[dict[str, Any]], total: int, locator: str | None) -> Reply:
    following = {} if locator is None else {"nextRecordsUrl": f"/services/data/v{wire.version_of(exchange)}/query/{locator}"}
    if total == 0:
        exchange.why = "no record matches, or none that this user sees"
    return Reply(200, orjson.dumps({"totalSize": total, "done": locator is None, **following, "records": records}), wire.JSON)


def _batch_size(exchange: Exchange, usual: int) -> int:
    """What Sforce-Query-Options: batchSize=500 wishes, within the limits and what the server gives; anything else there is passed over."""
    most = exchange.tenant.options["query_batch_rows"]
    wished = _wished(exchange, usual)
    return wished if most is None else max(1, min(wished, int(most)))


def _wished(exchange: Exchange, usual: int) -> int:
    for option in (exchange.header(b"sforce-query-options") or "").split(","):
        name, _, value = option.partition("=")
        if name.strip().lower() == "batchsize" and value.strip().isdecimal():
            return max(SMALLEST_BATCH, min(LARGEST_BATCH, int(value)))
    return usual


def _explained(exchange: Exchange, plan: Plan) -> dict[str, Any]:
    """A query plan; the costs are made up of how many rows there are and how many match."""
    asked = soql.asked_by(exchange)
    sobject = access_of(exchange).schema[plan.sobject]
    everything = soql.plan(exchange, f"SELECT COUNT() FROM {sobject.name}")
    rows, matching = soql.counted(asked, everything), asked.count(plan)
    told = {
        "cardinality": matching, "fields": [], "leadingOperationType": "TableScan", "notes": [],
        "relativeCost": round(matching / rows, 3) if rows else 0.0, "sobjectCardinality": rows, "sobjectType": sobject.name,
    }  # fmt: skip
    return {"plans": [told]}


def _column_metadata(exchange: Exchange, plan: Plan) -> dict[str, Any]:
    """What the command-line client asks for before it prints a result."""
    access = access_of(exchange)
    sobject = access.schema[plan.sobject]
    columns: list[dict[str, Any]] = []
    for path in plan.columns:
        name = path.rpartition(".")[2]
        field = sobject.field(path)
        columns.append(
            {
                "aggregate": plan.kind == "aggregate" and name.startswith("expr"), "apexType": None, "booleanType": False,
                "columnName": path, "custom": name.endswith("__c"), "displayName": path, "foreignKeyName": None, "insertable": False,
                "joinColumns": [], "numberType": False, "textType": field is None or field.type == "string", "updatable": False,
            }
        )  # fmt: skip
    return {
        "columnMetadata": columns, "entityName": sobject.name, "groupBy": plan.kind == "aggregate", "idSelected": "Id" in plan.columns,
        "keyPrefix": access.org.prefix_of(sobject),
    }  # fmt: skip
