"""Actions, judged by read-back: what the tenant's tables hold before and after, never what the answer claims."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from conformance import judge
from conformance.action_runs import Run, all_cases, carry_out, cases_of, changes_between, run, with_ids, writes_problem
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Check, Result
from conformance.checks.retries import MOST_TRIES
from conformance.fixture_models import PROOF_WORDS, ActionCase, Proof, Writes
from conformance.lab import Blocked, Lab, Session, Stuck
from conformance.outcomes import Code, Verdict
from conformance.prepared import synced
from conformance.sandbox import Entry
from connectors.unified.actions import ACTIONS, ActionInput


def _cell(case: ActionCase) -> Cell:
    return Cell("case", case.action, case.id)


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
            problem = proof_problem(proof, done)
            if problem is not None:
                expected = getattr(proof, next(name for name in PROOF_WORDS if name in proof.model_fields_set))
                return broken(cell, f"case {case.id}: {problem}", code=Code.SILENT_DROP, expected=expected, seen=done.exchanges)
            proved += 1
    if not proved:
        return unverifiable(cell, "no case that went through proves it" if cases else "actions.yaml has no case that proves it")
    return held(cell, f"{proved} proofs", Code.HONOURED)


def proof_problem(proof: Proof, done: Run) -> str | None:
    """Why the truth does not show the input, or None."""
    if proof.data is not None:
        values = list(judge.dig(done.outcome.data, proof.data))
        place = f"data.{proof.data}"
    else:
        where = {column: _known_now(value, done) for column, value in proof.where.items()}
        table = done.after.get(proof.table or "", [])
        rows = [row for row in table if all(_column(row, column) == value for column, value in where.items())]
        if len(rows) != 1:
            return f"{len(rows)} rows of {proof.table} have {where}, expected exactly one"
        values = list(judge.dig(rows[0], proof.column or ""))
        place = f"{proof.table}.{proof.column}"
    return None if any(_shows(proof, value) for value in values) else f"{place} is {judge.short(values[0] if len(values) == 1 else values)}"


def _column(row: Mapping[str, Any], column: str) -> Any:
    return next(iter(judge.dig(row, column)), None)


def _known_now(value: Any, done: Run) -> Any:
    """ "$new:candidates" is the id of the only row that the action inserted there."""
    if not (isinstance(value, str) and value.startswith("$new:")):
        return value
    rows = done.changes.inserted.get(value.removeprefix("$new:"), [])
    return rows[0]["id"] if len(rows) == 1 else f"<{len(rows)} new rows>"


def _shows(proof: Proof, value: Any) -> bool:
    if "equals" in proof.model_fields_set:
        return not judge.compare(proof.equals, value)
    if proof.contains is not None:
        return isinstance(value, str) and proof.contains in value
    if proof.matches is not None:
        return isinstance(value, str) and re.fullmatch(proof.matches, value, re.DOTALL) is not None
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
    writes = any(case.writes for case in cases_of(lab, cell.name, refused=False))
    if cases_of(lab, cell.name) and lab.promise.actions[cell.name].writes is not writes:
        return broken(
            cell, f"it is promised as one that {'only reads' if writes else 'writes'}, and it {'writes' if writes else 'only reads'}"
        )
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


def _refused(lab: Lab) -> list[ActionCase]:
    return [case for case in all_cases(lab) if case.error is not None]


def _refused_cells(lab: Lab) -> list[Cell]:
    return [_cell(case) for case in _refused(lab)] or [Cell("case", "refusals", "any")]


def _error_codes(lab: Lab) -> Iterator[Result]:
    """ACT-4."""
    refused = _refused(lab)
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


def _looking(lab: Lab) -> list[ActionCase]:
    """Cases whose answer lists records."""
    return [case for case in all_cases(lab) if case.error is None and not lab.promise.actions[case.action].writes]


def _listed_cells(lab: Lab) -> list[Cell]:
    return [_cell(case) for case in _looking(lab)] or [Cell("case", "answers that list records", "any")]


def _listed_ids(lab: Lab) -> Iterator[Result]:
    """ACT-18."""
    if not _looking(lab):
        yield Result(_listed_cells(lab)[0], Code.NOT_APPLICABLE, "no action lists records")
    for case in _looking(lab):
        done = run(lab, case)
        if not done.outcome.ok or done.looked_again is None:
            yield unverifiable(_cell(case), "not judged: refused (see ACT-3)")
            continue
        ids, later = (sorted(map(str, judge.dig(one.data, "results.*.id"))) for one in (done.outcome, done.looked_again))
        wrong = [one for one in ids if not judge.UNIFIED_ID.fullmatch(one)]
        twice = [one for one, count in Counter(ids).items() if count > 1]
        problem = f"not 24 characters of base58: {examples(wrong)}" if wrong else None
        problem = problem or (f"{examples(twice)} stands for more than one record" if twice else None)
        problem = problem or (
            None if ids == later else f"a minute later the same records have the ids {examples(later)}, not {examples(ids)}"
        )
        yield judged(_cell(case), problem)


REFUSED_INPUT = (400, 404, 409, 422)


def _own_words(lab: Lab) -> Iterator[Result]:
    """ACT-17."""
    refused = _refused(lab)
    if not refused:
        yield Result(_refused_cells(lab)[0], Code.NOT_APPLICABLE, "actions.yaml has no case that is refused")
    for case in refused:
        cell = _cell(case)
        done = run(lab, case)
        last = done.journal[-1] if done.journal else None
        if done.outcome.ok or last is None or last.status not in REFUSED_INPUT:
            yield Result(cell, Code.NOT_APPLICABLE, "it was not the vendor's refusal that ended it")
            continue
        message = " ".join(str(done.outcome.message).split())
        left_out = [said[0] for said in _complaints(last) if not any(" ".join(one.split()) in message for one in said)]
        left_out += [place for place in _places(last) if place.rpartition("/")[2] not in message]
        text = f"the vendor said {left_out[0]!r}, and the message is {message!r}" if left_out else None
        yield judged(cell, text, seen=done.exchanges)


def _complaints(entry: Entry) -> list[list[str]]:
    """For each error in an answer all that it says in whole words: members of an object, and of the objects within it."""
    try:
        body = json.loads((entry.raw.get("response") or {}).get("body") or "null")
    except ValueError:
        return []
    found = body if isinstance(body, list) else next((part for part in body.values() if isinstance(part, list)), [body]) if body else []
    sentences = [[text for text in _texts(one) if " " in text.strip()] for one in found]
    return [said for said in sentences if said]


PLACES = frozenset({"pointer", "field", "fields", "attribute", "parameter"})
"""Members by which an error says what it is about."""


def _places(entry: Entry) -> list[str]:
    """What the errors of an answer are about, in the vendor's names."""
    try:
        body = json.loads((entry.raw.get("response") or {}).get("body") or "null")
    except ValueError:
        return []
    return list(_under(body, PLACES))


