"""Compares credentials of a real account, where no truth can be looked up: reads only, within a budget, and says what it cannot know.

One credential's silence is judged by what another one sees. What none of them sees may be blank or hidden: UNVERIFIABLE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance import judge
from conformance.outcomes import Code, ExitCode, Verdict, verdict_of
from conformance.promise import Promise, read_promise
from conformance.scopes.report import diagnostic
from conformance.subjects import ModelUnavailable, Subject, SyncOutcome, Target


@dataclass(frozen=True)
class Reading:
    """What one credential brought."""

    outcome: SyncOutcome
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    spent: bool
    """The budget ended the reading, so nothing follows from what is not there."""

    def says(self, model: str, name: str | None) -> bool:
        return any(one.model == model and one.field == name and one.reason == "not_permitted" for one in self.outcome.diagnostics)

    def values(self, model: str, name: str) -> int:
        return sum(not judge.is_blank(row.get(name)) for row in self.rows.get(model, ()))


def compare(
    subject: Subject, vendor: str, base_url: str, credentials: Mapping[str, Mapping[str, str]], *, budget: int, ca: str | None = None
) -> dict[str, Any]:
    """The matrix in the form of a vendor's part of the report (`title`, `scopes`).

    budget: pages that the sync of each credential may fetch at most.

    Raises:
        ConfigurationError: a credential or the address can never work.
    """
    readings: dict[str, Reading] = {}
    promise: Promise | None = None
    for name, credential in credentials.items():
        connection = subject.connect(Target(vendor, base_url, credential, ca=ca))
        try:
            promise = promise or read_promise(connection.manifest())
            readings[name] = _read(connection, promise, budget)
        finally:
            connection.close()
    if promise is None:
        raise ValueError("compare needs at least one credential")
    rows = [row for model in promise.models for row in _rows(promise, model, readings)]
    columns = [_column(name, reading) for name, reading in readings.items()]
    return {"title": promise.title, "scopes": {"credentials": columns, "rows": rows, "actions": []}}


def _read(connection: Any, promise: Promise, budget: int) -> Reading:
    connection.interrupt_after(budget)
    outcome = connection.sync()
    rows: dict[str, Sequence[Mapping[str, Any]]] = {}
    for model in promise.models:
        try:
            rows[model] = connection.read(model)
        except ModelUnavailable:
            rows[model] = []
    return Reading(outcome, rows, spent=outcome.state == "FAILED")


def _column(name: str, reading: Reading) -> dict[str, Any]:
    missing = {permission for one in reading.outcome.diagnostics for permission in one.missing_permissions}
    return {
        "name": name,
        "also": [],
        "state": "good",
        "holds": [],
        "lacks": sorted(missing),
        "sync": reading.outcome.state,
        "error": reading.outcome.error,
        "diagnostics": [diagnostic(one) for one in reading.outcome.diagnostics],
        "exchanges": [],
    }


def _rows(promise: Promise, model: str, readings: Mapping[str, Reading]) -> list[dict[str, Any]]:
    promised = promise.models[model]
    own = sorted(promised.needs)
    rows = [
        {
            "model": model,
            "field": None,
            "declared": own,
            "smallest": [],
            "cells": [_model(one, model, readings) for one in readings.values()],
        }
    ]
    for name, field in promised.fields.items():
        cells = [_field(one, model, name, readings) for one in readings.values()]
        rows.append({"model": model, "field": name, "declared": sorted({*own, *field.needs}), "smallest": [], "cells": cells})
    return rows


def _model(reading: Reading, model: str, readings: Mapping[str, Reading]) -> dict[str, Any]:
    if reading.outcome.state == "AUTHENTICATION_FAILED" or reading.says(model, None):
        partly = bool(reading.rows.get(model))
        return {"code": str(Code.PARTIAL_REPORTED if partly else Code.DENIED_REPORTED)}
    if reading.rows.get(model):
        most = max(len(one.rows.get(model, ())) for one in readings.values())
        if len(reading.rows[model]) < most and not reading.spent:
            return _told(Code.PARTIAL_SILENT, f"{len(reading.rows[model])} records; another credential sees {most}")
        return {"code": str(Code.READABLE)}
    return _silence(reading, any(one.rows.get(model) for one in readings.values()), "records")


def _field(reading: Reading, model: str, name: str, readings: Mapping[str, Reading]) -> dict[str, Any]:
    if not reading.rows.get(model):
        return _model(reading, model, readings)
    if reading.says(model, name):
        return {"code": str(Code.DENIED_REPORTED)}
    if reading.values(model, name):
        return {"code": str(Code.READABLE)}
    return _silence(reading, any(one.values(model, name) for one in readings.values()), "values")


def _silence(reading: Reading, others_see: bool, what: str) -> dict[str, Any]:
    if reading.spent:
        return _told(Code.UNVERIFIABLE, "the budget was spent before this could be known; raise --budget")
    if others_see:
        return _told(Code.DENIED_SILENT, f"no {what} and no diagnostic, and another credential sees some")
    return _told(Code.UNVERIFIABLE, f"no credential sees {what} here: blank or hidden cannot be told apart without the vendor's own truth")


def _told(code: Code, message: str) -> dict[str, Any]:
    return {"code": str(code), "message": message, "expected": None, "got": None}


def exit_code(found: Mapping[str, Any]) -> int:
    """0 when everything could be told, 1 when something is silent, 3 when something cannot be known."""
    verdicts = {verdict_of(Code(cell["code"])) for row in found["scopes"]["rows"] for cell in row["cells"]}
    if Verdict.FAIL in verdicts:
        return ExitCode.FAILED
    return ExitCode.INCOMPLETE if Verdict.UNTESTED in verdicts else ExitCode.PASSED
