"""The ASGI side of an exchange: reading a bounded body, sending a reply whole, cut or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from mock_servers.engine.vendors import Reply

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

DISCONNECT = "sandbox.disconnect"
"""In scope["extensions"]: closes the connection once what was written is out (see protocol.py)."""
BODILESS = frozenset({204, 304})


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


class BodyTooLarge(ValueError):
    """More than the vendor accepts."""


async def read_body(headers: dict[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The whole body; b"" without waiting when the headers announce none.

    Raises:
        BodyTooLarge: as soon as that is known; the rest is not kept.
        ClientGone: it ended before its announced length.
    """
    length = headers.get(b"content-length")
    if length is None and b"transfer-encoding" not in headers:
        return b""
    if length is not None and length.isdigit() and int(length) > limit:
        raise BodyTooLarge(f"the body of {int(length)} bytes is larger than {limit}")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise BodyTooLarge(f"the body is larger than {limit} bytes")
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def send_reply(send: Send, reply: Reply, more_headers: list[tuple[bytes, bytes]]) -> None:
    """A whole answer."""
    await send(_start(reply, more_headers))
    await send({"type": "http.response.body", "body": b"" if reply.status in BODILESS else reply.body})


async def send_cut(
    scope: Scope, receive: Receive, send: Send, reply: Reply | None, more_headers: list[tuple[bytes, bytes]], after_bytes: int
) -> None:
    """Headers that promise the whole body, its first bytes, and the end of the connection; without a reply only the end."""
    disconnect: Callable[[], None] | None = scope.get("extensions", {}).get(DISCONNECT)
    if disconnect is None:
        raise ConnectionAbortedError("this server offers no way to cut a connection; run the sandbox's own")
    if reply is not None:
        await send(_start(reply, more_headers))
        await send({"type": "http.response.body", "body": reply.body[:after_bytes], "more_body": True})
    disconnect()
    # The server notices the end only when it is back in its loop; an answer given up before that would count as our failure.
    while (await receive())["type"] != "http.disconnect":
        pass


def _start(reply: Reply, more_headers: list[tuple[bytes, bytes]]) -> Message:
    if reply.status in BODILESS:
        return {"type": "http.response.start", "status": reply.status, "headers": [*reply.headers, *more_headers]}
    own = ((b"content-type", reply.content_type), (b"content-length", b"%d" % len(reply.body)))
    return {"type": "http.response.start", "status": reply.status, "headers": [*own, *reply.headers, *more_headers]}
