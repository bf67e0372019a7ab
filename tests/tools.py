"""What tests need beside Python packages."""

from __future__ import annotations

import os
import shutil

import pytest


def tool(name: str, *others: str) -> str:
    """Path of an installed program, by any of its names. Without it a test is skipped on a machine of somebody's own, and fails in
    CI, which installs all that the tests need."""
    found = next((path for path in map(shutil.which, (name, *others)) if path), None)
    if found is None:
        missing(name)
    return str(found)


def missing(name: str) -> None:
    """Ends a test that needs what is not there. Raises pytest.fail.Exception, pytest.skip.Exception."""
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed, and CI has to install it")
    pytest.skip(f"{name} is not installed (apt-get install {name})")
