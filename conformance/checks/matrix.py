"""The matrix: every credential × model × field and credential × action × input, and the smallest permission set of each promise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import parse_qsl

import orjson

from conformance.casework import MIRRORS, broken, calm_without, examples, held, judged, model_cells, same, unverifiable, without_ids_of
from conformance.check import Cell, Check, Result
from conformance.lab import Lab, Session
from conformance.outcomes import WORST_FIRST, Code, Verdict, verdict_of
from conformance.scopes import writes
from conformance.scopes.credentials import Column, columns_under, declared
from conformance.scopes.findings import Judged
from conformance.scopes.matrix import Matrix, matrix_of
from conformance.scopes.smallest import Search
from conformance.scopes.truth import Permissions, promised_cells
from conformance.scopes.worlds import four_worlds


def _result(cell: Cell, one: Judged) -> Result:
    return Result(cell, one.code, one.message, one.expected, one.got)


# ----------------------------------------------------------------------------------------------------------- reading


def _column_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", column.name, model) for column in matrix_of(lab).columns for model in lab.models]


def _cells(lab: Lab) -> Iterator[Result]:
    """MTX-1."""
    matrix = matrix_of(lab)
    for column in matrix.columns:
        for model in lab.models:
            yield _result(Cell("credential", column.name, model), _worst(matrix, column, model))


def _worst(matrix: Matrix, column: Column, model: str) -> Judged:
    """The model's own word, unless one of its fields has a worse one."""
    found = matrix.findings(column)
    own = found.of(model)
    if verdict_of(own.code) is not Verdict.PASS:
        return own
    fields = [(name, found.of(model, name)) for name in matrix.lab.promise.models[model].fields]
    for verdict in WORST_FIRST:
        bad = [(name, one) for name, one in fields if verdict_of(one.code) is verdict]
        if bad and verdict is not Verdict.PASS:
            name, one = bad[0]
            return Judged(one.code, f"{name}: {one.message}", one.expected, one.got)
    return own


def _probe_cells(lab: Lab) -> list[Cell]:
    good = [column for column in matrix_of(lab).columns if column.state == "good"]
    return [Cell("credential", f"probe, {column.name}", model) for column in good for model in lab.models]


def _probes(lab: Lab) -> Iterator[Result]:
    """MTX-2."""
    matrix = matrix_of(lab)
    for column in matrix.columns:
        if column.state == "good":
            for model in lab.models:
                yield judged(Cell("credential", f"probe, {column.name}", model), matrix.findings(column).probe[model])


def _denial_cells(lab: Lab) -> list[Cell]:
    found = [
        Cell("credential", f"{denial}: {column.name}", model)
        for denial in lab.profile.denials
        for column in columns_under(lab, denial)
        for model in lab.models
    ]
    return found or [Cell("credential", "", "no other shape")]


def _denials(lab: Lab) -> Iterator[Result]:
    """MTX-10."""
    if not lab.profile.denials:
        yield Result(_denial_cells(lab)[0], Code.NOT_APPLICABLE, "the vendor denies in one shape only")
    for denial in lab.profile.denials:
        matrix = Matrix(lab, denial)
        for column in matrix.columns:
            for model in lab.models:
                cell = Cell("credential", f"{denial}: {column.name}", model)
                said = matrix.findings(column).probe[model] if column.state == "good" else None
                yield broken(cell, f"the probe: {said}") if said else _result(cell, _worst(matrix, column, model))


def _later_cells(lab: Lab) -> list[Cell]:
    found = [
        Cell("credential", f"{denial}: {column.name}", "later") for denial in lab.profile.denials for column in columns_under(lab, denial)
    ]
    return found or [Cell("credential", "", "no other shape, later")]


def _later(lab: Lab) -> Iterator[Result]:
    """MTX-11."""
    if not lab.profile.denials:
        yield Result(_later_cells(lab)[0], Code.NOT_APPLICABLE, "the vendor denies in one shape only")
    for denial in lab.profile.denials:
        matrix = Matrix(lab, denial)
        for column in matrix.columns:
            cell, found = Cell("credential", f"{denial}: {column.name}", "later"), matrix.findings(column)
            if found.silent is not None:
                yield broken(cell, found.silent, code=Code.DENIED_SILENT)
            else:
                yield judged(cell, found.granted and f"granted, and asked for changes: {found.granted}", code=Code.STALE)


