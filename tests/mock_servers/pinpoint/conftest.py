"""Pinpoint alone, on real sockets; a fresh account for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from conformance.sandbox import Sandbox, Tenant
from mock_servers.engine import server
from mock_servers.pinpoint.vendor import VENDOR

API = "/api/v1"
JSON_API = "application/vnd.api+json"


@dataclass(frozen=True)
class Account:
    """A tenant, and a client that has a key of it."""

    tenant: Tenant
    http: httpx.Client

    def get(self, path: str, **parameters: Any) -> Any:
        """The document at a path, which must be there. Underscores of names like page__size stand for brackets."""
        reply = self.http.get(f"{API}{path}", params={bracketed(name): value for name, value in parameters.items()})
        assert reply.status_code == 200, reply.text
        return reply.json()

    def ask(self, path: str, query: str = "") -> httpx.Response:
        return self.http.get(f"{API}{path}{f'?{query}' if query else ''}")

    def ids(self, path: str, **parameters: Any) -> list[int]:
        return [int(item["id"]) for item in self.get(path, page__size=1000, **parameters)["data"]]

    def create(
        self, type: str, attributes: dict[str, Any], included: list[Any] | None = None, query: str = "", **links: Any
    ) -> httpx.Response:
        return self._send("POST", f"/{type}", query, {"type": type, "attributes": attributes}, included, links)

    def update(
        self,
        type: str,
        id: int | str,
        attributes: dict[str, Any] | None = None,
        included: list[Any] | None = None,
        query: str = "",
        **links: Any,
    ) -> httpx.Response:
        main = {"type": type, "id": str(id), "attributes": attributes or {}}
        return self._send("PUT", f"/{type}/{id}", query, main, included, links)

    def delete(self, type: str, id: int | str) -> httpx.Response:
        return self.http.delete(f"{API}/{type}/{id}")

    def row(self, table: str, id: int | str) -> dict[str, Any]:
        """The truth."""
        return next(row for row in self.tenant.records(table) if row["id"] == int(id))

    def _send(
        self, method: str, path: str, query: str, main: dict[str, Any], included: list[Any] | None, links: dict[str, Any]
    ) -> httpx.Response:
        body = {"data": {**main, "relationships": {name: {"data": data} for name, data in links.items()}}, "included": included or []}
        return self.http.request(method, f"{API}{path}", params=query, json=body, headers={"content-type": JSON_API})


def bracketed(name: str) -> str:
    """page__size → page[size]; filter__updated_at__gt → filter[updated_at][gt]."""
    first, *keys = name.split("__")
    return first + "".join(f"[{key}]" for key in keys)


def to(type: str, id: int | str) -> dict[str, str]:
    """A linkage."""
    return {"type": type, "id": str(id)}


def details(reply: httpx.Response) -> list[str]:
    """What a refusal says, rule by rule; each error tells its status as text."""
    errors = reply.json()["errors"]
    assert all(error["status"] == str(reply.status_code) for error in errors)
    return [error["detail"] for error in errors]


@pytest.fixture(scope="session")
def served() -> Iterator[server.Sandbox]:
    with server.Sandbox(vendors={"pinpoint": VENDOR}) as running:
        yield running


@pytest.fixture(scope="session")
def sandbox(served: server.Sandbox) -> Iterator[Sandbox]:
    with Sandbox(served.url) as client:
        yield client


@contextmanager
def client_of(tenant: Tenant, key: str) -> Iterator[Account]:
    """The account through another key."""
    with httpx.Client(base_url=tenant.base_url, headers={"X-API-KEY": key, "accept": JSON_API}, trust_env=False) as client:
        yield Account(tenant, client)


def opened(sandbox: Sandbox, scenario: str) -> Iterator[Account]:
    tenant = sandbox.create("pinpoint", scenario=scenario)
    with client_of(tenant, tenant.credential["api_key"]) as account:
        yield account
    tenant.delete()


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Account]:
    """An account in which nothing has been entered."""
    yield from opened(sandbox, "empty")


@pytest.fixture
def company(sandbox: Sandbox) -> Iterator[Account]:
    """The small company of the fixtures."""
    yield from opened(sandbox, "small_company")


@pytest.fixture(scope="module")
def library(sandbox: Sandbox) -> Iterator[Account]:
    """The small company, for tests that only read."""
    yield from opened(sandbox, "small_company")
