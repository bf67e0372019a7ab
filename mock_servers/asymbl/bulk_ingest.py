"""Bulk API 2.0, ingest: a CSV file goes in, records come out, and three files say what became of each row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import bodies, bulk_jobs, records, saving, security, wire
from mock_servers.asymbl.bulk_jobs import Job, Lines
from mock_servers.asymbl.records import SeveralFound
from mock_servers.asymbl.subrequests import undone_on_refusal
from mock_servers.asymbl.wire import ApiError, Problem, refuse
from mock_servers.engine.vendors import Handler, Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
UPLOADED, SUCCESSFUL, REFUSED, UNPROCESSED = "uploaded", "successful", "failed", "unprocessed"
NULL = "#N/A"
CSV = b"text/csv"
_MOST_MULTIPART = 100_000
"""Characters of data that may come with the request that makes a job."""


# -- making a job ------------------------------------------------------------------------------------------------------


async def create_job(exchange: Exchange) -> Reply:
    """POST /jobs/ingest; as multipart with the data at once."""
    if not bodies.is_multipart(exchange):
        return wire.answer(200, told(_new(exchange, bodies.json_object(exchange.body), bulk_jobs.OPEN)))
    parts = {part.name: part.content for part in bodies.multipart(exchange)}
    if "job" not in parts or "content" not in parts:
        raise refuse(400, "INVALIDJOB", "A multipart request holds the parts job and content")
    if len(parts["content"]) > _MOST_MULTIPART:
        raise refuse(400, "INVALIDJOB", f"A multipart request holds at most {_MOST_MULTIPART} characters of data")
    job = _new(exchange, bodies.json_object(parts["job"]), bulk_jobs.OPEN)
    _upload(exchange, job, parts["content"])
    _process(exchange, job)
    return wire.answer(200, told(job))


def _new(exchange: Exchange, sent: dict[str, Any], state: str) -> Job:
    for name in ("object", "operation"):
        if not isinstance(sent.get(name), str):
            raise refuse(400, "JSON_PARSER_ERROR", f"The request may be missing the required field {name} at [line:1, column:1]")
    operation, external_id = sent["operation"], sent.get("externalIdFieldName")
    if operation not in OPERATIONS:
        raise refuse(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of operation from VALUE_STRING value {operation}")
    visible = security.access_of(exchange).get(sent["object"])
    if visible is None:
        raise refuse(400, "INVALIDENTITY", f"Unable to find object: {sent['object']}")
    if operation == "upsert":
        if not isinstance(external_id, str) or not external_id:
            raise refuse(400, "INVALIDJOB", "An upsert needs externalIdFieldName")
        records.external_id_field(visible, external_id)
    if operation == "hardDelete" and not exchange.tenant.options["bulk_hard_delete"]:
        message = "hardDelete operation requires special user profile permission, please contact your system administrator"
        raise refuse(400, "FEATURENOTENABLED", message)
    about = {"operation": operation, "object": visible.name, **formats(sent)}
    if operation == "upsert":
        about["externalIdFieldName"] = external_id
    return bulk_jobs.add(exchange, bulk_jobs.INGEST, state, about)


def formats(sent: dict[str, Any]) -> dict[str, str]:
    """How the job's CSV is written. Raises ApiError for what Bulk does not know."""
    found = {}
    choices = {"contentType": ("CSV",), "columnDelimiter": tuple(bulk_jobs.DELIMITERS), "lineEnding": tuple(bulk_jobs.ENDINGS)}
    for name, known in choices.items():
        default = "COMMA" if name == "columnDelimiter" else known[0]
        value = sent.get(name) if sent.get(name) is not None else default
        if value not in known:
            raise refuse(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of {name} from VALUE_STRING value {value}")
        found[name] = value
    return found


def told(job: Job, *, whole: bool = False) -> dict[str, Any]:
    """A job as its answers show it; `whole`: with what the work came to."""
    about = job.told
    found = bulk_jobs.told(job)
    if job.state == bulk_jobs.OPEN:
        found["contentUrl"] = f"services/data/v{job.version}/jobs/ingest/{job.id}/batches"
    found.update({name: about[name] for name in ("lineEnding", "columnDelimiter", "externalIdFieldName") if name in about})
    if not whole:
        return found
    done = job.state in bulk_jobs.ENDED
    counts = {name: about.get(name, 0) if done else 0 for name in ("numberRecordsProcessed", "numberRecordsFailed")}
    times = dict.fromkeys(("retries", "totalProcessingTime", "apiActiveProcessingTime", "apexProcessingTime"), 0)
    error = {"errorMessage": about["errorMessage"]} if job.state == bulk_jobs.FAILED else {}
    return {**found, "jobType": "V2Ingest", **counts, **times, **error}


# -- its life ----------------------------------------------------------------------------------------------------------


async def upload(exchange: Exchange) -> Reply:
    """PUT …/batches: the data, once."""
    job = bulk_jobs.get(exchange, bulk_jobs.INGEST)
    kind = (exchange.header(b"content-type") or "text/csv").partition(";")[0].strip().lower()
    if kind != "text/csv":
        raise refuse(415, "UNSUPPORTED_MEDIA_TYPE", f"{kind} is not supported; the data comes as text/csv")
    if job.state != bulk_jobs.OPEN:
        raise refuse(400, "INVALIDJOBSTATE", f"Invalid job state {job.state}; data goes into a job that is Open")
    if "uploaded" in job.told:
        message = (
            f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job "
            "and make sure you only do 'PUT' once on a given Job."
        )
        raise refuse(400, "INVALIDJOBSTATE", message)
    _upload(exchange, job, exchange.body)
    return Reply(201, content_type=CSV)


def _upload(exchange: Exchange, job: Job, content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(400, "INVALIDJOB", "The data is not valid UTF-8") from error
    bulk_jobs.keep(exchange.store, job, UPLOADED, [text])
    bulk_jobs.change(exchange, job, told={**job.told, "uploaded": True})


async def change_state(exchange: Exchange) -> Reply:
    """PATCH {"state": "UploadComplete" | "Aborted"}."""
    job = bulk_jobs.get(exchange, bulk_jobs.INGEST)
    state = bodies.json_object(exchange.body).get("state")
    if state == bulk_jobs.ABORTED and job.state not in bulk_jobs.ENDED:
        bulk_jobs.change(exchange, job, state=bulk_jobs.ABORTED)
    elif state == bulk_jobs.UPLOAD_COMPLETE and job.state == bulk_jobs.OPEN:
        _process(exchange, job)
    else:
        raise refuse(400, "INVALIDJOBSTATE", f"Invalid job state transition: {job.state} to {state}")
    return wire.answer(200, told(job))


async def read_job(exchange: Exchange) -> Reply:
    return wire.answer(200, told(bulk_jobs.get(exchange, bulk_jobs.INGEST), whole=True))


async def list_jobs(exchange: Exchange) -> Reply:
    return wire.answer(
        200, {"done": True, "records": [told(job) for job in bulk_jobs.every(exchange, bulk_jobs.INGEST)], "nextRecordsUrl": None}
    )


async def delete_job(exchange: Exchange) -> Reply:
    job = bulk_jobs.get(exchange, bulk_jobs.INGEST)
    if job.state in (bulk_jobs.OPEN, bulk_jobs.IN_PROGRESS):
        raise refuse(400, "INVALIDJOBSTATE", f"Invalid job state {job.state}; abort the job or wait for its end")
    bulk_jobs.remove(exchange, job)
    return wire.NO_CONTENT


# -- the work ----------------------------------------------------------------------------------------------------------


class InvalidBatch(Exception):
    """The file as a whole cannot be worked on: the job fails."""


def _process(exchange: Exchange, job: Job) -> None:
    """Do the work of a job that was handed over; what the data lets go wrong is told in its files, never by an error here."""
    text = "".join(bulk_jobs.kept(exchange.store, job, UPLOADED))
    _forget_upload(exchange, job)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=job.delimiter)
    about = {**job.told}
    header: list[str] = []
    rows: list[list[str]] = []
    try:
        header = next(reader, [])
        rows = [row for row in reader if row]
        columns = _columns(exchange, job, header)
        # One line for all: a journal entry of a hundred thousand changes would help nobody.
        noted, exchange.store.on_change = exchange.store.on_change, None
        try:
            about.update(_work(exchange, job, columns, rows))
        finally:
            exchange.store.on_change = noted
        exchange.note_change(f"bulk {job.told['operation']}", job.told["object"], about["numberRecordsProcessed"])
    except (InvalidBatch, csv.Error) as error:
        about["errorMessage"] = f"InvalidBatch : {error}"
        lines = Lines(job.delimiter)
        bulk_jobs.keep(exchange.store, job, UNPROCESSED, map(lines.line, rows))
    about["header"] = header
    bulk_jobs.change(exchange, job, state=bulk_jobs.UPLOAD_COMPLETE, closed=exchange.now, told=about)


def _forget_upload(exchange: Exchange, job: Job) -> None:
    for chunk in list(exchange.store.where("BulkChunks", job=job.id, part=UPLOADED)):
        exchange.store.delete("BulkChunks", chunk["id"])


def _columns(exchange: Exchange, job: Job, header: list[str]) -> list[str]:
    """The fields that the file's columns mean. Raises InvalidBatch."""
    if not header:
        raise InvalidBatch("The file is empty")
    visible = records.seen(exchange, job.told["object"])
    names = [name.strip() for name in header]
    for name in names:
        relationship, _, _ = name.partition(".")
        known = visible.parent_field(relationship) if "." in name else visible.field(name)
        if known is None:
            raise InvalidBatch(f"Field name not found : {name}")
    lowered = [name.lower() for name in names]
    operation = job.told["operation"]
    needed = job.told["externalIdFieldName"] if operation == "upsert" else "Id" if operation != "insert" else None
    if needed is not None and needed.lower() not in lowered:
        raise InvalidBatch(f"Field name not found : {needed}")
    if len(set(lowered)) < len(lowered):
        raise InvalidBatch(f"Duplicate field name : {next(name for name in names if lowered.count(name.lower()) > 1)}")
    return names


def _work(exchange: Exchange, job: Job, columns: list[str], rows: list[list[str]]) -> dict[str, int]:
    """Save each row; how many there were and how many failed."""
    lines = Lines(job.delimiter)
    successful: list[str] = []
    failed: list[str] = []
    for values in rows:
        try:
            if len(values) != len(columns):
                raise refuse(400, "INVALID_INPUT", f"Number of columns {len(values)} does not match the header's {len(columns)}")
            with undone_on_refusal(exchange):
                id, created = _save(exchange, job, columns, values)
            successful.append(lines.line((id, "true" if created else "false", *values)))
        except SeveralFound as error:
            problem = Problem("DUPLICATE_EXTERNAL_ID", f"more than one record found for external id field: {error.ids}")
            failed.append(lines.line(("", _as_error([problem]), *values)))
        except ApiError as error:
            failed.append(lines.line((_id_in(columns, values), _as_error(error.problems), *values)))
    done = bulk_jobs.keep(exchange.store, job, SUCCESSFUL, successful)
    refused = bulk_jobs.keep(exchange.store, job, REFUSED, failed)
    return {"numberRecordsProcessed": done + refused, "numberRecordsFailed": refused}


def _id_in(columns: list[str], values: list[str]) -> str:
    return next((value for name, value in zip(columns, values, strict=False) if name.lower() == "id"), "")


def _as_error(problems: tuple[Problem, ...] | list[Problem]) -> str:
    """CODE:message:fields --."""
    return ";".join(f"{one.code}:{one.message}:{','.join(one.fields or ())} --".replace(": --", ":--") for one in problems)


def _save(exchange: Exchange, job: Job, columns: list[str], values: list[str]) -> tuple[str, bool]:
    """(id, whether the record is new)"""
    sobject, operation = job.told["object"], job.told["operation"]
    record = _record(columns, values)
    if operation == "insert":
        return records.create(exchange, sobject, record), True
    if operation == "upsert":
        external_id = str(job.told["externalIdFieldName"])
        key = next((name for name in record if name.lower() == external_id.lower()), None)
        value = record.pop(key) if key is not None else None
        if not value and external_id.lower() != "id":
            raise refuse(400, "MISSING_ARGUMENT", f"{external_id} not specified", [])
        return records.upsert(exchange, sobject, external_id, str(value or ""), record)
    id = next((str(record.pop(name)) for name in list(record) if name.lower() == "id"), "")
    if not id:
        raise refuse(400, "MISSING_ARGUMENT", f"Id not specified in an {operation} call", [])
    if operation == "update":
        records.update(exchange, sobject, id, record)
        return id, False
    records.delete(exchange, sobject, id)
    if operation == "hardDelete":
        visible = records.seen(exchange, sobject)
        saving.purge(exchange, visible.sobject, id)
    return id, False


def _record(columns: list[str], values: list[str]) -> dict[str, Any]:
    """A row as a record: what is empty is left alone, #N/A empties a field, Account.Ext__c names a parent."""
    record: dict[str, Any] = {}
    for name, value in zip(columns, values, strict=True):
        if value == "":
            continue
        plain = None if value == NULL else value
        relationship, dot, external_id = name.partition(".")
        record[relationship] = {external_id: plain} if dot else plain
    return record


# -- results -----------------------------------------------------------------------------------------------------------


def results(part: str, *own: str) -> Handler:
    """The endpoint of one of the three files, which has these columns before those of the data."""

    async def handler(exchange: Exchange) -> Reply:
        job = bulk_jobs.get(exchange, bulk_jobs.INGEST)
        if job.state not in bulk_jobs.ENDED:
            raise refuse(400, "INVALIDJOBSTATE", f"Invalid job state {job.state}; results are there when the job has ended")
        header = Lines(job.delimiter).line((*own, *job.told.get("header", ())))
        return Reply(200, bulk_jobs.document(job, header, bulk_jobs.kept(exchange.store, job, part)), CSV)

    return handler


successful_results = results(SUCCESSFUL, "sf__Id", "sf__Created")
failed_results = results(REFUSED, "sf__Id", "sf__Error")
unprocessed_records = results(UNPROCESSED)