def _worlds(lab: Lab) -> Iterator[Result]:
    """MTX-3."""
    for cell in promised_cells(lab):
        if lab.ledger.bad_field(cell.owner, cell.name):
            yield unverifiable(cell, "not judged: its values were found wrong already")
        else:
            yield _result(cell, four_worlds(matrix_of(lab), cell).verdict())


def _manners_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", column.name, "requests") for column in matrix_of(lab).columns]


def _manners(lab: Lab) -> Iterator[Result]:
    """MTX-4."""
    matrix = matrix_of(lab)
    for column in matrix.columns:
        cell = Cell("credential", column.name, "requests")
        requests = matrix.findings(column).requests
        writing = [f"{method} {operation}" for method, operation, _ in requests if _writes(lab, operation)]
        refused = [operation for _, operation, status in requests if status == 403]
        again = sorted({str(operation) for operation in refused if refused.count(operation) > _REFUSALS})
        if writing:
            yield broken(cell, f"reading wrote: {writing[0]}")
        else:
            yield judged(cell, f"refused with 403 and asked again and again: {', '.join(again)}" if again else None)


_REFUSALS = 12
"""A list may be tried for several models and by several filters; more than this is a retry of what stays refused."""


def _writes(lab: Lab, operation: str | None) -> bool:
    return operation is not None and bool(lab.facts.operations.get(operation, {}).get("writes"))


INTERLEAVED = ("FULL", "NONE", "other settings and another scope", "another account")


def _interleaved_cells(lab: Lab) -> list[Cell]:
    return [Cell("credential", "interleaved", name) for name in INTERLEAVED]


def _interleaved(lab: Lab) -> Iterator[Result]:
    """MTX-5."""
    rich_cell, poor_cell, odd_cell, other_cell = _interleaved_cells(lab)
    world, elsewhere = lab.world(), lab.empty_world()
    off = _independent(lab)
    # All are open before the first asks anything: whatever they share, the last has had its way with it.
    rich = world.connect(credential=lab.mint(world, "all").credential)
    poor = world.connect(credential=lab.mint(world, []).credential)
    odd = world.connect(settings=lab.cut.settings, scope={"models": {off: "DISABLED"}})
    other = elsewhere.connect()
    problem = _synced_as_ever(lab, rich)
    poor.sync()
    shown = poor.snapshot()
    odd_problem = _size_problem(lab, odd) or _narrowed(lab, odd, off)
    elsewhere_problem = _strangers(other)
    again = _synced_as_ever(lab, rich)
    yield judged(rich_cell, problem or (again and f"after the others: {again}"))
    truth, none = matrix_of(lab).truth, frozenset[str]()
    leaked = [
        f"{len(shown.rows[model])} records of {model}" for model in lab.models if shown.rows.get(model) and truth.missing(none, model)
    ]
    yield judged(poor_cell, leaked[0] if leaked else None, code=Code.LEAK)
    yield judged(odd_cell, odd_problem)
    yield judged(other_cell, elsewhere_problem, code=Code.LEAK)


def _independent(lab: Lab) -> str:
    """A model on which no other depends."""
    needed = {name for promised in lab.promise.models.values() for name in promised.depends_on}
    return next(model for model in reversed(tuple(lab.promise.models)) if model not in needed)


def _synced_as_ever(lab: Lab, session: Session) -> str | None:
    """Why a connection of the scenario's account does not show what it holds, or None."""
    outcome = session.sync()
    if outcome.state != "SUCCEEDED":
        return f"the sync ended {outcome.state}: {outcome.error}"
    return same(lab, lab.calm.snapshot, session.snapshot())


