"""Addresses inside documents: written as placeholders when a record is stored, filled in when it is sent.

A ready document cannot know under which address the client reaches the sandbox, nor who asks. JSON text never holds raw
control characters, so two of them mark the places: one for the address, one around an attachment's number.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row

BLOBS = "/rails/active_storage/blobs"
DISK = "/rails/active_storage/disk"
_ROOT = b"\x01"
_BLOB = re.compile(rb"\x02([0-9]+)\x02")
_KEY = b"the sandbox signs attachment links so that a changed one can be refused; this guards no secret"


def link(path: str) -> orjson.Fragment:
    """A JSON string: the address at which the client reaches us, and this path."""
    return orjson.Fragment(b'"' + _ROOT + orjson.dumps(path)[1:])


def attachment_link(attachment: Row) -> orjson.Fragment:
    """A JSON string: a signed address of the file, good for whoever holds it."""
    path = f"{BLOBS}/\x02{attachment['id']}\x02/{quote(attachment['filename'], safe='')}"
    return orjson.Fragment(b'"' + _ROOT + path.encode() + b'"')


def fill(exchange: Exchange, body: bytes) -> bytes:
    """The body with all placeholders replaced."""
    if _ROOT not in body:
        return body
    if b"\x02" in body:
        asked_by = exchange.credential.lookup if exchange.credential is not None else ""
        body = _BLOB.sub(lambda match: sign(int(match[1]), asked_by).encode(), body)
    return body.replace(_ROOT, _written(exchange.base_url))


@lru_cache(256)
def _written(url: str) -> bytes:
    """As it stands inside a JSON string."""
    return orjson.dumps(url)[1:-1]


@lru_cache(4096)
def sign(attachment: int, asked_by: str) -> str:
    """The signed part of a link. It names (by its digest) the key that asked: the file is that key's tenant's."""
    payload = base64.urlsafe_b64encode(orjson.dumps({"blob": attachment, "for": asked_by})).decode().rstrip("=")
    return f"{payload}--{_signature(payload)}"


def opened(signed: str) -> dict[str, Any] | None:
    """What was signed: {"blob": id, "for": digest}; None when the signature is not ours."""
    payload, _, signature = signed.partition("--")
    if not payload.isascii() or not hmac.compare_digest(_signature(payload).encode(), signature.encode()):
        return None
    try:
        content: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, orjson.JSONDecodeError):
        return None
    return content


def _signature(payload: str) -> str:
    return hmac.new(_KEY, payload.encode(), hashlib.sha256).hexdigest()[:40]
