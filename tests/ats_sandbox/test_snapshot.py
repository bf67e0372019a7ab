"""`ats-sandbox snapshot` as a person uses it: against a running sandbox, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_servers.engine.server import Sandbox

DEMO = "join-demo"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def run(sandbox: Sandbox, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ats_sandbox", "snapshot", *arguments, "--sandbox", sandbox.url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def offices(sandbox: Sandbox, tenant: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = httpx.get(f"{sandbox.admin_url}/tenants/{tenant}/records/offices").json()["records"]
    return records


def test_what_was_taken_comes_back(sandbox: Sandbox) -> None:
    """take, list, restore, delete."""
    taken = run(sandbox, "take", DEMO, "--name", "before", "--json")
    before = offices(sandbox, DEMO)
    httpx.post(f"{sandbox.admin_url}/tenants/{DEMO}/records/offices", json={"city": "Bern"})
    listed, restored = run(sandbox, "list", DEMO), run(sandbox, "restore", DEMO, "before")

    assert json.loads(taken.stdout)["name"] == "before"
    assert listed.stdout.startswith("before  ")
    assert "records in" in listed.stdout
    assert restored.returncode == 0
    assert before == offices(sandbox, DEMO)
    assert run(sandbox, "delete", DEMO, "before").returncode == 0
    assert run(sandbox, "list", DEMO).stdout == f"{DEMO} has no snapshots\n"


def test_a_file_makes_another_account_and_changes_one(sandbox: Sandbox, tmp_path: Path) -> None:
    """export, import as new, edit, import into it; to standard output the same bytes as to a file."""
    file = tmp_path / "demo.ndjson"
    httpx.put(f"{sandbox.admin_url}/tenants/{DEMO}/clock", json={"frozen": True})
    written, printed = run(sandbox, "export", DEMO, "--output", str(file)), run(sandbox, "export", DEMO)
    made = run(sandbox, "import", str(file), "--name", "copy", "--json")
    file.write_text(file.read_text("utf-8").replace("Zürich", "Genf"), "utf-8")
    changed = run(sandbox, "import", str(file), "--into", "join-copy")

    assert (written.returncode, changed.returncode) == (0, 0), changed.stderr
    assert "Zürich" in printed.stdout
    assert json.loads(made.stdout)["id"] == "join-copy"
    assert [path.name for path in tmp_path.iterdir()] == ["demo.ndjson"]
    assert "Genf" in [office["city"] for office in offices(sandbox, "join-copy")]
    assert "Zürich" in [office["city"] for office in offices(sandbox, DEMO)]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["restore", DEMO, "never"], "has no snapshot 'never'"),
        (["take", "join-nobody"], "no tenant 'join-nobody'"),
        (["take", DEMO, "--name", "Not A Name"], "'Not A Name' cannot be a name"),
        (["export", DEMO, "--snapshot", "never"], "has no snapshot 'never'"),
        (["import", __file__], "line 1: no JSON"),
    ],
)
def test_what_cannot_be_is_said_with_code_2(sandbox: Sandbox, arguments: list[str], told: str) -> None:
    done = run(sandbox, *arguments)

    assert done.returncode == 2
    assert told in done.stderr
    assert "hint: " in done.stderr


def test_without_a_sandbox_it_says_how_to_start_one() -> None:
    command = [sys.executable, "-m", "ats_sandbox", "snapshot", "list", DEMO, "--sandbox", "http://127.0.0.1:9"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "no sandbox answers at http://127.0.0.1:9" in done.stderr
