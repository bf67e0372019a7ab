"""Every recorded exchange is replayed over real sockets, each in a fresh tenant."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import Any

import httpx
import pytest

import fixtures
from conformance.fixture_models import RecordedExchange, Step, Touch, load_exchanges
from conformance.judge import compare, dig
from conformance.sandbox import Sandbox, Tenant
from mock_servers.join.quirks import QUIRKS, LiteralNewlines

EXCHANGES = load_exchanges(Path(fixtures.__path__[0]) / "join")
LINKED = "/v2/applications/900401"
TOUCH = Touch(column="last_updated_at", format="%Y-%m-%dT%H:%M:%S.000Z")


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.id)
def test_the_server_answers_as_recorded(sandbox: Sandbox, exchange: RecordedExchange) -> None:
    """Status, body and headers are those of the file."""
    tenant = sandbox.create("join", scenario="small_company")
    try:
        reply = replay(tenant, exchange, sandbox.url)
    finally:
        tenant.delete()

    assert exchange.reply.status == reply.status_code, reply.text
    assert differences(exchange, reply, tenant.base_url) == []


def replay(tenant: Tenant, exchange: RecordedExchange, main_url: str) -> httpx.Response:
    prepare(tenant, exchange)
    held = tenant.credential if exchange.permissions is None else tenant.mint(exchange.permissions).credential
    token = held["token"]
    before = [*takewhile(lambda step: step.advance is None, exchange.setup)]
    tenant.perform(before, TOUCH)
    with httpx.Client(base_url=tenant.base_url, trust_env=False) as client:
        path = exchange.request.path
        if "{link}" in path:
            read = client.get(LINKED, headers={"Authorization": token}).json()
            path = path.replace("{link}", read["attachments"][0]["url"])
        if "{unsigned}" in path:
            read = client.get(LINKED, headers={"Authorization": token}).json()
            path = read["attachments"][0]["url"].partition("?")[0]
        tenant.perform(exchange.setup[len(before) :], TOUCH)
        headers = {"Authorization": token, **exchange.request.headers}
        sent = {name: value.replace("{token}", token) for name, value in headers.items() if value != ""}
        if "Authorization" not in sent and path.startswith("/"):
            # Without a token only the path can tell whose account is meant.
            path = f"{main_url}/join/t/{tenant.id}{path}"
        return client.request(exchange.request.method, path, headers=sent, json=exchange.request.json_)


def prepare(tenant: Tenant, exchange: RecordedExchange) -> None:
    if exchange.options:
        tenant.set_options(exchange.options)
    if exchange.quirk is not None and exchange.quirk_on is not None:
        tenant.perform([Step(quirk={exchange.quirk: exchange.quirk_on})], TOUCH)


def differences(exchange: RecordedExchange, reply: httpx.Response, base_url: str) -> list[str]:
    """What is not as recorded, in words."""
    expected = exchange.reply
    found = [
        f"header {name}: {reply.headers.get(name)!r}" for name, value in expected.headers.items() if reply.headers.get(name, "") != value
    ]
    body = reply.json() if reply.content and reply.headers["content-type"] == "application/json" else None
    if "json_" in expected.model_fields_set:
        found.extend(str(one) for one in compare(expected.json_, body))
    contains = {path: at_base(value, base_url) for path, value in expected.contains.items()}
    if contains:
        found.extend(str(one) for one in compare({"$contains": contains}, body))
    found.extend(f"{path} is there: {values}" for path in expected.absent if (values := list(dig(body, path))))
    return found


def at_base(value: Any, base_url: str) -> Any:
    if isinstance(value, dict):
        return {key: at_base(inner, re.escape(base_url) if key == "$matches" else base_url) for key, inner in value.items()}
    return value.replace("{base_url}", base_url) if isinstance(value, str) else value


def test_exchanges_have_ids_of_their_own() -> None:
    """An id names one exchange."""
    ids = [exchange.id for exchange in EXCHANGES]

    assert sorted(set(ids)) == sorted(ids)


def test_at_least_thirty_refusals_are_shown() -> None:
    """A refusal is told by its status and its message."""
    refusals = {
        (exchange.reply.status, exchange.request.method, exchange.request.path, str(exchange.reply.contains))
        for exchange in EXCHANGES
        if exchange.reply.status >= 400
    }

    assert len(refusals) >= 30


def test_each_quirk_is_shown_on_and_off() -> None:
    """All but one that takes two requests to see: test_jobs.py shows it."""
    shown = {(exchange.quirk, exchange.quirk_on is not False) for exchange in EXCHANGES if exchange.quirk is not None}
    wanted = {(quirk.name, on) for quirk in QUIRKS if quirk is not LiteralNewlines for on in (True, False)}

    assert wanted == shown
