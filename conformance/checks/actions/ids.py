"""Ids in inputs: one that nobody has, that a record of another model has, or that is the vendor's own where only a unified one may stand,
is refused before anything is written, and named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance import judge
from conformance.action_runs import cases_of, changes_between, with_ids
from conformance.casework import broken, examples, judged, unverifiable
from conformance.check import Cell, Result
from conformance.checks.actions.strange import with_member
from conformance.fixture_models import ActionCase
from conformance.fixture_models.actions import WRITTEN_REFERENCE
from conformance.lab import Blocked, Lab, Session
from conformance.outcomes import Code
from conformance.prepared import synced

NOBODYS, ANOTHERS, VENDORS = "an id that nobody has", "the id of a record of another model", "the vendor's own id"
MAY_BE_THE_VENDORS = frozenset({"job_id", "user_id"})
"""Inputs in which "remote:" and the vendor's own id may stand; in all others, only a unified id."""
Path = tuple[str, ...]


def referring(lab: Lab, action: str) -> tuple[ActionCase, dict[Path, str]] | None:
    """The first plain case of the action that goes through, with the paths of its ids and the models that they are of."""
    for case in cases_of(lab, action, refused=False):
        if case.permissions == "all" and not (case.setup or case.settings or case.files):
            return case, dict(_references(case.input, (), frozenset(lab.promise.models)))
    return None


def _references(value: Mapping[str, Any], inside: Path, models: frozenset[str]) -> Iterator[tuple[Path, str]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _references(inner, (*inside, name), models)
        elif isinstance(inner, str) and (found := WRITTEN_REFERENCE.fullmatch(inner)) and found[1] in models:
            yield (*inside, name), found[1]


def _places(lab: Lab) -> list[tuple[Cell, ActionCase, Path, str]]:
    return [
        (Cell("input", action, f"{'.'.join(path)}: {what}"), case, path, model)
        for action in lab.actions
        for case, paths in filter(None, [referring(lab, action)])
        for path, model in paths.items()
        for what in (NOBODYS, ANOTHERS, VENDORS)
        if what != VENDORS or path[-1] not in MAY_BE_THE_VENDORS
    ]


def id_cells(lab: Lab) -> list[Cell]:
    return [Cell("case", cell.owner, cell.name) for cell, *_ in _places(lab)] or [Cell("case", "ids in inputs", "any")]


def unknown_ids(lab: Lab) -> Iterator[Result]:
    """ACT-33."""
    places = _places(lab)
    if not places:
        yield Result(id_cells(lab)[0], Code.NOT_APPLICABLE, "no action is given an id of a record")
        return
    with synced(lab) as (session, shown):
        for cell, (_, case, path, model) in zip(id_cells(lab), places, strict=True):
            strange = _strange_id(shown, model, of_another=cell.name.endswith(ANOTHERS))
            try:
                values = with_ids(case.input, shown, tuple(lab.promise.models))
                if cell.name.endswith(VENDORS):
                    strange = f"remote:{_key_at(case.input, path)}"
            except Blocked as reason:
                yield unverifiable(cell, str(reason))
                continue
            if strange is None:
                yield unverifiable(cell, "no record of another model was delivered")
                continue
            yield _refused(session, cell, with_member(values, path, strange), path)


def _key_at(value: Any, path: Path) -> str:
    """The vendor's key of the record that the case refers to there."""
    for name in path:
        value = value[name]
    return str(value).partition("/")[2]


def _strange_id(shown: judge.Snapshot, model: str, *, of_another: bool) -> str | None:
    """An id that no record of this model has. Records of two models may share theirs, where the vendor's are the same."""
    own = shown.ids.get(model, {})
    others = [made for other, ids in shown.ids.items() if other != model for made in ids if made not in own]
    if of_another:
        return next(iter(others), None)
    known = {*own, *others}
    return next((turned for turned in (made[::-1] for made in own) if turned not in known), None)


def _refused(session: Session, cell: Cell, values: Mapping[str, Any], path: Path) -> Result:
    tenant, before = session.world.tenant, session.world.tables()
    tenant.clear_journal()
    outcome = session.act(cell.owner, values)
    journal = tenant.journal()
    wrote = changes_between(before, session.world.tables(journal)).counts()
    if outcome.ok:
        return broken(cell, "it was taken", code=Code.FALSE_SUCCESS)
    if wrote:
        return broken(cell, f"it was refused, and it wrote: {examples(wrote)}", code=Code.COLLATERAL)
    if sent := [f"{entry.method} {entry.path}" for entry in journal if entry.writes]:
        return broken(cell, f"the vendor was asked to write all the same: {examples(sent)}")
    if not str(outcome.code).endswith("INPUT_INVALID"):
        return broken(cell, f"it is called {outcome.code}: {outcome.message}", expected="PLATFORM.INPUT_INVALID", got=outcome.code)
    unnamed = [part for part in path if part not in str(outcome.message)]
    return judged(cell, f"the message does not say that it stands in {'.'.join(path)}: {outcome.message}" if unnamed else None)
