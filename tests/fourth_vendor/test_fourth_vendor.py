"""Adding an ATS is adding three folders: one that was invented passes the whole suite, and nothing shared knows any vendor."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDERS = Path(__file__).with_name("folders")
ROOT = Path(__file__).parents[2]
SHARED = ("mock_servers/engine", "connectors/unified", "connectors/transport", "connectors/hub", "conformance")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The three folders, copied somewhere else on the Python path."""
    for name in ("mock_servers", "connectors", "fixtures"):
        shutil.copytree(FOLDERS / name, tmp_path / name)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}


@pytest.mark.timeout(300)
def test_an_invented_vendor_passes_the_suite(environment: dict[str, str], tmp_path: Path):
    """Server, connector and fixtures are found where they lie; every promised cell is proved, and no other line changed."""
    reports = tmp_path / "reports"
    command = [sys.executable, "-m", "ats_sandbox", "conform", "harbor", "--report-dir", str(reports)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, check=False)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    summary = json.loads((reports / "report.json").read_text("utf-8"))["summary"]
    assert summary["outcome"] == "passed"
    assert summary["cells"] == {"promised": 32, "proved": 32, "failed": 0, "untested": 0}


def test_without_its_folders_nobody_knows_it():
    """The test above would prove nothing if the vendor lay in the project itself."""
    command = [sys.executable, "-m", "ats_sandbox", "conform", "harbor"]

    assert subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False).returncode == 2


def shared_files() -> list[Path]:
    found = [path for folder in SHARED for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".j2", ".js", ".css"}]
    assert len(found) > 50
    return found


def test_no_vendor_is_named_in_what_all_vendors_share():
    """Whatever a vendor needs there is a seam; its name or its words would be a leak."""
    vendors = {path.parent.name for path in (ROOT / "mock_servers").glob("*/vendor.py")}
    assert len(vendors) >= 2
    words = [
        *(rf"\b{name}\b" for name in vendors - {"join"}),
        "salesforce",
        r"join\.com",
        r"mock_servers\.join",
        r"connectors\.join",
        r"\bJOIN('s)? (API|connector|server)",
    ]
    named = re.compile("|".join(words), re.IGNORECASE)
    leaks = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in shared_files()
        for line in path.read_text("utf-8").splitlines()
        if named.search(line)
    ]

    assert leaks == []
