"""Files: base64 data URLs on the way in, attachments in the store, signed links on the way out."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mock_servers.engine.store import NotFound, Row
from mock_servers.engine.vendors import Reply
from mock_servers.pinpoint.links import BLOBS, DISK, opened
from mock_servers.pinpoint.quirks import AttachmentLinksRedirect, IncompleteDocumentsDropped, PdfRendition
from mock_servers.pinpoint.wire import Problem, blank, refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.pinpoint.saving import Saving

MEGABYTE = 1024 * 1024
LETTER_TYPES = frozenset({"pdf", "doc", "docx", "txt", "rtf"})
DOCUMENT_TYPES = frozenset({"pdf", "doc", "docx", "png", "jpeg", "jpg", "xls", "xlsx", "pptx", "mp4", "mov", "txt"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What files of one context may be."""

    types: frozenset[str]
    megabytes: int


# Documented for cover letters and documents; the CV's are assumed to be the cover letter's.
RULES = {
    "cv": Rules(LETTER_TYPES, 30),
    "cover_letter": Rules(LETTER_TYPES, 30),
    "document": Rules(DOCUMENT_TYPES, 10),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that a client sent."""

    context: str
    filename: str
    content_type: str
    content_base64: str


def uploads(saving: Saving, sent: Mapping[str, Any], contexts: tuple[str, ...]) -> list[Upload]:
    """The files among the sent attributes `<context>_base64_data` and `_filename`, and in documents_base64."""
    found = [_pair(saving, sent, context) for context in contexts]
    for item in sent.get("documents_base64") or ():
        found.append(_document(saving, item))
    return [upload for upload in found if upload is not None]


def _pair(saving: Saving, sent: Mapping[str, Any], context: str) -> Upload | None:
    data, filename = sent.get(f"{context}_base64_data"), sent.get(f"{context}_base64_filename")
    if sent.get(f"{context}_signed_id") is not None:
        # Direct uploads, which such ids come from, are not imitated; so none is known.
        saving.problems.append(Problem(context, "is invalid", "invalid"))
    if not data and not filename:
        return None
    for name, value in ((f"{context}_base64_data", data), (f"{context}_base64_filename", filename)):
        if not value:
            saving.problems.append(blank(name))
            return None
    return _checked(saving, context, context, str(filename), str(data))


def _document(saving: Saving, item: Any) -> Upload | None:
    data, filename = (item.get("data"), item.get("filename")) if isinstance(item, dict) else (None, None)
    if isinstance(data, str) and isinstance(filename, str) and data and filename:
        return _checked(saving, "documents_base64", "document", filename, data)
    quirk = saving.exchange.quirk(IncompleteDocumentsDropped)
    if quirk is None:
        saving.problems.append(Problem("documents_base64", "must have data and filename", "invalid"))
        return None
    saving.exchange.acted(quirk)
    saving.exchange.unread.append(f"documents_base64 item {filename!r}: needs data and filename")
    return None


def _checked(saving: Saving, attribute: str, context: str, filename: str, data: str) -> Upload | None:
    head, comma, content = data.partition(",")
    rules = RULES[context]
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        saving.problems.append(Problem(attribute, "is not a base64 data URL", "invalid"))
        return None
    try:
        size = len(base64.b64decode(content, validate=True))
    except (binascii.Error, ValueError):
        saving.problems.append(Problem(attribute, "is not valid base64", "invalid"))
        return None
    if filename.rpartition(".")[2].lower() not in rules.types:
        saving.problems.append(Problem(attribute, f"must be of type {', '.join(sorted(rules.types))}", "content_type_invalid"))
    elif size == 0:
        saving.problems.append(blank(attribute))
    elif size > rules.megabytes * MEGABYTE:
        saving.problems.append(Problem(attribute, f"must be less than {rules.megabytes} MB", "file_size_out_of_range"))
    else:
        content_type = head.removeprefix("data:").removesuffix(";base64").partition(";")[0]
        guessed = mimetypes.guess_type(filename)[0]
        return Upload(context, filename, content_type or str(guessed or "application/octet-stream"), content)
    return None


def keep(saving: Saving, owner_type: str, owner_id: int, files: list[Upload]) -> None:
    """Attach files to a record. There is one CV and one cover letter: a new one takes the old one's place."""
    for file in files:
        replaced = {"cv": ("cv", "pdf_cv"), "cover_letter": ("cover_letter",)}.get(file.context, ())
        for attachment in list(saving.store.where("attachments", owner_type=owner_type, owner_id=owner_id)):
            if attachment["context"] in replaced:
                saving.store.delete("attachments", attachment["id"])
        _attach(saving, owner_type, owner_id, file)
        rendition = saving.exchange.quirk(PdfRendition)
        if rendition is not None and file.context == "cv" and not file.filename.lower().endswith(".pdf"):
            saving.exchange.acted(rendition)
            stem = file.filename.rpartition(".")[0]
            _attach(saving, owner_type, owner_id, Upload("pdf_cv", f"{stem}.pdf", "application/pdf", file.content_base64))


def _attach(saving: Saving, owner_type: str, owner_id: int, file: Upload) -> None:
    saving.store.insert(
        "attachments",
        {
            "owner_type": owner_type,
            "owner_id": owner_id,
            "context": file.context,
            "filename": file.filename,
            "content_type": file.content_type,
            "content_base64": file.content_base64,
            "created_at": saving.now,
            "updated_at": saving.now,
        },
    )


# -- signed links ---------------------------------------------------------------------------------------------------


async def blob(exchange: Exchange) -> Reply:
    """The file behind a signed link, for whoever holds the link; maybe by way of the storage's address."""
    attachment = _signed_attachment(exchange)
    redirects = exchange.quirk(AttachmentLinksRedirect)
    if redirects is None:
        return _file(attachment)
    exchange.acted(redirects)
    location = f"{exchange.base_url}{exchange.path.replace(BLOBS, DISK, 1)}"
    return Reply(302, b"", b"text/html", ((b"location", location.encode("ascii", "xmlcharrefreplace")),))


async def disk(exchange: Exchange) -> Reply:
    """The storage itself."""
    return _file(_signed_attachment(exchange))


def _signed_attachment(exchange: Exchange) -> Row:
    content = opened(exchange.params["signed"])
    if content is None:
        raise refuse(404, why="the link's signature is not ours: it was changed, or is no link of this sandbox")
    if content["for"] not in {credential.lookup for credential in exchange.tenant.credentials}:
        raise refuse(404, why="the link was signed for a key of another account")
    try:
        attachment = exchange.store.get("attachments", content["blob"])
    except NotFound as error:
        raise refuse(404, why=f"attachment {content['blob']} does not exist (any more)") from error
    if attachment["filename"] != exchange.params["filename"]:
        raise refuse(404, why=f"the file is called {attachment['filename']}")
    return attachment


def _file(attachment: Row) -> Reply:
    content = b"" if attachment["content_base64"] is None else base64.b64decode(attachment["content_base64"])
    content_type = attachment["content_type"] if attachment["content_type"] is not None else "application/octet-stream"
    return Reply(200, content, content_type.encode("ascii", "replace"), ((b"content-disposition", b"attachment"),))
