"""Which end of a file's name goes with which content type: a table of our own, so that every machine tells the same.

Python's own table lacks the office formats that most CVs have, and fills the gap from files of the system, which some systems lack.
"""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath

UNKNOWN_TYPE = "application/octet-stream"

_KINDS = mimetypes.MimeTypes()
for _content_type, _extension in (
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
    ("application/vnd.oasis.opendocument.text", ".odt"),
    ("application/vnd.apple.pages", ".pages"),
    ("application/rtf", ".rtf"),
    ("image/heic", ".heic"),
    ("image/webp", ".webp"),
    ("text/markdown", ".md"),
):
    _KINDS.add_type(_content_type, _extension)


def extension(name: str) -> str:
    """The end of a file's name that tells its type, with the dot; "" if nothing does: people write dots elsewhere, too (Dr. Smith)."""
    suffix = PurePosixPath(name).suffix
    known = suffix.lower() in _KINDS.types_map[True] or suffix.lower() in _KINDS.encodings_map
    return suffix if known else ""


def with_extension(name: str, content_type: str | None) -> str:
    """The name with an extension: its own, else the one that its type has, if any is known."""
    if extension(name) or content_type in (None, UNKNOWN_TYPE):
        return name
    return name + (_KINDS.guess_extension(str(content_type)) or "")


def guessed_type(name: str) -> str:
    """The content type that a file's name suggests."""
    return _KINDS.types_map[True].get(PurePosixPath(name).suffix.lower(), UNKNOWN_TYPE)
