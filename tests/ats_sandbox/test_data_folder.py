"""`up --data`: whatever was answered with success is there after the process was killed, at any moment; and nothing else is lost."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.waiting import LONGEST, until

KILLS = 5
TOLERANCE = 0.05
"""Seconds between this machine's two clocks, of the wall and of durations."""
HTTP = httpx.Client(timeout=LONGEST, trust_env=False)
COMMAND = [sys.executable, "-m", "ats_sandbox", "up", "--json", "--no-https", "--data"]
PLACES = ("records?dump=true", "credentials", "clock", "quirks", "options", "rate_limit", "faults", "webhooks", "deliveries", "snapshots")


@contextmanager
def sandbox(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    with subprocess.Popen([*COMMAND, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert line, process.stderr.read()
        try:
            yield process, json.loads(line)
        finally:
            process.kill()


class Writer(threading.Thread):
    """Writes comments, notes and credentials as fast as it can, and remembers what was answered with success."""

    def __init__(self, info: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self.info = info
        self.comments: dict[str, str] = {}
        self.notes: list[str] = []
        self.keys: dict[str, str] = {}

    def run(self) -> None:
        vendors = self.info["vendors"]
        keys = {name: vendors[name]["credential"] for name in ("pinpoint", "join")}
        pinpoint = httpx.Client(
            base_url=vendors["pinpoint"]["base_url"], headers={"X-API-KEY": keys["pinpoint"]["api_key"]}, timeout=LONGEST
        )
        join = httpx.Client(base_url=vendors["join"]["base_url"], headers={"Authorization": keys["join"]["token"]}, timeout=LONGEST)
        admin = httpx.Client(base_url=self.info["admin"], timeout=LONGEST)
        try:
            for number in range(100_000):
                self.comment(pinpoint, f"comment {number}")
                self.note(join, f"note {number}")
                if number % 5 == 0:
                    self.mint(admin)
        except httpx.TransportError:
            pass  # the process was killed

    def wait_until_it_wrote(self, comments: int) -> None:
        until(lambda: len(self.comments) >= comments or not self.is_alive())

    def comment(self, http: httpx.Client, text: str) -> None:
        target = {"commentable": {"data": {"type": "applications", "id": "5001"}}}
        item = {"type": "comments", "attributes": {"body_text": text}, "relationships": target}
        reply = http.post("/api/v1/comments", json={"data": item})
        assert reply.status_code == 201, reply.text
        self.comments[reply.json()["data"]["id"]] = text

    def note(self, http: httpx.Client, text: str) -> None:
        reply = http.post("/v2/candidates/41000001/notes", json={"content": text})
        # JOIN's limit is on: a client that writes so fast is told to wait.
        assert reply.status_code in (201, 429), reply.text
        if reply.status_code == 201:
            self.notes.append(text)

    def mint(self, http: httpx.Client) -> None:
        reply = http.post("/tenants/pinpoint-demo/credentials", json={"permissions": ["Comment: read"]})
        assert reply.status_code == 201, reply.text
        self.keys[reply.json()["id"]] = reply.json()["credential"]["api_key"]


def test_what_was_answered_with_success_outlives_a_kill(tmp_path: Path) -> None:
    """Killed several times in the middle of writing: no acknowledged record, note or key is missing, and every key opens."""
    moments = random.Random(20261125)
    comments: dict[str, str] = {}
    keys: dict[str, str] = {}
    notes = 0
    for _ in range(KILLS):
        with sandbox(tmp_path) as (process, info):
            assert_all_there(info, comments, keys, notes)
            writer = Writer(info)
            writer.start()
            writer.wait_until_it_wrote(moments.randint(8, 60))
            process.kill()
            process.wait()
            writer.join(timeout=LONGEST)
        assert not set(comments) & set(writer.comments), "an id was given twice"
        comments |= writer.comments
        keys |= writer.keys
        notes += len(writer.notes)
    with sandbox(tmp_path) as (_, info):
        assert_all_there(info, comments, keys, notes)
    assert len(comments) >= 8 * KILLS
    assert notes > 0
    assert keys


def assert_all_there(info: dict[str, Any], comments: dict[str, str], keys: dict[str, str], notes: int) -> None:
    tenant = f"{info['admin']}/tenants/pinpoint-demo"
    stored = {str(row["id"]): row["body_text"] for row in HTTP.get(f"{tenant}/records/comments").json()["records"]}
    assert {id: text for id, text in comments.items() if stored.get(id) != text} == {}
    assert set(keys) <= {key["id"] for key in HTTP.get(f"{tenant}/credentials").json()["credentials"]}
    base_url = info["vendors"]["pinpoint"]["base_url"]
    with httpx.Client(base_url=base_url, timeout=LONGEST) as http:
        for key in list(keys.values())[-20:]:
            assert http.get("/api/v1/comments", params={"page[size]": 1}, headers={"X-API-KEY": key}).status_code == 200
    assert len(HTTP.get(f"{info['admin']}/tenants/join-demo/records/notes").json()["records"]) >= notes


def seen(info: dict[str, Any], tenant: str) -> dict[str, Any]:
    return {place: HTTP.get(f"{info['admin']}/tenants/{tenant}/{place}").json() for place in PLACES}


def test_everything_beside_the_records_outlives_a_kill(tmp_path: Path) -> None:
    """Clock, quirks, options, limit, faults, keys, snapshots, and what a reset goes back to."""
    with sandbox(tmp_path) as (process, info):
        admin = httpx.Client(base_url=info["admin"], timeout=LONGEST)
        made = admin.post("/tenants", json={"vendor": "pinpoint", "clock": {"frozen": True}, "name": "acme"}).json()
        path = f"/tenants/{made['id']}"
        beginning = seen(info, made["id"])
        admin.post(f"{path}/clock/advance", json={"seconds": 12_345.5})
        admin.put(f"{path}/quirks/newest_first", json={"on": False})
        admin.put(f"{path}/options", json={"default_channel": "event"})
        admin.put(f"{path}/rate_limit", json={"on": True, "requests": 5})
        admin.post(f"{path}/faults", json={"kind": "status", "status": 503, "skip": 2, "times": 3})
        admin.post(f"{path}/credentials", json={"permissions": "job_board", "expires_in": 60})
        admin.delete(f"{path}/credentials/cred-2")
        admin.post(f"{path}/webhooks", json={"url": "http://127.0.0.1:9/hooks"})
        admin.post(f"{path}/webhooks/fire", json={"event": "application_hired"})
        admin.post(f"{path}/clock/advance", json={"seconds": 0})
        admin.post(f"{path}/snapshots", json={"name": "kept"})
        admin.patch(f"{path}/records/departments/11", json={"name": "after the snapshot"})
        told = seen(info, made["id"])
        assert told["deliveries"]["deliveries"], "one is pending"
        deleted = admin.post("/tenants", json={"vendor": "join"}).json()
        admin.delete(f"/tenants/{deleted['id']}")
        process.kill()

    with sandbox(tmp_path) as (process, info):
        assert told == seen(info, made["id"])
        assert HTTP.get(f"{info['admin']}/tenants/{deleted['id']}").status_code == 404
        again = HTTP.post(f"{info['admin']}/tenants", json={"vendor": "join"}).json()
        assert again["id"] != deleted["id"], "a name once given is not given again"
        HTTP.post(f"{info['admin']}{path}/snapshots/kept/restore")
        process.kill()

    with sandbox(tmp_path) as (process, info):
        departments = HTTP.get(f"{info['admin']}{path}/records/departments/11").json()
        assert departments["name"] == "Engineering"
        HTTP.post(f"{info['admin']}{path}/reset")
        assert {**beginning, "snapshots": told["snapshots"]} == seen(info, made["id"])
        headers = {"X-API-KEY": made["credential"]["api_key"]}
        assert HTTP.get(f"{info['vendors']['pinpoint']['base_url']}/api/v1/jobs", headers=headers).status_code == 200


def test_a_running_clock_goes_on_while_no_process_does(tmp_path: Path) -> None:
    with sandbox(tmp_path) as (process, info):
        before = time.monotonic()
        HTTP.put(f"{info['admin']}/tenants/join-demo/clock", json={"at": "2030-01-01T00:00:00Z"})
        set_at = time.monotonic()
        process.kill()
    with sandbox(tmp_path) as (_, info):
        read_from = time.monotonic()
        now = datetime.fromisoformat(HTTP.get(f"{info['admin']}/tenants/join-demo/clock").json()["now"])
        longest = time.monotonic() - before

    went_on = (now - datetime(2030, 1, 1, tzinfo=UTC)).total_seconds()
    assert read_from - set_at - TOLERANCE <= went_on <= longest + TOLERANCE


def test_the_credential_that_is_printed_is_the_accounts(tmp_path: Path) -> None:
    """Also when the first one was revoked in an earlier run."""
    with sandbox(tmp_path) as (process, info):
        first = info["vendors"]["join"]["credential"]["token"]
        path = f"{info['admin']}/tenants/join-demo/credentials"
        second = HTTP.post(path, json={}).json()["credential"]["token"]
        HTTP.delete(f"{path}/cred-1")
        process.kill()
    with sandbox(tmp_path) as (_, info):
        assert info["vendors"]["join"]["credential"]["token"] == second != first


def _another_version(folder: Path) -> None:
    (folder / "about.json").write_text('{"format": 2, "numbers": []}')


def _no_version(folder: Path) -> None:
    (folder / "about.json").unlink()


def _broken_file(folder: Path) -> None:
    (folder / "join" / "demo" / "now.sqlite").write_bytes(b"no database at all, but some bytes " * 200)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    with sandbox(folder) as (process, info):
        HTTP.post(f"{info['admin']}/tenants", json={"vendor": "join"})
        HTTP.get(f"{info['admin']}/tenants/join-demo")
        process.terminate()
        assert process.wait(timeout=LONGEST) == 0
    return folder


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_another_version, "is of version 2; this program reads version 1"),
        (_no_version, "no about.json"),
        (_broken_file, "now.sqlite is broken"),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused_and_left_alone(filled: Path, tmp_path: Path, spoil: Any, told: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(filled, folder)
    spoil(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.sqlite")}

    done = subprocess.run([*COMMAND, str(folder)], capture_output=True, text=True, timeout=LONGEST, check=False)

    assert done.returncode == 2
    assert told in done.stderr
    assert before == {path: path.read_bytes() for path in folder.rglob("*.sqlite")}


def test_two_sandboxes_do_not_share_a_folder(tmp_path: Path) -> None:
    with sandbox(tmp_path):
        done = subprocess.run([*COMMAND, str(tmp_path)], capture_output=True, text=True, timeout=LONGEST, check=False)

    assert done.returncode == 2
    assert "is in use by another sandbox" in done.stderr
