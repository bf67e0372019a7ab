"""The credentials that customers really hand out: exactly what they may read is read, and what they may do is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance import judge
from conformance.action_runs import carry_out, run, writes_problem
from conformance.casework import broken, calm_without, examples, held, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.permissions.denied import denial
from conformance.checks.permissions.without import Seen, hidden_models, open_ended, opened, split
from conformance.fixture_models import ActionCase, FixtureError
from conformance.lab import Lab
from conformance.naming import wrongly_named
from conformance.outcomes import Code
from conformance.scopes.credentials import permissions_of


def customer_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", name, model) for name in lab.profile.credentials for model in lab.models] or [Cell("credential", "", "any")]


def _as_customer(lab: Lab, name: str) -> Seen:
    profile = lab.profile.credentials[name]
    return lab.once(("customer", name), lambda: opened(lab, permissions_of(lab, profile), profile.denied)[3], brief=True)


def customers(lab: Lab) -> Iterator[Result]:
    """PRM-6."""
    if not lab.profile.credentials:
        yield unverifiable(customer_cells(lab)[0], "profile.yaml has no credentials")
    for name, profile in lab.profile.credentials.items():
        seen = _as_customer(lab, name)
        hidden = hidden_models(profile.denied)
        measure = calm_without(lab, hidden)
        fields = {split(target) for target in profile.denied} | open_ended(lab)
        for model in lab.models:
            cell = Cell("credential", name, model)
            if model in profile.denied:
                yield denial(lab, cell, seen, model, profile.denied[model])
            elif model not in profile.readable:
                yield unverifiable(cell, f"profile.yaml says neither readable nor denied of it for {name!r}")
            else:
                found = [
                    one
                    for one in judge.differences(measure, seen.unhidden, [model])
                    if (one.model, one.field) not in fields and not lab.ledger.bad_field(one.model, one.field)
                ]
                gone = ["it cannot be read"] if model in seen.unhidden.unavailable else []
                yield judged(cell, examples([*gone, *found]) or None, code=Code.BLAST)


def _doing(lab: Lab) -> Iterator[tuple[str, ActionCase, Sequence[str]]]:
    """Credential, case, and what it lacks for that. Raises FixtureError for a case that is not there."""
    by_id = {case.id: case for case in lab.fixtures.actions}
    for name, profile in lab.profile.credentials.items():
        for case_id, missing in profile.actions.items():
            if case_id not in by_id:
                raise FixtureError(f"{lab.fixtures.folder / 'profile.yaml'}: actions.yaml has no case {case_id!r}")
            if by_id[case_id].action in lab.actions:
                yield name, by_id[case_id], missing


def doing_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", name, case.id) for name, case, _ in _doing(lab)] or [Cell("credential", "", "any")]


def customers_act(lab: Lab) -> Iterator[Result]:
    """PRM-7."""
    tries = list(_doing(lab))
    if not tries:
        yield Result(doing_cells(lab)[0], Code.NOT_APPLICABLE, "profile.yaml lets no credential do what is under test")
    for name, case, missing in tries:
        yield _done(lab, name, case, missing)


def _done(lab: Lab, name: str, case: ActionCase, missing: Sequence[str]) -> Result:
    cell, rights = Cell("credential", name, case.id), permissions_of(lab, lab.profile.credentials[name])
    if not missing and not run(lab, case).outcome.ok:
        return unverifiable(cell, "not judged: it does not work with every permission either (see ACT-3)")
    done = carry_out(lab, case, permissions=rights)
    problem = writes_problem({} if missing else case.writes, done.changes.counts())
    message = str(done.outcome.message)
    if done.outcome.ok is bool(missing):
        text = f"ok {done.outcome.ok}, error {done.outcome.code}: {message}"
        return broken(cell, text, code=Code.FALSE_SUCCESS if missing else Code.FALSE_FAILURE, seen=done.exchanges)
    if problem is not None:
        return broken(cell, problem[1], code=problem[0], seen=done.exchanges)
    if missing and not all(permission in message for permission in missing):
        text = f"the message does not name {', '.join(missing)}: {message}"
        return broken(cell, text, code=Code.DENIED_SILENT, seen=done.exchanges)
    if wrong := wrongly_named(lab, [message], rights):
        text = f"the message calls {examples(wrong)} missing, which the credential has: {message}"
        return broken(cell, text, code=Code.FALSE_DENIAL, seen=done.exchanges)
    return held(cell, code=Code.REJECTED_REPORTED if missing else Code.HONOURED)
