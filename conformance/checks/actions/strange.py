"""Inputs that nobody promised: unknown members and actions are refused, what the unified action takes and the connector does not is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance import judge
from conformance.action_runs import carry_out, cases_of, changes_between, with_ids, writes_problem
from conformance.casework import broken, examples, held, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.cells import first_good
from conformance.fixture_models import WRITTEN_REFERENCE, ActionCase
from conformance.lab import Blocked, Lab, Session
from conformance.outcomes import Code
from conformance.prepared import synced
from connectors.unified.actions import ACTIONS, ActionInput


def strange_cells(lab: Lab) -> list[Cell]:
    inside = [action for action in lab.actions if _inner(lab, action) is not None]
    return [
        *(Cell("case", action, "unknown member") for action in lab.actions),
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


def strange_input(lab: Lab) -> Iterator[Result]:
    """ACT-8."""
    with synced(lab) as (session, shown):
        yield from (_strange(lab, session, shown, cell) for cell in strange_cells(lab))


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
        outcome, code = session.act(cell.owner, with_member(values, path, "x")), "PLATFORM.INPUT_INVALID"
    else:
        outcome, code = session.act("Conjure a hire", {}), "INTEGRATION.ACTION_NOT_AVAILABLE"
    wrote = changes_between(before, session.world.tables(session.world.tenant.journal(changed=True))).counts()
    if wrote:
        return broken(cell, f"it wrote: {examples(wrote)}", code=Code.COLLATERAL)
    text = None if not outcome.ok and outcome.code == code else f"ok {outcome.ok}, error {outcome.code}: expected {code}"
    return judged(cell, text, code=Code.FALSE_SUCCESS if outcome.ok else Code.BROKEN)


ANSWERS = "screening_question_answers"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def misfit_cells(lab: Lab) -> list[Cell]:
    found = [Cell("case", action, f"a misfit answer to {question}") for action in lab.actions for question in _answered(lab, action)]
    return found or [Cell("case", "misfit answers", "any")]


def _answered(lab: Lab, action: str) -> dict[str, tuple[ActionCase, int]]:
    """Question, as the fixture writes it, to the first good case that answers it, and where among its answers."""
    found: dict[str, tuple[ActionCase, int]] = {}
    for case in cases_of(lab, action, refused=False):
        if case.permissions == "all" and not (case.setup or case.settings or case.files or case.warnings):
            for number, given in enumerate(case.input.get(ANSWERS) or ()):
                found.setdefault(str(given["question_id"]).rpartition("/")[2], (case, number))
    return found


def misfits(lab: Lab) -> Iterator[Result]:
    """ACT-20."""
    answered = [(action, question, *at) for action in lab.actions for question, at in _answered(lab, action).items()]
    cells = misfit_cells(lab)
    if not answered:
        yield Result(cells[0], Code.NOT_APPLICABLE, "no action answers questions")
        return
    with synced(lab) as (session, shown):
        for cell, (action, _, case, number) in zip(cells, answered, strict=True):
            given = [dict(one) for one in case.input[ANSWERS]]
            given[number]["answer"] = _misfit(given[number]["answer"])
            try:
                values = with_ids({**case.input, ANSWERS: given}, shown, tuple(lab.promise.models))
            except Blocked as reason:
                yield unverifiable(cell, str(reason))
                continue
            yield _refused_answer(session, cell, action, values, given[number]["answer"])


def _misfit(answer: Any) -> Any:
    """What no question that takes this answer can take."""
    match answer:
        case bool():
            return "perhaps"
        case int() | float():
            return True
        case str() if WRITTEN_REFERENCE.fullmatch(answer):
            return "none of the options"
        case str() if DAY.fullmatch(answer):
            return "the day after tomorrow"
        case str():
            return 7
        case list():
            return ["none of the options"]
        case _:
            return "no file at all"


def _refused_answer(session: Session, cell: Cell, action: str, values: Mapping[str, Any], answer: Any) -> Result:
    before = session.world.tables()
    session.world.tenant.clear_journal()
    outcome = session.act(action, values)
    wrote = changes_between(before, session.world.tables(session.world.tenant.journal(changed=True))).counts()
    if outcome.ok:
        return broken(cell, f"{answer!r} was taken for an answer", code=Code.FALSE_SUCCESS)
    if wrote:
        return broken(cell, f"{answer!r} was refused, and it wrote: {examples(wrote)}", code=Code.COLLATERAL)
    fits = str(outcome.code).endswith("INPUT_INVALID")
    return judged(cell, None if fits else f"{answer!r} is called {outcome.code}: {outcome.message}", code=Code.BROKEN)


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


def left_out_cells(lab: Lab) -> list[Cell]:
    return [
        *(Cell("case", "not promised", action) for action in lab.actions),
        *(Cell("case", IN_OWN_WORDS, action) for action in lab.actions if _takes_own_words(lab, action)),
    ]


IN_OWN_WORDS = "not promised, in the vendor's own words"
OWN_WORDS = "remote_fields"
"""{vendor: {part: free object}}: where a caller says what the unified action has no input for."""


def _takes_own_words(lab: Lab, action: str) -> bool:
    return action in ACTIONS and OWN_WORDS in ACTIONS[action].model_fields and OWN_WORDS not in lab.promise.actions[action].inputs


def _no_part(lab: Lab, action: str) -> str:
    """A part that callers would think of first, unless the connector takes it."""
    return "candidate" if "candidate" not in lab.promise.actions[action].own_words else "employer"


def left_out(lab: Lab) -> Iterator[Result]:
    """ACT-15."""
    for cell in left_out_cells(lab):
        own_words = cell.owner == IN_OWN_WORDS
        path = (OWN_WORDS, lab.vendor, _no_part(lab, cell.name), "a_field") if own_words else _unpromised(lab, cell.name)
        if path is None:
            yield Result(cell, Code.NOT_APPLICABLE, "every text that the action takes is promised")
            continue
        try:
            case = first_good(lab, cell.name)
        except Blocked as reason:
            yield unverifiable(cell, str(reason))
            continue
        done = carry_out(lab, case.model_copy(update={"input": with_member(case.input, path, SOMETHING), "creates": {}, "repeat": None}))
        named = any((OWN_WORDS if own_words else ".".join(path)) in text for text in done.outcome.warnings)
        problem = writes_problem(case.writes, done.changes.counts())
        if not done.outcome.ok:
            yield held(cell, f"refused: {done.outcome.code}", Code.REJECTED_REPORTED)
        elif problem is not None:
            yield broken(cell, problem[1], code=problem[0], seen=done.exchanges)
        else:
            yield judged(cell, None if named else f"{'.'.join(path)} was left out, and no warning names it", code=Code.SILENT_DROP)


def with_member(value: Mapping[str, Any], path: Sequence[str], text: Any) -> dict[str, Any]:
    head, *rest = path
    return {**value, head: with_member(value.get(head) or {}, rest, text) if rest else text}
