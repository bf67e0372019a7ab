"""What JOIN's endpoints that read do: the generic lists over resources.py, single records, files and reference data."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, func, or_, select

from mock_servers.engine.store import NotFound, windowed
from mock_servers.engine.vendors import Handler, Reply
from mock_servers.join import links, resources, tables, wire
from mock_servers.join.quirks.documents import AttachmentLinksExpire, CandidateReads
from mock_servers.join.quirks.lists import JobsStatusFilter, OnlineJobsOnly, PaginationHeaders
from mock_servers.join.quirks.writes import ManualApplicationVanishes
from mock_servers.join.requests import Parameters, path_id
from mock_servers.join.shaping import finish
from mock_servers.join.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

DEEP = 1000
"""From so many records on, counting to a page costs more than looking its records up."""
Conditions = list[tuple[str, Callable[[], ColumnElement[bool]]]]
"""Each with a name that tells its shape; it is only built when no statement of that shape was. Values are bound by parameter."""


# -- lists -------------------------------------------------------------------------------------------------------------


async def list_jobs(exchange: Exchange) -> Reply:
    """Summaries, or full jobs with content=true; without a status filter all but drafts."""
    parameters = Parameters(exchange)
    full = parameters.flag("content")
    return _jobs(exchange, parameters, full=full)


async def list_jobs_v1(exchange: Exchange) -> Reply:
    reply = _jobs(exchange, Parameters(exchange), full=True)
    return _as_v1(reply)


async def list_applications(exchange: Exchange) -> Reply:
    """Whole applications, newest first."""
    let_manual_ones_vanish(exchange)
    parameters = Parameters(exchange)
    conditions, values = _conditions(exchange, parameters, resources.APPLICATIONS)
    return _list(exchange, parameters, resources.APPLICATIONS, conditions, values)


async def list_offices(exchange: Exchange) -> Reply:
    parameters = Parameters(exchange)
    conditions, values = _conditions(exchange, parameters, resources.OFFICES)
    return _list(exchange, parameters, resources.OFFICES, conditions, values)


def _jobs(exchange: Exchange, parameters: Parameters, *, full: bool) -> Reply:
    conditions, values = _conditions(exchange, parameters, resources.JOBS)
    if not any(name.startswith("status") for name, _ in conditions):
        online = exchange.quirk(OnlineJobsOnly)
        status = tables.jobs.c.status
        if online is None:
            conditions.append(("no drafts", lambda: status != "DRAFT"))
        else:
            exchange.acted(online)
            conditions.append(("online", lambda: status == "ONLINE"))
    return _list(exchange, parameters, resources.JOBS, conditions, values, document="doc_full" if full else "doc")


def _conditions(exchange: Exchange, parameters: Parameters, listing: resources.Listing) -> tuple[Conditions, dict[str, Any]]:
    """The filters that were sent and work at this tenant."""
    conditions: Conditions = []
    values: dict[str, Any] = {}
    for one in listing.filters:
        if not _works(exchange, one):
            continue
        sent = parameters.texts(one.parameter) if one.kind.several else [parameters.text(one.parameter)]
        parsed: list[Any] = []
        for text in sent:
            if text is None:
                continue
            try:
                parsed.append(one.kind.parse(text))
            except ValueError as error:
                raise parameters.refused(one.parameter, str(error)) from error
        if not parsed:
            continue
        needed = exchange.quirk(one.needs) if one.needs is not None else None
        if needed is not None:
            exchange.acted(needed)
        names = [f"{one.parameter}_{number}" for number in range(len(parsed))]
        values.update(zip(names, parsed, strict=True))
        conditions.append((f"{one.parameter}:{len(names)}", partial(_any_of, one, names)))
    return conditions, values


def _any_of(one: resources.Filter, names: list[str]) -> ColumnElement[bool]:
    return or_(*(one.kind.clause(one.column, bindparam(name)) for name in names))


def _works(exchange: Exchange, one: resources.Filter) -> bool:
    if one.needs is None:
        return True
    quirk = exchange.quirk(one.needs)
    return quirk is not None and (isinstance(quirk, JobsStatusFilter) or one.parameter in quirk.names)


def _list(
    exchange: Exchange,
    parameters: Parameters,
    listing: resources.Listing,
    conditions: Conditions,
    values: dict[str, Any],
    document: str = "doc",
) -> Reply:
    """One page of ready documents."""
    page, size = parameters.page()
    parameters.done()
    table = tables.METADATA.tables[listing.table]
    shape = (listing.table, document, tuple(name for name, _ in conditions))
    # An offset beyond what a database can count is simply beyond the end.
    window = {"limit": size, "offset": min((page - 1) * size, 2**62)}

    def ids() -> Select[Any]:
        return select(table.c.id).where(*(build() for _, build in conditions)).order_by(*listing.order)

    if window["offset"] < DEEP:
        # The index alone finds the page's ids; documents are read for those only.
        statement = lambda: select(table.c[document]).where(table.c.id.in_(windowed(ids()))).order_by(*listing.order)  # noqa: E731
        rows = exchange.store.query(shape, statement, **window, **values)
    else:
        rows = exchange.store.by_ids(table.name, exchange.store.page_of_ids(("ids", *shape), ids, **window, **values), [document])
    body = b"[" + b",".join(row[0] for row in rows) + b"]"
    if not rows:
        exchange.why = "no record matches" if page == 1 else f"page {page} lies beyond the last record"
    headers = _pagination_headers(exchange, table, conditions, values, page, size)
    return Reply(200, finish(exchange, body, full_jobs=document == "doc_full"), headers=headers)


def _pagination_headers(
    exchange: Exchange, table: Table, conditions: Conditions, values: dict[str, Any], page: int, size: int
) -> tuple[tuple[bytes, bytes], ...]:
    quirk = exchange.quirk(PaginationHeaders)
    if quirk is None:
        return ()
    exchange.acted(quirk)
    shape = (table.name, "count", tuple(name for name, _ in conditions))
    counting = select(func.count()).select_from(table)
    total = exchange.store.counted(shape, lambda: counting.where(*(build() for _, build in conditions)), **values)
    numbers = (("page", page), ("page-size", size), ("total", total))
    return tuple((f"x-pagination-{name}".encode(), str(number).encode()) for name, number in numbers)


# -- single records ----------------------------------------------------------------------------------------------------


async def read_job(exchange: Exchange) -> Reply:
    return _job(exchange)


async def read_job_v1(exchange: Exchange) -> Reply:
    return _as_v1(_job(exchange))


def _job(exchange: Exchange) -> Reply:
    id = path_id(exchange)
    Parameters(exchange).done()
    document = ready_document(exchange, "jobs", id, "doc_full")
    return Reply(200, finish(exchange, document, full_jobs=True))


def _as_v1(reply: Reply) -> Reply:
    """The deprecated version knows the flag `remote` only."""
    content = orjson.loads(reply.body)
    for job in content if isinstance(content, list) else [content]:
        for key in ("workplaceType", "remoteType"):
            job.pop(key)
    return wire.answer(reply.status, content, reply.headers)


async def read_application(exchange: Exchange) -> Reply:
    let_manual_ones_vanish(exchange)
    id = path_id(exchange)
    Parameters(exchange).done()
    return Reply(200, finish(exchange, ready_document(exchange, "applications", id)))


async def read_candidate(exchange: Exchange) -> Reply:
    quirk = exchange.quirk(CandidateReads)
    if quirk is None:
        raise wire.not_served(exchange, CandidateReads)
    exchange.acted(quirk)
    row = record(exchange, "candidates", path_id(exchange))
    Parameters(exchange).done()
    return Reply(200, finish(exchange, orjson.dumps(wire.candidate(row))))


def ready_document(exchange: Exchange, table: str, id: int, column: str = "doc") -> bytes:
    """404 for an id that is not (or no longer) there: JOIN keeps no trace of what was deleted."""
    try:
        return exchange.store.document(table, id, column)
    except NotFound:
        raise refuse(exchange, 404, f"{table[:-1].capitalize()} {id} was not found") from None


def record(exchange: Exchange, table: str, id: int) -> Row:
    """The same, for the row itself."""
    try:
        return exchange.store.get(table, id)
    except NotFound:
        raise refuse(exchange, 404, f"{table[:-1].capitalize()} {id} was not found") from None


# -- reference data ----------------------------------------------------------------------------------------------------


async def list_categories(exchange: Exchange) -> Reply:
    """All categories, each with its sub-categories."""
    parameters = Parameters(exchange)
    language = parameters.language()
    parameters.done()
    below: dict[int, list[dict[str, Any]]] = {}
    top: list[Row] = []
    for row in exchange.store.where("categories"):
        if row["parent_id"] is None:
            top.append(row)
        else:
            below.setdefault(row["parent_id"], []).append(wire.reference(row, language))
    return wire.answer(200, [{**wire.reference(row, language), "subCategories": below.get(row["id"], [])} for row in top])


def reference_list(table: str) -> Handler:
    """All employment types or seniority levels, in the wished language."""

    async def handler(exchange: Exchange) -> Reply:
        parameters = Parameters(exchange)
        language = parameters.language()
        parameters.done()
        return wire.answer(200, [wire.reference(row, language) for row in exchange.store.where(table)])

    return handler


# -- files -------------------------------------------------------------------------------------------------------------


async def download_attachment(exchange: Exchange) -> Reply:
    """A file behind a signed link; its name and type are only in the headers of this answer."""
    opaque = exchange.params["opaque"]
    parameters = Parameters(exchange)
    signature = parameters.text("sig")
    parameters.done()
    number = links.attachment_id(opaque)
    row = exchange.store.find("attachments", id=number) if number is not None else None
    if row is None:
        raise refuse(exchange, 404, "Attachment was not found")
    problem = links.problem(exchange, opaque, signature)
    if problem is not None:
        expiry = exchange.quirk(AttachmentLinksExpire)
        status = expiry.status if expiry is not None and problem == "expired" else 403
        raise refuse(exchange, status, f"The signature of this link is {problem}")
    try:
        content = base64.b64decode(row["content_base64"], validate=True) if row["content_base64"] is not None else b""
    except binascii.Error:
        content = b""
        exchange.why = "the attachment's content_base64 in the records is not base64"
    type_text = row["content_type"] if row["content_type"] is not None else "application/octet-stream"
    content_type = type_text.encode("ascii", "ignore").replace(b"\r", b"").replace(b"\n", b"")
    return Reply(200, content, content_type=content_type, headers=(links.disposition(row["file_name"]),))


# -- what happens by itself --------------------------------------------------------------------------------------------


def _vanishing() -> Select[tuple[int]]:
    """Manual applications of people who have since applied to the same job by themselves."""
    manual, direct = tables.applications.alias("manual"), tables.applications.alias("direct")
    same = and_(direct.c.candidate_id == manual.c.candidate_id, direct.c.job_id == manual.c.job_id, direct.c.manual.is_not(True))
    return select(manual.c.id).where(manual.c.manual == True, select(direct.c.id).where(same).exists())  # noqa: E712 - SQL


def let_manual_ones_vanish(exchange: Exchange) -> None:
    """Delete manual applications whose person has applied to the same job directly; runs when somebody looks."""
    quirk = exchange.quirk(ManualApplicationVanishes)
    if quirk is None:
        return
    for (id,) in exchange.store.query("vanishing", _vanishing):
        exchange.acted(quirk)
        # Reads do not report what the store changes, so this is told here.
        for table, deleted in delete_application(exchange, id):
            exchange.note_change("delete", table, deleted)


def delete_application(exchange: Exchange, id: int) -> list[tuple[str, int]]:
    """With its files, for good; returns what was deleted."""
    gone = [("attachments", attachment["id"]) for attachment in exchange.store.where("attachments", application_id=id)]
    gone.append(("applications", id))
    with exchange.store.transaction():
        for table, deleted in gone:
            exchange.store.delete(table, deleted)
    return gone
