"""Actions, judged by read-back: what the tenant's tables hold before and after, never what the answer claims."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance import judge
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Check, Result
from conformance.files import FileServer
from conformance.fixture_models import ActionCase, FixtureError, Proof, Writes
from conformance.lab import Blocked, Lab, Session, World
from conformance.outcomes import Code
from conformance.sandbox import Entry
from conformance.subjects import ActionOutcome

Dump = Mapping[str, list[dict[str, Any]]]
WRITTEN_REFERENCE = re.compile(r"\$([^/$]+)/(.+)")


# ------------------------------------------------------------------------------------------------ running a case


@dataclass(frozen=True)
class Changes:
    """What happened to the tenant's rows, by table."""

    inserted: Mapping[str, list[dict[str, Any]]]
    updated: Mapping[str, list[Any]]
    deleted: Mapping[str, list[Any]]

    def counts(self) -> dict[str, Writes]:
        tables = {table for kind in (self.inserted, self.updated, self.deleted) for table, rows in kind.items() if rows}
        return {
            table: Writes(insert=len(self.inserted[table]), update=len(self.updated[table]), delete=len(self.deleted[table]))
            for table in sorted(tables)
        }


@dataclass(frozen=True)
class Run:
    """One case, carried out."""

    case: ActionCase
    outcome: ActionOutcome
    changes: Changes
    after: Dump
    journal: tuple[Entry, ...]
    exchanges: tuple[dict[str, Any], ...]
    before_snapshot: judge.Snapshot
    after_snapshot: judge.Snapshot | None
    repeat: tuple[ActionOutcome, Changes] | None


def changes_between(before: Dump, after: Dump) -> Changes:
    """Row by row; rows are told apart by their id."""
    inserted: dict[str, list[dict[str, Any]]] = {}
    updated: dict[str, list[Any]] = {}
    deleted: dict[str, list[Any]] = {}
    for table in {**before, **after}:
        old = {row["id"]: row for row in before.get(table, [])}
        new = {row["id"]: row for row in after.get(table, [])}
        inserted[table] = [row for key, row in new.items() if key not in old]
        updated[table] = [key for key, row in new.items() if key in old and old[key] != row]
        deleted[table] = [key for key in old if key not in new]
    return Changes(inserted, updated, deleted)


def with_ids(value: Any, shown: judge.Snapshot, models: Sequence[str], files: str = "") -> Any:
    """The input with "$Jobs/310" as the subject's own id of that record and "{files}" as the suite's file server."""
    if isinstance(value, Mapping):
        return {name: with_ids(inner, shown, models, files) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_ids(inner, shown, models, files) for inner in value]
    if not isinstance(value, str):
        return value
    found = WRITTEN_REFERENCE.fullmatch(value)
    if found is None or found[1] not in models:
        return value.replace("{files}", files)
    made = shown.id_of(found[1], found[2])
    if made is None:
        raise Blocked(f"the case refers to {value}, which the subject did not deliver")
    return made


def carry_out(lab: Lab, world: World, case: ActionCase, *, credential: Mapping[str, str] | None = None, rule: Mapping[str, Any] | None = None) -> Run:
    """Sync, call the action, look at the tables. `rule`: a fault that strikes the action."""
    session = world.connect(credential=credential, settings=case.settings)
    # A narrow credential may not read all that the case refers to, so ids come from whatever the sync brought.
    session.sync()
    if credential is not None:
        session = _as_reader_first(world, case, credential)
    shown = session.snapshot()
    world.perform(case.setup)
    with FileServer(case.files) as server:
        values = with_ids(case.input, shown, tuple(lab.promise.models), server.url)
        before = world.tenant.dump()
        world.tenant.clear_journal()
        if rule is not None:
            world.tenant.fault(**rule)
        outcome = session.act(case.action, values)
        after = world.tenant.dump()
        journal, exchanges = tuple(world.tenant.journal()), lab.exchanges(world, last=4)
        repeat = None
        if case.repeat is not None and rule is None:
            again = session.act(case.action, values)
            repeat = (again, changes_between(after, world.tenant.dump()))
    later = _synced(session) if case.creates and rule is None and outcome.ok else None
    return Run(case, outcome, changes_between(before, after), after, journal, exchanges, shown, later, repeat)


