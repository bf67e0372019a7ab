"""The matrix: what the subject gives and says with each credential, one code for every model and every field.

Two questions are kept apart. `Sight` says, knowing nothing of permissions, what came and what was said of it; `Matrix` puts
the vendor's truth beside it and finds the word for the cell. The search for smallest sets asks the first alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance import judge
from conformance.casework import denials, examples, without_ids_of
from conformance.fixture_models import Step
from conformance.lab import Lab, Session, Stuck, SubjectCrashed, World, shown
from conformance.outcomes import Code
from conformance.scopes.credentials import Column, columns, columns_under
from conformance.scopes.truth import Permissions, Truth, truth_of
from conformance.subjects import ConfigurationError, Diagnostic, Probed, SyncOutcome

MIRRORS = frozenset({"remote_data"})
"""The vendor's answer as it was asked for: where a part of it may not be read, it may hold less."""


@dataclass(frozen=True)
class Sight:
    """What the subject gave and said with one credential."""

    outcome: SyncOutcome | None
    """None: it raised an error (`crashed`)."""
    snapshot: judge.Snapshot
    probed: tuple[Probed, ...]
    requests: tuple[tuple[str, str | None, int | None], ...]
    """(method, operation, status) of everything that the vendor was asked."""
    exchanges: tuple[dict[str, Any], ...] = ()
    """The first conversation of each operation with the vendor, as the report shows it."""
    crashed: str | None = None

    def rows(self, model: str) -> Sequence[Mapping[str, Any]]:
        return self.snapshot.rows.get(model, ())

    def said(self, model: str, name: str | None) -> list[Diagnostic]:
        return [] if self.outcome is None else denials(self.outcome, model, name)

    def speaks_of(self, model: str) -> list[Diagnostic]:
        """Every denial about the model or one of its fields."""
        return (
            []
            if self.outcome is None
            else [one for one in self.outcome.diagnostics if one.model == model and one.reason == "not_permitted"]
        )


NOTHING = judge.snapshot({}, {})


def look(lab: Lab, column: Column) -> Sight:
    """Sync with the column's credential in a fresh copy of the world, and look at everything."""

    def observe() -> Sight:
        world = lab.world()
        if column.denial is not None:
            world.perform([Step(quirk=lab.profile.denials[column.denial].quirk)])
        try:
            return _seen(world, _session(lab, world, column))
        except (SubjectCrashed, Stuck, ConfigurationError) as error:
            return Sight(None, NOTHING, (), _requests(world), _exchanges(lab, world), str(error))

    return lab.once(("sight", column.key), observe)


def _session(lab: Lab, world: World, column: Column) -> Session:
    match column.state:
        case "good":
            return world.connect(credential=lab.mint(world, sorted(column.holds)).credential)
        case "invalid":
            secret = {item.name for item in lab.promise.credential if item.secret}
            given = world.tenant.credential
            return world.connect(credential={name: f"{value[:-4]}xxxx" if name in secret else value for name, value in given.items()})
        case "expired":
            minted = world.tenant.mint("all", expires_in=60)
            world.tenant.advance(120)
            return world.connect(credential=minted.credential)
        case "revoked":
            session = world.connect(credential=lab.mint(world, "all").credential)
            world.tenant.fault("revoke_credential", operation=lab.operations()[-1], times=1)
            return session


def _seen(world: World, session: Session) -> Sight:
    outcome = session.sync()
    snapshot = session.snapshot()
    requests, exchanges = _requests(world), _exchanges(world.lab, world)
    return Sight(outcome, snapshot, session.probe(), requests, exchanges)


MOST_EXCHANGES = 12


def _exchanges(lab: Lab, world: World) -> tuple[dict[str, Any], ...]:
    """One conversation for each operation and outcome: what the two sides said, without repetition."""
    found: dict[tuple[str | None, int | None, str], dict[str, Any]] = {}
    for entry in world.tenant.journal():
        found.setdefault((entry.operation, entry.status, entry.path), shown(entry, world.tenant.base_url, longest_body=600))
    return tuple(found.values())[:MOST_EXCHANGES]


def _requests(world: World) -> tuple[tuple[str, str | None, int | None], ...]:
    return tuple((entry.method, entry.operation, entry.status) for entry in world.tenant.journal())


@dataclass(frozen=True)
class Judged:
    """The word for one cell, and why."""

    code: Code
    message: str = ""
    expected: Any = None
    got: Any = None


