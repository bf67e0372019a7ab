"""What came with one credential and what was said of it, knowing nothing of permissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance import judge
from conformance.casework import LATER, MIRRORS, denials, same, told_again
from conformance.fixture_models import Step
from conformance.lab import Lab, Session, Stuck, SubjectCrashed, World, shown
from conformance.sandbox import Entry
from conformance.scopes.credentials import Column
from conformance.subjects import ConfigurationError, Diagnostic, Probed, SyncOutcome


@dataclass(frozen=True)
class Sight:
    """What the subject gave and said with one credential."""

    outcome: SyncOutcome | None
    """None: it raised an error (`crashed`)."""
    snapshot: judge.Snapshot
    probed: tuple[Probed, ...]
    requests: tuple[tuple[str, str | None, int | None], ...]
    """(method, operation, status) of everything that the vendor was asked."""
    exchanges: tuple[dict[str, Any], ...] = ()
    """The first conversation of each operation with the vendor, as the report shows it."""
    crashed: str | None = None
    silent: str | None = None
    """Why a later sync with the same rights does not say what the first one said, or None; looked at under other shapes of denial only."""
    granted: str | None = None
    """Why a sync for changes does not bring what was missed once all is granted, or None; likewise."""

    def rows(self, model: str) -> Sequence[Mapping[str, Any]]:
        return self.snapshot.rows.get(model, ())

    def said(self, model: str, name: str | None) -> list[Diagnostic]:
        return [] if self.outcome is None else denials(self.outcome, model, name)

    def speaks_of_all(self, model: str, fields: Iterable[str]) -> list[Diagnostic]:
        """The denials of all these fields, or none when one of them is not spoken of: a part says nothing of the rest."""
        each = [self.said(model, name) for name in fields]
        return [one for said in each for one in said] if all(each) else []


NOTHING = judge.snapshot({}, {})


def look(lab: Lab, column: Column) -> Sight:
    """Sync with the column's credential in a fresh copy of the world, and look at everything."""
    world = lab.world()
    if column.denial is not None:
        world.perform([Step(quirk=lab.profile.denials[column.denial].quirk)])
    try:
        if column.state == "good":
            session, credential_id, seen = first_look(lab, world, sorted(column.holds))
        else:
            return _seen(world, _with_bad_credential(lab, world, column))
        if column.denial is None or seen.outcome is None:
            return seen
        silent, granted = _later(lab, session, credential_id, seen.outcome)
        return replace(seen, silent=silent, granted=granted)
    except (SubjectCrashed, Stuck, ConfigurationError) as error:
        return Sight(None, NOTHING, (), *_told_of(world), str(error))
    finally:
        lab.close_world(world)


def _later(lab: Lab, session: Session, credential_id: str, first: SyncOutcome) -> tuple[str | None, str | None]:
    """What comes after the first sync: others with the same rights, and one for changes once all is granted."""
    tenant, silent = session.world.tenant, None
    for mode in LATER:
        tenant.advance(60)
        silent = silent or told_again(first, session.sync(mode))
    tenant.grant(credential_id, list(lab.facts.permissions))
    tenant.advance(60)
    session.sync("DELTA")
    return silent, same(lab, lab.calm.snapshot, session.snapshot(), but=MIRRORS)


def first_look(lab: Lab, world: World, held: Sequence[str]) -> tuple[Session, str, Sight]:
    """A new connection with these permissions, the id of its credential, and what was seen."""
    minted = lab.mint(world, sorted(held))
    session = world.connect(credential=minted.credential)
    return session, minted.id, _seen(world, session)


def _with_bad_credential(lab: Lab, world: World, column: Column) -> Session:
    match column.state:
        case "expired":
            minted = world.tenant.mint("all", expires_in=60)
            world.tenant.advance(120)
            return world.connect(credential=minted.credential)
        case "revoked":
            session = world.connect(credential=lab.mint(world, "all").credential)
            world.tenant.fault("revoke_credential", operation=lab.operations()[-1], times=1)
            return session
        case _:
            return world.connect(credential=world.wrong_credential())


def _seen(world: World, session: Session) -> Sight:
    outcome = session.sync()
    snapshot = session.snapshot()
    requests, exchanges = _told_of(world)
    return Sight(outcome, snapshot, session.probe(), requests, exchanges)


MOST_EXCHANGES = 12

Requests = tuple[tuple[str, str | None, int | None], ...]
Shown = tuple[dict[str, Any], ...]


def _told_of(world: World) -> tuple[Requests, Shown]:
    """Every request, and one conversation for each operation and outcome: what the two sides said, without repetition."""
    journal = world.tenant.journal()
    first: dict[tuple[str | None, int | None, str], Entry] = {}
    for entry in journal:
        first.setdefault((entry.operation, entry.status, entry.path), entry)
    exchanges = [shown(entry, world.tenant.base_url, longest_body=600) for entry in list(first.values())[:MOST_EXCHANGES]]
    requests = tuple((entry.method, entry.operation, entry.status) for entry in journal)
    return requests, tuple(judge.level(exchanges, world.texts))
