"""Harbor's format on the client's side."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import orjson

from connectors.transport.client import AnswerLost, Client, NotSent, Params, Reply, Timeouts
from connectors.transport.retry import PASSING_STATUSES, Retries, retry_after
from connectors.unified.errors import (
    Invalid,
    NotFound,
    PermissionMissing,
    RateLimited,
    Unauthorized,
    Unavailable,
    UnexpectedReply,
    WrongHost,
)

API = "/api"


class Api:
    """One key's calls."""

    def __init__(self, *, base_url: str, key: str, sleep: Callable[[float], None], verify: str | bool) -> None:
        self._client = Client(base_url, headers={"x-harbor-key": key}, timeouts=Timeouts(), verify=verify)
        self.retries = Retries(sleep=sleep, random=Random(0))

    def page(self, name: str, params: Params) -> tuple[list[dict[str, Any]], Reply]:
        """One page of a list. Raises ConnectorError."""
        needs = (f"see {name}",)
        found, reply = self.retries.read(lambda: self._checked(self._client.send("GET", f"{API}/{name}", params=params), needs))
        if not isinstance(found, dict) or not isinstance(found.get("items"), list):
            raise WrongHost(f"GET {name} gave no list: is this Harbor?", operation=f"GET {name}")
        return found["items"], reply

    def add_note(self, bid: str, text: str) -> None:
        """A write, sent once. Raises ConnectorError."""
        body = orjson.dumps({"text": text})
        path = f"{API}/bids/{bid}/notes"
        headers = {"content-type": "application/json"}
        self.retries.write(lambda: self._checked(self._client.send("POST", path, headers=headers, body=body), ("write notes",)))

    def raw(self, method: str, path: str, params: Params, body: bytes | None) -> Reply:
        attempt = lambda: self._client.send(method, API + path, params=params, body=body)  # noqa: E731
        return self.retries.read(attempt) if method == "GET" else self.retries.write(attempt)

    def close(self) -> None:
        self._client.close()

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> tuple[Any, Reply]:
        try:
            found = orjson.loads(reply.body)
        except orjson.JSONDecodeError as error:
            if reply.status < 300:
                if reply.content_type == "text/html":
                    raise WrongHost("a web page answered: is this Harbor?", http_status=reply.status) from error
                raise AnswerLost("no whole JSON", http_status=reply.status) from error
            found = {}
        if reply.status < 300:
            return found, reply
        problem = found.get("problem", "no words") if isinstance(found, dict) else "no words"
        text = f"{reply.method} {reply.url.partition('?')[0].partition(API)[2]}: {reply.status} {problem}"
        facts: dict[str, Any] = {"http_status": reply.status}
        if reply.status == 429:
            raise RateLimited(text, retry_after=retry_after(reply.headers), **facts)
        if reply.status == 423:
            raise NotSent(text, **facts)
        if reply.status in PASSING_STATUSES or reply.status > 504:
            raise Unavailable(text, retry_after=retry_after(reply.headers), **facts)
        if reply.status == 401:
            raise Unauthorized(text, **facts)
        if reply.status == 403:
            raise PermissionMissing(f"{text} (missing: {', '.join(needs)})", missing_permissions=needs, **facts)
        if reply.status == 404:
            raise NotFound(text, **facts)
        if reply.status in (400, 409, 422):
            raise Invalid(text, **facts)
        raise UnexpectedReply(text, **facts)
