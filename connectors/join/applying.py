"""The one create: sent as a whole, never twice into being, and without what JOIN refuses of its files."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.join.applications import records_of
from connectors.join.manifest import MANIFEST
from connectors.join.sources import join_source
from connectors.join.wire import LARGEST_PAGE, Api, params
from connectors.unified.actions import ActionInput, Attachment, CreateCandidate
from connectors.unified.connector import ActionResult, Record, Warning
from connectors.unified.errors import (
    AlreadyExists,
    Conflict,
    ConnectorError,
    Invalid,
    JobClosed,
    OutcomeUnknown,
    UnexpectedReply,
)

LARGEST_FILE = 25 * 1024 * 1024
"""Bytes that we fetch for one attachment at the most; JOIN's own limit is not known and smaller."""
EVERYTHING = {model.name: frozenset(field.name for field in model.fields) for model in MANIFEST.models}
MADE_OF_SEVERAL = frozenset({"Candidates", "Application Stages"})
"""Source and date of a candidate are those of the earliest application, the index of a stage is the lowest on any job: one
application tells of them all only if it is the first."""

Document = Mapping[str, str]
Made = tuple[str | None, str | None]
"""Keys of the application and the candidate."""


@dataclass(frozen=True, slots=True)
class Create:
    """One create on its way, with what has been left out of it so far."""

    body: Mapping[str, Any]
    documents: tuple[Document, ...]
    warnings: tuple[Warning, ...] = ()
    lost: OutcomeUnknown | None = None
    """A passing failure that has been met: the next one is the last, and "already exists" may mean this very create."""

    @property
    def reference(self) -> str:
        return str(self.body["integrationExternalId"])

    def payload(self) -> dict[str, Any]:
        return {**self.body, "documents": list(self.documents)} if self.documents else dict(self.body)

    def without(self, refused: tuple[Document, ...], why: str) -> Create:
        """Two files may be equal in all they hold, so each is told by itself."""
        left = tuple(document for document in self.documents if not any(document is one for one in refused))
        told = tuple(f"JOIN refused {document['name']!r}, which was left out: {why}" for document in refused)
        warnings = tuple(Warning("attachment_refused", message) for message in told)
        return replace(self, documents=left, warnings=(*self.warnings, *warnings))


def create(api: Api, values: ActionInput) -> ActionResult:
    """Make candidate, application and files in one call. Raises ConnectorError."""
    if not isinstance(values, CreateCandidate):
        raise UnexpectedReply("a create got another action's input")
    source, unfitting = join_source(values.source)
    made, done = _send(api, _prepared(api, values, source))
    warnings = list(done.warnings)
    application, candidate = _complete(api, made, done, warnings)
    if unfitting is not None:
        warnings.append(_note_source(api, candidate, str(source), unfitting))
    created = {model: key for model, key in (("Applications", application), ("Candidates", candidate)) if key is not None}
    records = _read_back(api, application, warnings)
    return ActionResult(
        created=created,
        records=tuple(record for record in records if record.model not in MADE_OF_SEVERAL),
        if_new=tuple(record for record in records if record.model in MADE_OF_SEVERAL),
        warnings=tuple(warnings),
    )


def _complete(api: Api, made: Made, done: Create, warnings: list[Warning]) -> Made:
    """Both keys. All that was ever seen in JOIN's answer is candidateId; the create stands, so a failed look is a warning."""
    if None not in made:
        return made
    try:
        found = _look_up(api, done)
    except ConnectorError as error:
        warnings.append(Warning("not_read_back", f"created, but JOIN's answer did not name it and it could not be looked up: {error}"))
        return made
    if found is None:
        warnings.append(Warning("not_read_back", "created, but JOIN's answer did not name it and it is not among the newest applications"))
        return made
    return found


def _read_back(api: Api, application: str | None, warnings: list[Warning]) -> tuple[Record, ...]:
    """The new records as a sync would deliver them; the create stands, so a failed read is no more than a warning."""
    if application is None:
        return ()
    try:
        return records_of(api.one(f"/applications/{application}"), EVERYTHING)
    except ConnectorError as error:
        warnings.append(Warning("not_read_back", f"created, but it could not be read back: {error}"))
        return ()


def _prepared(api: Api, values: CreateCandidate, source: str | None) -> Create:
    job = values.application.job_id
    if not job.isdecimal():
        raise Invalid(f"application.job_id {job!r} is no JOIN job id: those are whole numbers")
    person = values.candidate
    body: dict[str, Any] = {
        "jobId": int(job),
        "candidate": {"email": person.email_address, "firstName": person.first_name, "lastName": person.last_name},
        "integrationExternalId": f"unified-{uuid.uuid4()}",
    }
    if source is not None:
        body["source"] = source
    return Create(body, tuple(_document(api, attachment) for attachment in values.attachments))


