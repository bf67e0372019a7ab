"""Each promised feature, proved by a test of its own or by the checks whose subject it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from conformance import action_runs, judge, setting_runs
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Check, Result
from conformance.fixture_models import PassthroughCase
from conformance.lab import Blocked, Lab, World
from conformance.outcomes import Code, Verdict
from conformance.sandbox import Entry
from conformance.subjects import ConfigurationError, ModelUnavailable

OURS = "the vendor's card: features"
MOST_NAMED = 3
SHORTEST_SECTION = 80
"""Characters: a heading with less below it guides nobody."""

Proof = Callable[[Lab, Cell], Result]
Chosen = Callable[[Cell], bool]


def _cells(lab: Lab) -> list[Cell]:
    return [Cell("feature", "features", name) for name in lab.promise.features]


def _features(lab: Lab) -> Iterator[Result]:
    """FEA-1."""
    for cell in _cells(lab):
        proof = PROOFS.get(cell.name)
        yield unverifiable(cell, "this suite knows no way to prove it") if proof is None else proof(lab, cell)


# -- proved by other checks -----------------------------------------------------------------------------------------


def _rests_on(checks: tuple[str, ...], about: Chosen, lab: Lab, cell: Cell) -> Result:
    """Held when each of these checks judged such a case, and none of them failed."""
    for check in checks:
        results = [result for known, result in lab.ledger.results if known == check and about(result.cell)]
        if not results:
            return unverifiable(cell, f"rests on {check}, which judged nothing of it in this run")
        failed = [result for result in results if result.verdict not in (Verdict.PASS, Verdict.WARN, Verdict.NOT_APPLICABLE)]
        if any(result.verdict is Verdict.FAIL for result in failed):
            return broken(cell, f"rests on {check}, which found: {failed[0].cell}: {failed[0].message}")
        if failed:
            return unverifiable(cell, f"rests on {check}, which could not judge {failed[0].cell}")
        if all(result.verdict is Verdict.NOT_APPLICABLE for result in results):
            return unverifiable(cell, f"rests on {check}, which had nothing to judge")
    return held(cell, f"rests on {', '.join(checks)}")


def _anything(cell: Cell) -> bool:
    return True


def _source_input(cell: Cell) -> bool:
    return cell.kind == "input" and cell.name.startswith("source.")


def _of_models(*models: str) -> Chosen:
    return lambda cell: cell.kind == "field" and cell.owner in models


# -- proved here ----------------------------------------------------------------------------------------------------


def _documented(words: str, lab: Lab, cell: Cell) -> Result:
    """The connector's guide has a section of that name with something in it."""
    guide = None if lab.docs_dir is None else lab.docs_dir / lab.vendor / "README.md"
    if guide is None or not guide.is_file():
        return unverifiable(cell, f"no guide of {lab.vendor} was given to look into")
    text = guide.read_text("utf-8")
    heading = re.search(rf"^(#+) [^\n]*{re.escape(words)}[^\n]*\n", text, re.IGNORECASE | re.MULTILINE)
    if heading is None:
        return broken(cell, f"the guide has no section {words!r}")
    # A section goes on through its own subsections, to the next heading of its level.
    end = re.search(rf"^#{{1,{len(heading[1])}}} ", text[heading.end() :], re.MULTILINE)
    below = text[heading.end() :][: end.start() if end is not None else None].strip()
    return held(cell) if len(below) >= SHORTEST_SECTION else broken(cell, f"the section {words!r} says next to nothing: {below!r}")


def _passthrough(lab: Lab, cell: Cell) -> Result:
    """The vendor's own answer, whatever its status."""
    cases = lab.profile.features.passthrough
    if not cases:
        return unverifiable(cell, "profile.yaml has no passthrough case")
    session = lab.world().connect()
    for case in cases:
        problem = _passthrough_problem(case, session.passthrough(case)) or _sent_otherwise(case, session.world.tenant.journal())
        if problem is not None:
            return broken(cell, f"{case.method} {case.path}: {problem}", seen=lab.exchanges(session.world))
    return held(cell, f"{len(cases)} calls")


def _sent_otherwise(case: PassthroughCase, journal: Sequence[Entry]) -> str | None:
    """Why the vendor did not get the caller's own headers, or a body that it is not told the type of; None: it got them."""
    sent: dict[str, set[str]] = {}
    for name, value in _headers(journal[-1]) if journal else ():
        sent.setdefault(name.lower(), set()).add(value)
    for name, value in (case.headers or {}).items():
        if sent.get(name.lower()) != {value}:
            return f"the header {name} was to say {value!r}, and it said {', '.join(sorted(sent.get(name.lower(), ()))) or 'nothing'}"
    return "the body went out without a content type" if case.data is not None and not sent.get("content-type") else None


