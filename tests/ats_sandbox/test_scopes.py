"""`scopes`, `diff`, `explain` and `replay` as a person uses them: processes, real sockets, files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.ats_sandbox.test_command import run, sandbox


def test_what_a_customer_would_lose_is_said_with_what_to_grant():
    """Against the sandbox, by permission names or presets; a model that is lost names the permission."""
    told = run("scopes", "pinpoint", "--credential", "Application: write, Job: read", "--no-fields")

    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"D +Candidates +Candidate: read", told.stdout)
    assert re.search(r"# +Jobs", told.stdout)
    assert re.search(r"R +→ Add note to application +Comment: write", told.stdout)


def test_a_permission_that_the_vendor_does_not_have_is_a_slip_and_no_finding():
    told = run("scopes", "pinpoint", "--credential", "Aplication: write")

    assert told.returncode == 2
    assert "did you mean 'Application: write'?" in told.stderr


@pytest.fixture
def two_keys(tmp_path: Path):
    """A tenant of a running sandbox stands for a real account: (base URL, a key that may do all, one that reads jobs alone)."""
    with sandbox() as info:
        tenant = httpx.post(f"{info['admin']}/tenants", json={"vendor": "pinpoint"}).json()
        narrow = httpx.post(f"{info['admin']}/tenants/{tenant['id']}/credentials", json={"permissions": ["Job: read"]}).json()
        files = []
        for name, credential in (("full", tenant["credential"]), ("narrow", narrow["credential"])):
            files.append(tmp_path / f"{name}.json")
            files[-1].write_text(json.dumps(credential), "utf-8")
        yield tenant["base_url"], *files, info["admin"], tenant["id"]


def test_credentials_of_a_real_account_are_compared_by_reading_alone(two_keys):
    """No truth can be looked up there: what one key sees judges the other, and nothing is written."""
    base_url, full, narrow, admin, tenant = two_keys

    told = run("scopes", "pinpoint", "--base-url", base_url, "--credential", f"@{full}", "--credential", f"@{narrow}", "--json")

    rows = {(row["model"], row["field"]): [cell["code"] for cell in row["cells"]] for row in json.loads(told.stdout)["scopes"]["rows"]}
    assert rows["Jobs", "name"] == ["READABLE", "READABLE"]
    assert rows["Candidates", None] == rows["Candidates", "first_name"] == ["READABLE", "DENIED_REPORTED"]
    exchanges = httpx.get(f"{admin}/tenants/{tenant}/journal").json()["exchanges"]
    assert {exchange["method"] for exchange in exchanges} == {"GET"}
    secret = json.loads(full.read_text("utf-8"))["api_key"]
    assert secret not in told.stdout + told.stderr


def test_what_the_budget_does_not_reach_is_not_judged(two_keys):
    """A spent budget ends in "cannot be known", never in a verdict."""
    base_url, full, narrow, _, _ = two_keys

    told = run(
        "scopes", "pinpoint", "--base-url", base_url, "--credential", f"@{full}", "--credential", f"@{narrow}", "--budget", "2", "--json"
    )

    words = {cell["code"] for row in json.loads(told.stdout)["scopes"]["rows"] for cell in row["cells"]}
    assert told.returncode == 3
    assert "UNVERIFIABLE" in words
    assert not words & {"DENIED_SILENT", "PARTIAL_SILENT", "MISSING"}


def test_a_report_can_be_compared_explained_and_replayed(tmp_path: Path):
    """From the file alone: the difference to itself is nothing, a case is explained, and its check runs again."""
    made = run("conform", "join", "--check", "MAN-1", "--check", "FLD-4", "--report-dir", str(tmp_path))
    report = tmp_path / "report.json"
    case = next(result for result in json.loads(report.read_text("utf-8"))["vendors"]["join"]["results"] if result["check"] == "FLD-4")

    assert made.returncode == 3, "most promised cells were left out by selection"
    assert run("diff", str(report), str(report)).returncode == 0
    assert case["requirement"] in run("explain", case["id"], "--report", str(report)).stdout
    again = run("replay", case["id"], "--report", str(report))
    assert (again.returncode, f"now  {case['code']}" in again.stdout) == (0, True)
    assert run("replay", "FLD-4-00000000", "--report", str(report)).returncode == 2


def test_every_word_and_every_check_can_be_explained():
    assert "no diagnostic claims" in run("explain", "empty").stdout
    assert "chapter matrix" in run("explain", "MTX-3").stdout
    assert run("explain", "nonsense").returncode == 2
