"""The scope config: what a customer switched off is not there, is said to be off, and comes back when switched on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance import judge
from conformance.action_runs import cases_of, changes_between, with_ids
from conformance.casework import (
    MIRRORS,
    broken,
    examples,
    held,
    judged,
    key_fields,
    model_cells,
    one_case,
    same,
    unverifiable,
    without_ids_of,
)
from conformance.check import Cell, Check, Result
from conformance.files import FileServer
from conformance.fixture_models import ActionCase
from conformance.lab import Blocked, Lab, Session, Stuck, SubjectCrashed
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.promise import MADE_BY_SERVICE
from conformance.sandbox import Entry
from conformance.setting_runs import said
from conformance.subjects import ConfigurationError, SyncOutcome
from connectors.unified.models import REFERENCES

OFF_CODE = "INTEGRATION.MODEL_DISABLED"


def dependents(lab: Lab, model: str) -> list[str]:
    """The models that go off with this one, however indirectly."""
    found: list[str] = []
    asked = [model]
    while asked:
        target = asked.pop()
        more = [name for name, promised in lab.promise.models.items() if target in promised.depends_on and name not in (*found, model)]
        found += more
        asked += more
    return found


def scopable(lab: Lab, model: str) -> list[str]:
    """The fields that a customer may switch off: not what makes the record what it is, nor what it points at."""
    told = lab.profile.scoped_fields.get(model)
    if told is not None:
        return told
    fixed = {*MADE_BY_SERVICE, *key_fields(model), *REFERENCES[model]}
    return [name for name in lab.promise.models[model].fields if name not in fixed]


# -------------------------------------------------------------------------------------------------------- fields


def _field_cells(lab: Lab) -> list[Cell]:
    return [Cell("field", model, name) for model in lab.models for name in scopable(lab, model)]


def _halves(lab: Lab) -> tuple[list[Cell], list[Cell]]:
    """Every second field is off in one world and on in the other, so that each is seen both ways beside neighbours."""
    cells = _field_cells(lab)
    return cells[::2], cells[1::2]


def _switched(lab: Lab, number: int) -> tuple[judge.Snapshot, SyncOutcome, tuple[Entry, ...]]:
    def observe() -> tuple[judge.Snapshot, SyncOutcome, tuple[Entry, ...]]:
        off = _halves(lab)[number]
        with synced(lab) as (session, _):
            session.reconnect(scope={"fields": {f"{cell.owner}.{cell.name}": "DISABLED" for cell in off}})
            session.world.tenant.clear_journal()
            outcome = session.sync_well()
            return session.snapshot(), outcome, tuple(session.world.tenant.journal())

    return lab.once(("fields off", number), observe, brief=True)


def _fields_off(lab: Lab) -> Iterator[Result]:
    """SCP-1."""
    for number, off in enumerate(_halves(lab)):
        shown, _, _ = _switched(lab, number)
        for cell in off:
            rows = shown.rows.get(cell.owner, [])
            left = [row[cell.name] for row in rows if row.get(cell.name) is not None]
            if not rows:
                yield unverifiable(cell, "no record was delivered")
            else:
                yield judged(cell, f"switched off, and it still has {judge.short(left[0])}" if left else None, code=Code.LEAK)


def _fields_on(lab: Lab) -> Iterator[Result]:
    """SCP-2."""
    halves = _halves(lab)
    found = {
        number: judge.differences(lab.calm.snapshot, _switched(lab, number)[0], lab.models) for number, half in enumerate(halves) if half
    }
    off = {number: {(cell.owner, cell.name) for cell in half} for number, half in enumerate(halves)}
    for cell in model_cells(lab):
        wrong = [
            one
            for number, differences in found.items()
            for one in differences
            if one.model == cell.name
            and (one.model, one.field) not in off[number]
            and one.field not in MIRRORS
            and not lab.ledger.bad_field(one.model, one.field)
        ]
        yield judged(cell, examples(wrong) or None, code=Code.BLAST)


def _fields_said(lab: Lab) -> Iterator[Result]:
    """SCP-3."""
    for number, off in enumerate(_halves(lab)):
        _, outcome, _ = _switched(lab, number)
        said = {(one.model, one.field) for one in outcome.diagnostics if one.reason == "disabled_by_scope_config"}
        for cell in off:
            told = (cell.owner, cell.name) in said
            yield judged(cell, None if told else "switched off, and no diagnostic says so", code=Code.DENIED_SILENT)


def _fields_off_in_a_delta(lab: Lab) -> Iterator[Result]:
    """SCP-15."""

    def observe() -> tuple[judge.Snapshot, judge.Snapshot, judge.Snapshot]:
        with synced(lab) as (session, before):
            session.reconnect(scope={"fields": {f"{cell.owner}.{cell.name}": "DISABLED" for cell in _field_cells(lab)}})
            session.sync_well("DELTA")
            meanwhile = session.snapshot()
            session.reconnect(scope={})
            session.sync_well("DELTA")
            return before, meanwhile, session.snapshot()

    before, meanwhile, after = lab.once("fields off in a delta", observe, brief=True)
    for cell in model_cells(lab):
        kept = [name for name in scopable(lab, cell.name) for row in meanwhile.rows.get(cell.name, []) if row.get(name) is not None]
        problem = same(lab, before, after, [cell.name], but=MIRRORS)
        if kept:
            yield broken(cell, f"switched off before a delta sync, {kept[0]} still has values", code=Code.LEAK)
        else:
            yield judged(cell, problem and f"off and on again with a delta sync after each: {problem}", code=Code.MISSING)


# -------------------------------------------------------------------------------------------------------- models


@dataclass(frozen=True)
class Off:
    """What a connection showed before a model was switched off, meanwhile, and when all that hangs on it was on again."""

    before: judge.Snapshot
    deleted: Mapping[str, Sequence[Mapping[str, Any]]]
    """Rows with include_deleted meanwhile."""
    meanwhile: judge.Snapshot
    after: judge.Snapshot
    coming_back: frozenset[str] = frozenset()
    """Models that the sync that switched it off switched on again: judged where they were off."""
    next_off: frozenset[str] = frozenset()
    """Models that were off by then."""
    journal: tuple[Entry, ...] = ()
    """What the sync that switched it off asked for."""


def _model_off(lab: Lab, model: str, setting: str = "DISABLED") -> Off:
    """In one row with all other models; in a connection of its own when anything was wrong there, so that the right one is blamed."""
    if setting == "DISABLED":
        row, problem = _in_a_row(lab)
        if problem is None:
            return row[model]
    return lab.once(("model off", model, setting), lambda: _alone_off(lab, model, setting), brief=True)


def _alone_off(lab: Lab, model: str, setting: str) -> Off:
    with synced(lab) as (session, before):
        session.reconnect(scope={"models": {model: setting}})
        journal = _asked_meanwhile(session)
        meanwhile, everything = session.snapshot(), session.snapshot(include_deleted=True)
        session.reconnect(scope={})
        session.sync_well()
        return Off(before, everything.rows, meanwhile, session.snapshot(), journal=journal)


def _asked_meanwhile(session: Session) -> tuple[Entry, ...]:
    """Sync, and tell what that asked for."""
    session.world.tenant.clear_journal()
    session.sync_well()
    return tuple(session.world.tenant.journal())


def _in_a_row(lab: Lab) -> tuple[Mapping[str, Off], str | None]:
    """Each model off after the other in one connection, which takes half the syncs; and the first thing that was wrong with it."""

    def observe() -> tuple[Mapping[str, Off], str | None]:
        try:
            row, ended = _walked(lab)
        except (SubjectCrashed, Stuck, Blocked) as error:
            return {}, str(error)
        problems = (f"{model}: {problem}" for model, off in row.items() if (problem := _problem(lab, model, off)))
        return row, next(problems, None) or ended

    return lab.once("models off in a row", observe, brief=True)


def _walked(lab: Lab) -> tuple[Mapping[str, Off], str | None]:
    states: list[tuple[judge.Snapshot, judge.Snapshot]] = []
    journals: list[tuple[Entry, ...]] = []
    with synced(lab, anew=True) as (session, before):
        for model in lab.models:
            session.reconnect(scope={"models": {model: "DISABLED"}})
            journals.append(_asked_meanwhile(session))
            states.append((session.snapshot(), session.snapshot(include_deleted=True)))
        session.reconnect(scope={})
        session.sync_well()
        last = session.snapshot()
    row = {}
    for number, model in enumerate(lab.models):
        later = [(shown, _with(lab, off)) for (shown, _), off in zip(states[number + 1 :], lab.models[number + 1 :], strict=True)]
        after, off = next(((shown, off) for shown, off in later if not off & _with(lab, model)), (last, frozenset()))
        earlier = _with(lab, lab.models[number - 1]) if number else frozenset()
        row[model] = Off(before, states[number][1].rows, states[number][0], after, earlier, off, journals[number])
    return row, same(lab, before, last) or _moved(before, last, lab.models)


def _with(lab: Lab, model: str) -> frozenset[str]:
    """The model and all that goes off with it."""
    return frozenset({model, *dependents(lab, model)})


def _problem(lab: Lab, model: str, off: Off) -> str | None:
    """What any check of this chapter finds wrong."""
    gone = next((problem for one in _with(lab, model) if (problem := _off_problem(off, one))), None)
    return gone or _rest_problem(lab, model, off) or _back_problem(lab, model, off)


def _off_problem(off: Off, model: str) -> str | None:
    """Why a model that is off is not off, or None."""
    meanwhile = off.meanwhile
    if meanwhile.unavailable.get(model, OFF_CODE) != OFF_CODE:
        return f"its read is refused with {meanwhile.unavailable[model]}, not {OFF_CODE}"
    if meanwhile.rows.get(model):
        return f"{len(meanwhile.rows[model])} records are still shown"
    left = [row for row in off.deleted.get(model, ()) if row.get("remote_deleted_at") is None]
    return f"{len(left)} records are not marked as deleted" if left else None


def _models_off(lab: Lab) -> Iterator[Result]:
    """SCP-4."""
    for cell in model_cells(lab):
        yield judged(cell, _off_problem(_model_off(lab, cell.name), cell.name), code=Code.LEAK)


def _dependent_cells(lab: Lab) -> list[Cell]:
    found = [Cell("model", model, name) for model in lab.models for name in dependents(lab, model)]
    return found or [Cell("model", "", "no dependent model")]


def _dependents_off(lab: Lab) -> Iterator[Result]:
    """SCP-5."""
    for cell in _dependent_cells(lab):
        if not cell.owner:
            yield Result(cell, Code.NOT_APPLICABLE, "no model depends on another")
        else:
            yield judged(cell, _off_problem(_model_off(lab, cell.owner), cell.name), code=Code.LEAK)


def _rest(lab: Lab) -> Iterator[Result]:
    """SCP-6."""
    for cell in model_cells(lab):
        yield judged(cell, _rest_problem(lab, cell.name, _model_off(lab, cell.name)), code=Code.BLAST)


def _rest_problem(lab: Lab, model: str, off: Off) -> str | None:
    hidden = _with(lab, model) | off.coming_back
    earlier, later = (without_ids_of(lab, shown, hidden) for shown in (off.before, off.meanwhile))
    return same(lab, earlier, later, hidden=hidden, but=MIRRORS)


def _models_back(lab: Lab) -> Iterator[Result]:
    """SCP-7."""
    for cell in model_cells(lab):
        yield judged(cell, _back_problem(lab, cell.name, _model_off(lab, cell.name)))


def _back_problem(lab: Lab, model: str, off: Off) -> str | None:
    earlier, later = (without_ids_of(lab, shown, off.next_off) for shown in (off.before, off.after))
    back = [one for one in lab.models if one in _with(lab, model)]
    return (
        same(lab, earlier, later, back, hidden=off.next_off)
        or _moved(off.before, off.after, back)
        or _unmoved(off, [one for one in back if _off_problem(off, one) is None])
    )


def _unmoved(off: Off, models: Sequence[str]) -> str | None:
    """Whoever reads by changed_at must hear that records went, and that they are back."""
    still = [
        f"{model}/{key}"
        for model in models
        for key, row in off.before.by_key.get(model, {}).items()
        if str(off.after.by_key.get(model, {}).get(key, {}).get("changed_at", "~")) <= str(row.get("changed_at"))
    ]
    return f"changed_at tells nothing of their going and coming: {examples(still)}" if still else None


def _moved(before: judge.Snapshot, after: judge.Snapshot, models: Sequence[str]) -> str | None:
    moved = [
        f"{model}/{key}"
        for model in models
        for key, row in before.by_key.get(model, {}).items()
        if after.by_key.get(model, {}).get(key, row)["id"] != row["id"]
    ]
    return f"the id changed on {examples(moved)}" if moved else None


def _not_asked(lab: Lab) -> Iterator[Result]:
    """SCP-12."""
    for cell in model_cells(lab):
        yield judged(cell, _asked_in_vain(lab, cell.name, _model_off(lab, cell.name)))


def _asked_in_vain(lab: Lab, model: str, off: Off) -> str | None:
    """What was asked for though all that it is needed for is off, or None."""
    hidden = _with(lab, model)
    on = [promised for name, promised in lab.promise.models.items() if name not in hidden]
    allowed = {need for promised in on for need in (*promised.needs, *(need for item in promised.fields.values() for need in item.needs))}
    pages = lab.profile.page_operations
    needed = {operation for name, operation in pages.items() if name not in hidden}
    needed |= {operation for operation, models in lab.profile.brings_besides.items() if set(models) - hidden}
    needless = set(pages.values()) - needed
    found = [f"{entry.operation} was asked for, and all that it brings is off" for entry in off.journal if entry.operation in needless]
    beyond = sorted({need for entry in off.journal for need in entry.needs} - allowed)
    found += [f"{', '.join(beyond)} was used, and all that needs it is off"] if beyond else []
    found += _needless_parts(lab, off.journal, hidden)
    return examples(dict.fromkeys(found)) or None


def _needless_parts(lab: Lab, journal: Sequence[Entry], off: Collection[str]) -> Iterator[str]:
    """Parts of requests whose every purpose is off: `off` names models and fields as "Model" and "Model.field"."""
    for row in lab.profile.asked_for:
        if all(name in off or name.partition(".")[0] in off for name in row.serves):
            asked = any(entry.operation == row.operation and re.search(row.part, said(entry, row.parameter) or "") for entry in journal)
            if asked:
                yield f"{row.operation} was asked for {row.part!r} in {row.parameter}, and all that it serves is off"


ALL_OFF = Cell("connection", "scope", "all fields off")
HALF_OFF = (Cell("connection", "scope", "every second field off"), Cell("connection", "scope", "every other field off"))


def _only_needed(lab: Lab) -> Iterator[Result]:
    """SCP-14."""
    yield from _lists_only(lab)
    for number, (cell, off) in enumerate(zip(HALF_OFF, _halves(lab), strict=True)):
        journal = _switched(lab, number)[2]
        yield judged(cell, examples(_needless_parts(lab, journal, [f"{one.owner}.{one.name}" for one in off])) or None)


def _lists_only(lab: Lab) -> Iterator[Result]:
    """With all fields off nothing is asked for but lists, and of these no part that only fields need."""
    with synced(lab) as (session, _):
        session.reconnect(scope={"fields": {f"{cell.owner}.{cell.name}": "DISABLED" for cell in _field_cells(lab)}})
        journal = _asked_meanwhile(session)
    asked = [entry.operation for entry in journal if entry.operation is not None]
    known = {*lab.operations(), *lab.profile.asked_anyway, *(one for one in lab.asked() if _brings_pages(lab, one))}
    needless = [operation for operation in dict.fromkeys(asked) if operation not in known]
    found = [f"all fields are off, and it asked for {', '.join(needless)}"] if needless else []
    found += _needless_parts(lab, journal, [f"{cell.owner}.{cell.name}" for cell in _field_cells(lab)])
    yield judged(ALL_OFF, examples(found) or None)


def _brings_pages(lab: Lab, operation: str) -> bool:
    return lab.calm_pages.requests(operation) > lab.calm.requests(operation)


ON_AGAIN = ("fields", "models", "the other models", "models, and a sync between failed")


def _on_again_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "on again by delta", name) for name in ON_AGAIN]


def _on_again(lab: Lab) -> Iterator[Result]:
    """SCP-13."""
    fields = {f"{cell.owner}.{cell.name}": "DISABLED" for cell in _halves(lab)[0]}
    models, others = ({"models": dict.fromkeys(lab.models[first::2], "DISABLED")} for first in (0, 1))
    past = next((case.steps for case in lab.profile.delta if not (case.at_watermark or case.settings or case.unsettled)), [])
    for cell, scope in zip(_on_again_cells(lab), ({"fields": fields}, models, others, models), strict=True):
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


ROW = Cell("connection", "scope", "models off one after the other")


def _row(lab: Lab) -> Iterator[Result]:
    """SCP-10."""
    problem = _in_a_row(lab)[1]
    blamed = next((known for known in ("SCP-4", "SCP-5", "SCP-6", "SCP-7") if lab.ledger.failures(known)), None)
    yield unverifiable(ROW, f"not judged: {blamed} found fault already") if problem and blamed else judged(ROW, problem)


def _optional_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "scope", setting) for setting in ("OPTIONAL", "OPTED_OUT")]


def _optional(lab: Lab) -> Iterator[Result]:
    """SCP-8."""
    model = next((model for model in lab.models if not dependents(lab, model)), lab.models[0])
    for cell in _optional_cells(lab):
        off = _model_off(lab, model, cell.name)
        if cell.name == "OPTED_OUT":
            yield judged(cell, _off_problem(off, model), code=Code.LEAK)
        else:
            yield judged(cell, same(lab, off.before, off.meanwhile), code=Code.MISSING)


def _reconnected_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "reconnected", name) for name in ("with another credential", "with another scope")]


def _reconnected(lab: Lab) -> Iterator[Result]:
    """SCP-17."""
    keeps_scope, keeps_credential = _reconnected_cells(lab)
    model = next((model for model in lab.models if not dependents(lab, model)), lab.models[0])
    off = [cell for cell in _halves(lab)[0] if cell.owner != model]
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


# ------------------------------------------------------------------------------------------------------- actions


def _making(lab: Lab) -> list[ActionCase]:
    """The first case of each action that makes a record which the answer names."""
    cases = [case for action in lab.promise.actions for case in cases_of(lab, action, refused=False) if case.creates and not case.settings]
    return list({case.action: case for case in reversed(cases)}.values())


def _made_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "made with fields off", case.action) for case in _making(lab)] or [Cell("case", "made with fields off", "any")]


def _made_with_fields_off(lab: Lab) -> Iterator[Result]:
    """SCP-16."""
    if not _making(lab):
        yield Result(_made_cells(lab)[0], Code.NOT_APPLICABLE, "no action makes a record that its answer names")
        return
    scope = {"fields": {f"{cell.owner}.{cell.name}": "DISABLED" for cell in _field_cells(lab)}}
    for cell, case in zip(_made_cells(lab), _making(lab), strict=True):
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


def _action_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "switched off", action) for action in lab.promise.actions]


def _actions_off(lab: Lab) -> Iterator[Result]:
    """SCP-9."""
    with synced(lab) as (session, shown):
        session.reconnect(scope={"actions": dict.fromkeys(lab.promise.actions, "DISABLED")})
        yield from (_action_off(lab, session, shown, cell) for cell in _action_cells(lab))


def _action_off(lab: Lab, session: Session, known: judge.Snapshot, cell: Cell) -> Result:
    cases = cases_of(lab, cell.name, refused=False)
    try:
        values = with_ids(cases[0].input, known, tuple(lab.promise.models)) if cases else {}
    except Blocked as reason:
        return unverifiable(cell, str(reason))
    before = session.world.tables()
    session.world.tenant.clear_journal()
    outcome = session.act(cell.name, values)
    wrote = changes_between(before, session.world.tables(session.world.tenant.journal())).counts()
    if outcome.ok or wrote:
        return broken(cell, f"switched off, and it was done: {examples(wrote)}", code=Code.FALSE_SUCCESS)
    if outcome.code != "INTEGRATION.ACTION_DISABLED":
        return broken(cell, f"the error is {outcome.code}", expected="INTEGRATION.ACTION_DISABLED", got=outcome.code)
    return held(cell, code=Code.REJECTED_REPORTED)


STRANGE: dict[str, dict[str, dict[str, str]]] = {
    "unknown model": {"models": {"No such model": "DISABLED"}},
    "unknown field": {"fields": {"No such model.no_such_field": "DISABLED"}},
    "unknown action": {"actions": {"Conjure a hire": "DISABLED"}},
}


def _strange_cells(lab: Lab) -> list[Cell]:
    return [Cell("connection", "scope", name) for name in (*STRANGE, "unknown setting")]


def _strange(lab: Lab) -> Iterator[Result]:
    """SCP-11."""
    world = lab.world()
    configs = {**STRANGE, "unknown setting": {"models": {lab.models[0]: "PERHAPS"}}}
    for cell in _strange_cells(lab):
        try:
            world.connect(scope=configs[cell.name])
        except ConfigurationError:
            yield held(cell)
        else:
            yield broken(cell, "it was taken, and means nothing")


API = "unified API: scope config"
CHECKS = (
    Check("SCP-1", "A field that is switched off is null after the next sync.", API, _field_cells, _fields_off),
    Check("SCP-15", "A field that is switched off is null after the next delta sync, and back after the one that follows its return.", API,
          model_cells, _fields_off_in_a_delta),
    Check("SCP-2", "Switching fields off leaves every other field as it was.", API, model_cells, _fields_on),
    Check("SCP-3", "A field that is null because it is switched off is reported as such.",
          "design of this suite: no silent null", _field_cells, _fields_said, level="SHOULD"),
    Check("SCP-4", "A model that is switched off is not shown any more; its records are marked as deleted.", API,
          model_cells, _models_off),
    Check("SCP-5", "A model that depends on one that is switched off is off, too.", API, _dependent_cells, _dependents_off),
    Check("SCP-6", "Switching a model off leaves all models that do not depend on it as they were.", API, model_cells, _rest),
    Check("SCP-7", "A model that is switched on again is there again after the next sync, under the same ids.", API,
          model_cells, _models_back),
    Check("SCP-10", "Switching one model after the other off and on again ends where it began.", API,
          one_case("connection", ROW.name, ROW.owner), _row),
    Check("SCP-12", "Nothing is asked of the vendor that only a model needs that is switched off.", API, model_cells, _not_asked),
    Check("SCP-13", "What is switched on again is whole after the next sync that succeeds, even if that asks for changes only.", API,
          _on_again_cells, _on_again),
    Check("SCP-14", "Nothing is asked of the vendor that only a field needs that is switched off.", API,
          lambda lab: [ALL_OFF, *HALF_OFF], _only_needed),
    Check("SCP-8", "OPTIONAL is on; OPTIONAL that the customer opted out of is off.", API, _optional_cells, _optional),
    Check("SCP-11", "A scope config that names what is not there is refused, so that nothing stays on by a slip of the pen.", API,
          _strange_cells, _strange),
    Check("SCP-16", "Of what an action makes, fields that are switched off are not kept.", API, _made_cells, _made_with_fields_off),
    Check("SCP-17", "Another credential lets nothing in that is switched off, and another scope config goes on with the same credential.", API,
          _reconnected_cells, _reconnected),
    Check("SCP-9", "An action that is switched off is refused and writes nothing.", API, _action_cells, _actions_off),
)  # fmt: skip