def _headers(entry: Entry) -> list[tuple[str, str]]:
    told = (entry.raw.get("request") or {}).get("headers") or {}
    return [(str(name), str(value)) for name, value in (told.items() if isinstance(told, Mapping) else told)]


def _passthrough_problem(case: PassthroughCase, got: object) -> str | None:
    status, data = getattr(got, "status", None), getattr(got, "data", None)
    if status != case.status:
        return f"status {status} instead of {case.status}"
    found = judge.compare({"$contains": case.contains}, data)
    return f"{found[0].path}: {found[0].got!r} instead of {found[0].expected!r}" if found else None


def _only_created(lab: Lab, cell: Cell) -> Result:
    """Nothing of others before, what was made afterwards, and what is not narrowed as ever."""
    told = lab.profile.features.only_created
    case = next((one for one in lab.fixtures.actions if told is not None and one.id == told.case), None)
    if told is None or case is None:
        return unverifiable(cell, "profile.yaml does not say which action case to use")
    narrowed = case.model_copy(
        update={"settings": {**case.settings, "sync_only_created": True}, "creates": {"any": "id"}, "input": _by_key(case.input)}
    )
    run = action_runs.carry_out(lab, narrowed)
    if not run.outcome.ok or run.later is None:
        return broken(cell, f"the create failed: {run.outcome.code} {run.outcome.message}")
    for model, how in told.models.items():
        if model not in lab.models:
            continue
        before, after = (shown.keys.get(model, Counter()) for shown in (run.before_snapshot, run.later))
        everything = lab.calm.snapshot.keys.get(model, Counter())
        if how == "created" and (before or set(after) & set(everything)):
            return broken(cell, f"{model}: {sorted(set(before) | set(after) & set(everything))[:3]} were not made by this connection")
        if how == "created" and model in ("Applications", "Candidates") and len(after) != 1:
            return broken(cell, f"{model}: {len(after)} records after one create")
        if how == "all" and set(before) != set(everything):
            return broken(cell, f"{model} is narrowed, too")
    return held(cell, f"case {case.id}")


