"""The ASGI side of an exchange: reading a bounded body, sending a reply whole, cut or not at all."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.fault_base import Delivery

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CONNECTION = "sandbox.connection"
"""In scope["extensions"]: the Connection, where the server gives one (see protocol.py)."""
BODILESS = frozenset({204, 304})


class Connection(Protocol):
    """What lies below HTTP."""

    def write(self, raw: bytes) -> None:
        """Bytes as they are."""

    async def end(self, *, reset: bool) -> None:
        """Close it once what was written is out, in order or with a reset."""


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


WINDOW_BITS = {b"gzip": 31, b"deflate": 15}
"""Codings of bodies that can be undone, with zlib's numbers for them."""


class BrokenCoding(ValueError):
    """The body is not of the coding that its header names."""


def decoded_body(coding: bytes, body: bytes, limit: int) -> bytes:
    """The body before it was packed.

    Raises:
        BrokenCoding: it is not packed so, or ends too early.
        BodyTooLarge: no more than the limit was unpacked.
    """
    unpacking = zlib.decompressobj(WINDOW_BITS[coding])
    try:
        plain = unpacking.decompress(body, limit + 1)
    except zlib.error as error:
        raise BrokenCoding(f"the body is no {coding.decode()}: {error}") from error
    if len(plain) > limit:
        raise BodyTooLarge(f"the unpacked body is larger than {limit} bytes")
    if not unpacking.eof:
        raise BrokenCoding(f"the body ends in the middle of its {coding.decode()}")
    return plain


async def send_reply(send: Send, reply: Reply, more_headers: list[tuple[bytes, bytes]]) -> None:
    """A whole answer."""
    await send(_start(reply, more_headers, len(reply.body)))
    await send({"type": "http.response.body", "body": b"" if reply.status in BODILESS else reply.body})


async def send_struck(scope: Scope, receive: Receive, send: Send, delivery: Delivery, more_headers: list[tuple[bytes, bytes]]) -> None:
    """An answer that a fault has spoiled on its way: slow, cut, of another length than announced, or none at all."""
    connection: Connection | None = scope.get("extensions", {}).get(CONNECTION)
    if connection is None:
        raise ConnectionAbortedError("this server offers no way to cut a connection; run the sandbox's own")
    reply, off_by = delivery.reply, delivery.length_off_by
    if reply is not None:
        body = b"" if reply.status in BODILESS else reply.body[: delivery.cut_after]
        await send(_start(reply, more_headers, len(reply.body) + off_by))
        on_time = body if off_by >= 0 else body[:off_by]
        complete = delivery.cut_after is None and off_by <= 0
        if not await _send_body(receive, send, on_time, delivery) or (complete and off_by == 0):
            return
        if complete:
            connection.write(body[len(on_time) :])
            await connection.end(reset=False)
            return
    await connection.end(reset=delivery.reset)
    # The server notices the end only when it is back in its loop; an answer given up before that would count as our failure.
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_body(receive: Receive, send: Send, body: bytes, delivery: Delivery) -> bool:
    """The body, in its pieces; False when the client left meanwhile."""
    size = max(1, -(-len(body) // delivery.pieces))
    for start in range(0, len(body), size):
        if delivery.pause and await _left(receive, delivery.pause):
            return False
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
    if delivery.cut_after is None and delivery.length_off_by <= 0:
        await send({"type": "http.response.body", "body": b""})
    return True


async def _left(receive: Receive, seconds: float) -> bool:
    """Wait so long; True as soon as the client leaves."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def _start(reply: Reply, more_headers: list[tuple[bytes, bytes]], length: int) -> Message:
    if reply.status in BODILESS:
        return {"type": "http.response.start", "status": reply.status, "headers": [*reply.headers, *more_headers]}
    own = ((b"content-type", reply.content_type), (b"content-length", b"%d" % length))
    return {"type": "http.response.start", "status": reply.status, "headers": [*own, *reply.headers, *more_headers]}