def _as_reader_first(world: World, case: ActionCase, credential: Mapping[str, str]) -> Session:
    """A connection that synced with every permission and goes on with the narrow credential: ids are known, rights are not."""
    session = world.connect(settings=case.settings)
    session.sync_well()
    session.reconnect(credential=credential)
    return session


def _synced(session: Session) -> judge.Snapshot:
    session.world.tenant.advance(60)
    session.sync_well()
    return session.snapshot()


def run(lab: Lab, case: ActionCase) -> Run:
    """The case as the fixture has it, carried out once for all checks."""

    def observe() -> Run:
        world = lab.world()
        credential = None if case.permissions == "all" else lab.mint(world, case.permissions).credential
        return carry_out(lab, world, case, credential=credential)

    return lab.once(("action", case.id), observe)


def cases_of(lab: Lab, action: str, *, refused: bool | None = None) -> list[ActionCase]:
    return [case for case in lab.fixtures.actions if case.action == action and (refused is None or (case.error is not None) is refused)]


def all_cases(lab: Lab) -> list[ActionCase]:
    """The cases of promised actions; a case of anything else is a slip of the fixture."""
    unknown = sorted({case.action for case in lab.fixtures.actions} - set(lab.promise.actions) - set(lab.fixtures.card.actions))
    if unknown:
        raise FixtureError(f"{lab.fixtures.folder / 'actions.yaml'}: no such action: {', '.join(unknown)}")
    return [case for case in lab.fixtures.actions if case.action in lab.promise.actions]


def _cell(case: ActionCase) -> Cell:
    return Cell("case", case.action, case.id)


def writes_problem(wanted: Mapping[str, Writes], got: Mapping[str, Writes]) -> tuple[Code, str] | None:
    """Why the changes are not exactly the declared ones, and the word for it."""
    none = Writes()
    for table in sorted({*wanted, *got}):
        declared, happened = wanted.get(table, none), got.get(table, none)
        if declared == happened:
            continue
        text = f"{table}: {_told(happened)} instead of {_told(declared)}"
        if declared.insert and happened.insert > declared.insert:
            return Code.DUPLICATED, text
        if happened.insert < declared.insert or happened.update < declared.update or happened.delete < declared.delete:
            return Code.FALSE_SUCCESS, text
        return Code.COLLATERAL, text
    return None


def _told(writes: Writes) -> str:
    parts = [f"{count} {word}" for word, count in writes.model_dump().items() if count]
    return " and ".join(parts) or "no change"


# -------------------------------------------------------------------------------------------------------- judging


def _input_cells(lab: Lab) -> list[Cell]:
    return [Cell("input", action, name) for action, promised in lab.promise.actions.items() for name in promised.inputs]


def _inputs(lab: Lab) -> Iterator[Result]:
    """ACT-1."""
    for cell in _input_cells(lab):
        cases = [case for case in cases_of(lab, cell.owner, refused=False) if cell.name in case.cells]
        yield _input(lab, cell, cases)


def _input(lab: Lab, cell: Cell, cases: Sequence[ActionCase]) -> Result:
    proved = 0
    for case in cases:
        done = run(lab, case)
        if not done.outcome.ok or writes_problem(case.writes, done.changes.counts()):
            continue
        for proof in case.cells[cell.name]:
            problem = _proof_problem(proof, done)
            if problem is not None:
                expected = getattr(proof, next(name for name in ("equals", "contains", "decodes_to") if name in proof.model_fields_set))
                return broken(cell, f"case {case.id}: {problem}", code=Code.SILENT_DROP, expected=expected, seen=done.exchanges)
            proved += 1
    if not proved:
        return unverifiable(cell, "no case that went through proves it" if cases else "actions.yaml has no case that proves it")
    return held(cell, f"{proved} proofs", Code.HONOURED)


