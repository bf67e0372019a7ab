"""Lacking permissions: said, named, limited to what hangs on them, and made good by a grant. No null may mean two things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance import judge
from conformance.action_runs import carry_out, run, writes_problem
from conformance.casework import (
    LATER,
    broken,
    denials,
    examples,
    held,
    judged,
    model_cells,
    one_case,
    rows_of,
    same,
    strays,
    told_again,
    unverifiable,
    without_ids_of,
)
from conformance.check import Cell, Check, Result
from conformance.fixture_models import FixtureError
from conformance.lab import Lab, Session, World
from conformance.naming import wrongly_named
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.promise import MADE_BY_SERVICE
from conformance.scopes.credentials import permissions_of, removals
from conformance.scopes.narrowing import midway, midway_cells
from conformance.scopes.removals import Removal
from conformance.subjects import Diagnostic, Probed, SyncOutcome


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


def _hidden(denied: Denied) -> frozenset[str]:
    return frozenset(model for model, field in map(split, denied) if field is None)


def _look(session: Session, denied: Denied) -> Seen:
    outcome = session.sync()
    shown = session.snapshot()
    return Seen(outcome, shown, without_ids_of(session.world.lab, shown, _hidden(denied)), session.probe())


def _opened(lab: Lab, permissions: Sequence[str], denied: Denied) -> tuple[World, Session, str, Seen]:
    world = lab.world()
    minted = lab.mint(world, permissions)
    session = world.connect(credential=minted.credential)
    return world, session, minted.id, _look(session, denied)


def _all_but(lab: Lab, removal: Removal) -> list[str]:
    return [name for name in lab.facts.permissions if name not in removal.permissions]


def _denied_without(lab: Lab, removal: Removal) -> Denied:
    """What hangs on any of the permissions that are taken away together; no two of them hide the same thing."""
    return {target: missing for name in removal.permissions for target, missing in lab.profile.denied_by.get(name, {}).items()}


def _without(lab: Lab, removal: Removal) -> tuple[Seen, judge.Snapshot, str | None]:
    """A fresh connection that has all but these; what it shows after they were granted and it synced again; and why a sync
    between the two does not say what the first one said, or None."""

    def observe() -> tuple[Seen, judge.Snapshot, str | None]:
        world, session, credential_id, seen = _opened(lab, _all_but(lab, removal), _denied_without(lab, removal))
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


def _selected(lab: Lab, denied: Denied) -> Denied:
    """The part about models under test. Raises FixtureError for names that nothing promises."""
    for target in denied:
        model, field = split(target)
        promised = lab.promise.models.get(model)
        if model not in lab.fixtures.card.models or (promised is not None and field is not None and field not in promised.fields):
            raise FixtureError(f"{lab.fixtures.folder / 'profile.yaml'}: {target!r} is neither a model nor a field of one")
    return {target: missing for target, missing in denied.items() if split(target)[0] in lab.models}


# ------------------------------------------------------------------------------------------------------- denied


def denial(lab: Lab, cell: Cell, seen: Seen, target: str, missing: Sequence[str]) -> Result:
    """Judge one thing that a credential may not read."""
    model, field = split(target)
    if field is None and rows_of(seen.snapshot, model) and set(missing) < set(lab.promise.models[model].needs):
        # Each of several permissions brings a part of the model: the part that may be read may be delivered, if it is said.
        told = any(set(one.missing_permissions) == set(missing) for one in denials(seen.outcome, model, None))
        return held(cell, code=Code.PARTIAL_REPORTED) if told else broken(cell, "a part, and nothing says so", code=Code.PARTIAL_SILENT)
    if field is None and rows_of(seen.snapshot, model):
        return broken(cell, f"{rows_of(seen.snapshot, model)} rows of {model}, which may not be read", code=Code.LEAK)
    shown = [row for row in seen.snapshot.rows.get(model, []) if field is not None and not judge.is_blank(row.get(field))]
    if shown:
        return broken(cell, f"{target} has {len(shown)} values, and may not be read", code=Code.LEAK)
    said = denials(seen.outcome, model, field)
    if said and {name for one in said for name in one.missing_permissions} == set(missing):
        return held(cell, code=Code.DENIED_REPORTED)
    wider = said or _at_another_grain(lab, seen, model, field)
    if wider:
        named = sorted({name for one in wider for name in one.missing_permissions})
        text = f"{target} is reported, but names {named or 'no permission'} as missing, not {sorted(missing)}"
        return Result(cell, Code.DENIED_VAGUE, text, sorted(missing), named)
    text = f"{target} may not be read, and no diagnostic of the sync says so"
    return broken(cell, text, code=Code.DENIED_SILENT, expected=sorted(missing))


def _at_another_grain(lab: Lab, seen: Seen, model: str, field: str | None) -> list[Diagnostic]:
    """What was said of the whole model instead of its field, or of every field instead of the model; of a part, nothing."""
    if field is not None:
        return denials(seen.outcome, model, None)
    each = [denials(seen.outcome, model, name) for name in lab.promise.models[model].fields if name not in MADE_BY_SERVICE]
    return [one for said in each for one in said] if all(each) else []


def _removal_of(lab: Lab, permission: str) -> Removal:
    return next(one for one in removals(lab) if permission in one.permissions)


def _denied_cells(lab: Lab) -> list[Cell]:
    cells = []
    for permission in (name for one in removals(lab) for name in sorted(one.permissions)):
        targets = _selected(lab, lab.profile.denied_by[permission]) if permission in lab.profile.denied_by else ["?"]
        cells += [Cell("permission", permission, target) for target in targets]
    return cells or [Cell("permission", "", "any")]


def _denied(lab: Lab) -> Iterator[Result]:
    """PRM-1."""
    for cell in _denied_cells(lab):
        if cell.name in {"?", "any"}:
            yield unverifiable(cell, "profile.yaml (denied_by) does not say what hangs on this permission")
        else:
            seen = _without(lab, _removal_of(lab, cell.owner))[0]
            yield denial(lab, cell, seen, cell.name, lab.profile.denied_by[cell.owner][cell.name])


def _known_removals(lab: Lab) -> list[Removal]:
    return [one for one in removals(lab) if one.permissions <= set(lab.profile.denied_by)]


def _known(lab: Lab, owner: str) -> list[Cell]:
    return [Cell("permission", owner, one.name) for one in _known_removals(lab)] or [Cell("permission", owner, "any")]


def _each_known(lab: Lab, owner: str) -> Iterator[tuple[Cell, Removal | None]]:
    found: list[Removal | None] = [*_known_removals(lab)]
    yield from zip(_known(lab, owner), found or [None], strict=True)


NOTHING_KNOWN = "profile.yaml has no denied_by"


def _again(lab: Lab) -> Iterator[Result]:
    """PRM-11."""
    for cell, removal in _each_known(lab, "told again"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
        else:
            yield judged(cell, _without(lab, removal)[2], code=Code.DENIED_SILENT)


def _others(lab: Lab) -> Iterator[Result]:
    """PRM-2."""
    for cell, removal in _each_known(lab, "others"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
        else:
            yield _unaffected(lab, cell, _without(lab, removal)[0], _denied_without(lab, removal))


def _unaffected(lab: Lab, cell: Cell, seen: Seen, denied: Denied) -> Result:
    """Judge that nothing but the denied is missing or called denied."""
    hidden = _hidden(denied)
    false = [
        one
        for one in seen.outcome.diagnostics
        if one.reason == "not_permitted" and one.model not in hidden and not any(split(target)[0] == one.model for target in denied)
    ]
    if false:
        return broken(cell, f"{false[0].model} is called denied, and is not", code=Code.FALSE_DENIAL, got=repr(false[0]))
    if seen.outcome.state not in {"SUCCEEDED", "PARTIALLY_FAILED"}:
        return broken(cell, f"the sync ended {seen.outcome.state}: {seen.outcome.error}", code=Code.BLAST)
    fields = {split(target) for target in denied} | _open_ended(lab)
    measure = without_ids_of(lab, lab.calm.snapshot, hidden)
    models = [model for model in lab.models if model not in hidden]
    found = [
        one
        for one in judge.differences(measure, seen.unhidden, models)
        if (one.model, one.field) not in fields and not lab.ledger.bad_field(one.model, one.field)
    ]
    gone = [f"{model} cannot be read" for model in models if model in seen.unhidden.unavailable]
    return judged(cell, examples([*gone, *found]) or None, code=Code.BLAST)


def _open_ended(lab: Lab) -> set[tuple[str, str | None]]:
    """Fields that hold less with fewer permissions, of which nobody can give a sign."""
    return {(model, name) for model, names in lab.profile.open_ended.items() for name in names}


def _probes(lab: Lab) -> Iterator[Result]:
    """PRM-3."""
    everything = Cell("permission", "probe", "with all")
    yield judged(everything, _probe_problem(lab, lab.once("probe with all", lambda: lab.world().connect().probe()), {}))
    for cell, removal in _each_known(lab, "probe"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
        else:
            yield judged(cell, _probe_problem(lab, _without(lab, removal)[0].probed, _denied_without(lab, removal)))


def _probe_cells(lab: Lab) -> list[Cell]:
    return [Cell("permission", "probe", "with all"), *_known(lab, "probe")]


def _probe_problem(lab: Lab, probed: Sequence[Probed], denied: Denied) -> str | None:
    """Why a probe does not say of each model what is true, or None."""
    hidden = _hidden(denied)
    said = {(one.model, one.field): one for one in probed}
    for model in lab.models:
        one = said.get((model, None))
        if one is None:
            return f"the probe says nothing of {model}"
        if one.readable is (model in hidden):
            return f"the probe calls {model} {'readable' if one.readable else 'denied'}, and it is not"
        if not one.readable and one.diagnostic is None:
            return f"the probe calls {model} denied without saying why"
    if stray := next(filter(None, map(strays, probed)), None):
        return stray
    for model, field in map(split, denied):
        if field is not None and model in lab.models:
            one = said.get((model, field))
            if one is None or one.readable:
                return f"the probe does not call {model}.{field} denied"
    return None


BY_NAME = Cell("permission", "denials", "by name")


def _by_name(lab: Lab) -> Iterator[Result]:
    """PRM-10."""
    denials = [result for check, result in lab.ledger.results if check == "PRM-1"]
    vague = [f"{result.cell}: {result.message}" for result in denials if result.code is Code.DENIED_VAGUE]
    if not denials:
        yield unverifiable(BY_NAME, "not judged: PRM-1 did not run")
    else:
        yield judged(BY_NAME, examples(vague) or None)


# ------------------------------------------------------------------------------------------------ granted and taken


def _granted(lab: Lab) -> Iterator[Result]:
    """PRM-4."""
    for cell, removal in _each_known(lab, "granted later"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
        else:
            yield judged(cell, same(lab, lab.calm.snapshot, _without(lab, removal)[1]))


def _taken(lab: Lab) -> Iterator[Result]:
    """PRM-5."""
    for cell, removal in _each_known(lab, "taken away"):
        if removal is None:
            yield unverifiable(cell, NOTHING_KNOWN)
            continue
        with synced(lab) as (session, before):
            minted = lab.mint(session.world, "all")
            session.reconnect(credential=minted.credential)
            session.world.tenant.grant(minted.id, _all_but(lab, removal))
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


# ----------------------------------------------------------------------------------------------- customers' credentials


def _customer_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", name, model) for name in lab.profile.credentials for model in lab.models] or [Cell("credential", "", "any")]


def _as_customer(lab: Lab, name: str) -> Seen:
    profile = lab.profile.credentials[name]
    return lab.once(("customer", name), lambda: _opened(lab, permissions_of(lab, profile), profile.denied)[3], brief=True)


def _customers(lab: Lab) -> Iterator[Result]:
    """PRM-6."""
    if not lab.profile.credentials:
        yield unverifiable(_customer_cells(lab)[0], "profile.yaml has no credentials")
    for name, profile in lab.profile.credentials.items():
        seen = _as_customer(lab, name)
        hidden = _hidden(profile.denied)
        measure = without_ids_of(lab, lab.calm.snapshot, hidden)
        fields = {split(target) for target in profile.denied} | _open_ended(lab)
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


def _doing_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", name, case) for name, one in lab.profile.credentials.items() for case in one.actions] or [
        Cell("credential", "", "any")
    ]


def _customers_act(lab: Lab) -> Iterator[Result]:
    """PRM-7."""
    by_id = {case.id: case for case in lab.fixtures.actions}
    if not any(one.actions for one in lab.profile.credentials.values()):
        yield Result(_doing_cells(lab)[0], Code.NOT_APPLICABLE, "profile.yaml lets no credential act")
    for name, profile in lab.profile.credentials.items():
        for case_id, missing in profile.actions.items():
            cell = Cell("credential", name, case_id)
            if case_id not in by_id:
                raise FixtureError(f"{lab.fixtures.folder / 'profile.yaml'}: actions.yaml has no case {case_id!r}")
            case = by_id[case_id]
            if not missing and not run(lab, case).outcome.ok:
                yield unverifiable(cell, "not judged: it does not work with every permission either (see ACT-3)")
                continue
            done = carry_out(lab, case, permissions=permissions_of(lab, profile))
            problem = writes_problem({} if missing else case.writes, done.changes.counts())
            if done.outcome.ok is bool(missing):
                text = f"ok {done.outcome.ok}, error {done.outcome.code}: {done.outcome.message}"
                yield broken(cell, text, code=Code.FALSE_SUCCESS if missing else Code.FALSE_FAILURE, seen=done.exchanges)
            elif problem is not None:
                yield broken(cell, problem[1], code=problem[0], seen=done.exchanges)
            elif missing and not all(permission in str(done.outcome.message) for permission in missing):
                text = f"the message does not name {', '.join(missing)}: {done.outcome.message}"
                yield broken(cell, text, code=Code.DENIED_SILENT, seen=done.exchanges)
            elif wrong := wrongly_named(lab, [str(done.outcome.message)], permissions_of(lab, profile)):
                text = f"the message calls {examples(wrong)} missing, which the credential has: {done.outcome.message}"
                yield broken(cell, text, code=Code.FALSE_DENIAL, seen=done.exchanges)
            else:
                yield held(cell, code=Code.REJECTED_REPORTED if missing else Code.HONOURED)


# ---------------------------------------------------------------------------------------------- empty is not denied


def _nothing_there(lab: Lab) -> Iterator[Result]:
    """PRM-8."""

    def observe() -> Seen:
        return _look(lab.empty_world().connect(), {})

    seen = lab.once("empty account", observe)
    for cell in model_cells(lab):
        said = [one for one in seen.outcome.diagnostics if one.model == cell.name and one.reason not in {"empty", "not_yet_synced"}]
        if seen.outcome.state != "SUCCEEDED":
            yield broken(cell, f"nothing is there, and the sync ended {seen.outcome.state}: {seen.outcome.error}")
        elif said:
            yield broken(cell, f"nothing is there, and it says {said[0].reason}", code=Code.FALSE_DENIAL, got=repr(said[0]))
        elif cell.name in seen.snapshot.unavailable:
            yield broken(cell, f"nothing is there, and it cannot be read: {seen.snapshot.unavailable[cell.name]}", code=Code.FALSE_DENIAL)
        else:
            yield held(cell, f"{rows_of(seen.snapshot, cell.name)} records", Code.EMPTY)


def _declared_needs(lab: Lab) -> Iterator[Result]:
    """PRM-9."""
    for cell in model_cells(lab):
        declared = set(lab.promise.models[cell.name].needs)
        true = {permission for permission, denied in lab.profile.denied_by.items() if cell.name in denied}
        over, under = sorted(declared - true), sorted(true - declared)
        parts = [f"declared and not needed: {', '.join(over)}"] if over else []
        parts += [f"needed and not declared: {', '.join(under)}"] if under else []
        yield judged(cell, "; ".join(parts) or None)


API = "unified API: scope testing, INTEGRATION.PERMISSION_MISSING"
CHECKS = (
    Check("PRM-1", "What a credential may not read is not there, and a diagnostic names it with the missing permission.", API,
          _denied_cells, _denied),
    Check("PRM-11", "What is denied is said in every sync, whether it is the first or a later one, and asks for all or for changes only.",
          "design of this suite: no silent null", lambda lab: _known(lab, "told again"), _again),
    Check("PRM-2", "A lacking permission takes nothing with it that does not hang on it.", "design of this suite: M3",
          lambda lab: _known(lab, "others"), _others),
    Check("PRM-10", "What is denied is reported by the name of the permission that is missing.", "design of this suite: no silent null",
          one_case("permission", BY_NAME.name, BY_NAME.owner), _by_name),
    Check("PRM-3", "A probe says of every model whether it can be read, as a sync then shows.", "design of this suite: M1",
          _probe_cells, _probes),
    Check("PRM-4", "After a permission was granted, the next sync brings what was missed.", "design of this suite: M6",
          lambda lab: _known(lab, "granted later"), _granted),
    Check("PRM-5", "After a permission was taken away, nothing already read is deleted, and no id changes.", "design of this suite: M7",
          lambda lab: _known(lab, "taken away"), _taken),
    Check("PRM-12", "What is taken away in the middle of a sync is told by that sync, and a grant makes it good.", "design of this suite: M7",
          midway_cells, midway),
    Check("PRM-6", "With the credentials that customers really hand out, exactly what they may read is read.", API,
          _customer_cells, _customers),
    Check("PRM-7", "With the credentials that customers really hand out, exactly what they may do is done.", API,
          _doing_cells, _customers_act),
    Check("PRM-8", "An account with nothing in it is empty, not denied.", "design of this suite: empty and denied look different",
          model_cells, _nothing_there),
    Check("PRM-9", "The manifest names exactly the permissions without which a model cannot be read.", API, model_cells, _declared_needs),
)  # fmt: skip