def _under(value: Any, names: frozenset[str]) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _under(part, names)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part) if name in names else _under(part, names)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)


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
        done = carry_out(lab, case, permissions=[name for name in lab.facts.permissions if name != cell.name])
        yield _refusal(cell, done, "INTEGRATION.PERMISSION_MISSING", names=cell.name, known=lab.facts.permissions)


def _refusal(cell: Cell, done: Run, code: str, *, names: str = "", known: Iterable[str] = ()) -> Result:
    """Judge that an action was refused in the right words and wrote nothing. `known`: permissions, of which it must name one at least."""
    wrote = done.changes.counts()
    if done.outcome.ok:
        return broken(cell, "reported as done", code=Code.FALSE_SUCCESS, expected=code, seen=done.exchanges)
    if wrote:
        return broken(cell, f"refused, and it wrote: {examples(wrote)}", code=Code.COLLATERAL, seen=done.exchanges)
    if done.outcome.code != code:
        text = f"the error is {done.outcome.code}: {done.outcome.message}"
        return broken(cell, text, expected=code, got=done.outcome.code, seen=done.exchanges)
    if names and names not in str(done.outcome.message):
        text = f"the message does not name {names!r}: {done.outcome.message}"
        if not any(name in str(done.outcome.message) for name in known):
            return broken(cell, text)
        return Result(cell, Code.DENIED_VAGUE, text)
    return held(cell, code=Code.REJECTED_REPORTED)


