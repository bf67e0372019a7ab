"""Files: versions that make their document and its links, legacy attachments, uploads as multipart, and raw bytes back.

ContentVersion is one upload, ContentDocument what its versions have in common, ContentDocumentLink where the document is seen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import bodies, saving, wire
from mock_servers.asymbl.automation import Triggers
from mock_servers.asymbl.org import org_of
from mock_servers.asymbl.schema import Field
from mock_servers.asymbl.wire import refuse
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

VERSION, DOCUMENT, LINK, ATTACHMENT = "ContentVersion", "ContentDocument", "ContentDocumentLink", "Attachment"
LARGEST_ATTACHMENT = 25 * 1024 * 1024
BLOB_TYPE = b"application/octetstream"
"""Salesforce spells it so."""
_KINDS = {
    "csv": "CSV", "doc": "WORD", "docx": "WORD_X", "gif": "GIF", "htm": "HTML", "html": "HTML", "jpeg": "JPG", "jpg": "JPG",
    "json": "JSON", "mp4": "MP4", "odt": "ODT", "pdf": "PDF", "png": "PNG", "ppt": "POWER_POINT", "pptx": "POWER_POINT_X", "rtf": "RTF",
    "svg": "SVG", "txt": "TEXT", "xls": "EXCEL", "xlsx": "EXCEL_X", "xml": "XML", "zip": "ZIP",
}  # fmt: skip


# -- triggers ----------------------------------------------------------------------------------------------------------


def _before_version(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    """What an upload says of itself is worked out; the first one gets its document, a later one takes over from the latest."""
    if event != "insert":
        return
    if row.get("ContentUrl") is None:
        missing = [name for name in ("PathOnClient", "VersionData") if not row.get(name)]
        if missing:
            raise refuse(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
    content = _decoded(row.get("VersionData"))
    path = PurePosixPath(str(row.get("PathOnClient") or row.get("ContentUrl")).replace("\\", "/"))
    extension = path.suffix.removeprefix(".").lower()
    row["Title"] = row.get("Title") or path.stem or path.name
    row["FileExtension"] = extension or None
    row["FileType"] = "LINK" if row.get("ContentUrl") is not None else _KINDS.get(extension, "UNKNOWN")
    row["ContentSize"] = row["ContentSizeLong"] = len(content)
    row["Checksum"] = hashlib.md5(content, usedforsecurity=False).hexdigest()
    row["ContentModifiedDate"] = row.get("ContentModifiedDate") or wire.moment(exchange.now)
    row["ContentModifiedById"] = row["CreatedById"]
    defaults = {"ContentLocation": "S", "Origin": "C", "PublishStatus": "P", "SharingOption": "A", "SharingPrivacy": "N"}
    row.update({name: row.get(name) or value for name, value in defaults.items()})
    row["IsLatest"] = True
    _join_document(exchange, row)


def _decoded(data: str | None) -> bytes:
    try:
        return base64.b64decode("".join((data or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise refuse(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of base64Binary from VALUE_STRING") from error


def _join_document(exchange: Exchange, row: Row) -> None:
    document_id = row.get("ContentDocumentId")
    if document_id is None:
        row["ContentDocumentId"] = _new_document(exchange, row)
        row["VersionNumber"] = "1"
        return
    if row.get("FirstPublishLocationId") is not None:
        message = "You can't specify a first publish location for a version of a document that is published already"
        raise refuse(400, "FIELD_INTEGRITY_EXCEPTION", message, ["FirstPublishLocationId"])
    earlier = [one for one in exchange.store.where(VERSION, ContentDocumentId=document_id) if not one["IsDeleted"]]
    row["VersionNumber"] = str(max((int(one["VersionNumber"]) for one in earlier), default=0) + 1)
    for one in earlier:
        if one["IsLatest"]:
            exchange.store.update(VERSION, one["id"], IsLatest=False)


def _new_document(exchange: Exchange, row: Row) -> str:
    names = ("Title", "Description", "FileExtension", "FileType", "ContentSize", "ContentSizeLong", "PublishStatus", "OwnerId")
    shared = {name: row.get(name) for name in (*names, "SharingOption", "SharingPrivacy", "ContentModifiedDate")}
    return str(saving.insert(exchange, org_of(exchange).schema[DOCUMENT], shared)["id"])


def _after_version(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    """The document shows its latest version; the first one is linked to its owner, and to the record it was published for."""
    if event != "insert":
        return
    document = saving.get(exchange.store, org_of(exchange).schema[DOCUMENT], row["ContentDocumentId"])
    if document is None:
        return
    names = ("Title", "FileExtension", "FileType", "ContentSize", "ContentSizeLong", "ContentModifiedDate")
    shown = {name: row[name] for name in names}
    saving.update(exchange, org_of(exchange).schema[DOCUMENT], document, {**shown, "LatestPublishedVersionId": row["id"]})
    if row["VersionNumber"] != "1":
        return
    _link(exchange, row["ContentDocumentId"], row["OwnerId"], "I")
    if row.get("FirstPublishLocationId") not in (None, row["OwnerId"]):
        _link(exchange, row["ContentDocumentId"], row["FirstPublishLocationId"], "V")


def _link(exchange: Exchange, document_id: str, to: str, share_type: str) -> None:
    values = {"ContentDocumentId": document_id, "LinkedEntityId": to, "ShareType": share_type, "Visibility": "AllUsers"}
    saving.insert(exchange, org_of(exchange).schema[LINK], values)


def _before_document(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    """A document comes with its first version, never alone."""
    if event == "insert" and row.get("FileType") is None:
        raise refuse(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: Content Document", [])


def _before_link(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    if event != "insert":
        return
    if row.get("ShareType") is None:
        raise refuse(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [ShareType]", ["ShareType"])
    row["Visibility"] = row.get("Visibility") or "AllUsers"
    same = exchange.store.where(LINK, ContentDocumentId=row["ContentDocumentId"], LinkedEntityId=row["LinkedEntityId"])
    if any(not one["IsDeleted"] for one in same):
        message = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
        raise refuse(400, "DUPLICATE_VALUE", message, [])


def _before_attachment(exchange: Exchange, event: str, row: Row, old: Row | None) -> None:
    if event == "delete" or (old is not None and row.get("Body") == old.get("Body")):
        return
    size = len(_decoded(row.get("Body")))
    if size > LARGEST_ATTACHMENT:
        raise refuse(400, "FILE_SIZE_LIMIT_EXCEEDED", f"The file of {size} bytes is larger than {LARGEST_ATTACHMENT}", ["Body"])
    row["BodyLength"] = size


TRIGGERS = {
    VERSION: Triggers((_before_version,), (_after_version,)),
    DOCUMENT: Triggers((_before_document,)),
    LINK: Triggers((_before_link,)),
    ATTACHMENT: Triggers((_before_attachment,)),
}
FILLED = {VERSION: frozenset({"Title", "ContentDocumentId"})}
"""Required fields that a create may leave out, because a trigger fills them."""


# -- bytes -------------------------------------------------------------------------------------------------------------


def blob(field: Field, row: Row) -> Reply:
    """GET /sobjects/ContentVersion/‹id›/VersionData and its like: the raw bytes."""
    content_type = row.get("ContentType")
    kind = content_type.encode("latin-1", "replace") if isinstance(content_type, str) and content_type.isprintable() else BLOB_TYPE
    return Reply(200, _decoded(row.get(field.name)), kind)


def record_in(exchange: Exchange) -> dict[str, Any]:
    """The record that a request sends: its JSON, or the JSON part of a multipart body with the binary parts in base64.

    Raises MalformedBody.
    """
    if not bodies.is_multipart(exchange):
        return bodies.json_object(exchange.body)
    parts = bodies.multipart(exchange)
    record: dict[str, Any] = {}
    for part in parts:
        if part.content_type.startswith("application/json") and not record:
            record = bodies.json_object(part.content)
    for part in parts:
        if not part.content_type.startswith("application/json"):
            record[part.name] = base64.b64encode(part.content).decode("ascii")
    return record
