"""Reads that come too early: what no sync has brought yet is not there, and an empty list would say that nothing is."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import broken, examples, held
from conformance.check import Cell, Result
from conformance.lab import Lab, Session
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.subjects import ModelUnavailable

EARLY = Cell("connection", "", "before the first sync")
PENDING = "INTEGRATION.SETUP_SYNC_PENDING"


def too_early(lab: Lab) -> Iterator[Result]:
    """ERR-16."""
    with synced(lab) as (session, shown):
        fresh = session.world.connect()
        told = {model: _read(fresh, model) for model in lab.models if shown.rows.get(model)}
    empty = [model for model, found in told.items() if found == []]
    other = {model: found for model, found in told.items() if isinstance(found, str) and found != PENDING}
    if empty:
        yield broken(EARLY, f"nothing was read yet, and it shows no {examples(empty)} at all", code=Code.DENIED_SILENT)
    elif other:
        model, code = next(iter(other.items()))
        yield broken(EARLY, f"that {model} were not read yet is called {code}", expected=PENDING, got=code)
    else:
        yield held(EARLY, f"{len(told)} models")


def _read(session: Session, model: str) -> list[dict[str, object]] | str:
    """The rows, or the code of why there are none."""
    try:
        return session.read(model)
    except ModelUnavailable as pending:
        return pending.code