def _strange_cells(lab: Lab) -> list[Cell]:
    inside = [action for action in lab.promise.actions if _inner(lab, action) is not None]
    return [
        *(Cell("case", action, "unknown member") for action in lab.promise.actions),
        *(Cell("case", action, "unknown member inside") for action in inside),
        Cell("case", "", "unknown action"),
    ]


def _inner(lab: Lab, action: str) -> str | None:
    """A member of the action's first good case that has members itself."""
    cases = cases_of(lab, action, refused=False)
    return (
        next((name for name, value in cases[0].input.items() if isinstance(value, Mapping) and name != "remote_fields"), None)
        if cases
        else None
    )


def _strange_input(lab: Lab) -> Iterator[Result]:
    """ACT-8."""
    with synced(lab) as (session, shown):
        yield from (_strange(lab, session, shown, cell) for cell in _strange_cells(lab))


def _strange(lab: Lab, session: Session, known: judge.Snapshot, cell: Cell) -> Result:
    before = session.world.tables()
    session.world.tenant.clear_journal()
    if cell.owner:
        cases = cases_of(lab, cell.owner, refused=False)
        try:
            values = with_ids(cases[0].input, known, tuple(lab.promise.models)) if cases else {}
        except Blocked as reason:
            return unverifiable(cell, str(reason))
        path = [*([str(_inner(lab, cell.owner))] if cell.name.endswith("inside") else []), "no_such_member"]
        outcome, code = session.act(cell.owner, _with(values, path, "x")), "PLATFORM.INPUT_INVALID"
    else:
        outcome, code = session.act("Conjure a hire", {}), "INTEGRATION.ACTION_NOT_AVAILABLE"
    wrote = changes_between(before, session.world.tables(session.world.tenant.journal())).counts()
    if wrote:
        return broken(cell, f"it wrote: {examples(wrote)}", code=Code.COLLATERAL)
    text = None if not outcome.ok and outcome.code == code else f"ok {outcome.ok}, error {outcome.code}: expected {code}"
    return judged(cell, text, code=Code.FALSE_SUCCESS if outcome.ok else Code.BROKEN)


# -------------------------------------------------------------------------------------------------- unlucky writes


def _writing_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "unlucky", action) for action, promised in lab.promise.actions.items() if promised.writes]


def _unlucky(lab: Lab, action: str, rule: Mapping[str, Any]) -> Iterator[tuple[str, Run]]:
    """For each writing operation of the action: a good case that uses it, again, while this fault strikes that operation once."""
    struck: set[str] = set()
    for case in cases_of(lab, action, refused=False):
        if case.permissions != "all" or not run(lab, case).outcome.ok:
            continue
        for operation in dict.fromkeys(entry.operation for entry in run(lab, case).journal if entry.writes and entry.operation):
            if operation not in struck:
                struck.add(operation)
                yield operation, carry_out(lab, case, rule={"times": 1, **rule, "operation": operation})


def _each_write(lab: Lab, rule: Mapping[str, Any], judge_one: Callable[[Cell, Run], Result]) -> Iterator[Result]:
    """One result for each action: the first that is no pass, with the operation that was struck."""
    for cell in _writing_cells(lab):
        try:
            found = [(operation, judge_one(cell, done)) for operation, done in _unlucky(lab, cell.name, rule)]
        except Stuck as error:
            yield broken(cell, f"{error}, and would have gone on")
            continue
        bad = next(((operation, one) for operation, one in found if one.verdict is not Verdict.PASS), None)
        if bad is not None:
            yield replace(bad[1], message=f"{bad[0]}: {bad[1].message}")
        elif found:
            yield found[0][1]
        else:
            yield unverifiable(cell, f"no case of {cell.name!r} with every permission went through and wrote")


def _written_twice(done: Run) -> str | None:
    declared = done.case.writes
    twice = {table: len(rows) for table, rows in done.changes.inserted.items() if len(rows) > declared.get(table, Writes()).insert}
    return f"it wrote again: {_counted(twice)}" if twice else None


def _warned_more(lab: Lab, done: Run) -> bool:
    """Whether it warns of something of which it does not warn when nothing is in its way."""
    return bool(set(done.outcome.warnings) - set(run(lab, done.case).outcome.warnings))


