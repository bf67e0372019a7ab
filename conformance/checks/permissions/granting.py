"""Permissions that are granted or taken away while a connection goes on."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import judge
from conformance.casework import examples, judged, same, unverifiable
from conformance.check import Result
from conformance.checks.permissions.without import NOTHING_KNOWN, all_but, each_known, without
from conformance.lab import Lab
from conformance.prepared import synced


def granted(lab: Lab) -> Iterator[Result]:
    """PRM-4."""
    for cell, removal in each_known(lab, "granted later"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
        else:
            yield judged(cell, same(lab, lab.calm.snapshot, without(lab, removal)[1]))


def taken(lab: Lab) -> Iterator[Result]:
    """PRM-5."""
    for cell, removal in each_known(lab, "taken away"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
            continue
        with synced(lab) as (session, before):
            minted = lab.mint(session.world, "all")
            session.reconnect(credential=minted.credential)
            session.world.tenant.grant(minted.id, all_but(lab, removal))
            session.sync()
            kept = session.snapshot(include_deleted=True)
            session.world.tenant.grant(minted.id, list(lab.facts.permissions))
            session.sync_well()
            back = session.snapshot()
        marked = [model for model in lab.models for row in kept.rows.get(model, []) if row.get("remote_deleted_at") is not None]
        moved = [model for model in lab.models if _ids(before, model) != _ids(back, model)]
        problem = f"records of {examples(dict.fromkeys(marked))} were marked as deleted, and exist" if marked else same(lab, before, back)
        yield judged(cell, problem or (f"ids changed in {examples(moved)}" if moved else None))


def _ids(shown: judge.Snapshot, model: str) -> set[str]:
    return {str(row.get("id")) for row in shown.rows.get(model, [])}
