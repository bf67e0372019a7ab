"""Files in both directions: the one CV that Pinpoint takes, and the attachments that it shows."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from connectors.pinpoint.wire import Resource
from connectors.transport.client import Download
from connectors.transport.file_types import guessed_type
from connectors.unified.actions import Attachment, File
from connectors.unified.connector import Ref
from connectors.unified.connector import Warning as Notice
from connectors.unified.errors import Invalid

Fetch = Callable[[str], Download]

TYPES = {"cv": "CV", "pdf_cv": "CV", "cover_letter": "COVER_LETTER"}
"""Attachment context → unified type; every other context is OTHER. Assumed for cover_letter: no source names its context."""


def one_cv(attachments: Iterable[Attachment]) -> tuple[Attachment | None, tuple[Notice, ...]]:
    """The first CV, and a warning for each file that is discarded."""
    given = tuple(attachments)
    cv = next((attachment for attachment in given if attachment.type == "CV"), None)
    discarded = tuple(attachment for attachment in given if attachment is not cv)
    return cv, tuple(_discarded(attachment) for attachment in discarded)


def _discarded(attachment: Attachment) -> Notice:
    why = "Pinpoint takes a single CV and no other attachments"
    return Notice("attachment_discarded", f"attachment {attachment.name!r} ({attachment.type}) was discarded: {why}")


def data_url(file: File, fetch: Fetch) -> str:
    """The file as Pinpoint wants it: base64 in a data URL. Raises Invalid, Unavailable."""
    if file.data is not None:
        return _encoded(file.content_type or guessed_type(file.name), file.data)
    if file.data_url is None:
        raise Invalid(f"attachment {file.name!r} has neither data nor data_url")
    try:
        download = fetch(file.data_url)
    except Invalid as error:
        raise Invalid(f"attachment {file.name!r}: {error}", http_status=error.http_status) from error
    content_type = file.content_type or download.content_type or guessed_type(file.name)
    return _encoded(content_type, base64.b64encode(download.content).decode())


def _encoded(content_type: str, content: str) -> str:
    return f"data:{content_type};base64,{content}"


@dataclass(frozen=True, slots=True)
class Shown:
    """One attachment as a record shows it."""

    owner: Resource
    context: str
    name: str
    url: str
    turn: int
    """Counts files of the same context and name on the same record."""

    @property
    def key(self) -> str:
        """Pinpoint gives attachments no ids, and their addresses are signed anew each time."""
        return f"{self.owner.type}/{self.owner.id}/{self.context}/{self.name}" + (f"/{self.turn}" if self.turn else "")

    def row(self) -> dict[str, Any]:
        """As the unified API shows it; the times are those that the vendor does not give."""
        return {
            "id": Ref("Attachments", self.key),
            "remote_id": self.key,
            "type": TYPES.get(self.context, "OTHER"),
            "data_url": self.url,
            "file_name": self.name,
            "content_type": guessed_type(self.name),
            "remote_created_at": None,
            "remote_updated_at": None,
        }


def shown(owner: Resource) -> tuple[Shown, ...]:
    """The attachments of a record. The PDF rendition of a CV is dropped when the CV itself is there."""
    pairs = [pair for pair in owner.get("attachments") or () if pair.get("url")]
    contexts = {pair.get("context") for pair in pairs}
    found: list[Shown] = []
    turns: dict[tuple[str, str], int] = {}
    for pair in pairs:
        context = str(pair.get("context"))
        if context == "pdf_cv" and "cv" in contexts:
            continue
        # Two versions of the vendor's documentation disagree on the member's name.
        name = str(pair.get("filename") or pair.get("name") or context)
        turn = turns.get((context, name), 0)
        turns[context, name] = turn + 1
        found.append(Shown(owner, context, name, _absolute(str(pair["url"]), owner.document.home), turn))
    return tuple(found)


def _absolute(url: str, home: str) -> str:
    return f"{home}{url}" if url.startswith("/") else url


def owner_of(item: Shown, candidate_id: str) -> dict[str, Ref | None]:
    """Whose file it is, for a list that mixes a person's files with those of their applications."""
    application = Ref("Applications", item.owner.id) if item.owner.type == "applications" else None
    return {"application_id": application, "candidate_id": Ref("Candidates", candidate_id)}
