"""The word for every model and field of one column: what came, beside the vendor's truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance import judge
from conformance.casework import MIRRORS, calm_without, examples, strays, without_ids_of
from conformance.lab import Lab
from conformance.outcomes import Code
from conformance.promise import MADE_BY_SERVICE
from conformance.scopes.credentials import Column
from conformance.scopes.sight import Sight
from conformance.scopes.truth import Permissions, Truth
from conformance.subjects import Diagnostic, Probed, SyncOutcome


@dataclass(frozen=True)
class Judged:
    """The word for one cell, and why."""

    code: Code
    message: str = ""
    expected: Any = None
    got: Any = None


READ = frozenset({Code.READABLE, Code.EMPTY})
"""Codes of what a credential can read in full."""


@dataclass(frozen=True)
class Findings:
    """All that is known of one column; what was delivered is let go, for there are many columns."""

    sync: str | None
    error: str | None
    diagnostics: tuple[Diagnostic, ...]
    requests: tuple[tuple[str, str | None, int | None], ...]
    exchanges: tuple[dict[str, Any], ...]
    cells: Mapping[tuple[str, str | None], Judged]
    """The word for each model (None) and each of its fields."""
    probe: Mapping[str, str | None]
    """Model to why the probe does not say of it and its fields what the vendor's truth is, or None."""
    read: frozenset[tuple[str, str | None]]
    """What came whole and without a word of denial; found without looking any truth up."""
    silent: str | None = None
    granted: str | None = None
    """Both as in Sight."""

    def of(self, model: str, name: str | None = None) -> Judged:
        return self.cells[model, name]


