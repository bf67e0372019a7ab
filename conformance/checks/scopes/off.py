"""What a connection shows while a model is off and after it is back, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance import judge
from conformance.casework import MIRRORS, examples, same, without_ids_of
from conformance.checks.scopes.switching import gone_with
from conformance.lab import Lab
from conformance.sandbox import Entry

OFF_CODE = "INTEGRATION.MODEL_DISABLED"


@dataclass(frozen=True)
class Off:
    """What a connection showed before a model was switched off, meanwhile, and when all that hangs on it was on again."""

    before: judge.Snapshot
    deleted: Mapping[str, Sequence[Mapping[str, Any]]]
    """Rows with include_deleted meanwhile."""
    meanwhile: judge.Snapshot
    after: judge.Snapshot
    coming_back: frozenset[str] = frozenset()
    """Models that the sync that switched it off switched on again: judged where they were off."""
    next_off: frozenset[str] = frozenset()
    """Models that were off by then."""
    journal: tuple[Entry, ...] = ()
    """What the sync that switched it off asked for."""


def any_problem(lab: Lab, model: str, off: Off) -> str | None:
    """What any check of this chapter finds wrong."""
    gone = next((problem for one in gone_with(lab, model) if (problem := off_problem(off, one))), None)
    return gone or rest_problem(lab, model, off) or back_problem(lab, model, off)


def off_problem(off: Off, model: str) -> str | None:
    """Why a model that is off is not off, or None."""
    meanwhile = off.meanwhile
    if meanwhile.unavailable.get(model, OFF_CODE) != OFF_CODE:
        return f"its read is refused with {meanwhile.unavailable[model]}, not {OFF_CODE}"
    if meanwhile.rows.get(model):
        return f"{len(meanwhile.rows[model])} records are still shown"
    left = [row for row in off.deleted.get(model, ()) if row.get("remote_deleted_at") is None]
    return f"{len(left)} records are not marked as deleted" if left else None


def rest_problem(lab: Lab, model: str, off: Off) -> str | None:
    hidden = gone_with(lab, model) | off.coming_back
    earlier, later = (without_ids_of(lab, shown, hidden) for shown in (off.before, off.meanwhile))
    return same(lab, earlier, later, hidden=hidden, but=MIRRORS)


def back_problem(lab: Lab, model: str, off: Off) -> str | None:
    earlier, later = (without_ids_of(lab, shown, off.next_off) for shown in (off.before, off.after))
    back = [one for one in lab.models if one in gone_with(lab, model)]
    return (
        same(lab, earlier, later, back, hidden=off.next_off)
        or moved_ids(off.before, off.after, back)
        or _unmoved(off, [one for one in back if off_problem(off, one) is None])
    )


def _unmoved(off: Off, models: Sequence[str]) -> str | None:
    """Whoever reads by changed_at must hear that records went, and that they are back."""
    still = [
        f"{model}/{key}"
        for model in models
        for key, row in off.before.by_key.get(model, {}).items()
        if str(off.after.by_key.get(model, {}).get(key, {}).get("changed_at", "~")) <= str(row.get("changed_at"))
    ]
    return f"changed_at tells nothing of their going and coming: {examples(still)}" if still else None


def moved_ids(before: judge.Snapshot, after: judge.Snapshot, models: Sequence[str]) -> str | None:
    moved = [
        f"{model}/{key}"
        for model in models
        for key, row in before.by_key.get(model, {}).items()
        if after.by_key.get(model, {}).get(key, row)["id"] != row["id"]
    ]
    return f"the id changed on {examples(moved)}" if moved else None
