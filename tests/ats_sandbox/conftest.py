"""The command keeps its files in a folder of the test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ats_sandbox.places import HOME


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME, str(tmp_path_factory.mktemp("home")))
        yield