READ = frozenset({Code.READABLE, Code.EMPTY})
"""Codes of what a credential can read in full."""


class Matrix:
    """All columns of one vendor."""

    def __init__(self, lab: Lab, denial: str | None = None) -> None:
        self.lab = lab
        self.truth: Truth = truth_of(lab, denial)
        self.columns = columns(lab) if denial is None else columns_under(lab, denial)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def column_of(self, held: Permissions) -> Column:
        """The column with exactly these permissions; one that nobody named is asked all the same."""
        return next((column for column in self.columns if column.holds == held and column.state == "good"), Column("search", held))

    def sight(self, column: Column) -> Sight:
        return look(self.lab, column)

    @cached_property
    def _models(self) -> dict[tuple[Hashable, str], Judged]:
        return {}

    def model(self, column: Column, model: str) -> Judged:
        """The word for a whole model."""
        key = (column.key, model)
        if key not in self._models:
            self._models[key] = self._judge_model(column, model)
        return self._models[key]

    def _judge_model(self, column: Column, model: str) -> Judged:
        sight = self.sight(column)
        if sight.crashed is not None or sight.outcome is None:
            return Judged(Code.CRASHED, sight.crashed or "")
        if column.state != "good":
            return _with_bad_credential(sight, model, sight.outcome)
        missing = self.truth.missing(column.holds, model)
        if missing:
            return self._denied_model(sight, model, missing)
        return self._allowed_model(column, sight, model)

    def _denied_model(self, sight: Sight, model: str, missing: Permissions) -> Judged:
        rows, said = sight.rows(model), sight.said(model, None)
        if rows and len(missing) < len(self.truth.needs(model)):
            if _named(said) == missing:
                return Judged(Code.PARTIAL_REPORTED, f"{len(rows)} records of the part that may be read")
            return Judged(Code.PARTIAL_SILENT, f"{len(rows)} records, and nothing says that more are hidden", sorted(missing))
        if rows:
            return Judged(Code.LEAK, f"{len(rows)} records, which this credential may not read", [], len(rows))
        return _reported(model, missing, said, sight.speaks_of(model))

    def _allowed_model(self, column: Column, sight: Sight, model: str) -> Judged:
        said = sight.said(model, None)
        if said:
            return Judged(Code.FALSE_DENIAL, f"called denied for lack of {', '.join(said[0].missing_permissions)}, and it is not")
        if model in sight.snapshot.unavailable:
            return Judged(Code.BLAST, f"cannot be read ({sight.snapshot.unavailable[model]}), though nothing is lacking for it")
        wanted, got = self._keys(column, model)
        if wanted == got:
            return Judged(Code.READABLE, f"{got.total()} records") if got else Judged(Code.EMPTY)
        lost, extra = wanted - got, got - wanted
        if extra:
            return Judged(Code.LEAK, f"records that should not be there: {examples(sorted(extra.elements()))}")
        if not got:
            return Judged(Code.BLAST, f"none of {wanted.total()} records came, though nothing is lacking for them")
        return Judged(Code.PARTIAL_SILENT, f"{lost.total()} of {wanted.total()} records are missing: {examples(sorted(lost.elements()))}")

    def _hidden(self, column: Column) -> frozenset[str]:
        return frozenset(model for model in self.lab.promise.models if self.truth.missing(column.holds, model))

    def _pair(self, column: Column) -> tuple[judge.Snapshot, judge.Snapshot]:
        """What there is and what came, both without the ids of models that this credential cannot read."""
        hidden = self._hidden(column)

        def measure() -> judge.Snapshot:
            return without_ids_of(self.lab, self.lab.calm.snapshot, hidden)

        whole = self.lab.once(("seen without", hidden), measure)
        came = self.lab.once(("sight without", column.key), lambda: without_ids_of(self.lab, self.sight(column).snapshot, hidden))
        return whole, came

    def _keys(self, column: Column, model: str) -> tuple[Counter[str], Counter[str]]:
        whole, came = self._pair(column)
        return whole.keys.get(model, Counter()), came.keys.get(model, Counter())

    def _differences(self, column: Column) -> Mapping[tuple[str, str | None], list[judge.Difference]]:
        def observe() -> Mapping[tuple[str, str | None], list[judge.Difference]]:
            whole, came = self._pair(column)
            models = [model for model in self.lab.models if model not in self._hidden(column)]
            found: dict[tuple[str, str | None], list[judge.Difference]] = {}
            for one in judge.differences(whole, came, models):
                found.setdefault((one.model, one.field), []).append(one)
            return found

        return self.lab.once(("differences", column.key), observe)

    def field(self, column: Column, model: str, name: str) -> Judged:
        """The word for one field. A model that cannot be read gives its word to all its fields: the grain is the model's."""
        whole = self.model(column, model)
        if whole.code not in READ:
            return whole
        sight = self.sight(column)
        missing = self.truth.missing(column.holds, model, name) - self.truth.missing(column.holds, model)
        said = sight.said(model, name)
        values = [row[name] for row in sight.rows(model) if not judge.is_blank(row.get(name))]
        if missing:
            if values:
                return Judged(Code.LEAK, f"{len(values)} values, which this credential may not see", None, values[0])
            return _reported(f"{model}.{name}", missing, said, sight.speaks_of(model))
        if said:
            return Judged(Code.FALSE_DENIAL, f"called denied for lack of {', '.join(said[0].missing_permissions)}, and it is not")
        return self._allowed_field(column, model, name, values)

    def _allowed_field(self, column: Column, model: str, name: str, values: Sequence[Any]) -> Judged:
        partly = column.denial is not None or any(target.startswith(f"{model}.") for denied in self._taken(column) for target in denied)
        open_ended = column.name != "FULL" and name in self.lab.profile.open_ended.get(model, ())
        different = [] if open_ended or (partly and name in MIRRORS) else self._differences(column).get((model, name), [])
        if not different or self.lab.ledger.bad_field(model, name):
            return Judged(Code.READABLE, f"{len(values)} values") if values else Judged(Code.EMPTY)
        lost = [one for one in different if judge.is_blank(one.after)]
        code = (Code.MISSING if column.name == "FULL" else Code.BLAST) if lost else Code.WRONG_VALUE
        first = (lost or different)[0]
        return Judged(code, examples(different), first.before, first.after)

    def _taken(self, column: Column) -> list[Mapping[str, Any]]:
        return [denied for name, denied in self.truth.denied_by.items() if name not in column.holds]

    # ------------------------------------------------------------------------------- without knowing the permissions

    def can_read(self, held: Permissions, model: str, name: str | None = None) -> bool:
        """Whether a credential gets all of this without a word of denial; asked by the search, so no truth is looked up."""
        column = Column("search", held)
        sight = self.sight(column)
        if sight.outcome is None or sight.said(model, None) or model in sight.snapshot.unavailable:
            return False
        whole, came = self.lab.calm.snapshot, sight.snapshot
        if whole.keys.get(model, Counter()).total() != came.keys.get(model, Counter()).total():
            return False
        if name is None:
            return True
        return not sight.said(model, name) and _blanks(whole, model, name) == _blanks(came, model, name)


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


