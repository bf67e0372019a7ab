"""The files of applications and candidates. JOIN shows only a type and a signed link; the download tells the rest."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.join.wire import Api
from connectors.unified.actions import ActionInput, GetApplicationAttachments, GetCandidateAttachments
from connectors.unified.connector import ActionResult, Ref
from connectors.unified.errors import Invalid, NotFound, UnexpectedReply

TYPES = {"CV": "CV", "COVER_LETTER": "COVER_LETTER", "JOIN_CV": "CV"}
"""Every other type of JOIN's is OTHER."""


def application_attachments(api: Api, values: ActionInput) -> ActionResult:
    """All files of one application, fetched. Raises ConnectorError."""
    if not isinstance(values, GetApplicationAttachments):
        raise UnexpectedReply("an attachment read got another action's input")
    application = api.one(f"/applications/{_number(values.application_id, 'application_id')}")
    return ActionResult(data={"results": [_fetched(api, link) for link in _links(application)]})


def candidate_attachments(api: Api, values: ActionInput) -> ActionResult:
    """All files of all applications of one candidate. JOIN has no candidates endpoint, so the whole list is looked through."""
    if not isinstance(values, GetCandidateAttachments):
        raise UnexpectedReply("an attachment read got another action's input")
    candidate = _number(values.candidate_id, "candidate_id")
    everything = {row["id"]: row for step in api.pages("/applications").read() for row in step.rows}
    own = [row for row in everything.values() if row["candidate"]["id"] == candidate]
    if not own:
        raise NotFound(f"no application of candidate {candidate} in JOIN")
    # One file may hang on several applications; the newest, which comes first, has it.
    links: dict[str, tuple[Link, int]] = {}
    for row in own:
        for link in _links(row):
            links.setdefault(link.key, (link, row["id"]))
    results = [
        {**_fetched(api, link), "application_id": Ref("Applications", str(id)), "candidate_id": Ref("Candidates", str(candidate))}
        for link, id in links.values()
    ]
    return ActionResult(data={"results": results})


@dataclass(frozen=True, slots=True)
class Link:
    """Where a file is."""

    key: str
    """JOIN gives a file no id: its link without host and signature stays the same, so it makes one."""
    type: str
    url: str


def _links(application: Mapping[str, Any]) -> Iterator[Link]:
    listed = [(TYPES.get(str(item.get("type")), "OTHER"), item["url"]) for item in application.get("attachments") or []]
    answered = [answer["file"] for answer in application.get("screeningQuestions") or [] if answer.get("file")]
    # Whether an answer's file is a link or an object with one is not known.
    links = [file.get("url") if isinstance(file, Mapping) else file for file in answered]
    listed += [("OTHER", link) for link in links if isinstance(link, str)]
    for type, url in listed:
        yield Link(hashlib.sha256(urlsplit(url).path.encode()).hexdigest()[:24], type, url)


def _fetched(api: Api, link: Link) -> dict[str, Any]:
    reply = api.file(link.url)
    content_type = reply.content_type or "application/octet-stream"
    return {
        "id": Ref("Attachments", link.key),
        "remote_id": link.key,
        "type": link.type,
        "data_url": f"data:{content_type};base64,{base64.b64encode(reply.body).decode()}",
        "file_name": _file_name(reply.headers, link.url),
        "content_type": content_type,
        "remote_created_at": None,
        "remote_updated_at": None,
    }


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
