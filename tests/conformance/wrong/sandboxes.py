"""A sandbox in a process of its own, with the invented vendor among the real ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from conformance.sandbox import sandbox_url
from tests.conformance.wrong.harbor import FOLDERS
from tests.conformance.wrong.trials import ROOT


@contextmanager
def started() -> Iterator[str]:
    """Its URL."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDERS), str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with sandbox_url(None, "--no-https", environment=environment) as url:
        yield url