def _in_doubt(lab: Lab, cell: Cell, done: Run) -> Result:
    """A write of which nobody told what became of it: once at the most, and never called done when it was not."""
    twice, problem = _written_twice(done), writes_problem(done.case.writes, done.changes.counts())
    if twice:
        return broken(cell, twice, code=Code.DUPLICATED, seen=done.exchanges)
    if done.outcome.ok and problem is not None and not _warned_more(lab, done):
        return broken(cell, problem[1], code=Code.FALSE_SUCCESS, seen=done.exchanges)
    if not done.outcome.ok and not done.outcome.message:
        return broken(cell, "it failed without saying that the outcome is unknown", code=Code.FALSE_FAILURE)
    if not done.outcome.ok and str(done.outcome.code).endswith("INPUT_INVALID"):
        return broken(
            cell, f"the vendor failed, and the input is blamed: {done.outcome.code}", code=Code.FALSE_FAILURE, seen=done.exchanges
        )
    return held(cell, "done once" if done.outcome.ok else f"done once at the most, reported as {done.outcome.code}")


def _lost_answers(lab: Lab) -> Iterator[Result]:
    """ACT-9."""
    return _each_write(lab, {"kind": "lost_answer"}, partial(_in_doubt, lab))


def _failing_writes(lab: Lab) -> Iterator[Result]:
    """ACT-14."""
    return _each_write(lab, {"kind": "status", "status": 500}, partial(_in_doubt, lab))


def _hopeless_writes(lab: Lab) -> Iterator[Result]:
    """ACT-16."""
    return _each_write(lab, {"kind": "status", "status": 503, "times": None}, partial(_gave_up, lab))


def _gave_up(lab: Lab, cell: Cell, done: Run) -> Result:
    refused = sum(bool(entry.raw.get("faults")) for entry in done.journal)
    if refused > MOST_TRIES:
        return broken(cell, f"it tried {refused} times; at most {MOST_TRIES} are reasonable", seen=done.exchanges)
    if done.outcome.ok and not done.changes.counts():
        return broken(cell, "nothing was written, and it is reported as done", code=Code.FALSE_SUCCESS, seen=done.exchanges)
    # Of several writes some may have been done: then that is said, or all of it is called failed.
    return _in_doubt(lab, cell, done)


def _endless_limits(lab: Lab) -> Iterator[Result]:
    """ACT-19."""

    def judge_one(cell: Cell, done: Run) -> Result:
        code = done.outcome.code
        if done.outcome.ok or code == LIMIT_CODE:
            return _in_doubt(lab, cell, done)
        return broken(cell, f"a rate limit that never ends is called {code}", expected=LIMIT_CODE, got=code, seen=done.exchanges)

    return _each_write(lab, {"kind": "rate_limit", "retry_after": None, "times": None}, judge_one)


LIMIT_CODE = "REMOTE.RATE_LIMIT_EXCEEDED"


def _counted(tables: Mapping[str, int]) -> str:
    return ", ".join(f"{count} rows in {table}" for table, count in sorted(tables.items()))


def _limited_writes(lab: Lab) -> Iterator[Result]:
    """ACT-10."""

    def judge_one(cell: Cell, done: Run) -> Result:
        problem = writes_problem(done.case.writes, done.changes.counts())
        if not done.outcome.ok:
            return broken(cell, f"refused only for now, it gave up: {done.outcome.code}", code=Code.FALSE_FAILURE, seen=done.exchanges)
        return judged(cell, problem[1] if problem else None, code=problem[0] if problem else Code.HELD, seen=done.exchanges)

    return _each_write(lab, {"kind": "rate_limit", "retry_after": 5}, judge_one)


# --------------------------------------------------------------------------------------- inputs that are not promised

SOMETHING = "Something that is not promised"


def _unpromised(lab: Lab, action: str) -> tuple[str, ...] | None:
    """The path of a text that the unified action takes and this connector does not promise; None when there is none."""
    promised = lab.promise.actions[action].inputs
    model = ACTIONS.get(action)
    return None if model is None else next(_free_texts(model, (), frozenset(promised)), None)