def _size_problem(lab: Lab, session: Session) -> str | None:
    """Why the requests of a connection that is to ask for small pages are not those of small pages, or None."""
    name, small = lab.profile.paging.size_parameter, lab.cut.settings
    tenant = session.world.tenant
    tenant.clear_journal()
    outcome = session.sync()
    if outcome.state != "SUCCEEDED":
        return f"the sync ended {outcome.state}: {outcome.error}"
    if name is None or not small:
        return None
    asked = {value for entry in tenant.journal() for key, value in parse_qsl(entry.query) if key == name}
    usual = {value for entry in lab.calm_pages.journal for key, value in parse_qsl(entry.query) if key == name}
    return f"it was to ask for small pages, and asked for pages of {', '.join(sorted(asked - usual))}" if asked - usual else None


def _narrowed(lab: Lab, session: Session, off: str) -> str | None:
    shown = session.snapshot()
    if shown.rows.get(off):
        return f"{off} is off here, and is shown"
    hidden = frozenset({off})
    return same(lab, calm_without(lab, hidden), without_ids_of(lab, shown, hidden), hidden=hidden, but=MIRRORS)


def _strangers(session: Session) -> str | None:
    """Records that an account in which next to nothing is cannot have shown by itself, or None."""
    outcome = session.sync()
    if outcome.state != "SUCCEEDED":
        return f"nothing is there, and the sync ended {outcome.state}: {outcome.error}"
    own, lab = orjson.dumps(session.world.tenant.dump()).decode(), session.world.lab
    # What is a fact about the vendor is the same in every account.
    shown = {model: keys for model, keys in session.snapshot().keys.items() if model not in lab.profile.constants}
    strange = [f"{model} {key}" for model, keys in shown.items() for key in keys if not all(part in own for part in key.split("/"))]
    return f"records of another account: {examples(strange)}" if strange else None


# ------------------------------------------------------------------------------------------------- smallest sets


def search_for(lab: Lab, model: str, name: str | None) -> tuple[Search, tuple[Permissions, ...]]:
    """The smallest sets with which a model, or one of its fields, is read."""

    def observe() -> tuple[Search, tuple[Permissions, ...]]:
        matrix = matrix_of(lab)
        found = Search(lambda permissions: matrix.can_read(permissions, model, name), matrix.answers(model, name))
        return found, found.smallest(frozenset(lab.facts.permissions), declared(lab, model, name))

    return lab.once(("smallest", model, name), observe)


def _smallest_cells(lab: Lab) -> list[Cell]:
    return [*promised_cells(lab), *model_cells(lab)]


def _smallest(lab: Lab) -> Iterator[Result]:
    """MTX-6."""
    truth = matrix_of(lab).truth
    for cell in _smallest_cells(lab):
        model, name = (cell.owner, cell.name) if cell.kind == "field" else (cell.name, None)
        search, sets = search_for(lab, model, name)
        true = truth.needs(model) | (truth.needs(model, name) if name else frozenset())
        yield _compared(cell, search, sets, declared(lab, model, name), true)


def _compared(cell: Cell, search: Search, sets: tuple[Permissions, ...], own: Permissions, true: Permissions | None) -> Result:
    """The declared set beside the sets found, and beside the vendor's truth."""
    if not sets:
        return unverifiable(cell, "not even all permissions are enough")
    odd = search.non_monotone()
    if odd is not None:
        return broken(cell, f"more is less: {_told(odd[0])} is enough, {_told(odd[1])} is not", code=Code.WRONG_VALUE)
    found = " or ".join(_told(one) for one in sets)
    if own not in sets:
        over = [sorted(own - one) for one in sets if one < own]
        under = [sorted(one - own) for one in sets if own < one]
        what = (
            f"OVER_DECLARED by {', '.join(over[0])}"
            if over
            else f"UNDER_DECLARED by {', '.join(under[0])}"
            if under
            else "declared otherwise"
        )
        return broken(cell, f"{what}: declared {_told(own)}, enough is {found}", expected=[sorted(one) for one in sets], got=sorted(own))
    if true is not None and sets != (true,):
        return broken(
            cell, f"enough is {found}, and the vendor asks for {_told(true)}", expected=sorted(true), got=[sorted(one) for one in sets]
        )
    return held(cell, found)


def _told(held_: Permissions) -> str:
    return "{" + ", ".join(sorted(held_)) + "}"


# ------------------------------------------------------------------------------------------------------------ writing


