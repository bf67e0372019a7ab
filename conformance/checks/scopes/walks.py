"""Connections in which models go off and come back: all in a row, or one alone."""

from __future__ import annotations

from collections.abc import Mapping

from conformance import judge
from conformance.casework import same
from conformance.checks.scopes.off import Off, any_problem, moved_ids
from conformance.checks.scopes.switching import asked_meanwhile, gone_with
from conformance.lab import Blocked, Lab, Stuck, SubjectCrashed
from conformance.prepared import synced
from conformance.sandbox import Entry


def model_off(lab: Lab, model: str, setting: str = "DISABLED") -> Off:
    """In one row with all other models; in a connection of its own when anything was wrong there, so that the right one is blamed."""
    if setting == "DISABLED":
        row, problem = in_a_row(lab)
        if problem is None:
            return row[model]
    return lab.once(("model off", model, setting), lambda: _alone_off(lab, model, setting), brief=True)


def _alone_off(lab: Lab, model: str, setting: str) -> Off:
    with synced(lab) as (session, before):
        session.reconnect(scope={"models": {model: setting}})
        journal = asked_meanwhile(session)
        meanwhile, everything = session.snapshot(), session.snapshot(include_deleted=True)
        session.reconnect(scope={})
        session.sync_well()
        return Off(before, everything.rows, meanwhile, session.snapshot(), journal=journal)


def in_a_row(lab: Lab) -> tuple[Mapping[str, Off], str | None]:
    """Each model off after the other in one connection, which takes half the syncs; and the first thing that was wrong with it."""

    def observe() -> tuple[Mapping[str, Off], str | None]:
        try:
            row, ended = _walked(lab)
        except (SubjectCrashed, Stuck, Blocked) as error:
            return {}, str(error)
        problems = (f"{model}: {problem}" for model, off in row.items() if (problem := any_problem(lab, model, off)))
        return row, next(problems, None) or ended

    return lab.once("models off in a row", observe, brief=True)


def _walked(lab: Lab) -> tuple[Mapping[str, Off], str | None]:
    states: list[tuple[judge.Snapshot, judge.Snapshot]] = []
    journals: list[tuple[Entry, ...]] = []
    with synced(lab, anew=True) as (session, before):
        for model in lab.models:
            session.reconnect(scope={"models": {model: "DISABLED"}})
            journals.append(asked_meanwhile(session))
            states.append((session.snapshot(), session.snapshot(include_deleted=True)))
        session.reconnect(scope={})
        session.sync_well()
        last = session.snapshot()
    row = {}
    for number, model in enumerate(lab.models):
        later = [(shown, gone_with(lab, off)) for (shown, _), off in zip(states[number + 1 :], lab.models[number + 1 :], strict=True)]
        after, off = next(((shown, off) for shown, off in later if not off & gone_with(lab, model)), (last, frozenset()))
        earlier = gone_with(lab, lab.models[number - 1]) if number else frozenset()
        row[model] = Off(before, states[number][1].rows, states[number][0], after, earlier, off, journals[number])
    return row, same(lab, before, last) or moved_ids(before, last, lab.models)
