"""The client tells apart what never left, what was lost, and what was answered."""

from __future__ import annotations

import socket

import pytest

from connectors.transport.client import AnswerLost, Client, NotSent, Timeouts
from connectors.unified.errors import Invalid, Unavailable
from tests.connectors.fake_http import Answer, FakeServer, document


@pytest.fixture
def client(fake: FakeServer):
    with Client(fake.base_url, headers={"X-API-KEY": "secret"}, timeouts=Timeouts(connect=2, read=5)) as client:
        yield client


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_every_status_is_an_answer(fake, client):
    fake.answer_in_turn(Answer(503, b"busy", {"Content-Type": "text/plain; charset=utf-8"}))

    reply = client.send("GET", "/x", params=[("page[size]", "1")])

    assert (reply.status, reply.body, reply.content_type) == (503, b"busy", "text/plain")
    assert fake.asked[0].query == {"page[size]": "1"}
    assert fake.asked[0].headers["x-api-key"] == "secret"


def test_a_refused_connection_was_never_sent():
    """Nobody listens there, so a write may be repeated."""
    with Client(f"http://127.0.0.1:{unused_port()}", headers={}, timeouts=Timeouts()) as client, pytest.raises(NotSent, match="refused"):
        client.send("POST", "/x")


@pytest.mark.parametrize("cut", ["before", "middle"])
def test_a_cut_connection_is_a_lost_answer(fake, client, cut):
    fake.answer_in_turn(Answer(200, b"0123456789", cut=cut))

    with pytest.raises(AnswerLost):
        client.send("GET", "/x")


def test_a_redirect_is_not_followed(fake, client):
    """The key would go to whoever is named."""
    fake.answer_in_turn(Answer(302, headers={"Location": "/elsewhere"}))

    assert client.send("GET", "/x").status == 302
    assert len(fake.asked) == 1


@pytest.mark.parametrize("path", ["x", "//evil.test/x", "/../x", "/a/../../x", "/%2e%2e/x"])
def test_a_path_stays_below_the_root(client, path):
    with pytest.raises(Invalid, match="must start with one slash"):
        client.send("GET", path)


@pytest.mark.parametrize("base_url", ["", "ftp://x", "acme.test", "https://", "https://acme.test:port"])
def test_a_base_url_must_be_an_address(base_url):
    with pytest.raises(Invalid, match="base URL"):
        Client(base_url, headers={}, timeouts=Timeouts())


def test_a_download_carries_no_credential_and_follows_redirects(fake, client):
    def script(asked):
        if asked.path == "/file":
            return Answer(302, headers={"Location": "/real"})
        return Answer(200, b"%PDF", {"Content-Type": "application/pdf; x=1"})

    fake.script = script

    download = client.download(f"{fake.base_url}/file", at_most=10)

    assert (download.content, download.content_type) == (b"%PDF", "application/pdf")
    assert not any("x-api-key" in asked.headers for asked in fake.asked)


def test_a_download_is_bounded(fake, client):
    fake.answer_in_turn(Answer(200, b"x" * 11))

    with pytest.raises(Invalid, match="larger than 10"):
        client.download(fake.base_url, at_most=10)


@pytest.mark.parametrize(("status", "error"), [(404, Invalid), (403, Invalid), (500, Unavailable), (429, Unavailable)])
def test_a_refused_download_says_what_to_do(fake, client, status, error):
    fake.answer_in_turn(Answer(status))

    with pytest.raises(error, match=str(status)):
        client.download(fake.base_url, at_most=10)


@pytest.mark.parametrize(
    ("url", "content", "content_type"),
    [
        ("data:application/pdf;base64,JVBERg==", b"%PDF", "application/pdf"),
        ("data:,a%20b", b"a b", "text/plain"),
        ("data:text/csv;charset=utf-8,a", b"a", "text/csv"),
    ],
)
def test_a_data_url_needs_no_request(fake, client, url, content, content_type):
    download = client.download(url, at_most=10)

    assert (content, content_type) == (download.content, download.content_type)
    assert fake.asked == []


@pytest.mark.parametrize("url", ["data:text/plain", "data:text/plain;base64,?"])
def test_a_broken_data_url_is_refused(client, url):
    with pytest.raises(Invalid, match="data: URL"):
        client.download(url, at_most=10)


def test_a_slash_at_the_end_of_the_base_url_is_no_matter(fake):
    fake.answer_in_turn(document({}))
    with Client(f"{fake.base_url}/", headers={}, timeouts=Timeouts()) as client:
        client.send("GET", "/x")

    assert fake.asked[0].path == "/x"
