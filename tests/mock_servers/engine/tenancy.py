"""One tenant as a test uses it: the client's side, and the admin API's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from mock_servers.engine.server import Sandbox


@dataclass
class Account:
    id: str
    name: str
    token: str
    client: httpx.Client
    admin: httpx.Client
    created: dict[str, Any]

    @classmethod
    @contextmanager
    def open(cls, sandbox: Sandbox, admin: httpx.Client, *, frozen: bool, **wishes: Any) -> Iterator[Account]:
        answer = admin.post("/tenants", json={"vendor": "parcel", "clock": {"frozen": frozen}, **wishes})
        assert answer.status_code == 201, answer.text
        created = answer.json()
        token = created["credential"]["token"]
        with httpx.Client(base_url=sandbox.vendor_url("parcel"), headers={"authorization": f"Bearer {token}"}, timeout=10) as client:
            yield cls(created["id"], created["name"], token, client, admin, created)
        admin.delete(f"/tenants/{created['id']}")

    def ask(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        """The admin API, below this tenant."""
        return self.admin.request(method, f"/tenants/{self.id}{path}", **more)

    def fault(self, kind: str, **settings: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/faults", json={"kind": kind, **settings})
        assert answer.status_code == 201, answer.text
        rule: dict[str, Any] = answer.json()
        return rule

    def journal(self, **filters: Any) -> list[dict[str, Any]]:
        exchanges: list[dict[str, Any]] = self.ask("GET", "/journal", params=filters).json()["exchanges"]
        return exchanges

    def dump(self) -> dict[str, Any]:
        tables: dict[str, Any] = self.ask("GET", "/records", params={"dump": "true"}).json()["tables"]
        return tables

    def labels(self) -> list[str]:
        return [parcel["label"] for parcel in self.client.get("/v1/parcels").json()["data"]]
