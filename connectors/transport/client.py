"""Sends one HTTP request and tells apart what never left, what was lost, and what was answered; the only room that knows httpx."""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from urllib.parse import unquote, unquote_to_bytes, urlencode

import httpx

from connectors.unified.errors import Invalid, Unavailable

Params = Sequence[tuple[str, str]]

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The request was not on the wire yet, so repeating it repeats nothing."""

_UNUSABLE_ADDRESS = (httpx.InvalidURL, httpx.UnsupportedProtocol)


_USUAL = {
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "User-Agent": f"python-httpx/{httpx.__version__}",
}
_PLAIN = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*")
"""A path with its query that needs no encoding any more."""


class NotSent(Unavailable):
    """No connection: it is certain that the vendor did nothing."""


class AnswerLost(Unavailable):
    """The request left and no whole answer came back: the vendor may or may not have acted."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. Reading is long because a page with many included records is slow on the vendor's side."""

    connect: float = 10.0
    read: float = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole answer."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type without its parameters, "" when the vendor gave none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Download:
    """A fetched file."""

    content: bytes = field(repr=False)
    content_type: str | None


def normal(base_url: str) -> str:
    """The same address without a slash at its end, with scheme and host in small letters (RFC 3986, 6.2.2.1)."""
    return re.sub(r"^[^/]+://[^/@]*(?=/|$)", lambda found: found[0].lower(), base_url.rstrip("/"))


