"""Steps: what is done to a tenant through the admin API."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from conformance.fixture_models.base import RecordId, Strict, Table


class Insert(Strict):
    table: Table
    row: dict[str, Any]


class Update(Strict):
    table: Table
    record: RecordId
    set: dict[str, Any] = {}
    """Empty: only the column that marks a change (profile.yaml, `touch`) is set to the tenant's now."""


class Delete(Strict):
    table: Table
    record: RecordId


class Step(Strict):
    """One thing done to a tenant through the admin API. Exactly one member."""

    insert: Insert | None = None
    update: Update | None = None
    delete: Delete | None = None
    options: dict[str, Any] | None = None
    quirk: dict[str, bool | dict[str, Any]] | None = None
    """{name: on or off, or its settings}."""
    fault: dict[str, Any] | None = None
    """A rule of the admin API."""
    rate_limit: dict[str, Any] | None = None
    """{on, requests, window_seconds}, as the admin API takes it."""
    advance: float | None = None
    """Seconds on the tenant's clock."""

    @model_validator(mode="after")
    def _one(self) -> Step:
        if len(self.model_fields_set) != 1:
            raise ValueError("a step has exactly one of insert, update, delete, options, quirk, fault, rate_limit, advance")
        return self
