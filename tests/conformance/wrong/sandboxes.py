"""A sandbox in a process of its own, with the invented vendor among the real ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.wrong.harbor import FOLDERS
from tests.conformance.wrong.trials import ROOT


@contextmanager
def started() -> Iterator[str]:
    """Its URL."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDERS), str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "ats_sandbox", "up", "--json", "--port", "0", "--no-https"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["admin"]
        finally:
            process.terminate()
            process.wait(timeout=20)
