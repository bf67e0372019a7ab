"""Files: a version makes its document and links; multipart and JSON uploads; legacy attachments."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.mock_servers.asymbl.conftest import DATA, Org

PDF = b"%PDF-1.7\r\n--x\r\n\x00\xff" * 50


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def upload(org: Org, **more: Any) -> str:
    return org.create("ContentVersion", PathOnClient="cv.final.pdf", VersionData=encoded(PDF), **more)


def test_the_first_version_makes_the_document_and_its_links(org: Org) -> None:
    """One to its owner, one to the record that it was published for."""
    contact = org.create("Contact", LastName="Novak")

    id = upload(org, FirstPublishLocationId=contact)

    (version,), (document,) = org.rows("ContentVersion"), org.rows("ContentDocument")
    shown = ("Title", "FileExtension", "FileType", "ContentSize", "VersionNumber", "IsLatest", "Origin")
    assert [version[name] for name in shown] == ["cv.final", "pdf", "PDF", len(PDF), "1", True, "C"]
    assert (version["ContentDocumentId"], document["LatestPublishedVersionId"]) == (document["id"], id)
    links = {(row["LinkedEntityId"], row["ShareType"], row["Visibility"]) for row in org.rows("ContentDocumentLink")}
    assert links == {(version["OwnerId"], "I", "AllUsers"), (contact, "V", "AllUsers")}


def test_a_later_version_takes_over(org: Org) -> None:
    first = upload(org)
    document = org.rows("ContentDocument")[0]["id"]

    second = org.create("ContentVersion", ContentDocumentId=document, PathOnClient="new.docx", VersionData=encoded(b"x"))

    latest = {row["id"]: (row["VersionNumber"], row["IsLatest"]) for row in org.rows("ContentVersion")}
    assert latest == {first: ("1", False), second: ("2", True)}
    (shown,) = org.rows("ContentDocument")
    assert (shown["LatestPublishedVersionId"], shown["Title"], shown["FileType"]) == (second, "new", "WORD_X")
    assert len(org.rows("ContentDocumentLink")) == 1


def _multipart(boundary: bytes, record: bytes, name: bytes, content: bytes) -> bytes:
    return b"\r\n".join(
        (
            b"--" + boundary,
            b'Content-Disposition: form-data; name="entity_content";',
            b"Content-Type: application/json",
            b"",
            record,
            b"--" + boundary,
            b'Content-Disposition: form-data; name="' + name + b'"; filename="cv.pdf"',
            b"Content-Type: application/octet-stream",
            b"",
            content,
            b"--" + boundary + b"--",
            b"",
        )
    )


def test_a_multipart_upload_keeps_every_byte(org: Org) -> None:
    body = _multipart(b"a_boundary", b'{"PathOnClient": "cv.pdf"}', b"VersionData", PDF)

    answer = org.http.post(
        f"{DATA}/sobjects/ContentVersion", content=body, headers={"content-type": 'multipart/form-data; boundary="a_boundary"'}
    )

    assert answer.status_code == 201, answer.text
    assert base64.b64decode(org.rows("ContentVersion")[0]["VersionData"]) == PDF


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--a--"),
        ("multipart/form-data; boundary=a", b""),
        ("multipart/form-data; boundary=a", b"--a\r\nno end"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Type: application/json\r\n\r\n{}\r\n--a--"),
        ("multipart/form-data; boundary=a", _multipart(b"a", b"[]", b"VersionData", b"x")),
        ("multipart/form-data; boundary=a", _multipart(b"a", b"{", b"VersionData", b"x")),
    ],
)
def test_a_broken_multipart_body_is_refused(org: Org, content_type: str, body: bytes) -> None:
    refused = org.http.post(f"{DATA}/sobjects/ContentVersion", content=body, headers={"content-type": content_type})

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")
    assert org.rows("ContentVersion") == []


@pytest.mark.parametrize(
    ("sobject", "values", "code"),
    [
        ("ContentVersion", {"Title": "x"}, "REQUIRED_FIELD_MISSING"),
        ("ContentVersion", {"PathOnClient": "x.pdf"}, "REQUIRED_FIELD_MISSING"),
        ("ContentVersion", {"PathOnClient": "x.pdf", "VersionData": "no base64!"}, "JSON_PARSER_ERROR"),
        ("ContentVersion", {"PathOnClient": "x.pdf", "VersionData": "eA==", "FileType": "PDF"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("ContentDocument", {}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
        ("Attachment", {"Name": "x", "Body": "eA=="}, "REQUIRED_FIELD_MISSING"),
    ],
)
def test_what_cannot_be_uploaded(org: Org, sobject: str, values: dict[str, Any], code: str) -> None:
    refused = org.send("POST", f"/sobjects/{sobject}", values)

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)
    assert org.rows("ContentDocument") == []


def test_a_document_is_linked_to_a_record_once(org: Org) -> None:
    contact = org.create("Contact", LastName="Novak")
    upload(org)
    link = {"ContentDocumentId": org.rows("ContentDocument")[0]["id"], "LinkedEntityId": contact, "ShareType": "V"}
    org.create("ContentDocumentLink", **link)

    again = org.send("POST", "/sobjects/ContentDocumentLink", link)

    assert (again.status_code, again.json()[0]["errorCode"]) == (400, "DUPLICATE_VALUE")
    without = org.send("POST", "/sobjects/ContentDocumentLink", {**link, "ShareType": None})
    assert without.json()[0]["fields"] == ["ShareType"]


def test_an_attachment_knows_its_size(org: Org) -> None:
    contact = org.create("Contact", LastName="Novak")

    org.create("Attachment", ParentId=contact, Name="cv.pdf", Body=encoded(PDF), ContentType="application/pdf")

    assert [(row["BodyLength"], row["ParentId"]) for row in org.rows("Attachment")] == [(len(PDF), contact)]
