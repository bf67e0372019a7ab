"""What a subject gives and says with fewer permissions than it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance import judge
from conformance.casework import LATER, told_again, without_ids_of
from conformance.check import Cell
from conformance.lab import Lab, Session, World
from conformance.scopes.credentials import removals
from conformance.scopes.matrix import matrix_of
from conformance.scopes.removals import Removal
from conformance.subjects import Probed, SyncOutcome


@dataclass(frozen=True)
class Seen:
    """What the subject gave and said with one credential."""

    outcome: SyncOutcome
    snapshot: judge.Snapshot
    unhidden: judge.Snapshot
    """The same without the ids of denied models, to compare with others that never saw them."""
    probed: tuple[Probed, ...]


Denied = Mapping[str, Sequence[str]]
""""Model" or "Model.field" to the permissions that are missing for it."""


def split(target: str) -> tuple[str, str | None]:
    model, _, field = target.partition(".")
    return model, field or None


def hidden_models(denied: Denied) -> frozenset[str]:
    return frozenset(model for model, field in map(split, denied) if field is None)


def look(session: Session, denied: Denied) -> Seen:
    outcome = session.sync()
    shown = session.snapshot()
    return Seen(outcome, shown, without_ids_of(session.world.lab, shown, hidden_models(denied)), session.probe())


def opened(lab: Lab, permissions: Sequence[str], denied: Denied) -> tuple[World, Session, str, Seen]:
    world = lab.world()
    session, credential_id, sight = matrix_of(lab).seen(world, permissions)
    unhidden = without_ids_of(lab, sight.snapshot, hidden_models(denied))
    return world, session, credential_id, Seen(session.outcomes[-1], sight.snapshot, unhidden, sight.probed)


def all_but(lab: Lab, removal: Removal) -> list[str]:
    return [name for name in lab.facts.permissions if name not in removal.permissions]


def denied_without(lab: Lab, removal: Removal) -> Denied:
    """What hangs on any of the permissions that are taken away together; no two of them hide the same thing."""
    return {target: missing for name in removal.permissions for target, missing in lab.profile.denied_by.get(name, {}).items()}


def without(lab: Lab, removal: Removal) -> tuple[Seen, judge.Snapshot, str | None]:
    """A fresh connection that has all but these; what it shows after they were granted and it synced again; and why a sync
    between the two does not say what the first one said, or None."""

    def observe() -> tuple[Seen, judge.Snapshot, str | None]:
        world, session, credential_id, seen = opened(lab, all_but(lab, removal), denied_without(lab, removal))
        silent = None
        for mode in LATER:
            world.tenant.advance(60)
            silent = silent or told_again(seen.outcome, session.sync(mode))
        world.tenant.grant(credential_id, list(lab.facts.permissions))
        world.tenant.advance(60)
        session.sync("DELTA")
        after = session.snapshot()
        lab.close_world(world)
        return seen, after, silent

    return lab.once(("without", removal), observe, brief=True)


def _known_removals(lab: Lab) -> list[Removal]:
    return [one for one in removals(lab) if one.permissions <= set(lab.profile.denied_by)]


def known(lab: Lab, owner: str) -> list[Cell]:
    return [Cell("permission", owner, one.name) for one in _known_removals(lab)] or [Cell("permission", owner, "any")]


def each_known(lab: Lab, owner: str) -> Iterator[tuple[Cell, Removal | None]]:
    found: list[Removal | None] = [*_known_removals(lab)]
    yield from zip(known(lab, owner), found or [None], strict=True)


NOTHING_KNOWN = "profile.yaml has no denied_by"


def open_ended(lab: Lab) -> set[tuple[str, str | None]]:
    """Fields that hold less with fewer permissions, of which nobody can give a sign."""
    return {(model, name) for model, names in lab.profile.open_ended.items() for name in names}
