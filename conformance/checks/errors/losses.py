"""What a sync that failed must not do to what was read before: mark it as deleted, or change it in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance import judge
from conformance.casework import examples
from conformance.lab import Lab
from conformance.subjects import SyncOutcome


def wrongly_gone(lab: Lab, rows: Mapping[str, list[dict[str, Any]]]) -> str | None:
    """What an interrupted sync wrongly marked as deleted."""
    marked = [f"{model}/{row.get('remote_id')}" for model in lab.models for row in rows.get(model, []) if row.get("remote_deleted_at")]
    return f"{len(marked)} records were marked as deleted, and exist: {examples(marked)}" if marked else None


def unexplained(lab: Lab, outcome: SyncOutcome, before: judge.Snapshot, after: judge.Snapshot) -> str | None:
    """What a sync that failed made of records that had not changed, unless a diagnostic speaks of it."""
    said = {(one.model, one.field) for one in outcome.diagnostics}
    found = [
        one
        for one in judge.differences(before, after, lab.models)
        if (one.model, one.field) not in said and (one.model, None) not in said and not lab.ledger.bad_field(one.model, one.field)
    ]
    return examples(found) or None