class Client:
    """Keeps connections to one vendor. Headers with secrets are given once, never logged, and never follow a redirect."""

    def __init__(self, base_url: str, *, headers: Mapping[str, str], timeouts: Timeouts, verify: str | bool = True) -> None:
        """Raises Invalid when base_url is no http(s) address."""
        if not re.fullmatch(r"https?://[^/\s?#]+[^\s?#]*", base_url, re.IGNORECASE):
            raise Invalid(f"base URL {base_url!r} must look like https://host or https://host/path")
        self.base_url = base_url = normal(base_url)
        self._verify = verify
        self._timeout = httpx.Timeout(timeouts.read, connect=timeouts.connect)
        # Loading certificates takes a tenth of a second, which plain http need not spend.
        tls = _tls(verify) if base_url.startswith("https:") else False
        # Not an httpx.Client: every request would go through its cookies, redirects and sign-ins, none of which are wanted here.
        self._http = httpx.HTTPTransport(verify=tls, trust_env=False)
        try:
            self._root = httpx.URL(self.base_url)
        except httpx.InvalidURL as error:
            raise Invalid(f"base URL {base_url!r} is no address: {error}") from error
        self._origin = f"{self._root.scheme}://{self._root.netloc.decode()}"
        self._headers = httpx.Headers({**_USUAL, **headers})
        self._patience = {"timeout": self._timeout.as_dict()}

    def send(
        self, method: str, path: str, *, params: Params = (), headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """One request below the base URL; every status is an answer.

        Raises:
            NotSent: no connection was made.
            AnswerLost: the connection broke before the whole answer arrived.
            Invalid: the path or a header cannot be sent.
        """
        check_path(path)
        # The query of a signed link is a secret; no message holds it.
        operation = f"{method} {path.partition('?')[0]}"
        try:
            request = self._request(method, path, params, headers or {}, body)
            reply = self._http.handle_request(request)
            reply.read()
        except _UNUSABLE_ADDRESS as error:
            raise Invalid(f"{operation}: {error}", operation=operation) from error
        except _NEVER_LEFT as error:
            raise NotSent(f"{operation}: no connection ({_cause(error)})", operation=operation) from error
        except httpx.HTTPError as error:
            raise AnswerLost(f"{operation}: no whole answer ({type(error).__name__})", operation=operation) from error
        named = {name.lower(): value for name, value in reply.headers.items()}
        return Reply(method, f"{self._origin}{_target(request)}", reply.status_code, named, reply.content)

    def _request(self, method: str, path: str, params: Params, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        sent = self._headers.copy()
        sent.update(headers)
        query = urlencode(params)
        target = f"{self._root.raw_path.decode().rstrip('/')}{path}" + (f"{'&' if '?' in path else '?'}{query}" if query else "")
        if "/." in target or not _PLAIN.fullmatch(target):
            target = httpx.URL(self._origin + target).raw_path.decode()
        # Taking each request's URL apart and putting it together again would cost as much as all the rest of sending it.
        return httpx.Request(method, self._root, headers=sent, content=body, extensions={**self._patience, "target": target.encode()})

    def download(self, url: str, *, at_most: int) -> Download:
        """A file of a third party, fetched without any credential of ours; "data:" URLs are decoded in place.

        Raises:
            Invalid: the address is no file, or the file is larger than `at_most` bytes.
            Unavailable: it could not be fetched now.
        """
        if url.startswith("data:"):
            return _checked(_from_data_url(url), at_most)
        try:
            stranger = httpx.Client(timeout=self._timeout, verify=_tls(self._verify), trust_env=False)
            with stranger as http, http.stream("GET", url, follow_redirects=True) as reply:
                _expect_file(reply)
                content = bytearray()
                for chunk in reply.iter_bytes():
                    content += chunk
                    if len(content) > at_most:
                        break
                declared = reply.headers.get("content-type")
        except (*_UNUSABLE_ADDRESS, httpx.TooManyRedirects) as error:
            raise Invalid(f"the file's address cannot be used: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"the file could not be fetched: {type(error).__name__}") from error
        return _checked(Download(bytes(content), declared.partition(";")[0].strip() if declared else None), at_most)

    def close(self) -> None:
        """Give back the sockets."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _target(request: httpx.Request) -> str:
    target: bytes = request.extensions["target"]
    return target.decode()


def _cause(error: httpx.HTTPError) -> str:
    """Refused, unknown host or untrusted certificate: told apart, for each is mended in another place."""
    return f"{type(error).__name__}: {error}".partition(" (_ssl.c:")[0].removesuffix(": ")


def check_path(path: str) -> None:
    """Raises Invalid for a path that could lead elsewhere than below the vendor's root."""
    if not path.startswith("/") or path.startswith("//") or ".." in unquote(path).partition("?")[0].split("/"):
        raise Invalid(f"path {path!r} must start with one slash and stay below the vendor's API root")


def _tls(verify: str | bool) -> ssl.SSLContext | bool:
    if isinstance(verify, str):
        return ssl.create_default_context(cafile=verify)
    return _known_authorities() if verify else False


@cache
def _known_authorities() -> ssl.SSLContext:
    """Trust in the usual certificate authorities; reading them takes a tenth of a second, so it is done once."""
    return httpx.create_ssl_context(trust_env=False)


def _expect_file(reply: httpx.Response) -> None:
    if reply.status_code == 429 or reply.status_code >= 500:
        raise Unavailable(f"the file's address answered {reply.status_code}", http_status=reply.status_code)
    if reply.status_code != 200:
        raise Invalid(f"the file's address answered {reply.status_code}", http_status=reply.status_code)


def _from_data_url(url: str) -> Download:
    head, comma, tail = url[len("data:") :].partition(",")
    if not comma:
        raise Invalid("the data: URL has no comma before its content")
    media_type = head.removesuffix(";base64").partition(";")[0] or "text/plain"
    if not head.endswith(";base64"):
        return Download(unquote_to_bytes(tail), media_type)
    try:
        return Download(base64.b64decode(unquote_to_bytes(tail), validate=True), media_type)
    except binascii.Error as error:
        raise Invalid(f"the data: URL is not base64: {error}") from error


def _checked(download: Download, at_most: int) -> Download:
    if len(download.content) > at_most:
        raise Invalid(f"the file is larger than {at_most} bytes")
    return download