def _proof_problem(proof: Proof, done: Run) -> str | None:
    """Why the truth does not show the input, or None."""
    if proof.data is not None:
        values = list(judge.dig(done.outcome.data, proof.data))
        place = f"data.{proof.data}"
    else:
        where = {column: _known_now(value, done) for column, value in proof.where.items()}
        rows = [row for row in done.after.get(proof.table or "", []) if all(_column(row, column) == value for column, value in where.items())]
        if len(rows) != 1:
            return f"{len(rows)} rows of {proof.table} have {where}, expected exactly one"
        values = list(judge.dig(rows[0], proof.column or ""))
        place = f"{proof.table}.{proof.column}"
    return None if any(_shows(proof, value) for value in values) else f"{place} is {judge.short(values[0] if len(values) == 1 else values)}"


def _column(row: Mapping[str, Any], column: str) -> Any:
    return next(iter(judge.dig(row, column)), None)


def _known_now(value: Any, done: Run) -> Any:
    """"$new:candidates" is the id of the only row that the action inserted there."""
    if not (isinstance(value, str) and value.startswith("$new:")):
        return value
    rows = done.changes.inserted.get(value.removeprefix("$new:"), [])
    return rows[0]["id"] if len(rows) == 1 else f"<{len(rows)} new rows>"


def _shows(proof: Proof, value: Any) -> bool:
    if "equals" in proof.model_fields_set:
        return not judge.compare(proof.equals, value)
    if proof.contains is not None:
        return isinstance(value, str) and proof.contains in value
    try:
        return isinstance(value, str) and base64.b64decode(value, validate=True).decode() == proof.decodes_to
    except (binascii.Error, UnicodeDecodeError):
        return False


def _action_cells(lab: Lab) -> list[Cell]:
    return [Cell("action", action, action) for action in lab.promise.actions]


def _writes(lab: Lab) -> Iterator[Result]:
    """ACT-2."""
    for cell in _action_cells(lab):
        yield _written(lab, cell)


def _written(lab: Lab, cell: Cell) -> Result:
    proved = 0
    for case in cases_of(lab, cell.name):
        done = run(lab, case)
        if done.outcome.ok is not (case.error is None):
            continue
        problem = writes_problem(case.writes, done.changes.counts())
        if problem is not None:
            return broken(cell, f"case {case.id}: {problem[1]}", code=problem[0], seen=done.exchanges)
        proved += case.error is None
    if not proved:
        return unverifiable(cell, "no case of it went through")
    return held(cell, f"{proved} cases", Code.HONOURED)


def _case_cells(lab: Lab) -> list[Cell]:
    return [_cell(case) for case in all_cases(lab)]


def _outcomes(lab: Lab) -> Iterator[Result]:
    """ACT-3."""
    for case in all_cases(lab):
        done = run(lab, case)
        told = f"{done.outcome.code}: {done.outcome.message}"
        if case.error is None and not done.outcome.ok:
            yield broken(_cell(case), f"refused: {told}", code=Code.FALSE_FAILURE, seen=done.exchanges)
        elif case.error is not None and done.outcome.ok:
            yield broken(_cell(case), "reported as done", code=Code.FALSE_SUCCESS, expected=case.error, seen=done.exchanges)
        else:
            yield held(_cell(case), code=Code.HONOURED if done.outcome.ok else Code.REJECTED_REPORTED)


def _refused_cells(lab: Lab) -> list[Cell]:
    return [_cell(case) for case in all_cases(lab) if case.error is not None] or [Cell("case", "refusals", "any")]


def _error_codes(lab: Lab) -> Iterator[Result]:
    """ACT-4."""
    refused = [case for case in all_cases(lab) if case.error is not None]
    if not refused:
        yield unverifiable(_refused_cells(lab)[0], "actions.yaml has no case that is refused")
    for case in refused:
        outcome = run(lab, case).outcome
        if outcome.ok:
            yield unverifiable(_cell(case), "not judged: it was not refused (see ACT-3)")
        elif outcome.code != case.error or not outcome.message:
            text = f"the error is {outcome.code!r} with the message {outcome.message!r}"
            yield broken(_cell(case), text, expected=case.error, got=outcome.code, seen=run(lab, case).exchanges)
        else:
            yield held(_cell(case), code=Code.REJECTED_REPORTED)


