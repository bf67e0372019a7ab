"""What any HTTP client may do: odd headers, packed and chunked bodies, other spellings of paths and methods."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator

import pytest

from tests.mock_servers.asymbl.conftest import DATA, Org

NOVAK = json.dumps({"LastName": "Novak"}).encode()


@pytest.mark.parametrize(("coding", "body"), [("gzip", gzip.compress(NOVAK, mtime=0)), ("deflate", zlib.compress(NOVAK))])
def test_a_body_may_be_packed(org: Org, coding: str, body: bytes) -> None:
    headers = {"content-type": "application/json", "content-encoding": coding}

    assert org.http.post(f"{DATA}/sobjects/Contact", content=body, headers=headers).status_code == 201


@pytest.mark.parametrize("body", [NOVAK, gzip.compress(NOVAK, mtime=0)[:-9], b""])
def test_a_body_that_is_not_packed_as_it_says_is_refused(org: Org, body: bytes) -> None:
    refused = org.http.post(f"{DATA}/sobjects/Contact", content=body, headers={"content-encoding": "gzip"})

    assert (refused.status_code, org.rows("Contact")) == (400, [])


def test_a_small_body_that_would_be_a_huge_one_is_refused(org: Org) -> None:
    bomb = gzip.compress(b" " * (150 * 1024 * 1024), compresslevel=1)

    refused = org.http.post(f"{DATA}/sobjects/Contact", content=bomb, headers={"content-encoding": "gzip"})

    assert refused.status_code == 413


def test_a_body_may_come_in_chunks(org: Org) -> None:
    def chunks() -> Iterator[bytes]:
        yield NOVAK[:5]
        yield NOVAK[5:]

    answer = org.http.post(f"{DATA}/sobjects/Contact/", content=chunks(), headers={"content-type": "application/json"})

    assert (answer.status_code, answer.headers["location"]) == (201, f"{DATA}/sobjects/Contact/{answer.json()['id']}")


@pytest.mark.parametrize("accept", ["text/csv", "application/xml", "*/*", "nonsense"])
def test_accept_is_passed_over(org: Org, accept: str) -> None:
    answer = org.http.get(f"{DATA}/limits", headers={"accept": accept, "X-PrettyPrint": "1", "content-type": "application/json"})

    assert answer.headers["content-type"] == "application/json;charset=UTF-8"


def test_patch_may_come_as_post(org: Org) -> None:
    """For clients that cannot send PATCH."""
    id = org.create("Contact", LastName="Novak")

    answer = org.http.post(f"{DATA}/sobjects/Contact/{id}?_HttpMethod=PATCH", json={"Title": "CTO"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert org.rows("Contact")[0]["Title"] == "CTO"


def test_names_in_paths_compare_without_case_and_any_version_answers_in_kind(org: Org) -> None:
    id = org.create("Contact", LastName="Novak")

    answer = org.http.get(f"/services/data/v42.0/sobjects/CONTACT/{id[:15]}?fields=LASTNAME")

    assert answer.json()["attributes"] == {"type": "Contact", "url": f"/services/data/v42.0/sobjects/Contact/{id}"}
    assert answer.json()["LastName"] == "Novak"


@pytest.mark.parametrize("query", ["SELECT+COUNT()+FROM+Contact", "SELECT%20COUNT%28%29%20FROM%20Contact"])
def test_blanks_may_be_written_in_two_ways(org: Org, query: str) -> None:
    assert org.http.get(f"{DATA}/query?q={query}&unknown=1").json()["totalSize"] == 0
