"""Whatever is sent to a vendor, with or without a good credential: the vendor's own error, never a 500, and nothing changed."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.sandbox import Sandbox, Tenant
from mock_servers.engine import server
from mock_servers.engine.vendors import Vendor, installed
from tests.mock_servers.replay import put_in
from tests.mock_servers.test_exchanges import FILES

VENDORS = installed()
EXAMPLES = 400
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
CONTENT_TYPES = (
    "application/json",
    "application/vnd.api+json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "",
)
TEXT = st.text(max_size=20)
HEADER_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, blacklist_characters="\x7f"), max_size=40).map(str.strip)
LARGE = 300_000


@dataclass(frozen=True)
class Wild:
    """One request that nobody would send on purpose."""

    method: str
    path: str
    headers: dict[str, bytes]
    body: bytes
    signed: bool
    """Whether it shows the tenant's good credential."""


@cache
def words(vendor: str) -> list[str]:
    """Names and values that the vendor knows: members, parameters, choices."""
    found: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, Mapping):
            found.update(map(str, value))
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                collect(inner)
        elif isinstance(value, str) and len(value) < 40:
            found.add(value)

    collect([operation.openapi for operation in VENDORS[vendor].operations])
    collect(VENDORS[vendor].schemas)
    return sorted(found | {"data", "id", "type"})


def anything(vendor: str) -> st.SearchStrategy[Any]:
    """JSON of any shape, with names that the vendor knows."""
    known = st.sampled_from(words(vendor))
    scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXT | known
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(known | TEXT, inner, max_size=4), max_leaves=12
    )


