"""Whether the vendor's records show what an action was given."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from conformance import judge
from conformance.action_runs import Run, cases_of, run, writes_problem
from conformance.casework import broken, held, unverifiable
from conformance.check import Cell, Result
from conformance.files import content_of
from conformance.fixture_models import PROOF_WORDS, ActionCase, Proof, ServedFile
from conformance.lab import Lab
from conformance.outcomes import Code


def input_cells(lab: Lab) -> list[Cell]:
    return [Cell("input", action, name) for action, promised in lab.actions.items() for name in promised.inputs]


def inputs(lab: Lab) -> Iterator[Result]:
    """ACT-1."""
    for cell in input_cells(lab):
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
    return (
        None
        if any(shows(proof, value, done.case.files) for value in values)
        else f"{place} is {judge.short(values[0] if len(values) == 1 else values)}"
    )


def _column(row: Mapping[str, Any], column: str) -> Any:
    return next(iter(judge.dig(row, column)), None)


def _known_now(value: Any, done: Run) -> Any:
    """ "$new:candidates" is the id of the only row that the action inserted there."""
    if not (isinstance(value, str) and value.startswith("$new:")):
        return value
    rows = done.changes.inserted.get(value.removeprefix("$new:"), [])
    return rows[0]["id"] if len(rows) == 1 else f"<{len(rows)} new rows>"


def shows(proof: Proof, value: Any, files: Mapping[str, ServedFile] = MappingProxyType({})) -> bool:
    """Whether the value is what the proof demands. `files`: those that the case serves."""
    if "equals" in proof.model_fields_set:
        return not judge.compare(proof.equals, value)
    if not isinstance(value, str):
        return False
    if proof.contains is not None:
        return proof.contains in value
    if proof.matches is not None:
        return re.fullmatch(proof.matches, value, re.DOTALL) is not None
    try:
        return base64.b64decode(value, validate=True) == _wanted_bytes(proof, files)
    except binascii.Error:
        return False


def _wanted_bytes(proof: Proof, files: Mapping[str, ServedFile]) -> bytes:
    if proof.same_file is not None:
        return content_of(files[proof.same_file])
    return base64.b64decode(proof.same_bytes) if proof.same_bytes is not None else (proof.decodes_to or "").encode()
