"""The matrix as data for the report: credentials, one row for each model and field, one for each action and input.

Only what was judged anyway is shown here; nothing is asked of the subject anew.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any

from conformance import judge
from conformance.check import Cell
from conformance.checks.fields import SERVICE_MADE
from conformance.lab import Lab
from conformance.outcomes import Verdict, verdict_of
from conformance.scopes import writes
from conformance.scopes.credentials import Column, declared
from conformance.scopes.findings import Judged
from conformance.scopes.matrix import Matrix
from conformance.scopes.smallest import Search
from conformance.scopes.truth import Permissions
from conformance.scopes.worlds import Worlds, four_worlds
from conformance.subjects import Diagnostic

WRITING = frozenset({"MTX-7", "MTX-8", "MTX-9"})
Scopes = dict[str, Any]


def told(lab: Lab, checks: Collection[str]) -> Scopes:
    """The matrix of this vendor as far as these checks have filled it: its columns, its rows, those of the actions."""
    matrix: Matrix | None = lab.observations.memory["matrix"][1] if set(checks) - WRITING and "matrix" in lab.observations.memory else None
    acted = lab.actions if WRITING & set(checks) else ()
    return {
        "credentials": [] if matrix is None else [_column(lab, matrix, column) for column in matrix.columns],
        "rows": [] if matrix is None else [row for model in lab.models for row in _rows(matrix, model)],
        "actions": [row for action in acted for row in _action_rows(lab, action)],
    }


def whole(parts: Iterable[Scopes | None]) -> Scopes | None:
    """One matrix of what was told of it in parts; None when there was none."""
    found = [part for part in parts if part is not None]
    return {name: next((part[name] for part in found if part[name]), []) for name in found[0]} if found else None


def of_half(scopes: Scopes | None, checks: Collection[str]) -> Scopes | None:
    """Only what these checks of the matrix have filled: its reading or its writing half; None for other checks."""
    if scopes is None:
        return None
    writing = bool(WRITING & set(checks))
    return {name: part if (name == "actions") is writing else [] for name, part in scopes.items()}


def _column(lab: Lab, matrix: Matrix, column: Column) -> dict[str, Any]:
    found = matrix.findings(column)
    every = frozenset(lab.facts.permissions)
    return {
        "name": column.name,
        "also": list(column.also),
        "state": column.state,
        "holds": sorted(column.holds),
        "lacks": sorted(every - column.holds),
        "sync": found.sync,
        "error": found.error,
        "diagnostics": [diagnostic(one) for one in found.diagnostics],
        "exchanges": list(found.exchanges),
    }


def diagnostic(one: Diagnostic) -> dict[str, Any]:
    """A diagnostic in the form of the reports, without what is not said."""
    members = {
        "model": one.model,
        "field": one.field,
        "reason": one.reason,
        "missing_permissions": list(one.missing_permissions),
        "http_status": one.http_status,
        "vendor_code": one.vendor_code,
        "remedy": one.remedy,
        "detail": one.detail,
    }
    return {name: value for name, value in members.items() if value not in (None, [])}


def _rows(matrix: Matrix, model: str) -> Iterable[dict[str, Any]]:
    yield {
        "model": model,
        "field": None,
        **_permissions(matrix.lab, model, None),
        "cells": [_cell(matrix.findings(column).of(model)) for column in matrix.columns],
    }
    for name in matrix.lab.promise.models[model].fields:
        row = {
            "model": model,
            "field": name,
            **_permissions(matrix.lab, model, name),
            "cells": [_cell(matrix.findings(column).of(model, name)) for column in matrix.columns],
        }
        if not matrix.lab.credentials:
            worlds = four_worlds(matrix, Cell("field", model, name))
            row |= {"grain": worlds.grain, "worlds": _worlds(matrix, worlds, model, name)}
        yield row


def _permissions(lab: Lab, model: str, name: str | None) -> dict[str, Any]:
    return {"declared": sorted(declared(lab, model, name)), "smallest": _smallest(lab, ("smallest", model, name))}


def _smallest(lab: Lab, key: Hashable) -> list[list[str]]:
    """What the search found, if it was made."""
    found: tuple[bool, tuple[Search, tuple[Permissions, ...]]] | None = lab.observations.memory.get(key)
    return [sorted(one) for one in found[1][1]] if found is not None and found[0] else []


def _cell(one: Judged) -> dict[str, Any]:
    """The code; words only where something is to be done."""
    if verdict_of(one.code) is Verdict.PASS:
        return {"code": str(one.code)}
    return {"code": str(one.code), "message": one.message, "expected": one.expected, "got": one.got}


def _worlds(matrix: Matrix, worlds: Worlds, model: str, name: str) -> dict[str, Any]:
    calm = matrix.lab.calm.snapshot.records.get(model, {})
    shown_keys = () if name in SERVICE_MADE else calm.items()  # what a service makes differs from run to run
    sample = next(({"key": key, "value": row[name]} for key, row in shown_keys if not judge.is_blank(row.get(name))), None)
    shown: dict[str, Any] = {"granted": {**_word(worlds.granted), "sample": sample}}
    shown["revoked"] = {permission: _word(one) for permission, one in worlds.revoked.items()}
    for world, one in (("blank", worlds.blank), ("changed", worlds.changed)):
        shown[world] = None if one is None else _word(one)
    if worlds.why_not:
        shown["why_not"] = worlds.why_not
    return shown


def _word(one: Judged) -> dict[str, Any]:
    return {"code": str(one.code), "message": one.message}


def _action_rows(lab: Lab, action: str) -> Iterable[dict[str, Any]]:
    cases = writes.cases_for(lab, action)
    columns = writes.columns_for(lab, action)
    row: Mapping[str, Any] = {
        "action": action,
        "declared": sorted(writes.declared_for(lab, action)),
        "smallest": _smallest(lab, ("smallest for", action)),
    }
    yield {
        **row,
        "input": None,
        "columns": [column.name for column in columns],
        "cells": [_cell(writes.whole_of(lab, cases, column.holds)) for column in columns],
    }
    for name in lab.promise.actions[action].inputs:
        yield {
            **row,
            "input": name,
            "columns": [column.name for column in columns],
            "cells": [_cell(writes.input_of(lab, cases, name, column.holds)) for column in columns],
        }
