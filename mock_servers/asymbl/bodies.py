"""Reading bodies: JSON objects, forms, and the parts of multipart ones."""

from __future__ import annotations

from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from mock_servers.engine.exchange import MalformedBody

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange


def json_object(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(str(error)) from error
    if not isinstance(found, dict):
        raise MalformedBody("Cannot deserialize instance of an sObject from what is no JSON object at [line:1, column:1]")
    return found


def form(exchange: Exchange) -> dict[str, str]:
    """The fields of a form in the body, {} for what is none; the last one wins. A body that does not say that it is one is none: OAuth
    wants the type (RFC 6749, 4.1.3), and a servlet reads no form without it."""
    content_type = (exchange.header(b"content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        return {}
    try:
        return dict(parse_qsl(exchange.body.decode("ascii"), keep_blank_values=True, errors="strict"))
    except ValueError:
        return {}


def parameters(exchange: Exchange) -> dict[str, str]:
    """The form's fields, and those of the query string: many programs send the parameters of OAuth in the address."""
    return {**dict(parse_qsl(exchange.raw_query.decode("latin-1"), keep_blank_values=True)), **form(exchange)}


# -- multipart --------------------------------------------------------------------------------------------------------


def is_multipart(exchange: Exchange) -> bool:
    return (exchange.header(b"content-type") or "").lower().startswith("multipart/form-data")


class Part:
    """One part of a multipart body."""

    __slots__ = ("content", "content_type", "name")

    def __init__(self, head: bytes, content: bytes) -> None:
        """Raises MalformedBody."""
        headers: dict[str, str] = {}
        for line in head.split(b"\r\n"):
            name, _, value = line.decode("utf-8", "replace").partition(":")
            headers[name.strip().lower()] = value.strip()
        called = _parameter(headers.get("content-disposition", ""), "name")
        if called is None:
            raise MalformedBody("a part of the body has no name")
        self.name, self.content = called, content
        self.content_type = headers.get("content-type", "text/plain").lower()


def multipart(exchange: Exchange) -> list[Part]:
    """The parts of a multipart/form-data body, to the byte. Raises MalformedBody."""
    boundary = _parameter(exchange.header(b"content-type") or "", "boundary")
    if not boundary:
        raise MalformedBody("the content type of the multipart body names no boundary")
    _, *sections = (b"\r\n" + exchange.body).split(b"\r\n--" + boundary.encode("latin-1", "replace"))
    parts: list[Part] = []
    for section in sections:
        if section.startswith(b"--"):
            return parts
        head, blank, content = section.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not blank:
            raise MalformedBody("a part of the multipart body has no end of its headers")
        parts.append(Part(head, content))
    raise MalformedBody("the multipart body has no end")


def _parameter(header: str, name: str) -> str | None:
    """A parameter of a header like `form-data; name="entity_content"`."""
    message = Message()
    message["content-type"] = header
    found = message.get_param(name)
    return found if isinstance(found, str) else None
