"""What several rooms of this chapter judge."""

from __future__ import annotations

from conformance.action_runs import all_cases, cases_of, run
from conformance.check import Cell
from conformance.fixture_models import ActionCase
from conformance.lab import Blocked, Lab


def case_cell(case: ActionCase) -> Cell:
    return Cell("case", case.action, case.id)


def action_cells(lab: Lab) -> list[Cell]:
    return [Cell("action", action, action) for action in lab.actions]


def case_cells(lab: Lab) -> list[Cell]:
    return [case_cell(case) for case in all_cases(lab)]


def first_good(lab: Lab, action: str) -> ActionCase:
    """A case of the action that goes through. Raises Blocked."""
    for case in cases_of(lab, action, refused=False):
        if case.permissions == "all" and run(lab, case).outcome.ok:
            return case
    raise Blocked(f"no case of {action!r} with every permission went through")