class ColumnJudge:
    """Finds the words for one column."""

    def __init__(self, lab: Lab, truth: Truth, column: Column, sight: Sight) -> None:
        self._lab, self._truth = lab, truth
        self._column, self._sight = column, sight
        self._hidden = frozenset(model for model in self._lab.promise.models if self._truth.missing(column.holds, model))

    def findings(self) -> Findings:
        sight = self._sight
        models = {model: self._model(model) for model in self._lab.models}
        cells: dict[tuple[str, str | None], Judged] = {(model, None): one for model, one in models.items()}
        for model, one in models.items():
            for name in self._lab.promise.models[model].fields:
                cells[model, name] = self._field(model, name) if one.code in READ else one
        outcome = sight.outcome
        return Findings(
            sync=None if outcome is None else outcome.state,
            error=sight.crashed if outcome is None else outcome.error,
            diagnostics=() if outcome is None else outcome.diagnostics,
            requests=sight.requests,
            exchanges=sight.exchanges,
            cells=cells,
            probe={model: probe_problem(self._lab, self._truth, self._column, sight.probed, model) for model in self._lab.models},
            read=frozenset(self._read()),
            silent=sight.silent,
            granted=sight.granted,
        )

    # -- a whole model ------------------------------------------------------------------------------------------

    def _model(self, model: str) -> Judged:
        sight = self._sight
        if sight.crashed is not None or sight.outcome is None:
            return Judged(Code.CRASHED, sight.crashed or "")
        if self._column.state != "good":
            return _with_bad_credential(sight, model, sight.outcome)
        missing = self._truth.missing(self._column.holds, model)
        return self._denied_model(model, missing) if missing else self._allowed_model(model)

    def _denied_model(self, model: str, missing: Permissions) -> Judged:
        rows, said = self._sight.rows(model), self._sight.said(model, None)
        if rows and len(missing) < len(self._truth.needs(model)):
            if self._truth.is_named(missing, _named(said)):
                return Judged(Code.PARTIAL_REPORTED, f"{len(rows)} records of the part that may be read")
            return Judged(Code.PARTIAL_SILENT, f"{len(rows)} records, and nothing says that more are hidden", sorted(missing))
        if rows:
            return Judged(Code.LEAK, f"{len(rows)} records, which this credential may not read", [], len(rows))
        own = [name for name in self._lab.promise.models[model].fields if name not in MADE_BY_SERVICE]
        return _reported(self._truth, model, missing, said, self._sight.speaks_of_all(model, own))

    def _allowed_model(self, model: str) -> Judged:
        said = self._sight.said(model, None)
        if said:
            return Judged(Code.FALSE_DENIAL, f"called denied for lack of {', '.join(said[0].missing_permissions)}, and it is not")
        if model in self._sight.snapshot.unavailable:
            return Judged(Code.BLAST, f"cannot be read ({self._sight.snapshot.unavailable[model]}), though nothing is lacking for it")
        wanted, got = (shown.keys.get(model, Counter()) for shown in self._pair)
        if wanted == got:
            return Judged(Code.READABLE, f"{got.total()} records") if got else Judged(Code.EMPTY)
        lost, extra = wanted - got, got - wanted
        if extra:
            return Judged(Code.LEAK, f"records that should not be there: {examples(sorted(extra.elements()))}")
        if not got:
            return Judged(Code.BLAST, f"none of {wanted.total()} records came, though nothing is lacking for them")
        return Judged(Code.PARTIAL_SILENT, f"{lost.total()} of {wanted.total()} records are missing: {examples(sorted(lost.elements()))}")

    # -- a field ------------------------------------------------------------------------------------------------

    def _field(self, model: str, name: str) -> Judged:
        """A model that cannot be read gives its word to all its fields; here the model came."""
        sight = self._sight
        missing = self._truth.missing(self._column.holds, model, name)
        said = sight.said(model, name)
        values = [row[name] for row in sight.rows(model) if not judge.is_blank(row.get(name))]
        if missing:
            if values:
                return Judged(Code.LEAK, f"{len(values)} values, which this credential may not see", None, values[0])
            return _reported(self._truth, f"{model}.{name}", missing, said, sight.said(model, None))
        if said:
            return Judged(Code.FALSE_DENIAL, f"called denied for lack of {', '.join(said[0].missing_permissions)}, and it is not")
        return self._allowed_field(model, name, values)

    def _allowed_field(self, model: str, name: str, values: Sequence[Any]) -> Judged:
        different = [] if self._may_hold_less(model, name) else self._differences.get((model, name), [])
        if not different or self._lab.ledger.bad_field(model, name):
            return Judged(Code.READABLE, f"{len(values)} values") if values else Judged(Code.EMPTY)
        lost = [one for one in different if judge.is_blank(one.after)]
        code = (Code.MISSING if self._column.name == "FULL" else Code.BLAST) if lost else Code.WRONG_VALUE
        first = (lost or different)[0]
        return Judged(code, examples(different), first.before, first.after)

    def _may_hold_less(self, model: str, name: str) -> bool:
        """Whether the field mirrors what the vendor shows, and the vendor shows less here."""
        if self._column.holds >= frozenset(self._lab.facts.permissions) and self._column.denial is None:
            return False
        if name in self._lab.profile.open_ended.get(model, ()):
            return True
        lacking = [denied for permission, denied in self._truth.denied_by.items() if permission not in self._column.holds]
        partly = self._column.denial is not None or any(target.startswith(f"{model}.") for denied in lacking for target in denied)
        return partly and name in MIRRORS

    # -- what is compared ---------------------------------------------------------------------------------------

    @cached_property
    def _pair(self) -> tuple[judge.Snapshot, judge.Snapshot]:
        """What there is and what came, both without the ids of models that this credential cannot read."""
        return (
            calm_without(self._lab, self._hidden),
            without_ids_of(self._lab, self._sight.snapshot, self._hidden),
        )

    @cached_property
    def _differences(self) -> Mapping[tuple[str, str | None], list[judge.Difference]]:
        found: dict[tuple[str, str | None], list[judge.Difference]] = {}
        for one in judge.differences(*self._pair, [model for model in self._lab.models if model not in self._hidden]):
            found.setdefault((one.model, one.field), []).append(one)
        return found

    def _read(self) -> Iterator[tuple[str, str | None]]:
        """What came whole and without a word of denial: as many records as there are, as many blanks as there are."""
        whole, came, sight = self._lab.calm.snapshot, self._sight.snapshot, self._sight
        for model in self._lab.models:
            if sight.outcome is None or sight.said(model, None) or model in came.unavailable:
                continue
            if len(whole.rows.get(model, ())) != len(came.rows.get(model, ())):
                continue
            yield model, None
            open_ended = self._lab.profile.open_ended.get(model, ())
            for name in self._lab.promise.models[model].fields:
                if not sight.said(model, name) and (name in open_ended or self._blanks_of_all(model, name) == _blanks(came, model, name)):
                    yield model, name

    def _blanks_of_all(self, model: str, name: str) -> int:
        """How many blanks there are, which every column is held against."""
        return self._lab.once(("blanks", model, name), lambda: _blanks(self._lab.calm.snapshot, model, name))