def _document(api: Api, attachment: Attachment) -> Document:
    data = attachment.data
    if attachment.data_url is not None:
        content, _ = api.fetch(attachment.data_url, at_most=LARGEST_FILE)
        data = base64.b64encode(content).decode()
    return {"type": attachment.type, "name": attachment.name, "data": str(data)}


# -- sending -----------------------------------------------------------------------------------------------------------


def _send(api: Api, attempt: Create) -> tuple[Made, Create]:
    """Send until it is in being once: each refused file and one passing failure are a cause to send it all again."""
    while True:
        try:
            return _made(api.post("/applications", attempt.payload())), attempt
        except OutcomeUnknown as lost:
            found = _look_up_lost(api, attempt, lost)
            if found is not None:
                return found, attempt
            if attempt.lost is not None:
                raise
            attempt = replace(attempt, lost=lost)
        except AlreadyExists:
            found = _look_up_lost(api, attempt, attempt.lost) if attempt.lost is not None else None
            if found is None:
                raise
            return found, attempt
        except JobClosed:
            raise
        except (Invalid, Conflict) as refusal:
            refused = refused_documents(attempt.documents, refusal)
            if not refused:
                raise
            attempt = attempt.without(refused, str(refusal))


def _made(answer: Mapping[str, Any]) -> Made:
    application, candidate = answer.get("id"), answer.get("candidateId")
    return (None if application is None else str(application), None if candidate is None else str(candidate))


def _look_up_lost(api: Api, attempt: Create, lost: OutcomeUnknown) -> Made | None:
    """Who cannot look does not know, and must not send again. Raises OutcomeUnknown."""
    try:
        return _look_up(api, attempt)
    except ConnectorError as error:
        raise OutcomeUnknown(
            f"{lost}; nor could it be looked up: {error}",
            http_status=lost.http_status,
            vendor_code=lost.vendor_code,
            operation=lost.operation,
        ) from error


def _look_up(api: Api, attempt: Create) -> Made | None:
    """The application that a create may have made: by our reference, else by e-mail and job, among the newest ones."""
    api.retries.pause()
    email, job = attempt.body["candidate"]["email"].lower(), attempt.body["jobId"]
    rows = api.listed("/applications", params(page=1, pageSize=LARGEST_PAGE))
    own = [row for row in rows if row.get("integrationExternalId") == attempt.reference]
    # An account may show no references: then the e-mail on this job is who it is, since JOIN takes it only once.
    alike = [
        row
        for row in rows
        if row.get("integrationExternalId") is None and str(row["candidate"].get("email")).lower() == email and row["job"]["id"] == job
    ]
    return next(((str(row["id"]), str(row["candidate"]["id"])) for row in (*own, *alike)), None)


# -- what a refusal is about -------------------------------------------------------------------------------------------

_PLACE = re.compile(r"\bdocuments(?:\.|\[)([0-9]+)\b")
_FILES = re.compile(r"\b(?:documents?|attachments?|files?)\b", re.IGNORECASE)


def refused_documents(documents: tuple[Document, ...], refusal: ConnectorError) -> tuple[Document, ...]:
    """The files that a refusal is about: those it names by place or name, else all when it speaks of files at all, else none."""
    text = str(refusal)
    places = {int(place) for place in _PLACE.findall(text)}
    placed = tuple(document for index, document in enumerate(documents) if index in places)
    speaks_of_files = refusal.http_status == 413 or _FILES.search(text) is not None
    return placed or _named(documents, text) or (documents if speaks_of_files else ())


def _named(documents: tuple[Document, ...], text: str) -> tuple[Document, ...]:
    """Longer names first, so that "cv.pdf" is not found within "my cv.pdf"."""
    named: set[str] = set()
    for name in sorted({document["name"] for document in documents}, key=len, reverse=True):
        pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
        if pattern.search(text):
            named.add(name)
            text = pattern.sub(" ", text)
    return tuple(document for document in documents if document["name"] in named)


# -- what JOIN's list of sources cannot hold ---------------------------------------------------------------------------


def _note_source(api: Api, candidate: str | None, source: str, text: str) -> Warning:
    told = f"JOIN knows no source {text!r}; written as {source}"
    if candidate is None:
        return Warning("source_not_writable", f"{told}, and JOIN's answer named no candidate to keep it on as a note")
    try:
        api.post(f"/candidates/{candidate}/notes", {"content": f"Source: {text}"})
    except ConnectorError as error:
        # The application is in being; a failed note must not make the caller send it again.
        return Warning("source_not_writable", f"{told}, and the note that should keep it failed: {error}")
    return Warning("source_not_writable", f"{told}, and kept as a note on the candidate")
