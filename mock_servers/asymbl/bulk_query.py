"""Bulk API 2.0, query: a statement goes in, its rows come out as CSV, page by page."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import bodies, bulk_jobs, soql, wire
from mock_servers.asymbl.bulk_ingest import CSV, formats
from mock_servers.asymbl.bulk_jobs import Job, Lines
from mock_servers.asymbl.security import access_of
from mock_servers.asymbl.soql.parsing import parse
from mock_servers.asymbl.soql.tree import Call, Child, Path, Query, Selected, TypeOf
from mock_servers.asymbl.wire import refuse
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.asymbl.soql.plans import Plan
    from mock_servers.engine.exchange import Exchange

OPERATIONS = ("query", "queryAll")
RESULTS = "results"
_DAY = 24 * 3600
_NOT_SUPPORTED = "FUNCTIONALITY_NOT_ENABLED"
_LARGEST_PAGE = 250_000


# -- making a job ------------------------------------------------------------------------------------------------------


async def create_job(exchange: Exchange) -> Reply:
    """POST /jobs/query: what the statement finds now is what the job will answer."""
    sent = bodies.json_object(exchange.body)
    if not isinstance(sent.get("query"), str) or not isinstance(sent.get("operation"), str):
        raise refuse(400, "JSON_PARSER_ERROR", "The request may be missing a required field: operation, query at [line:1, column:1]")
    operation, text = sent["operation"], sent["query"]
    if operation not in OPERATIONS:
        raise refuse(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of operation from VALUE_STRING value {operation}")
    layout = formats(sent)
    _check_allowance(exchange)
    plan = soql.plan(exchange, text, all_rows=operation == "queryAll")
    _check_supported(exchange, plan, parse(text))
    found = soql.run(exchange, text, all_rows=operation == "queryAll")
    about = {"operation": operation, "object": plan.sobject, "query": text, **layout, "numberRecordsProcessed": found.total}
    if exchange.tenant.options["bulk_queries_fail"]:
        about |= {"numberRecordsProcessed": 0, "errorMessage": "QUERY_TIMEOUT: Your query request was running for too long."}
    with exchange.store.transaction():
        job = bulk_jobs.add(exchange, bulk_jobs.QUERY, bulk_jobs.UPLOAD_COMPLETE, about)
        lines = Lines(job.delimiter)
        bulk_jobs.change(exchange, job, told={**about, "header": lines.line(found.columns)})
        bulk_jobs.keep(exchange.store, job, RESULTS, map(lines.line, _written(plan, found.flat())))
    return wire.answer(200, told(bulk_jobs.at_present(exchange, exchange.store.get("BulkJobs", job.id))))


def _check_allowance(exchange: Exchange) -> None:
    most = exchange.tenant.options["daily_bulk_jobs"]
    today = sum(1 for job in exchange.store.where("BulkJobs", kind=bulk_jobs.QUERY) if exchange.now - job["created"] < _DAY)
    if today >= most:
        raise refuse(400, "LIMIT_EXCEEDED", f"Max bulk v2 query jobs ({most}) per 24 hrs has been reached ({today})")


def _check_supported(exchange: Exchange, plan: Plan, query: Query) -> None:
    """What SOQL knows and Bulk does not. Raises ApiError."""
    for one in query.select:
        if isinstance(one, Child):
            raise refuse(400, _NOT_SUPPORTED, "Aggregate Relationships not supported in Bulk Query")
        if isinstance(one, TypeOf):
            raise refuse(400, _NOT_SUPPORTED, "TYPEOF not supported in Bulk Query")
        _check_selected(exchange, plan, one)
    if plan.kind != "rows" or query.group:
        raise refuse(400, _NOT_SUPPORTED, "Aggregate functions and GROUP BY not supported in Bulk Query")
    if query.offset is not None:
        raise refuse(400, _NOT_SUPPORTED, "OFFSET not supported in Bulk Query")
    if not plan.simple:
        raise refuse(400, _NOT_SUPPORTED, "Selecting compound data not supported in Bulk Query")


def _check_selected(exchange: Exchange, plan: Plan, selected: Selected) -> None:
    expression = selected.expression
    if isinstance(expression, Call) and expression.key == "FIELDS" and str(expression.arguments[0]).upper() != "STANDARD":
        raise refuse(400, "MALFORMED_QUERY", "The SOQL FIELDS function is not supported with an unbounded set of fields in this API")
    visible = access_of(exchange).get(plan.sobject)
    field = (
        visible.field(expression.names[-1]) if visible is not None and isinstance(expression, Path) and len(expression.names) == 1 else None
    )
    if field is not None and field.type == "base64":
        raise refuse(400, _NOT_SUPPORTED, "Selecting binary data not supported in Bulk Query")


def _written(plan: Plan, rows: Iterator[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Values as a Bulk CSV has them: true and false, and moments that end in Z."""
    booleans = [place for place, (_, type) in enumerate(plan.flat) if type == "boolean"]
    moments = [place for place, (_, type) in enumerate(plan.flat) if type == "datetime"]
    for row in rows:
        values = list(row)
        for place in booleans:
            if values[place] is not None:
                values[place] = "true" if values[place] else "false"
        for place in moments:
            if values[place] is not None:
                values[place] = values[place].replace("+0000", "Z")
        yield values