def _free_texts(model: type[ActionInput], inside: tuple[str, ...], promised: frozenset[str]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        path = (*inside, name)
        if any(".".join(path[:length]) in promised for length in range(1, len(path) + 1)):
            continue
        if field.annotation == (str | None) and not field.metadata and not name.endswith(("_id", "_date", "data", "data_url")):
            yield path
        elif isinstance(field.annotation, type) and issubclass(field.annotation, ActionInput):
            yield from _free_texts(field.annotation, path, promised)


def _left_out_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", "not promised", action) for action in lab.promise.actions]


def _left_out(lab: Lab) -> Iterator[Result]:
    """ACT-15."""
    for cell in _left_out_cells(lab):
        path = _unpromised(lab, cell.name)
        if path is None:
            yield Result(cell, Code.NOT_APPLICABLE, "every text that the action takes is promised")
            continue
        try:
            case = _first_good(lab, cell.name)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        done = carry_out(lab, case.model_copy(update={"input": _with(case.input, path, SOMETHING), "creates": {}, "repeat": None}))
        named = any(".".join(path) in text for text in done.outcome.warnings)
        problem = writes_problem(case.writes, done.changes.counts())
        if not done.outcome.ok:
            yield held(cell, f"refused: {done.outcome.code}", Code.REJECTED_REPORTED)
        elif problem is not None:
            yield broken(cell, problem[1], code=problem[0], seen=done.exchanges)
        else:
            yield judged(cell, None if named else f"{'.'.join(path)} was left out, and no warning names it", code=Code.SILENT_DROP)


def _with(value: Mapping[str, Any], path: Sequence[str], text: Any) -> dict[str, Any]:
    head, *rest = path
    return {**value, head: _with(value.get(head) or {}, rest, text) if rest else text}


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
        if outcome.code != case.repeat.error or outcome.ok is not (case.repeat.error is None):
            text = f"the second time: ok {outcome.ok}, error {outcome.code}"
            yield broken(_cell(case), text, expected=case.repeat.error, got=outcome.code)
        else:
            yield judged(_cell(case), problem[1] if problem else None, code=problem[0] if problem else Code.HELD)


def _used(lab: Lab) -> Iterator[Result]:
    """ACT-13."""
    for cell in _action_cells(lab):
        promised = lab.promise.actions[cell.name]
        allowed = {*promised.needs, *(need for item in promised.inputs.values() for need in item.needs)}
        used = {need for case in cases_of(lab, cell.name) for entry in run(lab, case).journal for need in entry.needs}
        beyond = sorted(used - allowed)
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
    Check("ACT-18", "Records that an answer lists have ids of their own, and the same ones when asked for again.", "unified API: id format",
          _listed_cells, _listed_ids),
    Check("ACT-17", "What the vendor says against an input is passed on in the vendor's own words.", OURS, _refused_cells, _own_words),
    Check("ACT-5", "What an action leaves out is told in a warning, and nothing else is.", API, _case_cells, _warned),
    Check("ACT-6", "The answer's data is right, and ids in it are those of the records that the next sync brings.", API,
          _case_cells, _answers),
    Check("ACT-7", "Without a permission that it needs, an action is refused, names the permission, and writes nothing.", API,
          _permission_cells, _without_permission),
    Check("ACT-8", "Unknown members and unknown actions are refused, not ignored.", API, _strange_cells, _strange_input),
    Check("ACT-9", "A write whose answer was lost is not repeated blindly.", OURS, _writing_cells, _lost_answers),
    Check("ACT-10", "A write that was refused by a rate limit is made once, after the wait.", OURS, _writing_cells, _limited_writes),
    Check("ACT-14", "A write that failed at the vendor is reported as done only if it was, and made once at the most.", OURS,
          _writing_cells, _failing_writes),
    Check("ACT-19", "A write that a rate limit keeps away for good is reported as such, so that the caller knows to come back.",
          "unified API: error codes", _writing_cells, _endless_limits),
    Check("ACT-16", "A write that the vendor never takes is given up and reported, also if others of the action went through; nothing is written twice.", OURS,
          _writing_cells, _hopeless_writes),
    Check("ACT-15", "An input that the action takes and the connector does not promise is left out with a warning, or refused.", API,
          _left_out_cells, _left_out),
    Check("ACT-11", "An action sends nothing that the vendor does not read.", "design of this suite: manners", _case_cells, _understood),
    Check("ACT-12", "The same action a second time does what the fixture says, and no more.", API, _repeat_cells, _repeats),
    Check("ACT-13", "An action uses no permission that its promise does not name.", "design of this suite: manners",
          _used_cells, _used),
)  # fmt: skip