def _warned(lab: Lab) -> Iterator[Result]:
    """ACT-5."""
    for case in all_cases(lab):
        warnings = list(run(lab, case).outcome.warnings)
        problem = None
        for expression in case.warnings:
            match = next((text for text in warnings if re.search(expression, text)), None)
            if match is None:
                problem = problem or f"no warning says {expression!r}; it said {warnings}"
            else:
                warnings.remove(match)
        yield judged(_cell(case), problem or (f"it warned without need: {examples(warnings)}" if warnings else None))


def _answers(lab: Lab) -> Iterator[Result]:
    """ACT-6."""
    for case in all_cases(lab):
        done = run(lab, case)
        if case.error is not None or not done.outcome.ok:
            yield held(_cell(case), "no answer to judge") if case.error else unverifiable(_cell(case), "not judged: refused (see ACT-3)")
        else:
            yield judged(_cell(case), _answer_problem(case, done), seen=done.exchanges)


def _answer_problem(case: ActionCase, done: Run) -> str | None:
    for path, wanted in (case.data or {}).items():
        values = list(judge.dig(done.outcome.data, path))
        right = _referred(wanted, done.before_snapshot)
        if not any(not judge.compare(right, value) for value in values or [None]):
            return f"data.{path} is {judge.short(values)}, expected {judge.short(right)}"
    for model, path in case.creates.items():
        made = next(iter(judge.dig(done.outcome.data, path)), None)
        later = done.after_snapshot
        known = {row.get("id") for row in done.before_snapshot.rows.get(model, [])}
        shown = {row.get("id") for row in later.rows.get(model, [])} if later else set()
        if made is None or made not in shown - known:
            return f"data.{path} is {made!r}, and no new record of {model} with that id is there after the next sync"
    return None


def _referred(value: Any, shown: judge.Snapshot) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"$ref"}:
            model, _, key = str(value["$ref"]).partition("/")
            return shown.id_of(model, key)
        return {name: _referred(inner, shown) for name, inner in value.items()}
    return [_referred(inner, shown) for inner in value] if isinstance(value, list) else value


# -------------------------------------------------------------------------------------- without a permission, wrong input


def _permission_cells(lab: Lab) -> list[Cell]:
    return [Cell("permission", action, need) for action, promised in lab.promise.actions.items() for need in promised.needs]


def _first_good(lab: Lab, action: str) -> ActionCase:
    """A case of the action that goes through. Raises Blocked."""
    for case in cases_of(lab, action, refused=False):
        if case.permissions == "all" and run(lab, case).outcome.ok:
            return case
    raise Blocked(f"no case of {action!r} with every permission went through")


def _without_permission(lab: Lab) -> Iterator[Result]:
    """ACT-7."""
    for cell in _permission_cells(lab):
        try:
            case = _first_good(lab, cell.owner)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        world = lab.world()
        narrow = lab.mint(world, [name for name in lab.facts.permissions if name != cell.name])
        done = carry_out(lab, world, case, credential=narrow.credential)
        yield _refusal(cell, done, "INTEGRATION.PERMISSION_MISSING", names=cell.name)


def _refusal(cell: Cell, done: Run, code: str, *, names: str = "") -> Result:
    """Judge that an action was refused in the right words and wrote nothing."""
    wrote = done.changes.counts()
    if done.outcome.ok:
        return broken(cell, "reported as done", code=Code.FALSE_SUCCESS, expected=code, seen=done.exchanges)
    if wrote:
        return broken(cell, f"refused, and it wrote: {examples(wrote)}", code=Code.COLLATERAL, seen=done.exchanges)
    if done.outcome.code != code:
        return broken(cell, f"the error is {done.outcome.code}: {done.outcome.message}", expected=code, got=done.outcome.code, seen=done.exchanges)
    if names and names not in str(done.outcome.message):
        return Result(cell, Code.DENIED_VAGUE, f"the message does not name {names!r}: {done.outcome.message}")
    return held(cell, code=Code.REJECTED_REPORTED)


