"""One sandbox for all tests of the suite that run in this process, with the invented vendor among the real ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conformance.wrong.harbor import FOLDERS
from tests.conformance.wrong.trials import ROOT


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    """URL of a sandbox in a process of its own, as for any run."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDERS), str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "ats_sandbox", "up", "--json", "--port", "0", "--no-https"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["admin"]
        finally:
            process.terminate()
            process.wait(timeout=20)