def _by_key(value: object) -> object:
    """References to records that a narrowed connection does not show, written as the vendor's ids where that is allowed."""
    if isinstance(value, Mapping):
        return {name: _by_key(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_by_key(inner) for inner in value]
    return re.sub(r"^\$Jobs/", "remote:", value) if isinstance(value, str) else value


def _explored(model: str, lab: Lab, cell: Cell) -> Result:
    """The fields behind a model are shown by a connection that never synced, each once, standard and custom ones told apart."""
    wanted = lab.profile.features.explored.get(model)
    if not wanted:
        return unverifiable(cell, f"profile.yaml names no field that the explorer shows for {model}")
    world = lab.world()
    world.perform(lab.profile.features.explored_after)
    try:
        explored = world.connect().explore(model)
    except NotImplementedError as reason:
        return unverifiable(cell, str(reason))
    shown = [{name: getattr(one, name, None) for name in ("key", "label", "type")} for one in explored]
    lost = [one.key for one in wanted if one.model_dump() not in shown]
    twice = [key for key, count in Counter(one["key"] for one in shown).items() if count > 1]
    if lost or twice:
        near = [one for one in shown if one["key"] in lost]
        return broken(cell, f"not shown as it is: {lost[:3]}; shown more than once: {twice[:3]}", expected=lost, got=near)
    strange = _of_others(lab.calm.snapshot.rows.get(model, ()), explored)
    if strange:
        return broken(cell, f"values that no record of {model} has: {examples(strange)}", code=Code.LEAK)
    if _shown_though_off(world, model):
        return broken(cell, f"{model} are switched off, and their fields are shown with values", code=Code.LEAK)
    return held(cell, f"{len(shown)} fields, among them all {len(wanted)} that were looked for")


def _shown_though_off(world: World, model: str) -> bool:
    try:
        explored = world.connect(scope={"models": {model: "DISABLED"}}).explore(model)
    except ModelUnavailable:
        return False
    return any(not judge.is_blank(value) for one in explored for value in getattr(one, "samples", ()))


def _of_others(rows: Sequence[Mapping[str, Any]], explored: Sequence[Any]) -> list[str]:
    """Fields of which a value is shown that none of the model's records has, as far as these show the field at all."""
    known: dict[str, set[str]] = {}
    for row in rows:
        for name, value in _members(row):
            known.setdefault(name, set()).add(repr(value))
    samples = {str(one.key): [value for value in getattr(one, "samples", ()) if not judge.is_blank(value)] for one in explored}
    return [key for key, values in samples.items() if key in known and not {repr(value) for value in values} <= known[key]]


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every member of every object within a value."""
    if isinstance(value, Mapping):
        yield from value.items()
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _members(inner)


def _probes_fields(lab: Lab, cell: Cell) -> Result:
    """The probe speaks of every promised field, and not only of models."""
    told = {(one.model, one.field) for one in lab.world().connect().probe()}
    made = ("id", "remote_id", "changed_at", "remote_deleted_at")
    silent = [
        (model, name) for model in lab.models for name in lab.promise.models[model].fields if name not in made and (model, name) not in told
    ]
    return broken(cell, f"the probe says nothing of {silent[:3]}") if silent else held(cell)


PROOFS: dict[str, Proof] = {
    "Source Writing": partial(_rests_on, ("ACT-1",), _source_input),
    "Sync Only Created Applications": _only_created,
    "Connection Guide": partial(_documented, "Connection guide"),
    "Prerequisites": partial(_documented, "Prerequisites"),
    "Create credentials": partial(_documented, "credentials"),
    "Roles": partial(_rests_on, ("FLD-1",), _of_models("Roles")),
    "Job roles (e.g. Hiring Manager)": partial(_rests_on, ("FLD-1",), _of_models("Job user role assignments", "Job hiring team members")),
    "API Passthrough": _passthrough,
    "Scope Testing": partial(_rests_on, ("PRM-1", "PRM-2"), _anything),
    "Scope Testing: Per Model Tests": partial(_rests_on, ("PRM-3",), _anything),
    "Scope Testing: Per Field Tests": _probes_fields,
    "Delta Syncs": partial(_rests_on, ("DLT-1", "DLT-4"), _anything),
    "Custom Field Explorer: Jobs": partial(_explored, "Jobs"),
    "Custom Field Explorer: Candidates": partial(_explored, "Candidates"),
    "Create Candidate Full Attachment Retry": partial(_rests_on, ("ACT-2", "ACT-3", "ACT-5", "ACT-9"), _anything),
}
"""Feature, by its name on the card, to what proves it."""

# -- settings -------------------------------------------------------------------------------------------------------


def _setting_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "settings", case.id) for case in setting_runs.cases(lab)] or [Cell("case", "settings", "any")]


def _settings(lab: Lab) -> Iterator[Result]:
    """FEA-2."""
    if not setting_runs.cases(lab):
        yield Result(_setting_cells(lab)[0], Code.NOT_APPLICABLE, "profile.yaml has no case of a setting for what is under test")
        return
    for cell, case in zip(_setting_cells(lab), setting_runs.cases(lab), strict=True):
        try:
            problems, code = setting_runs.carry_out(lab, case)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
        except ConfigurationError as refusal:
            yield broken(cell, f"it refused to connect: {refusal}")
        else:
            yield judged(cell, examples(problems) or None, code=code)


def _declared_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "setting", name) for name in lab.promise.settings] or [Cell("case", "setting", "any")]


def _declared_settings(lab: Lab) -> Iterator[Result]:
    """FEA-3."""
    if not lab.promise.settings:
        yield Result(_declared_cells(lab)[0], Code.NOT_APPLICABLE, "the manifest declares no setting")
    world = lab.world()
    for name, default in lab.promise.settings.items():
        cell = Cell("case", "setting", name)
        try:
            world.connect(settings={name: default})
        except ConfigurationError as refusal:
            yield broken(cell, f"declared with {judge.short(default)}, and refused: {refusal}")
            continue
        cases = [case.id for case in lab.profile.settings if case.shows and case.settings.get(name, default) != default]
        cases += [case.id for case in lab.fixtures.actions if case.settings.get(name, default) != default]
        if cases:
            yield held(cell, f"shown by {', '.join(cases[:MOST_NAMED])}")
        elif name in lab.profile.settings_unseen:
            yield Result(cell, Code.NOT_APPLICABLE, lab.profile.settings_unseen[name])
        else:
            yield unverifiable(cell, "no case of profile.yaml (settings) or actions.yaml shows that it acts")


CHECKS = (
    Check("FEA-1", "Every promised feature is there and works.", OURS, _cells, _features),
    Check("FEA-2", "A setting of the connection, or an account of another make, changes exactly what it is said to change.", "fixtures: profile.yaml, settings",
          _setting_cells, _settings, stage="then"),
    Check("FEA-3", "Every setting that the manifest declares is taken, and shown to act.", "design of this suite: one promise, four readers",
          _declared_cells, _declared_settings, stage="then"),
)  # fmt: skip
