"""What is there again after the next sync, also a delta sync, and what another credential or scope leaves as it was."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.casework import examples, judged, same
from conformance.check import Cell, Result
from conformance.checks.scopes.switching import dependents, two_halves
from conformance.lab import Lab, Session
from conformance.outcomes import Code
from conformance.prepared import synced

ON_AGAIN = ("fields", "models", "the other models", "models, and a sync between failed")


def on_again_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "on again by delta", name) for name in ON_AGAIN]


def on_again(lab: Lab) -> Iterator[Result]:
    """SCP-13."""
    fields = {f"{cell.owner}.{cell.name}": "DISABLED" for cell in two_halves(lab)[0]}
    models, others = ({"models": dict.fromkeys(lab.models[first::2], "DISABLED")} for first in (0, 1))
    past = next((case.steps for case in lab.profile.delta if not (case.at_watermark or case.settings or case.unsettled)), [])
    for cell, scope in zip(on_again_cells(lab), ({"fields": fields}, models, others, models), strict=True):
        with synced(lab) as (session, _):
            tenant = session.world.tenant
            # With something behind it: what is stored is then not all that a first sync would bring.
            tenant.advance(90)
            session.world.perform(past)
            session.sync_well()
            before = session.snapshot()
            session.reconnect(scope=scope)
            session.sync_well()
            session.reconnect(scope={})
            tenant.advance(60)
            if cell.name == ON_AGAIN[-1]:
                _sync_in_vain(lab, session)
            session.sync_well("DELTA")
            yield judged(cell, same(lab, before, session.snapshot()), code=Code.MISSING)


def _sync_in_vain(lab: Lab, session: Session) -> None:
    """A full sync while the vendor is down."""
    for operation in lab.asked():
        session.world.tenant.fault("status", status=503, operation=operation, times=None)
    session.sync()
    session.world.tenant.clear_faults()
    session.world.tenant.advance(60)


def reconnected_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "reconnected", name) for name in ("with another credential", "with another scope")]


def reconnected(lab: Lab) -> Iterator[Result]:
    """SCP-17."""
    keeps_scope, keeps_credential = reconnected_cells(lab)
    model = next((model for model in lab.models if not dependents(lab, model)), lab.models[0])
    off = [cell for cell in two_halves(lab)[0] if cell.owner != model]
    fields = {f"{cell.owner}.{cell.name}": "DISABLED" for cell in off}
    with synced(lab) as (session, before):
        tenant = session.world.tenant
        session.reconnect(scope={"models": {model: "DISABLED"}, "fields": fields})
        session.sync_well()
        session.snapshot()
        session.reconnect(credential=lab.mint(session.world, "all").credential)
        session.sync_well()
        shown = session.snapshot()
        tenant.revoke(tenant.credential_id)
        session.reconnect(scope={})
        outcome = session.sync()
        problem = (
            same(lab, before, session.snapshot()) if outcome.state == "SUCCEEDED" else f"the sync ended {outcome.state}: {outcome.error}"
        )
    in_again = [f"{len(shown.rows[model])} records of {model}"] if shown.rows.get(model) else []
    in_again += [str(cell) for cell in off if any(row.get(cell.name) is not None for row in shown.rows.get(cell.owner, []))]
    yield judged(keeps_scope, f"what was switched off is there: {examples(in_again)}" if in_again else None, code=Code.LEAK)
    yield judged(keeps_credential, problem)
