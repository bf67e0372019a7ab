"""The command as a person and a program use it: its own process, real sockets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ats_sandbox.credentials import BadCredential, parse
from tests.waiting import LONGEST

COMMAND = [sys.executable, "-m", "ats_sandbox"]
HTTP = httpx.Client(timeout=LONGEST, trust_env=False)


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=150, check=False, **more)


@contextmanager
def sandbox(*options: str) -> Iterator[dict[str, Any]]:
    with subprocess.Popen([*COMMAND, "up", "--json", "--port", "0", *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=LONGEST) == 0


def test_up_tells_where_everything_is_and_ends_cleanly():
    with sandbox() as info:
        pinpoint = info["vendors"]["pinpoint"]
        jobs = HTTP.get(f"{pinpoint['base_url']}/api/v1/jobs", headers={"X-API-KEY": pinpoint["credential"]["api_key"]})
        join = info["vendors"]["join"]
        listed = HTTP.get(f"{join['base_url']}/v2/jobs", headers={"Authorization": join["credential"]["token"]})
        admin = HTTP.get(f"{info['admin']}/vendors")

        assert set(info) == {"admin", "ca", "vendors"}
        assert (jobs.status_code, listed.status_code, admin.status_code) == (200, 200, 200)
        assert set(pinpoint["credential"]) == {"api_key", "subdomain"}
        assert HTTP.get(f"{pinpoint['base_url']}/api/v1/jobs").status_code == 401
        assert all(vendor["https_base_url"].startswith("https://127.0.0.1:") for vendor in info["vendors"].values())


def test_the_second_start_imports_no_vendor_before_it_is_ready_and_tells_the_same():
    """What a start tells is the same each time; to be ready soon it is kept, and vendors are imported behind the sockets."""
    with sandbox() as first:
        pass
    probe = """
import json, sys
from ats_sandbox import up
from mock_servers.engine.server import Sandbox
from mock_servers.engine.vendors import fingerprint
def tell(running):
    info = running.ready_info(up.first_secrets(running, fingerprint()))
    heavy = [name for name in ("typer", "rich", "sqlalchemy", "fastapi", "pydantic", "httpx", "yaml") if name in sys.modules]
    print(json.dumps([info, heavy]), flush=True)
    running.stop()
Sandbox().run(tell)
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=LONGEST, check=True)
    told, heavy = json.loads(done.stdout)

    assert heavy == []
    for name, vendor in first["vendors"].items():
        mine = told["vendors"][name]
        assert mine["credential"] == {
            key: value.replace(vendor["base_url"], mine["base_url"]) for key, value in vendor["credential"].items()
        }


def test_garbage_is_collected_again_once_everything_is_imported():
    """A start does without, a sandbox that runs for days must not."""
    probe = """
import gc, json, sys
from ats_sandbox import up
from mock_servers.engine.server import Sandbox
gc.disable()
running = Sandbox()
def complete():
    before = gc.isenabled()
    up._collect_garbage_again()
    vendors = [name for name in running.vendor_names if f"mock_servers.{name}.vendor" not in sys.modules]
    print(json.dumps([before, gc.isenabled(), vendors]))
    running.stop()
running.run(None, complete)
"""
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=LONGEST, check=True)

    assert json.loads(done.stdout) == [False, True, []]


def test_a_request_right_after_the_start_is_answered():
    with sandbox() as info:
        assert HTTP.get(f"{info['vendors']['pinpoint']['base_url']}/api/v1/jobs").status_code == 401


def test_a_vendor_that_cannot_be_loaded_ends_the_sandbox_with_its_folder_and_its_traceback(tmp_path: Path):
    folder = tmp_path / "mock_servers" / "broken"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "vendor.py").write_text("raise RuntimeError('a defect in this vendor')")
    path = os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), str(tmp_path)])
    done = run("up", "--json", env={**os.environ, "PYTHONPATH": path})

    assert (done.returncode, done.stdout) == (2, "")
    assert f"the vendor in {folder} cannot be loaded: RuntimeError: a defect in this vendor" in done.stderr
    assert 'vendor.py", line 1' in done.stderr


def test_coverage_is_the_promise_as_json():
    told = json.loads(run("coverage", "--json").stdout)

    assert sum(len(model["fields"]) for model in told["pinpoint"]["models"].values()) == 125
    assert sum(len(action["fields"]) for action in told["pinpoint"]["actions"].values()) == 50
    assert sum(len(model["fields"]) for model in told["join"]["models"].values()) == 98
    assert (len(told["pinpoint"]["features"]), len(told["join"]["features"])) == (12, 7)


