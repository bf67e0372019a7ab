"""Carries out the cases of actions.yaml: sync, call, and the tenant's tables before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance import aftermath, judge
from conformance.aftermath import Aftermath
from conformance.files import FileServer, fetched
from conformance.fixture_models import WRITTEN_REFERENCE, ActionCase, FixtureError, Writes
from conformance.lab import Blocked, Dump, Lab, Session
from conformance.lab import shown as as_shown
from conformance.outcomes import Code
from conformance.prepared import synced
from conformance.sandbox import Entry
from conformance.subjects import ActionOutcome


@dataclass(frozen=True)
class Changes:
    """What happened to the tenant's rows, by table."""

    inserted: Mapping[str, list[dict[str, Any]]]
    updated: Mapping[str, list[Any]]
    deleted: Mapping[str, list[Any]]
    columns: Mapping[str, frozenset[str]]
    """Those that changed in rows that were there, and those that hold something in new ones."""

    def counts(self) -> dict[str, Writes]:
        tables = {table for kind in (self.inserted, self.updated, self.deleted) for table, rows in kind.items() if rows}
        return {
            table: Writes(insert=len(self.inserted[table]), update=len(self.updated[table]), delete=len(self.deleted[table]))
            for table in sorted(tables)
        }


@dataclass(frozen=True)
class Later:
    """What is looked at of all that the connection showed in the end. The rest is let go, for there are many cases."""

    ids: Mapping[str, frozenset[Any]]
    """The unified ids of the models that the case creates records of."""
    keys: Mapping[str, Counter[str]]


@dataclass(frozen=True)
class Run:
    """One case, carried out."""

    case: ActionCase
    outcome: ActionOutcome
    changes: Changes
    after: Dump
    """The tables that a proof of the case looks at."""
    journal: tuple[Entry, ...]
    exchanges: tuple[dict[str, Any], ...]
    before_snapshot: judge.Snapshot
    later: Later | None
    repeat: tuple[ActionOutcome, Changes] | None
    looked_again: ActionOutcome | None = None
    """The answer to the same call a minute later, of an action that only looks."""
    contents: Mapping[str, list[bytes | None]] = field(default_factory=dict)
    """What the addresses of listed files lead to, by the file's name."""
    aftermath: Aftermath | None = None
    """What the connection showed afterwards, of a write that went through."""


NOTHING: tuple[Any, ...] = (None, False, "", [], {})


def changes_between(before: Dump, after: Dump) -> Changes:
    """Row by row; rows are told apart by their id."""
    inserted: dict[str, list[dict[str, Any]]] = {}
    updated: dict[str, list[Any]] = {}
    deleted: dict[str, list[Any]] = {}
    columns: dict[str, frozenset[str]] = {}
    for table in {**before, **after}:
        old = {row["id"]: row for row in before.get(table, [])}
        new = {row["id"]: row for row in after.get(table, [])}
        inserted[table] = [row for key, row in new.items() if key not in old]
        updated[table] = [key for key, row in new.items() if key in old and old[key] != row]
        deleted[table] = [key for key in old if key not in new]
        changed = {name for key in updated[table] for name in {**old[key], **new[key]} if old[key].get(name) != new[key].get(name)}
        filled = {name for row in inserted[table] for name, value in row.items() if value not in NOTHING}
        columns[table] = frozenset(changed | filled) - {"id"}
    return Changes(inserted, updated, deleted, columns)


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


