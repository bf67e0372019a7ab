"""Whatever a client sends gets the vendor's own answer: never an unplanned 500, and nothing changes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mock_servers.engine.server import Sandbox
from tests.mock_servers.engine.parcel import VENDOR
from tests.mock_servers.engine.tenancy import Account


def _raw(sandbox: Sandbox, request: bytes) -> bytes:
    """All that comes back for these bytes on a connection of their own, which the client ends after them."""
    host, _, port = sandbox.vendor_url("parcel").removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


@pytest.fixture(scope="module")
def stranger() -> Iterator[httpx.Client]:
    """A client without any key."""
    with httpx.Client(timeout=10, verify=False) as client:
        yield client


def _is_the_vendors(answer: httpx.Response) -> bool:
    return "parcel_error" in answer.json()


@pytest.mark.parametrize(
    "path", ["/v1/parcels/%ff", "/v1/parcels/%00", "/v1/parcels/a%00b", "/v1/%c3%28", "/v1/parcels?limit=%ff", "/v1/parcels?limit=%00"]
)
def test_what_cannot_be_read_is_a_400(account: Account, path: str) -> None:
    answer = account.client.get(path)

    assert answer.status_code == 400
    assert _is_the_vendors(answer)
    assert account.journal()[-1]["why"].startswith("400: ")


def test_a_number_that_no_database_holds_is_not_found(account: Account) -> None:
    assert account.client.get(f"/v1/parcels/{2**63}").status_code == 404
    assert account.client.get(f"/v1/parcels?limit={2**70}").status_code == 400
    assert account.client.post("/v1/parcels", json={"label": "x", "weight": 2**63}).status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"label": "\\ud800"}', b"[" * 5000, b"nul", b"\x00"])
def test_a_body_that_is_no_json_is_a_400(account: Account, body: bytes) -> None:
    before = account.dump()

    answer = account.client.post("/v1/parcels", content=body)

    assert answer.status_code == 400
    assert _is_the_vendors(answer)
    assert before == account.dump()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit_is_a_413_and_the_connection_lives(account: Account, chunked: bool) -> None:
    large = b"x" * (VENDOR.max_body_bytes + 1)

    answer = account.client.post("/v1/parcels", content=iter([large[:50_000], large[50_000:]]) if chunked else large)

    assert answer.status_code == 413
    assert _is_the_vendors(answer)
    assert account.journal()[-1]["why"].startswith("413: ")
    assert account.client.get("/v1/parcels").status_code == 200


def test_a_get_with_a_body_is_read_and_answered(account: Account) -> None:
    assert account.client.request("GET", "/v1/parcels", content=b"surplus").status_code == 200
    assert account.client.get("/v1/parcels").status_code == 200


def test_head_is_get_without_the_body(account: Account) -> None:
    whole, head = account.client.get("/v1/parcels"), account.client.head("/v1/parcels")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers


def test_options_tells_the_methods_to_who_has_a_key(account: Account) -> None:
    answer = account.client.options("/v1/parcels")

    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    wrong = account.client.delete("/v1/parcels")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET /v1/hello HTTP/1.1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://elsewhere/v1/parcels HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET //v1//parcels HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /v1/\xff HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /v1/parcels HTTP/1.1\r\nhost: x\r\ncontent-length: abc\r\n\r\n",
        b"POST /v1/parcels HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/parcels HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /v1/parcels HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /v1/parcels HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        b"BREW /v1/parcels HTTP/1.1\r\nhost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /v1/parcels HTTP/1.1\r\nhost: x\r\n" + b"x-long: " + b"a" * 60_000 + b"\r\n\r\n",
    ],
)
def test_bytes_that_are_hardly_http_never_make_a_500(sandbox: Sandbox, account: Account, request_bytes: bytes) -> None:
    answer = _raw(sandbox, request_bytes)

    assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert account.client.get("/v1/parcels").status_code == 200


def test_a_client_that_goes_before_its_body_is_complete_leaves_no_trace(sandbox: Sandbox, account: Account) -> None:
    head = f"POST /v1/parcels HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {account.token}\r\ncontent-length: 100\r\n\r\n".encode()

    assert _raw(sandbox, head + b'{"label": "half') == b""
    assert (account.journal(), len(account.labels())) == ([], 3)


def test_requests_sent_in_one_breath_are_answered_in_order(sandbox: Sandbox, account: Account) -> None:
    host, _, port = sandbox.vendor_url("parcel").removeprefix("http://").partition(":")
    key = f"host: x\r\nauthorization: Bearer {account.token}\r\n"
    requests = [f"GET /v1/parcels/{id} HTTP/1.1\r\n{key}\r\n" for id in (10, 11, 99)]
    last = f"GET /v1/parcels/15 HTTP/1.1\r\nconnection: close\r\n{key}\r\n"
    answer = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("".join([*requests, last]).encode())
        while part := connection.recv(65536):
            answer += part

    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"404", b"200"]


TEXT = st.text(max_size=30)


def _target(segments: list[str], query: str) -> str:
    """A path and query that a client can send; percent signs stay, so that their encoding is good and bad."""
    return (
        f"/{'/'.join(quote(segment, safe='%.{}', errors='ignore') for segment in segments)}?{quote(query, safe='%&=+[]', errors='ignore')}"
    )


SEGMENTS = st.lists(st.sampled_from(["v1", "parcels", "10", "hello", "..", ".", "", "%2e%2e", "{id}", "t"]) | TEXT, max_size=6)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, blacklist_characters="\x7f"), max_size=40).map(str.strip)


@given(
    method=st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "LINK"]),
    segments=SEGMENTS,
    query=TEXT,
    headers=st.dictionaries(
        st.sampled_from(["host", "accept", "content-type", "cookie", "x-odd", "expect", "authorization", "if-match", "range"]),
        VALUES,
        max_size=3,
    ),
    body=st.binary(max_size=200) | TEXT.map(lambda text: f'{{"label": "{text}"}}'.encode("utf-8", "surrogatepass")),
    mount=st.sampled_from(["", "/parcel", "/parcel/t/demo", "/parcel/t", "/nobody"]),
)
@example(method="GET", segments=["v1", "parcels"], query="limit=x", headers={}, body=b"", mount="")
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_without_a_key_gets_2xx_or_500_or_changes_anything(
    sandbox: Sandbox, stranger: httpx.Client, method: str, segments: list[str], query: str, headers: dict[str, str], body: bytes, mount: str
) -> None:
    root = sandbox.vendor_url("parcel") if mount == "" else sandbox.url + mount
    url = root + _target(segments, query)
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}

    answer = stranger.request(method, url, headers=encoded, content=body)

    # Dots in the path may lead a client out of the vendor to the main port itself, whose index names no customer and no record.
    outside = str(answer.url).startswith(sandbox.url) and answer.url.path.split("/")[1] != "parcel"
    index = outside and answer.url.path == "/"
    public = "hello" in segments or index
    assert answer.status_code < 500
    assert public or answer.status_code >= 400
    if method != "HEAD" and not outside and answer.status_code not in (200, 204) and "json" in answer.headers["content-type"]:
        assert _is_the_vendors(answer)


@given(segments=SEGMENTS, query=TEXT, body=st.binary(max_size=100), method=st.sampled_from(["GET", "POST", "OPTIONS", "DELETE"]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_with_a_key_too_only_the_vendors_own_defects_are_500s(
    sandbox: Sandbox, account: Account, segments: list[str], query: str, body: bytes, method: str
) -> None:
    assert account.client.request(method, sandbox.vendor_url("parcel") + _target(segments, query), content=body).status_code < 500