def requests(vendor: Vendor, ids: list[str]) -> st.SearchStrategy[Wild]:
    """Known paths with good and bad ids, unknown ones, any query, headers and body; sometimes a large one."""
    known = st.sampled_from(words(vendor.name))
    segment = st.sampled_from(ids) | TEXT | st.sampled_from(["%ff", "%00", "..", "%2e%2e", "{id}", "0", "-1", str(2**70)])
    endpoints = st.sampled_from(vendor.operations).flatmap(
        lambda operation: st.tuples(
            st.just(operation.method) | st.sampled_from((operation.method, *METHODS)), filled(operation.path, segment)
        )
    )
    nowhere = st.lists(known | segment, max_size=5).map(lambda parts: "/" + "/".join(encoded(part) for part in parts))
    unknown = st.tuples(st.sampled_from(METHODS), nowhere)
    pairs = st.lists(st.tuples(known | TEXT, known | TEXT | st.sampled_from(ids)), max_size=4)
    query = pairs.map(lambda sent: "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sent)) | TEXT.map(encoded)
    bodies = (
        anything(vendor.name).map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
        | st.binary(max_size=200)
        | st.sampled_from([b"", b"[" * 3000, b'{"data":', b'"\\ud800"', b" " * LARGE, b"[" + b"0," * (LARGE // 2) + b"0]"])
    )
    headers = st.dictionaries(
        st.sampled_from(["accept", "cookie", "if-match", "range", "x-odd", "accept-language"]), HEADER_VALUES, max_size=2
    )
    return st.builds(
        lambda endpoint, asked, sent, content_type, body, signed: Wild(
            endpoint[0],
            f"{endpoint[1]}?{asked}",
            {**{name: value.encode("latin-1") for name, value in sent.items()}, "content-type": content_type.encode()},
            body,
            signed,
        ),
        endpoints | endpoints | endpoints | unknown,
        query | st.just(""),
        headers,
        st.sampled_from(CONTENT_TYPES),
        bodies,
        st.booleans() | st.just(True),
    )


def filled(path: str, segment: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The path with something in place of each {parameter}."""
    parts = path.split("{")
    rest = st.tuples(*(segment for _ in parts[1:]))
    return rest.map(lambda values: parts[0] + "".join(encoded(v) + p.partition("}")[2] for v, p in zip(values, parts[1:], strict=True)))


def encoded(text: str) -> str:
    """As a client may send it: percent signs stay, so that their encoding is good and bad."""
    return quote(text, safe="%[],.:+", errors="ignore")


@pytest.fixture
def account(every_vendor: Sandbox, vendor: str) -> Iterator[Tenant]:
    tenant = every_vendor.create(vendor)
    yield tenant
    tenant.delete()


@pytest.mark.parametrize("vendor", [name for name in VENDORS if name in FILES])
def test_any_request(all_vendors: server.Sandbox, account: Tenant, vendor: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Below 500 always; without a credential never 2xx but where nobody needs one; refused means unchanged, in the vendor's words."""
    its = VENDORS[vendor]
    tenant = all_vendors.call(lambda: all_vendors.tenants.get(account.id))
    store = tenant.store
    ids = sorted({str(row["id"]) for rows in all_vendors.call(store.dump).values() for row in rows[:3]})
    open_to_all = {operation.id for operation in its.operations if not operation.needs_credential}
    good = {name: put_in(value, dict(account.credential)).encode() for name, value in FILES[vendor].headers.items()}
    answers: Counter[int] = Counter()
    truth = all_vendors.call(store.dump)

    root = f"{all_vendors.url}/{vendor}/t/{account.id}"
    with httpx.Client(timeout=30, trust_env=False) as client:

        @given(wild=requests(its, ids))
        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), print_blob=False)
        def check(wild: Wild) -> None:
            nonlocal truth
            reply = client.request(
                wild.method, root + wild.path, headers={**(good if wild.signed else {}), **wild.headers}, content=wild.body
            )
            answers[reply.status_code] += 1

            assert reply.status_code < 500 or is_fault(reply)
            now = all_vendors.call(store.dump)
            operation = all_vendors.call(lambda: tenant.journal.get(tenant.journal.last_id).exchange.operation)
            if reply.is_success:
                assert wild.signed or (operation is not None and operation.id in open_to_all)
            else:
                assert now == truth
                assert is_the_vendors(its, reply, wild.method, known=operation is not None)
            truth = now

        check()

    told = ", ".join(f"{count} × {status}" for status, count in sorted(answers.items()))
    with capsys.disabled():
        sys.stdout.write(f"\n{vendor}: {answers.total()} wild requests: {told}\n")
    assert answers.total() >= EXAMPLES


def is_fault(reply: httpx.Response) -> bool:
    """SOAP 1.1 has every fault answered with 500."""
    return reply.status_code == 500 and "<soapenv:Fault>" in reply.text


def is_oauths(reply: httpx.Response) -> bool:
    """An error as OAuth 2.0 writes it, or the login page once more."""
    return reply.headers["content-type"].startswith("text/html") or reply.json().keys() == {"error", "error_description"}


def is_json(reply: httpx.Response) -> bool:
    return reply.headers.get("content-type", "").startswith("application/json")


SAID_OTHERWISE: Mapping[str, Mapping[str, Callable[[httpx.Response], bool]]] = {
    "asymbl": {"/services/Soap/": is_fault, "/services/oauth2/": is_oauths, "/id/": lambda reply: reply.text.isascii()}
}
"""By the beginning of their path, endpoints whose errors follow another standard than the vendor's own API."""


def is_the_vendors(vendor: Vendor, reply: httpx.Response, method: str, *, known: bool) -> bool:
    """Whether an error has the members, at least, of those that the vendor's wire room makes.

    Where there is no such endpoint (not `known`), both standards will do: nobody is signed in, or nothing is there.
    """
    if method == "HEAD" or reply.is_redirect:
        return True
    for beginning, holds in SAID_OTHERWISE.get(vendor.name, {}).items():
        # OPTIONS is answered as any other method where nobody is signed in, and by the engine's own words otherwise.
        other = beginning in reply.url.path and reply.status_code != 405 and (method != "OPTIONS" or not is_json(reply))
        if other and (known or not is_json(reply)):
            return holds(reply)
    example = json.loads(vendor.errors.error(None, reply.status_code).body)
    return type(reply.json()) is type(example) and (not isinstance(example, dict) or example.keys() <= reply.json().keys())