def _reported(what: str, missing: Permissions, said: Sequence[Diagnostic], wider: Sequence[Diagnostic]) -> Judged:
    """How well a lack was reported; several diagnostics may name its parts."""
    if said and _named(said) == missing:
        return Judged(Code.DENIED_REPORTED, f"needs {', '.join(sorted(missing))}")
    told = said or wider
    if told:
        named = sorted(_named(told))
        text = f"{what} is reported, but names {', '.join(named) or 'no permission'} as missing, not {', '.join(sorted(missing))}"
        return Judged(Code.DENIED_VAGUE, text, sorted(missing), named)
    return Judged(Code.DENIED_SILENT, f"{what} may not be read, and nothing says so", sorted(missing), [])


def probe_problem(matrix: Matrix, column: Column, model: str) -> str | None:
    """Why the probe does not say of this model and its fields what the vendor's truth is, or None."""
    probed = {(one.model, one.field): one for one in matrix.sight(column).probed}
    for name in (None, *matrix.lab.promise.models[model].fields):
        lacking = matrix.truth.missing(column.holds, model) | (matrix.truth.missing(column.holds, model, name) if name else frozenset())
        one = probed.get((model, name)) or probed.get((model, None))
        what = model if name is None else f"{model}.{name}"
        if one is None:
            return f"the probe says nothing of {what}"
        if one.readable is bool(lacking):
            return f"the probe calls {what} {'readable' if one.readable else 'denied'}, and it is not"
        if lacking and (one.diagnostic is None or frozenset(one.diagnostic.missing_permissions) != lacking):
            named = () if one.diagnostic is None else one.diagnostic.missing_permissions
            return f"the probe names {', '.join(named) or 'nothing'} as missing for {what}, not {', '.join(sorted(lacking))}"
    return None