def test_sync_prints_records_and_says_what_is_missing():
    """A narrow key reads what it may; the rest is named with the permission on standard error, and the exit code says so."""
    with sandbox() as info:
        pinpoint = info["vendors"]["pinpoint"]
        whole = run(
            "sync", "pinpoint", "--base-url", pinpoint["base_url"], "--credential", json.dumps(pinpoint["credential"]), "--model", "Users"
        )
        made = HTTP.post(f"{info['admin']}/tenants/pinpoint-demo/credentials", json={"permissions": "job_board"}).json()
        narrow = run("sync", "pinpoint", "--base-url", pinpoint["base_url"], "--credential", "-", input=json.dumps(made["credential"]))

    assert (whole.returncode, {json.loads(line)["model"] for line in whole.stdout.splitlines()}) == (0, {"Users"})
    models = {json.loads(line)["model"] for line in narrow.stdout.splitlines()}
    assert narrow.returncode == 1
    assert "Jobs" in models
    assert not models & {"Users", "Candidates", "Applications", "Interviews"}
    assert "Candidates: not_permitted; missing Candidate: read" in narrow.stderr
    assert made["credential"]["api_key"] not in narrow.stdout + narrow.stderr


def test_sync_over_https_trusts_what_env_names_and_says_when_it_does_not_trust():
    """`env` sets SSL_CERT_FILE; without it the cause is the certificate, and "no connection" alone would send people elsewhere."""
    with sandbox() as info:
        join = info["vendors"]["join"]
        call = ("sync", "join", "--base-url", join["https_base_url"], "--credential", json.dumps(join["credential"]), "--model", "Users")
        bare = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
        stranger = run(*call, env=bare)
        trusted = run(*call, env={**bare, "SSL_CERT_FILE": info["ca"]})

    assert stranger.returncode == 1
    assert "certificate verify failed" in stranger.stderr
    assert trusted.returncode == 0, trusted.stderr
    assert trusted.stdout


@pytest.mark.parametrize("vendor", ["join", "pinpoint"])
def test_conform_proves_cells_and_writes_all_reports(vendor: str, tmp_path: Path):
    """A selection of chapters: green in all its cases, and still incomplete, since not everything promised was tested."""
    done = run(
        "conform", vendor, "--chapter", "manifest", "--chapter", "pages", "--chapter", "fields", "--report-dir", str(tmp_path), "--json"
    )

    report = json.loads(done.stdout)
    assert (done.returncode, report["summary"]["outcome"]) == (3, "incomplete")
    assert report["summary"]["cells"]["failed"] == 0
    assert report["summary"]["checks"]["expected"] == report["summary"]["checks"]["emitted"] > 0
    files = {"badge.svg", "report.html", "report.json", "report.junit.xml", "report.md", "report.sarif"}
    assert {path.name for path in tmp_path.iterdir()} == files
    assert not [result for result in report["vendors"][vendor]["results"] if result["verdict"] in ("fail", "error", "untested")]


def test_conform_keeps_results_in_the_users_folder_but_not_in_ci(tmp_path: Path):
    """The second run says how much it took over; --no-cache and CI judge everything anew."""
    own = {name: value for name, value in os.environ.items() if name != "CI"} | {"ATS_SANDBOX_HOME": str(tmp_path)}

    def kept(*arguments: str, env: dict[str, str] = own) -> int:
        done = run("conform", "join", "--check", "MAN-1", "--json", *arguments, env=env)
        return int(json.loads(done.stdout)["summary"]["checks"]["kept"])

    assert kept() == 0
    assert kept() > 0
    assert kept("--no-cache") == 0
    assert kept(env={**own, "CI": "true"}) == 0
    assert kept("--cache", str(tmp_path / "conformance"), env={**own, "CI": "true"}) > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["conform"],
        ["conform", "nobody"],
        ["conform", "join", "--check", "XYZ-9"],
        ["conform", "join", "--model", "Nope"],
        ["conform", "join", "--cache", "kept", "--no-cache"],
        ["conform", "join", "--cache", "kept", "--sandbox", "http://127.0.0.1:9"],
    ],
)
def test_a_wrong_call_is_neither_green_nor_red(arguments: list[str]):
    assert run(*arguments).returncode == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("api_key=k,subdomain=s", {"api_key": "k", "subdomain": "s"}), ('{"token": "t"}', {"token": "t"}), ("token=a=b", {"token": "a=b"})],
)
def test_credentials_in_every_form(text: str, expected: dict[str, str]):
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["secret", "{nothing", '{"token": 1}', "@/nowhere/at/all"])
def test_a_bad_credential_is_refused_without_repeating_it(text: str):
    with pytest.raises(BadCredential) as refused:
        parse(text)

    assert "secret" not in str(refused.value)