def _write_cells(lab: Lab) -> list[Cell]:
    found = [Cell("credential", column.name, action) for action in lab.actions for column in writes.columns_for(lab, action)]
    return found or [Cell("credential", "", "no action")]


def _writing(lab: Lab) -> Iterator[Result]:
    """MTX-7."""
    if not lab.actions:
        why = "no action is promised" if not lab.promise.actions else "no action is about the models that were selected"
        yield Result(Cell("credential", "", "no action"), Code.NOT_APPLICABLE, why)
    for action in lab.actions:
        writes.try_all(lab, action)
        for column in writes.columns_for(lab, action):
            whole = writes.whole_of(lab, writes.cases_for(lab, action), column.holds)
            yield _result(Cell("credential", column.name, action), whole)


def _input_cells(lab: Lab) -> list[Cell]:
    return [Cell("input", action, name) for action, promised in lab.actions.items() for name in promised.inputs]


def _inputs(lab: Lab) -> Iterator[Result]:
    """MTX-8."""
    for cell in _input_cells(lab):
        writes.try_all(lab, cell.owner)
        cases = writes.cases_for(lab, cell.owner)
        words = [(column, writes.input_of(lab, cases, cell.name, column.holds)) for column in writes.columns_for(lab, cell.owner)]
        bad = next(((column, one) for column, one in words if verdict_of(one.code) is not Verdict.PASS), None)
        if bad is None:
            yield _result(cell, words[0][1])
        else:
            yield Result(cell, bad[1].code, f"{bad[0].name}: {bad[1].message}", bad[1].expected, bad[1].got)


def _action_cells(lab: Lab) -> list[Cell]:
    return [Cell("action", action, action) for action in lab.actions]


def _smallest_writes(lab: Lab) -> Iterator[Result]:
    """MTX-9."""
    for cell in _action_cells(lab):
        if not writes.cases_for(lab, cell.name):
            yield unverifiable(cell, "actions.yaml has no case of it that goes through with every permission")
            continue
        short = writes.shortfall(lab, cell.name)
        if short is not None:
            yield broken(cell, f"UNDER_DECLARED: the declared permissions are not enough: {short}", code=Code.FALSE_FAILURE)
            continue
        search, sets = lab.once(("smallest for", cell.name), partial(writes.search, lab, cell.name))
        yield _compared(cell, search, sets, writes.declared_for(lab, cell.name), None)


DESIGN = "design of this suite: scope tests"
CHECKS = (
    Check("MTX-1", "With every credential, each model and field is what the vendor's truth says, and what is lacking is named.", DESIGN,
          _column_cells, _cells),
    Check("MTX-2", "With every credential, the probe says of each model and field what the vendor's truth is.", "design of this suite: M1",
          _probe_cells, _probes),
    Check("MTX-3", "Each field is told apart in four worlds: granted, revoked, blank, changed.", "design of this suite: no silent null",
          promised_cells, _worlds),
    Check("MTX-4", "Whatever the credential, reading only reads, and what is refused is not asked again.", "design of this suite: M5",
          _manners_cells, _manners),
    Check("MTX-5", "Connections with other credentials, settings, scopes or accounts in one process are what each is by itself.", DESIGN,
          _interleaved_cells, _interleaved),
    Check("MTX-6", "The permissions that the manifest names are the smallest set with which the model or field is read.", DESIGN,
          _smallest_cells, _smallest),
    Check("MTX-7", "With every credential, each action does all that it may, refuses the rest by name, and writes nothing by halves.", DESIGN,
          _write_cells, _writing),
    Check("MTX-8", "With every credential, each input arrives or is told to be left out for lack of a permission.", DESIGN,
          _input_cells, _inputs),
    Check("MTX-9", "The permissions that the manifest names are the smallest set with which the action does all that it promises.", DESIGN,
          _action_cells, _smallest_writes),
    Check("MTX-10", "In whatever shape the vendor denies (refused, left out, concealed), sync and probe name what is lacking, and nothing else.", DESIGN,
          _denial_cells, _denials),
    Check("MTX-11", "In whatever shape the vendor denies, each later sync says so as well, and after a grant the next one brings what was missed.", DESIGN,
          _later_cells, _later),
)  # fmt: skip
