"""File names and content types, the same on every machine."""

from __future__ import annotations

import pytest

from connectors.transport.file_types import extension, guessed_type, with_extension

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("name", "content_type", "whole"),
    [
        ("Dr. Smith CV", "application/pdf", "Dr. Smith CV.pdf"),
        ("CV v1.2", "application/pdf", "CV v1.2.pdf"),
        ("CV v1.2.PDF", "application/pdf", "CV v1.2.PDF"),
        ("CV", DOCX, "CV.docx"),
        ("cv.docx", "application/msword", "cv.docx"),
        ("papers.tar.gz", "application/gzip", "papers.tar.gz"),
        ("cv.final", "application/octet-stream", "cv.final"),
        ("cv.final", "application/x-nobody-knows", "cv.final"),
        ("Dr. Smith CV", None, "Dr. Smith CV"),
    ],
)
def test_an_extension_is_what_tells_the_type(name, content_type, whole):
    """Whatever else stands behind a dot is a part of the name."""
    assert with_extension(name, content_type) == whole


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.docx", DOCX),
        ("a.b.PDF", "application/pdf"),
        ("CV: Smith.txt", "text/plain"),
        ("README", "application/octet-stream"),
        ("v1.2", "application/octet-stream"),
    ],
)
def test_a_name_suggests_a_type(name, content_type):
    assert guessed_type(name) == content_type
    assert bool(extension(name)) is (content_type != "application/octet-stream")
