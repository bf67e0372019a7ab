"""The journal filtered, followed live, and exported as curl commands and HAR files; secrets are in none of it."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from mock_servers.engine import server
from mock_servers.engine.masking import MASK
from mock_servers.engine.server import Sandbox
from tests.mock_servers.engine.tenancy import Account
from tests.waiting import LONGEST, until


def _some_exchanges(account: Account) -> None:
    account.client.get("/v1/parcels")
    account.client.get("/v1/parcels/10")
    account.client.get("/v1/parcels/99")
    account.ask("POST", "/clock/advance", json={"seconds": 60})
    account.client.post("/v1/parcels", json={"label": "x"})
    account.client.post("/v1/parcels", json={})
    account.fault("cut_before_headers")
    with pytest.raises(httpx.RemoteProtocolError):
        account.client.get("/v1/parcels/11")
    account.ask("PUT", "/quirks/shouting", json={"on": True})
    account.client.get("/v1/parcels/12", headers={"authorization": "Bearer nobody", "host": f"{account.name}.parcel.example"})
    account.client.get("/v1/parcels/15")


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"operation": "parcels.get"}, [2, 3, 6, 7, 8]),
        ({"operation": "*.create"}, [4, 5]),
        ({"status": 404}, [3]),
        ({"status": "4xx"}, [3, 5, 7]),
        ({"status": "none"}, [6]),
        ({"method": "post"}, [4, 5]),
        ({"path": "/v1/parcels/1?"}, [2, 6, 7, 8]),
        ({"credential": "cred-1"}, [1, 2, 3, 4, 5, 6, 8]),
        ({"credential": "none"}, [7]),
        ({"record": "10"}, [2]),
        ({"record": "16"}, [4]),
        ({"writes": True}, [4, 5]),
        ({"writes": False}, [1, 2, 3, 6, 7, 8]),
        ({"changed": True}, [4]),
        ({"fault": "*"}, [6]),
        ({"fault": "latency"}, []),
        ({"quirk": "shouting"}, [8]),
        ({"since": "2026-03-04T09:01:00Z"}, [4, 5, 6, 7, 8]),
        ({"since_id": 6}, [7, 8]),
        ({"since_id": 2, "limit": 2}, [3, 4]),
        ({"status": "2xx", "writes": True}, [4]),
    ],
)
def test_exchanges_are_found_by_what_they_were(account: Account, wanted: dict[str, Any], ids: list[int]) -> None:
    _some_exchanges(account)

    assert [entry["id"] for entry in account.journal(**wanted)] == ids


@pytest.mark.parametrize("wanted", [{"stauts": 404}, {"status": "999"}, {"since": "yesterday"}, {"limit": 0}, {"writes": "perhaps"}])
def test_a_filter_that_means_nothing_is_refused(account: Account, wanted: dict[str, Any]) -> None:
    assert account.ask("GET", "/journal", params=wanted).status_code == 422


def test_a_summary_counts(account: Account) -> None:
    _some_exchanges(account)

    assert account.ask("GET", "/journal/summary").json() == {
        "exchanges": 8,
        "kept_at_most": 10_000,
        "operations": {"parcels.list": 1, "parcels.get": 5, "parcels.create": 2},
        "statuses": {"200": 3, "201": 1, "401": 1, "404": 1, "422": 1, "none": 1},
        "credentials": {"cred-1": 7, "none": 1},
        "faults": {"cut_before_headers": 1},
        "quirks": {"shouting": 1},
        "writes": 2,
        "changes": 1,
    }


def test_the_limits_counters_are_told_by_exchange_and_by_credential(account: Account) -> None:
    account.ask("PUT", "/rate_limit", json={"on": True, "requests": 2, "window_seconds": 60})
    for _ in range(3):
        account.client.get("/v1/parcels")

    assert [entry["rate_limit"]["remaining"] for entry in account.journal()] == [1, 0, 0]
    assert [entry["rate_limit"]["allowed"] for entry in account.journal()] == [True, True, False]
    told = account.ask("GET", "/rate_limit").json()
    assert told["counters"] == {"cred-1": {"used": 2, "remaining": 0, "resets_at": "2026-03-04T09:01:00+00:00"}}
    account.ask("POST", "/clock/advance", json={"seconds": 60})
    assert account.ask("GET", "/rate_limit").json()["counters"]["cred-1"]["remaining"] == 2


# -- following --------------------------------------------------------------------------------------------------------


@contextmanager
def _following(account: Account, **more: Any) -> Iterator[Iterator[str]]:
    """The lines of a stream that has begun."""
    with account.admin.stream("GET", f"/tenants/{account.id}/journal/stream", **more) as answer:
        lines = answer.iter_lines()
        next(lines)
        yield (line for line in lines if line and not line.startswith(":"))


def test_a_stream_tells_exchanges_as_they_happen(account: Account) -> None:
    account.client.get("/v1/parcels")
    with _following(account) as lines:
        account.client.get("/v1/parcels/10")
        told = [next(lines) for _ in range(3)]
        account.client.get("/v1/parcels/99")
        more = [next(lines) for _ in range(3)]

    assert [told[0], told[1], more[0]] == ["id: 2", "event: exchange", "id: 3"]
    assert json.loads(told[2].removeprefix("data: ")) == account.journal()[1]
    assert json.loads(more[2].removeprefix("data: "))["status"] == 404


def test_a_stream_of_json_lines_begins_where_it_is_told_and_is_filtered(account: Account) -> None:
    for id in (10, 99, 11):
        account.client.get(f"/v1/parcels/{id}")
    with _following(account, params={"format": "ndjson", "since_id": 0, "status": "2xx"}) as lines:
        assert [json.loads(next(lines))["id"] for _ in range(2)] == [1, 3]
    with _following(account, headers={"last-event-id": "2"}) as lines:
        assert next(lines) == "id: 3"


def test_who_stops_following_is_forgotten(sandbox: Sandbox, account: Account) -> None:
    journal = sandbox.call(lambda: sandbox.tenants.get(account.id).journal)
    with _following(account):
        assert len(journal._watchers) == 1

    def forgotten() -> bool:
        account.client.get("/v1/parcels/10")
        return not journal._watchers

    until(forgotten)


def test_a_stream_ends_with_its_tenant_and_with_the_sandbox(sandbox: Sandbox, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forgotten terminal must not keep the sandbox from ending: nothing here waits for the grace of open connections."""
    monkeypatch.setattr(server, "GRACE_SECONDS", 2 * LONGEST)
    with Sandbox(vendors=sandbox.vendors, fixtures=sandbox.tenants.scenarios.folders) as second:
        ended: list[str] = []

        def follow(id: str) -> None:
            with httpx.stream("GET", f"{second.admin_url}/tenants/{id}/journal/stream", timeout=LONGEST) as answer:
                began.release()
                ended.extend(line for line in answer.iter_lines() if line.startswith("event"))
            ended.append(id)

        began = threading.Semaphore(0)
        gone = httpx.post(f"{second.admin_url}/tenants", json={"vendor": "parcel", "name": "gone"}).json()["id"]
        followers = [threading.Thread(target=follow, args=(id,)) for id in (gone, "parcel-demo")]
        for follower in followers:
            follower.start()
            assert began.acquire(timeout=LONGEST)
        httpx.delete(f"{second.admin_url}/tenants/{gone}")
        followers[0].join(LONGEST)
        assert ended == [gone]
        before = time.monotonic()
    followers[1].join(LONGEST)

    assert ended == [gone, "parcel-demo"]
    assert time.monotonic() - before < LONGEST


