"""The door of the admin API: who may enter, and FastAPI imported only when somebody does."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Collection
from functools import lru_cache

import orjson

from mock_servers.engine.addresses import NO_SOCKETS, Addresses
from mock_servers.engine.asgi import Message, Receive, Scope, Send, send_reply
from mock_servers.engine.tenants import READING, Tenants
from mock_servers.engine.vendors import Reply

_HOST = re.compile(r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<plain>[A-Za-z0-9._-]+))(?::[0-9]{1,5})?")


class Admin:
    """Loopback only unless opened; never for a web page of another origin, nor under a foreign name of this host."""

    def __init__(
        self, tenants: Tenants, addresses: Addresses = NO_SOCKETS, *, open_to_network: bool = False, host_names: Collection[str] = ()
    ) -> None:
        self.tenants, self._addresses = tenants, addresses
        self._open, self._host_names = open_to_network, frozenset(name.lower() for name in host_names)
        self._api: Callable[[Scope, Receive, Send], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._problem(scope)
        if problem is not None:
            message, hint = problem
            await send_reply(send, Reply(403, orjson.dumps({"error": {"code": "forbidden", "message": message, "hint": hint}})), [])
            return
        if self._api is None:
            from mock_servers.engine.admin_api import create_admin_api

            self._api = create_admin_api(self.tenants, self._addresses)
        await self._api(scope, receive, self._keeping(scope["method"], send) if self.tenants.lasting else send)

    def _keeping(self, method: str, send: Send) -> Send:
        """Nothing is told to be done before it would outlive the process."""

        async def keep_and_send(message: Message) -> None:
            if message["type"] == "http.response.start" and method not in READING:
                self.tenants.keep()
            await send(message)

        return keep_and_send

    def _problem(self, scope: Scope) -> tuple[str, str] | None:
        """(message, hint) when this request may not enter."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if not self._open and not _is_loopback(scope["client"][0] if scope["client"] is not None else ""):
            return "the admin API answers this machine only", "start the sandbox with --admin-open"
        host = headers.get(b"host", b"").decode("latin-1")
        name = _host_name(host)
        if not self._knows_itself_as(name):
            # A page whose own name was made to point here (DNS rebinding) sends that name.
            return f"the admin API is not called {name!r}", "use 127.0.0.1 or localhost, or start the sandbox with that host name allowed"
        origin = headers.get(b"origin")
        own = f"{scope['scheme']}://{host}".encode("latin-1")
        if origin is not None and origin.lower() != own.lower():
            return f"web pages of {origin.decode('latin-1')} may not use the admin API", "call it from a program, or from its own page"
        if headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site"):
            return "web pages of another origin may not use the admin API", "call it from a program, or from its own page"
        return None

    def _knows_itself_as(self, name: str) -> bool:
        if name == "localhost" or name.endswith(".localhost") or name in self._host_names:
            return True
        if _is_loopback(name):
            return True
        # Names without a dot, as containers have, and bare addresses cannot be bought by an attacker.
        return self._open and ("." not in name or _is_address(name)) and name != ""


@lru_cache(256)
def _host_name(host: str) -> str:
    """Without the port; "" when it is not a host at all."""
    match = _HOST.fullmatch(host)
    return (match["bracketed"] or match["plain"]).lower() if match is not None else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@lru_cache(256)
def _is_loopback(text: str) -> bool:
    return _is_address(text) and ipaddress.ip_address(text).is_loopback
