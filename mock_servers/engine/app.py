"""The sandbox as one ASGI app: every vendor at its own port and below /{vendor}, the admin API below /_sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mock_servers.engine.addresses import PublicUrls
from mock_servers.engine.admin import Admin
from mock_servers.engine.asgi import Receive, Scope, Send, send_reply
from mock_servers.engine.names import ADMIN
from mock_servers.engine.pipeline import VendorApp
from mock_servers.engine.tenants import Tenants
from mock_servers.engine.vendors import Reply


class SandboxApp:
    """Sends each request to the vendor, or to the admin API, that its port and path mean."""

    def __init__(self, tenants: Tenants, admin: Admin, vendor_of_port: Mapping[int, str], public_urls: PublicUrls) -> None:
        self.tenants, self.admin = tenants, admin
        self._public_urls, self._vendor_of_port = public_urls, dict(vendor_of_port)
        self._vendors: dict[str, VendorApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _other_protocol(scope, receive, send)
            return
        path: str = scope["raw_path"].decode("latin-1")
        server = scope["server"]
        vendor = self._vendor_of_port.get(server[1]) if server is not None else None
        if vendor is not None:
            await self._vendor(vendor).serve(scope, receive, send, path)
            return
        first, slash, rest = path[1:].partition("/")
        if first == ADMIN:
            await self.admin(scope, receive, send)
        elif first in self.tenants.vendors:
            await self._below_main(self._vendor(first), scope, receive, send, rest if slash else "")
        else:
            await send_reply(send, self._index(path), [])

    def _vendor(self, name: str) -> VendorApp:
        """Made when it is first called: most runs call few vendors."""
        if name not in self._vendors:
            self._vendors[name] = VendorApp(self.tenants.vendors[name], self.tenants, self._public_urls)
        return self._vendors[name]

    async def _below_main(self, vendor: VendorApp, scope: Scope, receive: Receive, send: Send, rest: str) -> None:
        mount = f"/{vendor.vendor.name}"
        if not rest.startswith("t/"):
            await vendor.serve(scope, receive, send, f"/{rest}", mount)
            return
        _, name, *below = rest.split("/", 2)
        await vendor.serve(scope, receive, send, f"/{below[0] if below else ''}", f"{mount}/t/{name}", name)

    def _index(self, path: str) -> Reply:
        if path != "/":
            hint = f"vendors: {', '.join(f'/{name}/' for name in self.tenants.vendors)}; admin API: /{ADMIN}/"
            return _json(404, {"error": {"code": "not_found", "message": f"nothing at {path}", "hint": hint}})
        return _json(200, {"sandbox": "ats-sandbox", "admin": f"/{ADMIN}", "vendors": {name: f"/{name}" for name in self.tenants.vendors}})


def create_app(
    tenants: Tenants,
    *,
    admin: Admin | None = None,
    vendor_of_port: Mapping[int, str] | None = None,
    public_urls: PublicUrls | None = None,
) -> SandboxApp:
    """The app for these tenants; a port of `vendor_of_port` has the vendor's true paths at its root."""
    return SandboxApp(
        tenants,
        admin if admin is not None else Admin(tenants),
        vendor_of_port if vendor_of_port is not None else {},
        public_urls if public_urls is not None else PublicUrls(),
    )


def _json(status: int, content: Any) -> Reply:
    return Reply(status, orjson.dumps(content))


async def _other_protocol(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the server's start and stop messages; no vendor here speaks WebSocket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
        return
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