# -- its life ----------------------------------------------------------------------------------------------------------


def told(job: Job, *, whole: bool = False) -> dict[str, Any]:
    """A job as its answers show it; `whole`: with what the work came to."""
    about = job.told
    found = bulk_jobs.told(job)
    if whole:
        done = job.state == bulk_jobs.COMPLETE
        found["jobType"] = "V2Query"
        found["lineEnding"], found["columnDelimiter"] = about["lineEnding"], about["columnDelimiter"]
        found["numberRecordsProcessed"] = about["numberRecordsProcessed"] if done else 0
        found.update({"retries": 0, "totalProcessingTime": 0, "isPkChunkingSupported": True})
        return found
    return {**found, "lineEnding": about["lineEnding"], "columnDelimiter": about["columnDelimiter"]}


async def read_job(exchange: Exchange) -> Reply:
    return wire.answer(200, told(bulk_jobs.get(exchange, bulk_jobs.QUERY), whole=True))


async def list_jobs(exchange: Exchange) -> Reply:
    """GET /jobs/query; a jobType of another kind finds none."""
    wanted = dict(exchange.query).get("jobType", "V2Query")
    jobs = bulk_jobs.every(exchange, bulk_jobs.QUERY) if wanted.lower() == "v2query" else []
    return wire.answer(200, {"done": True, "records": [told(job) for job in jobs], "nextRecordsUrl": None})


async def change_state(exchange: Exchange) -> Reply:
    """PATCH {"state": "Aborted"}."""
    job = bulk_jobs.get(exchange, bulk_jobs.QUERY)
    state = bodies.json_object(exchange.body).get("state")
    if state != bulk_jobs.ABORTED or job.state in bulk_jobs.ENDED:
        raise refuse(400, "INVALIDJOBSTATE", f"Invalid job state transition: {job.state} to {state}")
    bulk_jobs.change(exchange, job, state=bulk_jobs.ABORTED)
    return wire.answer(200, told(job))


async def delete_job(exchange: Exchange) -> Reply:
    job = bulk_jobs.get(exchange, bulk_jobs.QUERY)
    if job.state not in bulk_jobs.ENDED:
        raise refuse(400, "INVALIDJOBSTATE", f"Invalid job state {job.state}; abort the job or wait for its end")
    bulk_jobs.remove(exchange, job)
    return wire.NO_CONTENT


async def read_results(exchange: Exchange) -> Reply:
    """GET …/results?locator=&maxRecords=: a page of rows below the header; the locator of the next is in a header."""
    job = bulk_jobs.get(exchange, bulk_jobs.QUERY)
    if job.state != bulk_jobs.COMPLETE:
        raise refuse(400, "INVALIDJOBSTATE", f"Invalid job state {job.state}; results are there when the job is complete")
    query = dict(exchange.query)
    total = int(job.told["numberRecordsProcessed"])
    first = _place(query.get("locator", ""), total)
    count = min(_count(exchange, query.get("maxRecords")), total - first)
    after = first + count
    body = bulk_jobs.document(job, job.told["header"], bulk_jobs.kept(exchange.store, job, RESULTS, first, count))
    locator = _locator(after) if after < total else "null"
    headers = ((b"sforce-numberofrecords", str(count).encode()), (b"sforce-locator", locator.encode()))
    return Reply(200, body, CSV, headers)


def _locator(first: int) -> str:
    return base64.urlsafe_b64encode(str(first).encode()).decode("ascii").rstrip("=")


def _place(locator: str, total: int) -> int:
    if locator in ("", "null"):
        return 0
    try:
        text = base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if re.fullmatch(r"[0-9]{1,9}", text) is None or int(text) >= total:
        raise refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return int(text)


def _count(exchange: Exchange, asked: str | None) -> int:
    if asked is None:
        return int(exchange.tenant.options["bulk_page_rows"])
    if re.fullmatch(r"[1-9][0-9]{0,8}", asked) is None:
        raise refuse(400, "INVALID_INPUT", f"maxRecords must be a number above zero, not {asked}")
    return min(int(asked), _LARGEST_PAGE)