def carry_out(
    lab: Lab,
    case: ActionCase,
    *,
    permissions: Sequence[str] | str = "all",
    rule: Mapping[str, Any] | None = None,
    anew: bool = False,
    wrong_credential: bool = False,
    stumbles: bool = False,
) -> Run:
    """Sync with every permission, call the action with these, look at the tables.

    `rule`: a fault that strikes the call. `wrong_credential`: it is made with one that is no good. `stumbles`: whoever keeps the files
    that are to be fetched puts off each of them once, and nothing further is looked at.
    """
    with synced(lab, case.settings, anew=anew) as (session, shown):
        if wrong_credential:
            session.reconnect(credential=session.world.wrong_credential())
        elif permissions != "all":
            # The ids are known, the rights are not there.
            session.reconnect(credential=lab.mint(session.world, permissions).credential)
        session.world.perform(case.setup)
        _carry_out_before(lab, session, case, shown)
        delta = anew and any(one.delta for one in lab.promise.models.values())
        if not delta:
            _cut_small(lab, session, case)
        return _called(lab, session, case, shown, rule=rule, further=not stumbles, delta=delta, stumbles=stumbles)


def _carry_out_before(lab: Lab, session: Session, case: ActionCase, shown: judge.Snapshot) -> None:
    if case.after is None:
        return
    first = next((one for one in lab.fixtures.actions if one.id == case.after), None)
    if first is None:
        raise FixtureError(f"{lab.fixtures.folder / 'actions.yaml'}: {case.id} comes after {case.after}, and no case has that id")
    outcome = session.act(first.action, with_ids(first.input, shown, tuple(lab.promise.models)))
    if not outcome.ok:
        raise Blocked(f"the case before it, {first.id}, was refused: {outcome.code}")
    session.world.forget_tables()


def _cut_small(lab: Lab, session: Session, case: ActionCase) -> None:
    """Let whatever the action looks up come in several pages, where the vendor may cut it so and no sync follows."""
    if lab.profile.paging.smallest and not case.creates:
        session.world.tenant.set_options(lab.profile.paging.smallest)


def attempts(lab: Lab, case: ActionCase, sets: Sequence[frozenset[str]]) -> Iterator[Run]:
    """The case with each of these sets of permissions. A try that changed nothing leaves its connection to the next one."""
    left = list(sets)
    while left:
        with synced(lab, case.settings) as (session, shown):
            session.world.perform(case.setup)
            _cut_small(lab, session, case)
            untouched = True
            while left and untouched:
                session.reconnect(credential=lab.mint(session.world, sorted(left.pop(0))).credential)
                done = _called(lab, session, case, shown)
                untouched = not (done.changes.counts() or done.outcome.ok)
                yield done


def _called(
    lab: Lab,
    session: Session,
    case: ActionCase,
    shown: judge.Snapshot,
    *,
    rule: Mapping[str, Any] | None = None,
    further: bool = False,
    delta: bool = False,
    stumbles: bool = False,
) -> Run:
    """`further`: repeat the call and sync once more, where the case asks for that. `delta`: and before that by delta."""
    world = session.world
    with FileServer(case.files, stumbles=stumbles) as server:
        values = with_ids(case.input, shown, tuple(lab.promise.models), server.url)
        before, minted = world.tables(), world.minted
        world.tenant.clear_journal()
        if rule is not None:
            world.tenant.fault(**rule)
        outcome = session.act(case.action, values)
        for headers in server.heard:
            world.hear("a request to another host than the vendor's", headers)
        if not outcome.ok:
            world.search(f"act({case.action!r})", f"{outcome.message} {outcome.warnings}")
        journal = tuple(world.tenant.journal())
        world.search_links(f"act({case.action!r})", f"{outcome.message} {outcome.warnings}", journal)
        after = world.tables(journal)
        if minted:
            # What no exchange touched is the suite's own doing.
            touched = {table for entry in journal for _, table, _ in entry.raw.get("changes") or ()}
            before = {**before, **{table: rows for table, rows in after.items() if table not in touched}}
        seen = further and rule is None and outcome.ok and lab.promise.actions[case.action].writes
        at_once = session.snapshot() if seen else None
        repeat = None
        if further and case.repeat is not None and rule is None:
            again = session.act(case.action, values)
            repeat = (again, changes_between(after, world.tables(world.tenant.journal(changed=True))))
        contents = _contents(outcome) if further and case.contents and rule is None else {}
        looked_again = None
        if further and rule is None and outcome.ok and not lab.promise.actions[case.action].writes:
            world.tenant.advance(60)
            world.perform(case.meanwhile)
            looked_again = session.act(case.action, values)
    exchanges = tuple(as_shown(entry, world.tenant.base_url) for entry in journal[-4:])
    showed = in_the_end = None
    if at_once is not None and (delta or case.creates or judge.differences(shown, at_once, lab.models)):
        showed, later = aftermath.observed(session, shown, at_once, delta=delta)
        ids = {model: frozenset(row.get("id") for row in later.rows.get(model, [])) for model in case.creates}
        in_the_end = Later(ids, later.keys)
    # A run carries out hundreds of cases; what no proof looks at is let go.
    looked_at = {proof.table for proofs in case.cells.values() for proof in proofs}
    kept = {table: rows for table, rows in after.items() if table in looked_at}
    changes = changes_between(before, after)
    return Run(case, outcome, changes, kept, journal, exchanges, shown, in_the_end, repeat, looked_again, contents, showed)


