"""JOIN's actions: one create that carries person, application and files, and two reads of files."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.message import Message
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.join.applications import records_of
from connectors.join.manifest import MANIFEST
from connectors.join.wire import Api, params
from connectors.unified.actions import (
    ActionInput,
    Attachment,
    CreateCandidate,
    GetApplicationAttachments,
    GetCandidateAttachments,
    Source,
)
from connectors.unified.connector import ActionResult, Record, Ref, Warning
from connectors.unified.errors import AlreadyExists, Conflict, ConnectorError, Invalid, NotFound, OutcomeUnknown, UnexpectedReply

LARGEST_FILE = 25 * 1024 * 1024
"""Bytes that we fetch for one attachment at the most; JOIN's own limit is not known and smaller."""
EVERYTHING = {model.name: frozenset(field.name for field in model.fields) for model in MANIFEST.models}
NEWEST = 50
"""Applications among which one that we just made is looked for."""

# ---------------------------------------------------------------------------------------------------------- source

SOURCES = frozenset(
    {"ORGANIC", "REFERRALS", "JOB_BOARDS", "SOCIAL_MEDIA", "AGENCY", "SOURCING_TOOLS", "EVENTS", "INTERNAL_APPLICATION", "OTHER"}
)
"""JOIN's closed list (SeenInCode: a careers site plugin's menu)."""
SOURCE_WORDS = {
    "job_board": "JOB_BOARDS",
    "job_boards": "JOB_BOARDS",
    "linkedin": "JOB_BOARDS",
    "indeed": "JOB_BOARDS",
    "stepstone": "JOB_BOARDS",
    "xing": "JOB_BOARDS",
    "glassdoor": "JOB_BOARDS",
    "monster": "JOB_BOARDS",
    "referral": "REFERRALS",
    "referrals": "REFERRALS",
    "employee_referral": "REFERRALS",
    "agency": "AGENCY",
    "recruiter": "AGENCY",
    "social": "SOCIAL_MEDIA",
    "social_media": "SOCIAL_MEDIA",
    "event": "EVENTS",
    "events": "EVENTS",
    "internal": "INTERNAL_APPLICATION",
    "internal_application": "INTERNAL_APPLICATION",
    "sourcing": "SOURCING_TOOLS",
    "sourcing_tool": "SOURCING_TOOLS",
    "sourcing_tools": "SOURCING_TOOLS",
    "career_site": "ORGANIC",
    "career_page": "ORGANIC",
    "organic": "ORGANIC",
}
"""Words of unified keys and of common source names, in lower case with underscores (our own reading)."""


def join_source(source: Source | None) -> tuple[str | None, str | None]:
    """(value of JOIN's list, text that does not fit it). The id decides before the key, the key before the name."""
    if source is None:
        return None, None
    given = [text for text in (source.id, source.unified_key, source.name) if text is not None and text.strip()]
    for text in given:
        word = text.strip().lower().replace(" ", "_").replace("-", "_")
        if word.upper() in SOURCES:
            return word.upper(), None
        if word in SOURCE_WORDS:
            return SOURCE_WORDS[word], None
    return ("OTHER", source.name or given[0]) if given else (None, None)


# ---------------------------------------------------------------------------------------------------------- create


@dataclass(frozen=True, slots=True)
class Create:
    """One create on its way, with what has been left out of it so far."""

    body: dict[str, Any]
    documents: tuple[dict[str, str], ...]
    warnings: tuple[Warning, ...] = ()
    looked_up: bool = field(default=False)
    """A passing failure has been met: the next one is the last."""

    @property
    def reference(self) -> str:
        return str(self.body["integrationExternalId"])

    def payload(self) -> dict[str, Any]:
        return {**self.body, "documents": list(self.documents)} if self.documents else dict(self.body)

    def without(self, refused: tuple[dict[str, str], ...], why: str) -> Create:
        left = tuple(document for document in self.documents if document not in refused)
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
    application, candidate = made
    if unfitting is not None:
        warnings.append(_note_source(api, candidate, unfitting))
    created = {model: key for model, key in (("Applications", application), ("Candidates", candidate)) if key is not None}
    records = _read_back(api, application, warnings)
    return ActionResult(
        created=created,
        records=tuple(record for record in records if record.model != "Candidates"),
        # Source and date of a candidate are those of the earliest application, which this is only if it is the first.
        if_new=tuple(record for record in records if record.model == "Candidates"),
        warnings=tuple(warnings),
    )


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


def _document(api: Api, attachment: Attachment) -> dict[str, str]:
    data = attachment.data
    if attachment.data_url is not None:
        content, _ = api.fetch(attachment.data_url, at_most=LARGEST_FILE)
        data = base64.b64encode(content).decode()
    return {"type": attachment.type, "name": attachment.name, "data": str(data)}


def _send(api: Api, attempt: Create) -> tuple[tuple[str | None, str | None], Create]:
    """Send until it is in being once: each refused file and one passing failure are a cause to send it all again."""
    while True:
        try:
            return _made(api.post("/applications", attempt.payload())), attempt
        except OutcomeUnknown:
            found = _look_up(api, attempt)
            if found is not None:
                return found, attempt
            if attempt.looked_up:
                raise
            attempt = replace(attempt, looked_up=True)
        except AlreadyExists:
            found = _look_up(api, attempt) if attempt.looked_up else None
            if found is None:
                raise
            return found, attempt
        except (Invalid, Conflict) as refusal:
            refused = _refused_documents(attempt, refusal)
            if not refused:
                raise
            attempt = attempt.without(refused, str(refusal))


