"""Files in both directions: uploads that hang on a contact, and what a contact has, of today's files and of the older kind."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.asymbl import soql
from connectors.asymbl.columns import ATTACHMENT, LINK, VERSION, may_create, may_read
from connectors.asymbl.schema import Schema
from connectors.asymbl.soql import Select
from connectors.asymbl.sources import chunks
from connectors.asymbl.wire import Row, Wire
from connectors.transport.client import Download
from connectors.transport.file_types import extension, guessed_type, with_extension
from connectors.unified.actions import File
from connectors.unified.connector import Ref
from connectors.unified.connector import Warning as Notice
from connectors.unified.errors import ConnectorError, Invalid, OutcomeUnknown, PermissionMissing

PRIMARY = "bpats__Is_Primary__c"
"""Asymbl's mark on the resume among a person's files."""

Fetch = Callable[[str], Download]


@dataclass(frozen=True, slots=True)
class Upload:
    """One file, ready to be sent."""

    name: str
    """With its extension."""
    content: bytes

    @property
    def title(self) -> str:
        """The name without its extension, as Salesforce shows it."""
        return self.name.removesuffix(extension(self.name))


def prepared(file: File, fetch: Fetch, *, at_most: int) -> Upload:
    """The file's bytes under a name with an extension, which is all that tells Salesforce its type. Raises Invalid, Unavailable."""
    if file.data is not None:
        content, declared = base64.b64decode(file.data), file.content_type
    else:
        try:
            download = fetch(str(file.data_url))
        except Invalid as error:
            raise Invalid(f"attachment {file.name!r}: {error}", http_status=error.http_status) from error
        content, declared = download.content, file.content_type or download.content_type
    if len(content) > at_most:
        raise Invalid(f"attachment {file.name!r} has {len(content)} bytes; at most {at_most} are sent (setting max_file_bytes)")
    return Upload(with_extension(file.name, declared), content)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one org's contacts."""

    wire: Wire
    at_most: int

    # -- in -------------------------------------------------------------------------------------------------------

    def add(self, contact: str, upload: Upload) -> str:
        """Hang a file on a contact; its version's id. A lost answer is looked into before anything is sent again.

        Raises:
            OutcomeUnknown: nobody can tell whether it is there.
            ConnectorError: it is not there.
        """
        try:
            return self._send(contact, upload)
        except OutcomeUnknown as lost:
            self.wire.retries.pause()
            try:
                found = self._same(contact, upload)
            except ConnectorError as error:
                raise OutcomeUnknown(f"{lost}; looking whether it did: {error}", http_status=lost.http_status) from error
        return found if found is not None else self._send(contact, upload)

    def _send(self, contact: str, upload: Upload) -> str:
        body = {
            "Title": upload.title,
            "PathOnClient": upload.name,
            "VersionData": base64.b64encode(upload.content).decode(),
            "FirstPublishLocationId": contact,
        }
        return str(self.wire.write("POST", f"/sobjects/{VERSION}", body, needs=(may_create(VERSION),))["id"])

    def _same(self, contact: str, upload: Upload) -> str | None:
        """A file of the contact with this name and content. That it was there before would do no harm: a second one would be alike."""
        digest = hashlib.md5(upload.content, usedforsecurity=False).hexdigest()
        for version in self._versions(contact, self._seen(Schema(self.wire), VERSION, ("Checksum", "ContentSize"))):
            told = (version.get("Title"), version.get("ContentSize"), version.get("Checksum"))
            if all(one in (None, ours) for one, ours in zip(told, (upload.title, len(upload.content), digest), strict=True)):
                return str(version["Id"])
        return None

    # -- out ------------------------------------------------------------------------------------------------------

    def of(self, contact: str) -> tuple[list[dict[str, Any]], list[Notice]]:
        """All files of a contact, fetched: Salesforce's own links open nothing without a session. Raises ConnectorError."""
        warnings: list[Notice] = []
        schema = Schema(self.wire)
        closed = schema.hidden(VERSION, ("VersionData",))
        if closed:
            raise PermissionMissing("the user may not see what is in files", missing_permissions=closed)
        versions = self._versions(contact, self._seen(schema, VERSION, (PRIMARY, "ContentSize")))
        if versions and (unmarked := schema.hidden(VERSION, (PRIMARY,))):
            warnings.append(Notice("resume_unknown", f"which file is the resume needs {unmarked[0]!r}; all are of the type OTHER"))
        older: list[Row] = []
        if schema.hidden(ATTACHMENT, ("Id",)):
            warnings.append(Notice("older_attachments_hidden", f"attachments of the older kind need {may_read(ATTACHMENT)!r}"))
        else:
            older = self._older(contact, self._seen(schema, ATTACHMENT, ("ContentType", "BodyLength")))
        files = [*self._shown(versions, warnings), *self._shown_older(older, warnings)]
        owner = {"application_id": None, "candidate_id": Ref("Candidates", contact)}
        return [{**file, **owner} for file in files], warnings

    def _seen(self, schema: Schema, sobject: str, columns: Sequence[str]) -> tuple[str, ...]:
        """Those of the columns that this user sees, for what a file can be shown without."""
        return tuple(column for column in columns if not schema.hidden(sobject, (column,)))

    def _versions(self, contact: str, also: Sequence[str]) -> list[Row]:
        """The latest version of each document that is linked to a contact. Links may be asked for by their owner only."""
        links = self.wire.rows(
            Select(("ContentDocumentId", "ContentDocument.CreatedDate"), LINK, (f"LinkedEntityId = {soql.text(contact)}",))
        )
        made = {link["ContentDocumentId"]: (link.get("ContentDocument") or {}).get("CreatedDate") for link in links}
        columns = ("Id", "ContentDocumentId", "Title", "FileExtension", "CreatedDate", "LastModifiedDate", *also)
        found: list[Row] = []
        for some in chunks(sorted(made)):
            conditions = (f"ContentDocumentId IN {soql.texts(some)}", "IsLatest = true")
            found += self.wire.rows(Select(columns, VERSION, conditions, ("CreatedDate ASC", "Id ASC")))
        return [{**version, "made": made[version["ContentDocumentId"]] or version["CreatedDate"]} for version in found]

    def _older(self, contact: str, also: Sequence[str]) -> list[Row]:
        columns = ("Id", "Name", "CreatedDate", "LastModifiedDate", *also)
        return self.wire.rows(Select(columns, ATTACHMENT, (f"ParentId = {soql.text(contact)}",), ("CreatedDate ASC", "Id ASC")))

    def _shown(self, versions: Sequence[Row], warnings: list[Notice]) -> Iterator[dict[str, Any]]:
        for version in versions:
            name, extension = str(version.get("Title") or "file"), version.get("FileExtension")
            if extension and not name.lower().endswith(f".{extension.lower()}"):
                name = f"{name}.{extension}"
            if self._fits(name, version.get("ContentSize"), warnings):
                content = self.wire.blob(VERSION, version["Id"], "VersionData")
                kind = "CV" if version.get(PRIMARY) else "OTHER"
                yield _file(
                    version["ContentDocumentId"], name, guessed_type(name), kind, content, version["made"], version["LastModifiedDate"]
                )

    def _shown_older(self, attachments: Sequence[Row], warnings: list[Notice]) -> Iterator[dict[str, Any]]:
        for one in attachments:
            name = str(one["Name"])
            if self._fits(name, one.get("BodyLength"), warnings):
                content = self.wire.blob(ATTACHMENT, one["Id"], "Body")
                content_type = one.get("ContentType") or guessed_type(name)
                yield _file(one["Id"], name, content_type, "OTHER", content, one["CreatedDate"], one["LastModifiedDate"])

    def _fits(self, name: str, size: int | None, warnings: list[Notice]) -> bool:
        if size is not None and size > self.at_most:
            warnings.append(Notice("attachment_too_large", f"{name!r} has {size} bytes; at most {self.at_most} are fetched"))
            return False
        return True


def _file(key: str, name: str, content_type: str, kind: str, content: bytes, made: str | None, changed: str | None) -> dict[str, Any]:
    return {
        "id": Ref("Attachments", key),
        "remote_id": key,
        "type": kind,
        "data_url": f"data:{content_type};base64,{base64.b64encode(content).decode()}",
        "file_name": name,
        "content_type": content_type,
        "remote_created_at": made,
        "remote_updated_at": changed,
    }
