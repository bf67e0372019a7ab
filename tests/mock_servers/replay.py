"""Replays the requests of fixtures/<vendor>/exchanges.yaml over real sockets, and tells what is not as recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from conformance.exchanges import EarlierRequest, Exchanges, ExpectedReply, Part, RecordedExchange, Request
from conformance.fixture_models import Step
from conformance.judge import compare, dig
from conformance.sandbox import Sandbox

_VARIABLE = re.compile(r"'[^']*'|\"[^\"]*\"|[0-9]+")


@dataclass(frozen=True)
class Replayed:
    """What one exchange brought."""

    status: int
    differences: list[str]
    why: str | None
    """The journal's words on it."""

    @property
    def skeleton(self) -> tuple[int, str]:
        """Status and words without what varies between two breaches of one rule."""
        return self.status, _VARIABLE.sub("#", self.why or "")


def replay(sandbox: Sandbox, vendor: str, file: Exchanges, exchange: RecordedExchange) -> Replayed:
    tenant = sandbox.create(vendor, scenario=file.scenario)
    try:
        if exchange.options:
            tenant.set_options(exchange.options)
        if exchange.quirk is not None and exchange.quirk_on is not None:
            tenant.perform([Step(quirk={exchange.quirk: exchange.quirk_on})], file.touch)
        tenant.perform(exchange.setup, file.touch)
        held = tenant.credential if exchange.permissions is None else tenant.mint(exchange.permissions).credential
        with _Client(tenant.base_url, f"{sandbox.url}/{vendor}/t/{tenant.id}", file.headers, dict(held)) as client:
            for earlier in (*file.before, *exchange.before):
                client.first(earlier)
            tenant.perform(exchange.meanwhile, file.touch)
            reply = client.send(exchange.request)
        found = _differences(exchange.reply, reply, client.known)
        return Replayed(reply.status_code, found, tenant.journal()[-1].raw["why"])
    finally:
        tenant.delete()


@dataclass
class _Client:
    """Sends requests of the file, with the names that are known so far put in."""

    base_url: str
    path_form: str
    """Where a request goes that shows its credential otherwise, or none: nothing in it might lead to the tenant."""
    headers: Mapping[str, str]
    secrets: Mapping[str, str]
    known: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.known = {**self.secrets, "base_url": self.base_url}
        # A busy machine may let an answer wait for longer than the library's five seconds.
        self._http = httpx.Client(base_url=self.base_url, timeout=60, trust_env=False)

    def __enter__(self) -> _Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def first(self, earlier: EarlierRequest) -> None:
        reply = self.send(earlier.request)
        assert reply.is_success, f"an earlier request failed: {reply.status_code} {reply.text}"
        for name, wanted in earlier.take.items():
            part = wanted if isinstance(wanted, Part) else Part(path=wanted)
            text = next(iter(str(value) for value in dig(reply.json(), part.path)))
            match = re.match(part.pattern, text, re.DOTALL)
            assert match is not None, f"{text!r} does not begin with {part.pattern}"
            self.known[name] = match[0]

    def send(self, request: Request) -> httpx.Response:
        headers = {name: put_in(value, self.known) for name, value in {**self.headers, **request.headers}.items() if value != ""}
        path = put_in(request.path, self.known)
        if not self.headers.keys().isdisjoint(request.headers):
            path = self.path_form + path.removeprefix(self.base_url)
        if request.text is not None:
            return self._http.request(request.method, path, headers=headers, content=put_in(request.text, self.known).encode())
        return self._http.request(request.method, path, headers=headers, json=put_in(request.json_, self.known))


def put_in(value: Any, known: Mapping[str, str]) -> Any:
    """The value with every known {name} replaced, at any depth."""
    match value:
        case str():
            return re.sub(r"\{(\w+)\}", lambda name: known.get(name[1], name[0]), value)
        case dict():
            return {key: put_in(inner, known) for key, inner in value.items()}
        case list():
            return [put_in(inner, known) for inner in value]
        case _:
            return value


def _differences(expected: ExpectedReply, reply: httpx.Response, known: Mapping[str, str]) -> list[str]:
    found = [] if reply.status_code == expected.status else [f"status {reply.status_code}: {reply.text[:500]}"]
    found += [
        str(one) for name, value in expected.headers.items() for one in compare(_at_base(value, known), reply.headers.get(name, ""), name)
    ]
    body = reply.json() if reply.content and "json" in reply.headers.get("content-type", "") else None
    if "json_" in expected.model_fields_set:
        found += [str(one) for one in compare(_at_base(expected.json_, known), body)]
    if expected.contains:
        found += [str(one) for one in compare({"$contains": _at_base(expected.contains, known)}, body)]
    found += [f"{path} is there: {values}" for path in expected.absent if (values := list(dig(body, path)))]
    return found


def _at_base(value: Any, known: Mapping[str, str]) -> Any:
    """Known names put in; inside an expression they are taken literally."""
    if isinstance(value, dict):
        escaped = {name: re.escape(text) for name, text in known.items()}
        return {key: put_in(inner, escaped) if key == "$matches" else _at_base(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_at_base(inner, known) for inner in value]
    return put_in(value, known)
