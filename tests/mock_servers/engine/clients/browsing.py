"""What a client saw of one request: an answer, or the error by which it tells its user that there was none."""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import requests


@dataclass(frozen=True)
class Seen:
    status: int | None
    """None: no answer, not even its headers."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes | None = None
    """None: it did not arrive whole."""
    error: str | None = None

    @property
    def json(self) -> Any:
        """Raises ValueError: it is no JSON."""
        return json.loads(self.body if self.body is not None else b"")


class Client(Protocol):
    name: str

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, json: Any = None) -> Seen: ...

    def close(self) -> None: ...


class WithHttpx:
    name = "httpx"

    def __init__(self, ca: Path | None = None) -> None:
        self._client = httpx.Client(verify=True if ca is None else ssl.create_default_context(cafile=str(ca)), trust_env=False, timeout=10)

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, json: Any = None) -> Seen:
        try:
            with self._client.stream(method, url, headers=headers, json=json) as answer:
                told = dict(answer.headers)
                try:
                    return Seen(answer.status_code, told, answer.read())
                except httpx.HTTPError as error:
                    return Seen(answer.status_code, told, None, type(error).__name__)
        except httpx.HTTPError as error:
            return Seen(None, error=type(error).__name__)

    def close(self) -> None:
        self._client.close()


class WithRequests:
    name = "requests"

    def __init__(self, ca: Path | None = None) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        if ca is not None:
            self._session.verify = str(ca)

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, json: Any = None) -> Seen:
        try:
            with self._session.request(method, url, headers=headers, json=json, timeout=10, stream=True) as answer:
                told = {name.lower(): value for name, value in answer.headers.items()}
                try:
                    return Seen(answer.status_code, told, answer.content)
                except requests.RequestException as error:
                    return Seen(answer.status_code, told, None, type(error).__name__)
        except requests.RequestException as error:
            return Seen(None, error=type(error).__name__)

    def close(self) -> None:
        self._session.close()


class WithFetch:
    """One Node process for many requests."""

    name = "fetch"

    def __init__(self, ca: Path | None = None) -> None:
        more = {} if ca is None else {"NODE_EXTRA_CA_CERTS": str(ca)}
        self._process = subprocess.Popen(
            ["node", str(Path(__file__).parent / "fetch.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **more},
        )

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, json: Any = None) -> Seen:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        sent = dict(headers or {}) | ({"content-type": "application/json"} if json is not None else {})
        body = None if json is None else _dumps(json)
        self._process.stdin.write(_dumps({"method": method, "url": url, "headers": sent, "body": body}) + "\n")
        self._process.stdin.flush()
        told = _loads(self._process.stdout.readline())
        whole = None if told["body"] is None else base64.b64decode(told["body"])
        return Seen(told["status"], told["headers"], whole, told["error"])

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()


_dumps, _loads = json.dumps, json.loads
KINDS: dict[str, type[WithHttpx | WithRequests | WithFetch]] = {kind.name: kind for kind in (WithHttpx, WithRequests, WithFetch)}