# -- exports ----------------------------------------------------------------------------------------------------------


def test_a_curl_command_repeats_the_request(account: Account) -> None:
    """What is masked is put in from outside; quotes and line breaks arrive as they were."""
    label = 'it\'s a "box" $HOME\n\\ 100 %'
    account.client.post("/v1/parcels?note=a%20b&token=t", json={"label": label}, headers={"x-note": "don't"})
    command = account.ask("GET", "/journal/1/curl").text

    assert account.token not in command
    assert command.startswith("# SECRET stands for what is not shown here")
    done = subprocess.run(
        ["sh", "-c", f"{command}"], env={"SECRET": account.token, "PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["label"] == label
    first, second = account.journal()
    assert (second["request"]["headers"]["x-note"], second["query"], second["status"]) == ("don't", f"note=a%20b&token={MASK}", 201)
    assert first["request"]["body"] == second["request"]["body"]


def test_a_curl_command_says_when_the_body_is_not_whole(account: Account) -> None:
    account.client.post("/v1/parcels", json={"label": "x" * 90_000})

    assert "# The body had 90012 bytes; 32768 of them are kept.\n" in account.ask("GET", "/journal/1/curl").text


def test_a_har_file_holds_the_exchanges_as_har_1_2_wants_them(account: Account) -> None:
    """By the specification of HAR 1.2 (w3c.github.io/web-performance/specs/HAR/Overview.html)."""
    _some_exchanges(account)
    answer = account.ask("GET", "/journal/har", params={"since_id": 2})
    log = answer.json()["log"]

    assert answer.headers["content-disposition"] == f'attachment; filename="{account.id}.har"'
    assert (log["version"], log["creator"]["name"], len(log["entries"])) == ("1.2", "ats-sandbox", 6)
    for entry in log["entries"]:
        assert set(entry) == {"startedDateTime", "time", "request", "response", "cache", "timings", "_sandbox"}
        assert {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"} <= set(entry["request"])
        assert {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"} == set(
            entry["response"]
        )
        assert {"size", "mimeType"} <= set(entry["response"]["content"])
        assert entry["time"] == sum(entry["timings"].values())
    missing, created, _, cut, *_ = log["entries"]
    assert (missing["response"]["status"], missing["response"]["statusText"]) == (404, "Not Found")
    assert created["request"]["postData"] == {"mimeType": "application/json", "text": '{"label":"x"}'}
    assert created["response"]["redirectURL"].endswith("/v1/parcels/16")
    assert created["_sandbox"]["changes"] == [["insert", "parcels", 16]]
    assert cut["response"]["status"] == 0
    assert cut["_sandbox"]["faults"] == ["cut_before_headers"]


def test_no_secret_is_in_any_export(account: Account) -> None:
    for sent in (
        {"method": "GET", "url": f"/v1/parcels?token={account.token}"},
        {"method": "POST", "url": "/v1/parcels", "json": {"label": account.token, "client_secret": "another secret"}},
        {"method": "GET", "url": f"/v1/parcels/{account.token}", "headers": {"x-api-key": "another secret", "cookie": "a=another secret"}},
    ):
        account.client.request(**sent)
    shown = account.ask("GET", "/journal/har").text + "".join(account.ask("GET", f"/journal/{id}/curl").text for id in (1, 2, 3))
    with _following(account, params={"format": "ndjson", "since_id": 0}) as lines:
        shown += "".join(next(lines) for _ in range(3))

    assert account.token not in shown
    assert "another secret" not in shown
    assert "another%20secret" not in shown