def _strange_cells(lab: Lab) -> list[Cell]:
    return [*(Cell("case", action, "unknown member") for action in lab.promise.actions), Cell("case", "", "unknown action")]


def _strange_input(lab: Lab) -> Iterator[Result]:
    """ACT-8."""
    world = lab.world()
    session = world.connect()
    session.sync_well()
    shown = session.snapshot()
    for cell in _strange_cells(lab):
        before = world.tenant.dump()
        if cell.owner:
            cases = cases_of(lab, cell.owner, refused=False)
            try:
                values = with_ids(cases[0].input, shown, tuple(lab.promise.models)) if cases else {}
            except Blocked as reason:
                yield unverifiable(cell, str(reason))
                continue
            outcome, code = session.act(cell.owner, {**values, "no_such_member": "x"}), "PLATFORM.INPUT_INVALID"
        else:
            outcome, code = session.act("Conjure a hire", {}), "INTEGRATION.ACTION_NOT_AVAILABLE"
        wrote = changes_between(before, world.tenant.dump()).counts()
        if wrote:
            yield broken(cell, f"it wrote: {examples(wrote)}", code=Code.COLLATERAL)
        else:
            text = None if not outcome.ok and outcome.code == code else f"ok {outcome.ok}, error {outcome.code}: expected {code}"
            yield judged(cell, text, code=Code.FALSE_SUCCESS if outcome.ok else Code.BROKEN)


# -------------------------------------------------------------------------------------------------- unlucky writes


def _writing_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "unlucky", action) for action, promised in lab.promise.actions.items() if promised.writes]


def _unlucky(lab: Lab, action: str, rule: Mapping[str, Any]) -> Run:
    """The action's first good case again, while this fault strikes its first writing request."""
    case = _first_good(lab, action)
    first = next((entry for entry in run(lab, case).journal if entry.writes), None)
    if first is None:
        raise Blocked(f"{action!r} sends no writing request")
    return carry_out(lab, lab.world(), case, rule={**rule, "operation": first.operation, "times": 1})


def _lost_answers(lab: Lab) -> Iterator[Result]:
    """ACT-9."""
    for cell in _writing_cells(lab):
        try:
            done = _unlucky(lab, cell.name, {"kind": "lost_answer"})
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        twice = {
            table: len(rows) for table, rows in done.changes.inserted.items() if len(rows) > done.case.writes.get(table, Writes()).insert
        }
        problem = writes_problem(done.case.writes, done.changes.counts())
        if twice:
            yield broken(cell, f"the answer was lost, and it wrote again: {_counted(twice)}", code=Code.DUPLICATED, seen=done.exchanges)
        elif done.outcome.ok and problem is not None:
            yield broken(cell, problem[1], code=Code.FALSE_SUCCESS, seen=done.exchanges)
        elif not done.outcome.ok and not done.outcome.message:
            yield broken(cell, "it failed without saying that the outcome is unknown", code=Code.FALSE_FAILURE)
        else:
            yield held(cell, "done once" if done.outcome.ok else f"done once, reported as {done.outcome.code}")


def _counted(tables: Mapping[str, int]) -> str:
    return ", ".join(f"{count} rows in {table}" for table, count in sorted(tables.items()))


def _limited_writes(lab: Lab) -> Iterator[Result]:
    """ACT-10."""
    for cell in _writing_cells(lab):
        try:
            done = _unlucky(lab, cell.name, {"kind": "rate_limit", "retry_after": 5})
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        problem = writes_problem(done.case.writes, done.changes.counts())
        if not done.outcome.ok:
            yield broken(cell, f"refused only for now, it gave up: {done.outcome.code}", code=Code.FALSE_FAILURE, seen=done.exchanges)
        else:
            yield judged(cell, problem[1] if problem else None, code=problem[0] if problem else Code.HELD, seen=done.exchanges)


