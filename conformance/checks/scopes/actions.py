"""Actions that are switched off, and actions where fields are."""

from __future__ import annotations

from collections.abc import Iterator

from conformance import judge
from conformance.action_runs import cases_of, changes_between, makers, with_ids
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.scopes.switching import all_scopable, scopable
from conformance.files import FileServer
from conformance.lab import Blocked, Lab, Session
from conformance.outcomes import Code
from conformance.prepared import synced


def made_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "made with fields off", case.action) for case in makers(lab)] or [Cell("case", "made with fields off", "any")]


def made_with_fields_off(lab: Lab) -> Iterator[Result]:
    """SCP-16."""
    if not makers(lab):
        yield Result(made_cells(lab)[0], Code.NOT_APPLICABLE, "no action makes a record that its answer names")
        return
    scope = {"fields": dict.fromkeys(all_scopable(lab), "DISABLED")}
    for cell, case in zip(made_cells(lab), makers(lab), strict=True):
        with synced(lab) as (session, shown):
            session.reconnect(scope=scope)
            session.world.perform(case.setup)
            with FileServer(case.files) as server:
                outcome = session.act(case.action, with_ids(case.input, shown, tuple(lab.promise.models), server.url))
            made = {model: next(iter(judge.dig(outcome.data, path)), None) for model, path in case.creates.items()}
            rows = [(model, row) for model, id in made.items() for row in session.read(model) if row.get("id") == id]
        kept = [f"{model}.{name}" for model, row in rows for name in scopable(lab, model) if row.get(name) is not None]
        if not outcome.ok:
            yield unverifiable(cell, f"not judged: the action ended {outcome.code} (see ACT-3)")
        else:
            yield judged(cell, f"switched off, and kept of what the action made: {examples(kept)}" if kept else None, code=Code.LEAK)


def action_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "switched off", action) for action in lab.actions]


def actions_off(lab: Lab) -> Iterator[Result]:
    """SCP-9."""
    with synced(lab) as (session, shown):
        session.reconnect(scope={"actions": dict.fromkeys(lab.promise.actions, "DISABLED")})
        yield from (_action_off(lab, session, shown, cell) for cell in action_cells(lab))


def _action_off(lab: Lab, session: Session, known: judge.Snapshot, cell: Cell) -> Result:
    cases = cases_of(lab, cell.name, refused=False)
    try:
        values = with_ids(cases[0].input, known, tuple(lab.promise.models)) if cases else {}
    except Blocked as reason:
        return unverifiable(cell, str(reason))
    before = session.world.tables()
    session.world.tenant.clear_journal()
    outcome = session.act(cell.name, values)
    wrote = changes_between(before, session.world.tables(session.world.tenant.journal(changed=True))).counts()
    if outcome.ok or wrote:
        return broken(cell, f"switched off, and it was done: {examples(wrote)}", code=Code.FALSE_SUCCESS)
    if outcome.code != "INTEGRATION.ACTION_DISABLED":
        return broken(cell, f"the error is {outcome.code}", expected="INTEGRATION.ACTION_DISABLED", got=outcome.code)
    return held(cell, code=Code.REJECTED_REPORTED)
