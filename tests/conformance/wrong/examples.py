"""Subjects by name, for runs in other processes: "tests.conformance.wrong.examples:right"."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import replace
from typing import Any

from tests.conformance.wrong import harbor, spoiling
from tests.conformance.wrong.connectors import spoiling_read
from tests.conformance.wrong.service import Rows, Told, Wrong, WrongService

FACTORIES = {"harbor": harbor.connect}


def right() -> WrongService:
    """Nothing is wrong with it."""
    return WrongService(Wrong(), FACTORIES, "right")


def _forgets(rows: Rows, model: str, told: Told) -> Rows:
    """Ids that are none, a record that is lost, and names that nobody has."""
    rows = spoiling.without("Jobs", "12")(rows, model, told)
    return spoiling.values("Users", "first_name", lambda text: f"{text} of {told.target.base_url}")(rows, model, told)


def forgetful() -> WrongService:
    """Wrong in several ways, and talkative about where it was."""

    def act(do: Any, action: str, values: dict[str, Any], told: Told) -> Any:
        outcome = do(action, {**values, "content": told.target.base_url} if "content" in values else values)
        return replace(outcome, warnings=(f"done at {told.target.base_url} with {told.inner.read('Users')[0]['id']}",))

    return WrongService(Wrong(rows=_forgets, act=act, connector=spoiling_read(spoiling.first_page_only)), FACTORIES, "forgetful")


def deadly() -> WrongService:
    """Kills each worker in which it is asked for records; whoever started the run lives."""

    def rows(found: Rows, model: str, told: Told) -> Rows:
        if multiprocessing.parent_process() is not None:
            os._exit(3)
        return found

    return WrongService(Wrong(rows=rows), FACTORIES, "deadly")
