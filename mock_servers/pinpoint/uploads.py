"""Files in requests: base64 data URLs, checked and stored as attachments."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from typing import Any

from mock_servers.engine.exchange import Exchange
from mock_servers.pinpoint import wire
from mock_servers.pinpoint.cells import wire_time
from mock_servers.pinpoint.payload import malformed
from mock_servers.pinpoint.quirks import IncompleteDocumentsDropped

_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w-]+=[^;,]*)*;base64,(.*)", re.DOTALL)


def now_text(exchange: Exchange) -> str:
    return wire_time(int(exchange.now))


def uuid_of(exchange: Exchange, table: str) -> str:
    """The same tenant gives its next record the same uuid each time it is played."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{exchange.tenant.id} {table} {exchange.store.count(table)} {exchange.now}"))


def decoded(data: str) -> tuple[str | None, str] | None:
    """(content type, base64) of a data URL; None when it is none."""
    match = _DATA_URL.fullmatch(data)
    if match is None:
        return None
    try:
        content = base64.b64decode(match[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    return match[1], base64.b64encode(content).decode()


def check(sent: dict[str, Any], data_name: str, filename_name: str, problems: list[wire.Problem]) -> None:
    """A file needs both its data and its name, and the data must be a base64 data URL."""
    data, name = sent.get(data_name), sent.get(filename_name)
    if data is None and name is None:
        return
    if data is None or name is None:
        problems.append(wire.blank(data_name if data is None else filename_name))
    elif decoded(data) is None:
        problems.append(wire.Problem(data_name, "is invalid", "invalid"))


def add(exchange: Exchange, owner_type: str, owner_id: int, context: str, filename: str, data: str) -> None:
    """Store one checked file."""
    found = decoded(data)
    if found is None:
        raise AssertionError("a file is checked before it is stored")
    now = now_text(exchange)
    row = {"owner_type": owner_type, "owner_id": owner_id, "context": context, "filename": filename, "created_at": now, "updated_at": now}
    exchange.store.insert("attachments", {**row, "content_type": found[0], "content_base64": found[1]})


def add_documents(exchange: Exchange, owner_type: str, owner_id: int, items: Any) -> None:
    """documents_base64: items of {data, filename}. Raises Refusal (400, 422)."""
    for number, item in enumerate(items if items is not None else ()):
        if not isinstance(item, dict) or not all(value is None or isinstance(value, str) for value in item.values()):
            raise malformed(f"data.attributes.documents_base64.{number} should be type hash")
        data, filename = item.get("data"), item.get("filename")
        if data is None or filename is None:
            quirk = exchange.quirk(IncompleteDocumentsDropped)
            if quirk is None:
                raise wire.invalid(exchange, [wire.blank("documents_base64")])
            exchange.acted(quirk)
            exchange.unread.append(f"documents_base64.{number}")
            continue
        if decoded(data) is None:
            raise wire.invalid(exchange, [wire.Problem("documents_base64", "is invalid", "invalid")])
        add(exchange, owner_type, owner_id, "document", filename, data)
