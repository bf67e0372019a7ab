"""Answers with status 200 that hold no page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.casework import broken, judged, same, unverifiable
from conformance.check import Cell, Result
from conformance.checks.errors.losses import unexplained, wrongly_gone
from conformance.lab import Lab, SubjectCrashed
from conformance.outcomes import Code
from conformance.prepared import synced

NO_ANSWER: Mapping[str, Mapping[str, Any]] = {
    "an HTML page": {"kind": "not_json"},
    "an HTML page instead of the second page": {"kind": "not_json", "skip": 1},
    "half a document": {"kind": "truncated_body"},
    "half a document instead of the second page": {"kind": "truncated_body", "skip": 1},
    "nothing": {"kind": "not_json", "text": "", "content_type": "application/json"},
    "a body that breaks off": {"kind": "cut_mid_body"},
    "a body of another length": {"kind": "wrong_length"},
}
"""Answers with status 200 that hold no page. They are no reason to give up at once, but never an empty list."""


def no_answer_cells(lab: Lab) -> list[Cell]:
    return [Cell("fault", "every list", name) for name in NO_ANSWER]


def no_answer(lab: Lab) -> Iterator[Result]:
    """ERR-14."""
    lists = [one for one in lab.asked() if one not in lab.profile.asked_anyway]
    for cell, rule in zip(no_answer_cells(lab), NO_ANSWER.values(), strict=True):
        with synced(lab, lab.cut.settings) as (session, before):
            lab.small_pages(session.world)
            tenant = session.world.tenant
            for operation in lists:
                tenant.fault(**rule, operation=operation, times=None)
            try:
                outcome = session.sync()
            except SubjectCrashed as error:
                yield broken(cell, str(error), code=Code.CRASHED)
                continue
            if not tenant.struck():
                yield unverifiable(cell, "the fault never struck: no list was asked for a second page")
                continue
            lost = wrongly_gone(lab, session.snapshot(include_deleted=True).rows)
            problem = lost or unexplained(lab, outcome, before, session.snapshot())
            if problem is None and outcome.state == "SUCCEEDED":
                yield broken(cell, "the sync ended SUCCEEDED, though no list was answered", code=Code.FALSE_SUCCESS)
                continue
            tenant.clear_faults()
            session.sync_well()
            yield judged(cell, problem or same(lab, before, session.snapshot()))