def _blanks(shown: judge.Snapshot, model: str, name: str) -> int:
    return sum(judge.is_blank(row.get(name)) for row in shown.rows.get(model, ()))


def _with_bad_credential(sight: Sight, model: str, outcome: SyncOutcome) -> Judged:
    if outcome.state != "AUTHENTICATION_FAILED":
        silent = outcome.state == "SUCCEEDED"
        text = f"the credential is no good, and the sync ended {outcome.state}"
        return Judged(Code.DENIED_SILENT if silent else Code.DENIED_VAGUE, text, "AUTHENTICATION_FAILED", outcome.state)
    rows = len(sight.rows(model))
    return Judged(Code.PARTIAL_REPORTED, f"{rows} records read before") if rows else Judged(Code.DENIED_REPORTED)


def _named(said: Sequence[Diagnostic]) -> Permissions:
    return frozenset(name for one in said for name in one.missing_permissions)


def _reported(truth: Truth, what: str, missing: Permissions, said: Sequence[Diagnostic], wider: Sequence[Diagnostic]) -> Judged:
    """How well a lack was reported; several diagnostics may name its parts."""
    if truth.is_named(missing, _named(said)):
        return Judged(Code.DENIED_REPORTED, f"needs {', '.join(sorted(missing))}")
    told = said or wider
    if told:
        named = sorted(_named(told))
        text = f"{what} is reported, but names {', '.join(named) or 'no permission'} as missing, not {', '.join(sorted(missing))}"
        return Judged(Code.DENIED_VAGUE, text, sorted(missing), named)
    return Judged(Code.DENIED_SILENT, f"{what} may not be read, and nothing says so", sorted(missing), [])


def probe_problem(lab: Lab, truth: Truth, column: Column, probed: Sequence[Probed], model: str) -> str | None:
    """Why the probe does not say of this model and its fields what the vendor's truth is, or None (M1)."""
    told = {(one.model, one.field): one for one in probed}
    for name in (None, *lab.promise.models[model].fields):
        lacking = truth.missing(column.holds, model) | (truth.missing(column.holds, model, name) if name else frozenset())
        one = told.get((model, name)) or told.get((model, None))
        what = model if name is None else f"{model}.{name}"
        if one is None:
            return f"the probe says nothing of {what}"
        if stray := strays(one):
            return stray
        if one.readable is bool(lacking):
            return f"the probe calls {what} {'readable' if one.readable else 'denied'}, and it is not"
        named = frozenset() if one.diagnostic is None else frozenset(one.diagnostic.missing_permissions)
        if lacking and not truth.is_named(truth.missing(column.holds, model) or lacking, named):
            told_as = ", ".join(sorted(named)) or "nothing"
            return f"the probe names {told_as} as missing for {what}, not {', '.join(sorted(lacking))}"
    return None
