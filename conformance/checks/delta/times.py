"""What stays while nothing changes and moves when something does: changed_at; and ids, which never move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance import judge
from conformance.casework import broken, examples, field_cells, held, judged, unverifiable
from conformance.check import Result
from conformance.checks.fields import updated_run
from conformance.lab import Lab
from conformance.outcomes import Code


def quiet_times(lab: Lab) -> Iterator[Result]:
    """DLT-9."""
    first, second = _nothing_changed(lab)
    for cell in field_cells("changed_at")(lab):
        moved = [
            key
            for key, row in first.by_key.get(cell.owner, {}).items()
            if (later := second.by_key.get(cell.owner, {}).get(key)) is not None and later.get("changed_at") != row.get("changed_at")
        ]
        yield judged(cell, f"changed_at moved on {examples(moved)}, and nothing had changed" if moved else None, code=Code.WRONG_VALUE)


def _nothing_changed(lab: Lab) -> tuple[judge.Snapshot, judge.Snapshot]:
    def observe() -> tuple[judge.Snapshot, judge.Snapshot]:
        world = lab.world()
        session = world.connect()
        session.sync_well()
        first = session.snapshot()
        world.tenant.advance(90)
        minted = lab.mint(world, "all")
        session.reconnect(credential=minted.credential)
        session.sync_well()
        return first, session.snapshot()

    return lab.once("nothing changed", observe, brief=True)


def true_times(lab: Lab) -> Iterator[Result]:
    """DLT-10."""
    before, after = updated_run(lab)
    for cell in field_cells("changed_at")(lab):
        changed = [
            key
            for key, values in before.records.get(cell.owner, {}).items()
            if (later := after.records.get(cell.owner, {}).get(key)) is not None and _differs(values, later)
        ]
        old, new = before.by_key.get(cell.owner, {}), after.by_key.get(cell.owner, {})
        stuck = [key for key in changed if new[key].get("changed_at") == old[key].get("changed_at")]
        if stuck:
            yield broken(cell, f"changed_at stayed the same on {examples(stuck)}, whose values changed", code=Code.STALE)
        elif not changed:
            if cell.owner in lab.profile.constants or _nothing_but_keys(lab, cell.owner):
                yield Result(cell, Code.NOT_APPLICABLE, "records of this model hold nothing but what identifies them, so none ever changes")
            else:
                yield unverifiable(cell, "no record of this model changed under the perturbations")
        else:
            yield held(cell, f"moved on {len(changed)} records", Code.READABLE)


def _nothing_but_keys(lab: Lab, model: str) -> bool:
    """Whether every value of every expected record is its key, or a part of it."""
    return all(
        text in record.key
        for record in lab.fixtures.expected.models.get(model, [])
        for value in record.values.values()
        for text in _texts(value)
    )


def _texts(value: Any) -> Iterator[str]:
    """Every text in an expected value, at any depth."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    else:
        yield str(value)


def _differs(old: judge.Values, new: judge.Values) -> bool:
    return any(
        judge.compare_plain(old.get(name), new.get(name))
        for name in {**old, **new}
        if name not in judge.UNSTABLE and not judge.same_bytes(old, new, name)
    )


def stable_ids(lab: Lab) -> Iterator[Result]:
    """DLT-11."""
    quiet, moved = _nothing_changed(lab), updated_run(lab)
    for cell in field_cells("id")(lab):
        wrong = [
            key
            for before, after in (quiet, moved)
            for key, row in before.by_key.get(cell.owner, {}).items()
            if (later := after.by_key.get(cell.owner, {}).get(key)) is not None and later.get("id") != row.get("id")
        ]
        yield judged(cell, f"the id changed on {examples(wrong)}" if wrong else None, code=Code.WRONG_VALUE)