def _made(answer: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """(application, candidate); JOIN's whole answer is not known, only that candidateId is in it."""
    application, candidate = answer.get("id"), answer.get("candidateId")
    return (None if application is None else str(application), None if candidate is None else str(candidate))


def _refused_documents(attempt: Create, refusal: ConnectorError) -> tuple[dict[str, str], ...]:
    """The files that a refusal is about: those it names, else all when it speaks of files at all, else none."""
    text = str(refusal)
    named = tuple(
        document
        for index, document in enumerate(attempt.documents)
        if any(name in text for name in (document["name"], f"documents[{index}]", f"documents.{index}"))
    )
    speaks_of_files = refusal.http_status == 413 or any(word in text.lower() for word in ("document", "attachment", "file"))
    return named or (attempt.documents if speaks_of_files else ())


def _look_up(api: Api, attempt: Create) -> tuple[str | None, str | None] | None:
    """The application that an unanswered create may have made: by our reference, else by e-mail and job."""
    api.retries.pause()
    email, job = attempt.body["candidate"]["email"].lower(), attempt.body["jobId"]
    for row in api.listed("/applications", params(page=1, pageSize=NEWEST)):
        same_person = str(row["candidate"].get("email")).lower() == email and row["job"]["id"] == job
        if row.get("integrationExternalId") == attempt.reference or (same_person and row.get("integrationExternalId") is None):
            return str(row["id"]), str(row["candidate"]["id"])
    return None


def _note_source(api: Api, candidate: str | None, text: str) -> Warning:
    told = f"JOIN knows no source {text!r}; written as OTHER"
    if candidate is None:
        return Warning("source_not_writable", f"{told}, and JOIN's answer named no candidate to keep it on as a note")
    try:
        api.post(f"/candidates/{candidate}/notes", {"content": f"Source: {text}"})
    except ConnectorError as error:
        # The application is in being; a failed note must not make the caller send it again.
        return Warning("source_not_writable", f"{told}, and the note that should keep it failed: {error}")
    return Warning("source_not_writable", f"{told}, and kept as a note on the candidate")


# ----------------------------------------------------------------------------------------------------------- files

TYPES = {"CV": "CV", "COVER_LETTER": "COVER_LETTER", "JOIN_CV": "CV"}
"""Every other type of JOIN's is OTHER."""


def application_attachments(api: Api, values: ActionInput) -> ActionResult:
    """All files of one application, fetched. Raises ConnectorError."""
    if not isinstance(values, GetApplicationAttachments):
        raise UnexpectedReply("an attachment read got another action's input")
    application = api.one(f"/applications/{_number(values.application_id, 'application_id')}")
    return ActionResult(data={"results": list(_files(api, application))})


def candidate_attachments(api: Api, values: ActionInput) -> ActionResult:
    """All files of all applications of one candidate. JOIN has no candidates endpoint, so the whole list is looked through."""
    if not isinstance(values, GetCandidateAttachments):
        raise UnexpectedReply("an attachment read got another action's input")
    candidate = _number(values.candidate_id, "candidate_id")
    own = [row for row in _all_applications(api) if row["candidate"]["id"] == candidate]
    if not own:
        raise NotFound(f"no application of candidate {candidate} in JOIN")
    results: dict[str, dict[str, Any]] = {}
    for application in own:
        for file in _files(api, application):
            owners = {"application_id": Ref("Applications", str(application["id"])), "candidate_id": Ref("Candidates", str(candidate))}
            results.setdefault(file["remote_id"], {**file, **owners})
    return ActionResult(data={"results": list(results.values())})


def _all_applications(api: Api) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        rows = api.listed("/applications", params(page=page, pageSize=NEWEST))
        yield from rows
        if len(rows) < NEWEST:
            return
        page += 1


def _files(api: Api, application: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    listed = [(TYPES.get(str(item.get("type")), "OTHER"), item["url"]) for item in application.get("attachments") or []]
    answered = [answer["file"] for answer in application.get("screeningQuestions") or [] if answer.get("file")]
    # Whether an answer's file is a link or an object with one is not known.
    links = [file.get("url") if isinstance(file, Mapping) else file for file in answered]
    listed += [("OTHER", link) for link in links if isinstance(link, str)]
    for type, url in listed:
        reply = api.file(url)
        content_type = reply.content_type or "application/octet-stream"
        key = _file_key(application["id"], url)
        yield {
            "id": Ref("Attachments", key),
            "remote_id": key,
            "type": type,
            "data_url": f"data:{content_type};base64,{base64.b64encode(reply.body).decode()}",
            "file_name": _file_name(reply.headers, url),
            "content_type": content_type,
            "remote_created_at": None,
            "remote_updated_at": None,
        }


def _file_key(application: Any, url: str) -> str:
    """JOIN gives a file no id: its link without host and signature stays the same, so it makes one."""
    return hashlib.sha256(f"{application}:{urlsplit(url).path}".encode()).hexdigest()[:24]


def _file_name(headers: Mapping[str, str], url: str) -> str:
    """From Content-Disposition (its extended form first, which alone holds every letter), else the last part of the link."""
    extended = re.search(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", headers.get("content-disposition", ""), re.IGNORECASE)
    if extended is not None:
        return unquote(extended[1])
    message = Message()
    message["content-disposition"] = headers.get("content-disposition", "")
    name = message.get_filename()
    return name or unquote(PurePosixPath(urlsplit(url).path).name)


def _number(text: str, what: str) -> int:
    if not text.isdecimal():
        raise Invalid(f"{what} {text!r} is no JOIN id: those are whole numbers")
    return int(text)


ACTIONS: dict[str, Callable[[Api, ActionInput], ActionResult]] = {
    "Create candidate": create,
    "Create application": create,
    "Get application attachments": application_attachments,
    "Get candidate attachments": candidate_attachments,
}
