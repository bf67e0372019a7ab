"""Credentials that are no good from the start, or end in the middle of a sync."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import broken, examples, judged, same, seen_at, unverifiable
from conformance.check import Cell, Result
from conformance.checks.errors.conditions import ALIKE, told_when
from conformance.checks.errors.losses import wrongly_gone
from conformance.lab import Lab
from conformance.outcomes import Code


def bad_keys(lab: Lab) -> Iterator[Result]:
    """ERR-1."""
    for cell in bad_key_cells(lab):
        told = told_when(lab, cell.name)
        state = told.outcome.state if told.outcome else "a refusal to connect"
        if state != "AUTHENTICATION_FAILED":
            yield broken(cell, f"the sync ended {state}", expected="AUTHENTICATION_FAILED", got=state)
        else:
            yield judged(cell, f"{told.rows} rows although the key is no good" if told.rows else None, code=Code.LEAK)


def bad_key_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", "", name) for name in sorted(ALIKE)]


def bad_probe(lab: Lab) -> Iterator[Result]:
    """ERR-2."""
    for cell in bad_key_cells(lab):
        readable = told_when(lab, cell.name).readable
        yield judged(cell, f"the probe calls readable: {examples(readable)}" if readable else None)


ENDINGS = {"expire_credential": "expired", "revoke_credential": "revoked"}


def midway_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", "in the middle of a sync", word) for word in ENDINGS.values()]


def midway(lab: Lab) -> Iterator[Result]:
    """ERR-6."""
    for cell, kind in zip(midway_cells(lab), ENDINGS, strict=True):
        operation = lab.operations()[-1]
        world = lab.world()
        minted = lab.mint(world, "all")
        session = world.connect(credential=minted.credential)
        session.sync_well()
        before = session.snapshot()
        world.tenant.fault(kind, operation=operation, times=1)
        outcome = session.sync()
        if not world.tenant.journal(status=401):
            yield unverifiable(cell, f"the credential never ended: {operation} was not asked")
            continue
        problem = None if outcome.state == "AUTHENTICATION_FAILED" else f"the sync ended {outcome.state}"
        world.tenant.clear_faults()
        session.reconnect(credential=lab.mint(world, "all").credential)
        problem = problem or wrongly_gone(lab, session.snapshot(include_deleted=True).rows)
        session.sync_well()
        yield judged(cell, problem or same(lab, before, session.snapshot()), seen=seen_at(world, operation) if problem else ())
