"""What a connection shows after an action: at once, after a delta sync, after a full one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance import judge
from conformance.session import Session


@dataclass(frozen=True)
class Aftermath:
    """What was seen of one action, as problems, so that no snapshot need be kept for long."""

    poorer: tuple[judge.Difference, ...]
    """Where the connection showed at once neither what it had shown before nor what is there: (there, shown)."""
    restless: tuple[str, ...]
    """Records whose changed_at moved though none of their values did."""
    behind: tuple[judge.Difference, ...]
    """Where it showed after a delta sync something else than after a full one: (there, shown)."""


def poorer(
    before: judge.Snapshot, now: judge.Snapshot, later: judge.Snapshot, moved: Sequence[judge.Difference], models: Sequence[str]
) -> Iterator[judge.Difference]:
    """Cells that hold neither the value of before nor the true one, and records that are lost or made up. In a new record
    whatever a sync has yet to bring may be null. `moved`: how what was shown at once differs from what was shown before."""
    changed = {(one.model, one.key, one.field) for one in moved}
    for one in judge.differences(later, now, models):
        new = one.key not in before.records.get(one.model, {})
        if (one.model, one.key, one.field) not in changed and not (new and one.field is not None):
            continue
        if new and (one.after is None or judge.is_blank(one.after)):
            continue
        yield one


def restless(before: judge.Snapshot, now: judge.Snapshot, moved: Sequence[judge.Difference], models: Sequence[str]) -> Iterator[str]:
    """Records whose changed_at is another and whose values are the same. `moved`: as for `poorer`."""
    changed = {(one.model, one.key) for one in moved}
    for model in models:
        for key, row in before.by_key.get(model, {}).items():
            later = now.by_key.get(model, {}).get(key)
            if later is not None and (model, key) not in changed and later.get("changed_at") != row.get("changed_at"):
                yield f"{model}/{key}"


def observed(session: Session, before: judge.Snapshot, now: judge.Snapshot, *, delta: bool) -> tuple[Aftermath, judge.Snapshot]:
    """Sync as far as it takes to judge what was shown at once; and what is shown in the end."""
    models = session.world.lab.models
    session.reconnect(credential=session.world.tenant.credential)
    session.world.tenant.advance(60)
    meanwhile = None
    if delta:
        session.sync_well("DELTA")
        meanwhile = session.snapshot()
    session.sync_well()
    later = session.snapshot()
    behind = () if meanwhile is None else tuple(judge.differences(later, meanwhile, models))
    moved = judge.differences(before, now, models)
    return Aftermath(tuple(poorer(before, now, later, moved, models)), tuple(restless(before, now, moved, models)), behind), later