def _contents(outcome: ActionOutcome) -> dict[str, list[bytes | None]]:
    found: dict[str, list[bytes | None]] = {}
    for listed in judge.dig(outcome.data, "results.*"):
        if isinstance(listed, Mapping):
            found.setdefault(str(listed.get("file_name")), []).append(fetched(str(listed.get("data_url"))))
    return found


def run(lab: Lab, case: ActionCase) -> Run:
    """The case as the fixture has it, carried out once for all checks."""

    # One case of each action has the connection that did the sync itself, with whatever the subject remembers of it.
    first = next(one for one in lab.fixtures.actions if one.action == case.action)
    return lab.once(("action", case.id), lambda: carry_out(lab, case, permissions=case.permissions, anew=case is first))


def cases_of(lab: Lab, action: str, *, refused: bool | None = None) -> list[ActionCase]:
    return [case for case in lab.fixtures.actions if case.action == action and (refused is None or (case.error is not None) is refused)]


def makers(lab: Lab) -> list[ActionCase]:
    """The first case of each action that makes a record which the answer names."""
    cases = [case for action in lab.actions for case in cases_of(lab, action, refused=False) if case.creates and not case.settings]
    return list({case.action: case for case in reversed(cases)}.values())


def all_cases(lab: Lab) -> list[ActionCase]:
    """The cases of the actions under test; a case of an action that nobody promises is a slip of the fixture."""
    unknown = sorted({case.action for case in lab.fixtures.actions} - set(lab.promise.actions) - set(lab.fixtures.card.actions))
    if unknown:
        raise FixtureError(f"{lab.fixtures.folder / 'actions.yaml'}: no such action: {', '.join(unknown)}")
    return [case for case in lab.fixtures.actions if case.action in lab.actions]


def writes_problem(wanted: Mapping[str, Writes], got: Mapping[str, Writes]) -> tuple[Code, str] | None:
    """Why the changes are not exactly the declared ones, and the word for it."""
    none = Writes()
    for table in sorted({*wanted, *got}):
        declared, happened = wanted.get(table, none), got.get(table, none)
        if declared == happened:
            continue
        text = f"{table}: {told(happened)} instead of {told(declared)}"
        if declared.insert and happened.insert > declared.insert:
            return Code.DUPLICATED, text
        if happened.insert < declared.insert or happened.update < declared.update or happened.delete < declared.delete:
            return Code.FALSE_SUCCESS, text
        return Code.COLLATERAL, text
    return None


def columns_problem(case: ActionCase, changes: Changes) -> str | None:
    """What changed in a row beside what the case is about, or None."""
    for table, allowed in case.columns.items():
        further = sorted(changes.columns.get(table, frozenset()) - set(allowed))
        if further:
            return f"{table}: {', '.join(further)} changed, too"
    return None


def told(writes: Writes) -> str:
    parts = [f"{count} {word}" for word, count in writes.model_dump().items() if count]
    return " and ".join(parts) or "no change"