def _understood(lab: Lab) -> Iterator[Result]:
    """ACT-11."""
    for case in all_cases(lab):
        done = run(lab, case)
        unread = Counter(f"{entry.operation}: {name}" for entry in done.journal for name in entry.unread)
        yield judged(_cell(case), f"the vendor did not read {examples(unread)}" if unread else None, seen=done.exchanges)


def _repeat_cells(lab: Lab) -> list[Cell]:
    return [_cell(case) for case in all_cases(lab) if case.repeat is not None] or [Cell("case", "repeats", "any")]


def _repeats(lab: Lab) -> Iterator[Result]:
    """ACT-12."""
    repeated = [case for case in all_cases(lab) if case.repeat is not None]
    if not repeated:
        yield Result(_repeat_cells(lab)[0], Code.NOT_APPLICABLE, "actions.yaml repeats no case")
    for case in repeated:
        again = run(lab, case).repeat
        if again is None or case.repeat is None:
            yield unverifiable(_cell(case), "it was not repeated")
            continue
        outcome, changes = again
        problem = writes_problem(case.repeat.writes, changes.counts())
        if outcome.ok is not (case.repeat.error is None) or (case.repeat.error and outcome.code != case.repeat.error):
            yield broken(_cell(case), f"the second time: ok {outcome.ok}, error {outcome.code}", expected=case.repeat.error, got=outcome.code)
        else:
            yield judged(_cell(case), problem[1] if problem else None, code=problem[0] if problem else Code.HELD)


def _used(lab: Lab) -> Iterator[Result]:
    """ACT-13."""
    allowed = {action: {*promised.needs, *(need for item in promised.inputs.values() for need in item.needs)} for action, promised in lab.promise.actions.items()}
    for cell in _action_cells(lab):
        used = {need for case in cases_of(lab, cell.name) for entry in run(lab, case).journal for need in entry.needs}
        beyond = sorted(used - allowed[cell.name])
        yield judged(Cell("case", cell.name, "permissions used"), f"it used {', '.join(beyond)}, which is not promised" if beyond else None)


def _used_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", action, "permissions used") for action in lab.promise.actions]


API = "unified API: actions"
OURS = "design of this suite: writes are judged by read-back"
CHECKS = (
    Check("ACT-1", "Every promised input arrives in the vendor's records.", API, _input_cells, _inputs),
    Check("ACT-2", "An action writes exactly what it should: nothing twice, nothing beside it, nothing at all when it is refused.", OURS,
          _action_cells, _writes),
    Check("ACT-3", "An action is reported as done exactly when it was.", OURS, _case_cells, _outcomes),
    Check("ACT-4", "A refused action carries the unified error code for its cause, and a message.", "unified API: error codes",
          _refused_cells, _error_codes),
    Check("ACT-5", "What an action leaves out is told in a warning, and nothing else is.", API, _case_cells, _warned),
    Check("ACT-6", "The answer's data is right, and ids in it are those of the records that the next sync brings.", API,
          _case_cells, _answers),
    Check("ACT-7", "Without a permission that it needs, an action is refused, names the permission, and writes nothing.", API,
          _permission_cells, _without_permission),
    Check("ACT-8", "Unknown members and unknown actions are refused, not ignored.", API, _strange_cells, _strange_input),
    Check("ACT-9", "A write whose answer was lost is not repeated blindly.", OURS, _writing_cells, _lost_answers),
    Check("ACT-10", "A write that was refused by a rate limit is made once, after the wait.", OURS, _writing_cells, _limited_writes),
    Check("ACT-11", "An action sends nothing that the vendor does not read.", "design of this suite: manners", _case_cells, _understood),
    Check("ACT-12", "The same action a second time does what the fixture says, and no more.", API, _repeat_cells, _repeats),
    Check("ACT-13", "An action uses no permission that its promise does not name.", "design of this suite: manners",
          _used_cells, _used),
)  # fmt: skip
