"""POST /applications: person, application and files in one call, all of it or nothing."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import bindparam, func, select

from mock_servers.engine.vendors import Reply
from mock_servers.join import bodies, tables, wire
from mock_servers.join.quirks.writes import (
    ClosedJobRefused,
    ConsentRequested,
    CreateAnswersApplication,
    DuplicateRefused,
    FileLimits,
    SourceRequired,
    SourceShownRaw,
    UnknownJobIs422,
)
from mock_servers.join.requests import Parameters, body
from mock_servers.join.shaping import finish
from mock_servers.join.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

DEFAULT_SOURCE = "ORGANIC"
FIXED_STAGES = ("Screening", "Offer", "Hired")


async def create_application(exchange: Exchange) -> Reply:
    """Checks everything before it writes anything; the engine undoes the rest should a check come late."""
    Parameters(exchange).done()
    sent = body(exchange, bodies.ApplicationBody)
    files = _files(exchange, sent.documents if sent.documents is not None else [])
    job = _open_job(exchange, sent.jobId)
    product = _source_product(exchange, sent.source)
    person = _person(exchange, sent.candidate)
    _refuse_duplicate(exchange, job, person)
    now = wire.moment(exchange.now)
    candidate_id = _new_person(exchange, sent.candidate, now) if person is None else person["id"]
    id = exchange.store.next_id("applications")
    exchange.store.insert(
        "applications",
        {
            "id": id,
            "job_id": job["id"],
            "candidate_id": candidate_id,
            "stage_id": first_stage(exchange, job["id"]),
            "state": "APPLIED",
            "qualified": exchange.tenant.options["new_application_qualified"],
            "source_product": product,
            "consent": {"id": id, "consentStatus": _consent(exchange)},
            "integration_external_id": sent.integrationExternalId,
            "manual": True,
            "created_at": now,
            "last_updated_at": now,
        },
    )
    for file in files:
        exchange.store.insert("attachments", {**file, "application_id": id, "created_at": now})
    return _answer(exchange, id, candidate_id)


def _answer(exchange: Exchange, id: int, candidate_id: int) -> Reply:
    content: dict[str, Any] = {"id": id, "candidateId": candidate_id}
    quirk = exchange.quirk(CreateAnswersApplication)
    if quirk is not None:
        exchange.acted(quirk)
        document = finish(exchange, exchange.store.document("applications", id))
        content = {**orjson.loads(document), "candidateId": candidate_id}
    return wire.created(exchange, content)


# -- the job -----------------------------------------------------------------------------------------------------------


def _open_job(exchange: Exchange, id: int) -> Row:
    job = exchange.store.find("jobs", id=id)
    if job is None:
        quirk = exchange.quirk(UnknownJobIs422)
        if quirk is None:
            raise refuse(exchange, 404, f"Job {id} was not found")
        exchange.acted(quirk)
        raise refuse(exchange, 422, f"body.jobId: job {id} was not found")
    closed = exchange.quirk(ClosedJobRefused)
    if job["status"] != "ONLINE" and closed is not None:
        exchange.acted(closed)
        raise refuse(exchange, closed.status, f"Job {id} is {job['status']} and takes no applications")
    return job


def first_stage(exchange: Exchange, job_id: int) -> int | None:
    """Where a new application starts; a job without a pipeline is given the fixed one."""
    stages = list(exchange.store.where("job_stages", job_id=job_id))
    if not stages:
        stages = create_pipeline(exchange, job_id)
    first = min(stages, key=lambda stage: (stage["position"] is None, stage["position"], stage["id"]))
    return first["stage_id"]  # type: ignore[no-any-return]


def create_pipeline(exchange: Exchange, job_id: int) -> list[Row]:
    """The stages that every pipeline has, shared between jobs."""
    store = exchange.store
    made = []
    for position, name in enumerate(FIXED_STAGES):
        stage = store.find("stages", name=name)
        if stage is None:
            stage = store.insert("stages", {"name": name})
        made.append(store.insert("job_stages", {"job_id": job_id, "stage_id": stage["id"], "position": position}))
    return made


# -- the person --------------------------------------------------------------------------------------------------------


def _person(exchange: Exchange, sent: bodies.PersonBody) -> Row | None:
    """Who is known under this e-mail, in whatever case it is written."""
    column = tables.candidates.c
    found = exchange.store.query(
        "person by e-mail",
        lambda: select(column.id).where(func.lower(column.email) == func.lower(bindparam("email"))).order_by(column.id).limit(1),
        email=sent.email,
    )
    return exchange.store.get("candidates", found[0][0]) if found else None


def _new_person(exchange: Exchange, sent: bodies.PersonBody, now: str) -> int:
    row = {"first_name": sent.firstName, "last_name": sent.lastName, "email": sent.email, "phone_number": sent.phone, "created_at": now}
    return exchange.store.insert("candidates", row)["id"]  # type: ignore[no-any-return]


def _refuse_duplicate(exchange: Exchange, job: Row, person: Row | None) -> None:
    quirk = exchange.quirk(DuplicateRefused)
    if quirk is None or person is None:
        return
    if exchange.store.find("applications", candidate_id=person["id"], job_id=job["id"]) is not None:
        exchange.acted(quirk)
        raise refuse(exchange, quirk.status, "Application for this candidate and job already exists")


def _consent(exchange: Exchange) -> str:
    quirk = exchange.quirk(ConsentRequested)
    if quirk is None:
        return "NOT_REQUIRED"
    exchange.acted(quirk)
    return quirk.status


def _source_product(exchange: Exchange, sent: str | None) -> str:
    """How a written source reads back."""
    required, raw = exchange.quirk(SourceRequired), exchange.quirk(SourceShownRaw)
    if sent is None and required is not None:
        exchange.acted(required)
        raise refuse(exchange, 422, "body.source: a value is required")
    source = DEFAULT_SOURCE if sent is None else sent
    if raw is not None:
        exchange.acted(raw)
        return source
    return source.replace("_", " ").title()


# -- the files ---------------------------------------------------------------------------------------------------------


def _files(exchange: Exchange, documents: list[bodies.DocumentBody]) -> list[dict[str, Any]]:
    """Rows for the attachments; the first document that does not please refuses the whole call, and is named."""
    limits = exchange.quirk(FileLimits)
    if limits is not None and len(documents) > limits.max_files:
        exchange.acted(limits)
        raise refuse(exchange, limits.status, f"body.documents: must not hold more than {limits.max_files} documents")
    return [_file(exchange, limits, index, document) for index, document in enumerate(documents)]


def _file(exchange: Exchange, limits: FileLimits | None, index: int, document: bodies.DocumentBody) -> dict[str, Any]:
    place = f"body.documents.{index}"
    try:
        size = len(base64.b64decode(document.data, validate=True))
    except (binascii.Error, ValueError) as error:
        raise refuse(exchange, 422, f"{place}.data: must be base64 ({document.name})") from error
    if size == 0:
        raise refuse(exchange, 422, f"{place}.data: the document is empty ({document.name})")
    if limits is not None:
        extension = document.name.rpartition(".")[2].lower() if "." in document.name else ""
        if extension not in limits.extensions:
            exchange.acted(limits)
            text = f"the file type of {document.name} is not supported; use {', '.join(limits.extensions)}"
            raise refuse(exchange, limits.status, _told(limits, f"{place}.name", text))
        if size > limits.max_bytes:
            exchange.acted(limits)
            text = f"{document.name} is larger than {limits.max_bytes} bytes"
            raise refuse(exchange, limits.status, _told(limits, f"{place}.data", text))
    guessed = mimetypes.guess_type(document.name)[0]
    content_type = "application/octet-stream" if guessed is None else guessed
    return {"type": document.type, "file_name": document.name, "content_type": content_type, "content_base64": document.data}


def _told(limits: FileLimits, place: str, text: str) -> str:
    if limits.told_by == "kind":
        return "a document is not accepted"
    return text if limits.told_by == "name" else f"{place}: {text}"
