"""Links to attachments: signed for a while, and still useless without the token.

A ready document holds a mark in place of each link's host and signature, because both are known only when a request
comes. A mark contains a raw control byte, which JSON text can never hold, so nothing that a user wrote looks like one.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from mock_servers.join.quirks.documents import AttachmentLinksExpire

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

PATH = "/v2/attachments/{opaque}"
NEVER = 0
MARK = b"\x01"
_MARKED = re.compile(rb"\x01([0-9]+)\x01")
_ID_BASE = 36
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def mark(attachment_id: int) -> bytes:
    """The JSON of a link, to be filled in by `fill`."""
    return b'"' + MARK + str(attachment_id).encode() + MARK + b'"'


def fill(exchange: Exchange, document: bytes) -> bytes:
    """The document with a link, signed from now on, in place of each mark."""
    if MARK not in document:
        return document
    expiry = _expiry(exchange)
    before = f"{exchange.base_url}/v2/attachments/".encode()

    def link(match: re.Match[bytes]) -> bytes:
        opaque = _opaque(int(match[1]))
        return before + f"{opaque}?sig={_signature(exchange, opaque, expiry)}".encode()

    return _MARKED.sub(link, document)


def attachment_id(opaque: str) -> int | None:
    """Which attachment a link's path means; None when it can be none of ours."""
    if not re.fullmatch(r"a[0-9a-z]{1,12}", opaque):
        return None
    return int(opaque[1:], _ID_BASE)


def problem(exchange: Exchange, opaque: str, signature: str | None) -> str | None:
    """Why this signature does not open this link now ("missing", "wrong", "expired"), or None when it does."""
    if not signature:
        return "missing"
    expiry_text, _, _ = signature.partition(".")
    if not re.fullmatch(r"[0-9a-f]{1,12}", expiry_text):
        return "wrong"
    expiry = int(expiry_text, 16)
    if signature != _signature(exchange, opaque, expiry):
        return "wrong"
    quirk = exchange.quirk(AttachmentLinksExpire)
    if quirk is not None and expiry != NEVER and exchange.now >= expiry:
        exchange.acted(quirk)
        return "expired"
    return None


def disposition(file_name: str | None) -> tuple[bytes, bytes]:
    """The header that alone tells a file's name: once for old readers, once in full."""
    if file_name is None:
        return b"content-disposition", b"attachment"
    plain = re.sub(r"[^ !#-\[\]-~]", "_", file_name)
    return b"content-disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}".encode("ascii")


def _expiry(exchange: Exchange) -> int:
    quirk = exchange.quirk(AttachmentLinksExpire)
    if quirk is None:
        return NEVER
    exchange.acted(quirk)
    return int(exchange.now) + quirk.seconds


def _signature(exchange: Exchange, opaque: str, expiry: int) -> str:
    """Keyed by the tenant, so that no link of one account opens a file of another."""
    digest = hashlib.blake2b(f"{opaque} {expiry}".encode(), key=_key(exchange.tenant.id), digest_size=12).hexdigest()
    return f"{expiry:x}.{digest}"


@lru_cache(256)
def _key(tenant_id: str) -> bytes:
    return hashlib.blake2b(tenant_id.encode(), digest_size=32).digest()


def _opaque(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, _ID_BASE)
        digits = _DIGITS[digit] + digits
    return f"a{digits or '0'}"
