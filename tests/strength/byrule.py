"""Defects by rule: one way of being wrong, at any place of any vendor's manifest.

A rule says how a service errs about a field, model, input or action; the manifests say where it can. So each promise is as likely to be
broken as any other, which neither hand nor mutation can give. A defect that never shows in the suite's worlds is told apart: there the
world lacks something, or the vendor has nothing that could go wrong in this way.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.unified.connector import Diagnostic, Probed
from connectors.unified.service import ActionOutcome, SyncOutcome
from tests.conformance.miniatures import Defect
from tests.conformance.wrong.service import Rows, Told, Wrong

struck: list[str] = []
"""Grows with each thing that a defect of this process really changed."""


@dataclass(frozen=True)
class Place:
    """What a rule is applied to."""

    vendor: str
    owner: str
    """Model or action."""
    part: str | None
    """Field or input; None: the whole."""
    permissions: tuple[str, ...]
    """All that the vendor has and the manifest names."""

    def __str__(self) -> str:
        return self.owner if self.part is None else f"{self.owner} > {self.part}"

    def is_meant(self, model: str, field: str | None) -> bool:
        return (model, field) == (self.owner, self.part)


@dataclass(frozen=True)
class Rule:
    """One way of being wrong. `of` is what it can be wrong about: model, field, action or input."""

    what: str
    defect: Defect
    of: str
    wrong: Callable[[Place], Wrong]
    silent: bool = True


@dataclass(frozen=True)
class ByRule:
    """One defect: a rule at a place."""

    rule: Rule
    place: Place

    @property
    def name(self) -> str:
        return f"{self.place.vendor}: {self.place}: {self.rule.what}"

    def rule_applied(self) -> Wrong:
        return self.rule.wrong(self.place)


def _mark(before: Any, after: Any) -> Any:
    """What takes the place of `before`; told, if it is anything else."""
    if before != after:
        struck.append("")
    return after


# ------------------------------------------------------------------------------------------------------ values of a field


def _values(change: Callable[[Any], Any]) -> Callable[[Place], Wrong]:
    def made(place: Place) -> Wrong:
        def rows(rows: Rows, model: str, told: Told) -> Rows:
            own = model == place.owner
            return [
                {**row, place.part: _mark(row[place.part], change(row[place.part]))} if own and place.part in row else row for row in rows
            ]  # type: ignore[dict-item]

        return Wrong(rows=rows)

    return made


def _remembered(change: Callable[[Any, Any, dict[str, Any]], Any]) -> Callable[[Place], Wrong]:
    """(the value that a record had first, its value now, the row) to the value that is shown."""

    def made(place: Place) -> Wrong:
        def rows(rows: Rows, model: str, told: Told) -> Rows:
            if model != place.owner or place.part is None:
                return rows
            known = told.memory.setdefault("first", {})
            told.memory.setdefault("first read", len(told.outcomes))
            shown = []
            for row in rows:
                new = row["id"] not in known and len(told.outcomes) > told.memory["first read"]
                first = known.setdefault(row["id"], row.get(place.part))
                value = row.get(place.part)
                shown.append({**row, place.part: _mark(value, change(first, value, {**row, "new": new}))} if place.part in row else row)
            return shown

        return Wrong(rows=rows)

    return made


def _shorter(value: Any) -> Any:
    return value[:-1] if isinstance(value, list) and len(value) > 1 else value


def _poorer(value: Any) -> Any:
    """An object without the last of its members that says anything."""
    if not isinstance(value, dict):
        return value
    told = [name for name, one in value.items() if one not in (None, [], {})]
    return {**value, told[-1]: None} if len(told) > 1 else value


def _plain(value: Any) -> Any:
    return value.encode("ascii", "ignore").decode() if isinstance(value, str) else value


def _falsy_to_nothing(value: Any) -> Any:
    return value or None


def _another(place: Place) -> Wrong:
    """The last record has the value of the one before it."""

    def rows(rows: Rows, model: str, told: Told) -> Rows:
        if model != place.owner or place.part is None or len(rows) < 2:
            return rows
        *_, before, last = sorted((row for row in rows if place.part in row), key=lambda row: str(row["id"]))
        return [{**row, place.part: _mark(row[place.part], before[place.part])} if row is last else row for row in rows]

    return Wrong(rows=rows)


def _unmoved(place: Place) -> Wrong:
    """changed_at stays where it was while nothing but this field changes."""

    def rows(rows: Rows, model: str, told: Told) -> Rows:
        if model != place.owner or place.part is None:
            return rows
        known = told.memory.setdefault("rows", {})
        shown = []
        for row in rows:
            old = known.get(row["id"])
            differing = {
                name
                for name in row
                if name not in ("changed_at", "remote_data", "remote_updated_at") and old and row[name] != old.get(name)
            }
            if old is not None and differing <= {place.part} and row["changed_at"] != old["changed_at"]:
                row = {**row, "changed_at": _mark(row["changed_at"], old["changed_at"])}
            known[row["id"]] = row
            shown.append(row)
        return shown

    return Wrong(rows=rows)


# --------------------------------------------------------------------------------------------------------------- models


def _deleted_stay(place: Place) -> Wrong:
    """Who was there once is there for ever."""

    def rows(rows: Rows, model: str, told: Told) -> Rows:
        if model != place.owner:
            return rows
        known: dict[str, Any] = told.memory.setdefault("alive", {})
        known |= {row["id"]: row for row in rows if row["remote_deleted_at"] is None}
        return _mark(rows, list(known.values())) if len(known) != len(rows) or any(row["remote_deleted_at"] for row in rows) else rows

    return Wrong(rows=rows)


def _read(change: Callable[[Rows, Told], Rows]) -> Callable[[Place], Wrong]:
    def made(place: Place) -> Wrong:
        return Wrong(rows=lambda rows, model, told: _mark(rows, change(rows, told)) if model == place.owner else rows)

    return made


def _ids_of_each_connection(rows: Rows, told: Told) -> Rows:
    return [{**row, "id": f"{row['id'][:-1]}{'abcdefghijkmn'[len(told.outcomes) % 13]}"} for row in rows]


def _no_newcomers(rows: Rows, told: Told) -> Rows:
    known = told.memory.setdefault("known", {row["id"] for row in rows})
    return [row for row in rows if row["id"] in known]


# ----------------------------------------------------------------------------------------------------------- diagnostics


def _said(change: Callable[[Diagnostic, Place, Told], Diagnostic | None]) -> Callable[[Place], Wrong]:
    def made(place: Place) -> Wrong:
        def sync(right: Any, mode: Any, told: Told) -> SyncOutcome:
            outcome: SyncOutcome = right(mode)
            said = [
                _mark(one, change(one, place, told)) if place.is_meant(one.model, one.field) and one.reason == "not_permitted" else one
                for one in outcome.diagnostics
            ]
            return replace(outcome, diagnostics=tuple(one for one in said if one is not None))

        return Wrong(sync=sync)

    return made


def _other_permission(one: Diagnostic, place: Place, told: Told | None = None) -> Diagnostic:
    others = [name for name in place.permissions if name not in one.missing_permissions]
    return replace(one, missing_permissions=(others[0],)) if others and one.missing_permissions else one


def _denied_later(place: Place) -> Wrong:
    """From the second sync on it is called denied."""

    def sync(right: Any, mode: Any, told: Told) -> SyncOutcome:
        outcome: SyncOutcome = right(mode)
        if not told.outcomes or any(one.model == place.owner and one.field in (None, place.part) for one in outcome.diagnostics):
            return outcome
        struck.append("")
        said = Diagnostic(place.owner, "not_permitted", place.part, place.permissions[:1])
        return replace(outcome, diagnostics=(*outcome.diagnostics, said))

    return Wrong(sync=sync)


def _probed(change: Callable[[Probed, Place], Probed]) -> Callable[[Place], Wrong]:
    def made(place: Place) -> Wrong:
        def probe(found: tuple[Probed, ...], told: Told) -> tuple[Probed, ...]:
            return tuple(_mark(one, change(one, place)) if place.is_meant(one.model, one.field) else one for one in found)

        return Wrong(probe=probe)

    return made


def _probe_names_another(one: Probed, place: Place) -> Probed:
    return one if one.readable or one.diagnostic is None else replace(one, diagnostic=_other_permission(one.diagnostic, place))


# --------------------------------------------------------------------------------------------------------------- actions

Do = Callable[[str, Any], ActionOutcome]


def _given(change: Callable[[Any], Any]) -> Callable[[Place], Wrong]:
    """`change` gives what is sent in the place of an input's value; None: nothing."""

    def made(place: Place) -> Wrong:
        path = str(place.part).split(".")

        def act(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
            return do(action, _put(values, path, change) if action == place.owner else values)

        return Wrong(act=act)

    return made


def _put(values: Any, path: Sequence[str], change: Callable[[Any], Any]) -> Any:
    if isinstance(values, list):
        return [_put(one, path, change) for one in values]
    if not isinstance(values, dict) or path[0] not in values:
        return values
    if len(path) > 1:
        return {**values, path[0]: _put(values[path[0]], path[1:], change)}
    new = _mark(values[path[0]], change(values[path[0]]))
    return {name: new if name == path[0] else value for name, value in values.items() if name != path[0] or new is not None}


def _cut(value: Any) -> Any:
    return value[:-1] if isinstance(value, str) and len(value) > 1 else value


def _ended(change: Callable[[ActionOutcome], ActionOutcome]) -> Callable[[Place], Wrong]:
    def made(place: Place) -> Wrong:
        def act(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
            outcome = do(action, values)
            return _mark(outcome, change(outcome)) if action == place.owner else outcome  # type: ignore[no-any-return]

        return Wrong(act=act)

    return made


def _twice(place: Place) -> Wrong:
    def act(do: Do, action: str, values: dict[str, Any], told: Told) -> ActionOutcome:
        outcome = do(action, values)
        if action != place.owner or not outcome.ok:
            return outcome
        struck.append("")
        return do(action, values)

    return Wrong(act=act)


def _other_words(outcome: ActionOutcome, **changes: Any) -> ActionOutcome:
    return outcome if outcome.ok else replace(outcome, **changes)


# --------------------------------------------------------------------------------------------------------- scope, promises


def _scope_without(kind: str) -> Callable[[Place], Wrong]:
    def made(place: Place) -> Wrong:
        name = f"{place.owner}.{place.part}" if kind == "fields" else place.owner

        def scope(config: dict[str, Any]) -> dict[str, Any]:
            return _mark(config, {**config, kind: {one: how for one, how in config.get(kind, {}).items() if one != name}})  # type: ignore[no-any-return]

        return Wrong(scope=scope)

    return made


def _manifest(change: Callable[[dict[str, Any], Place], None]) -> Callable[[Place], Wrong]:
    """The connector's own and what is published alike."""

    def made(place: Place) -> Wrong:
        def spoil(told: dict[str, Any]) -> None:
            own = told["models" if place.owner in told["models"] else "actions"][place.owner]
            before = copy.deepcopy(own)
            change(own, place)
            _mark(before, own)

        return Wrong(manifest=spoil)

    return made


def _fewer(own: dict[str, Any], place: Place) -> None:
    part = own if place.part is None else own["fields"][place.part]
    part["needs"] = part["needs"][:-1]


def _more(own: dict[str, Any], place: Place) -> None:
    part = own if place.part is None else own["fields"][place.part]
    part["needs"] = [*part["needs"], *[name for name in place.permissions if name not in part["needs"]][:1]]


def _unpromised(own: dict[str, Any], place: Place) -> None:
    del own["fields"][place.part]


RULES = (
    Rule("a later change is not taken over", "state", "field", _remembered(lambda first, now, row: first if first is not None else now)),
    Rule("what became blank keeps its value", "state", "field", _remembered(lambda first, now, row: first if now in (None, "", []) else now)),
    Rule("records that came later lack it", "state", "field", _remembered(lambda first, now, row: None if row["new"] else now)),
    Rule("changed_at does not move for it", "state", "field", _unmoved),
    Rule("false, zero and empty pass for nothing", "mapping", "field", _values(_falsy_to_nothing)),
    Rule("the last of several is lost", "mapping", "field", _values(_shorter)),
    Rule("a part of it is lost", "mapping", "field", _values(_poorer)),
    Rule("what is not ASCII is lost", "mapping", "field", _values(_plain)),
    Rule("one record has another's", "mapping", "field", _another),
    Rule("deleted records stay", "state", "model", _deleted_stay),
    Rule("the last record is lost", "completeness", "model", _read(lambda rows, told: rows[:-1])),
    Rule("one record is there twice", "completeness", "model", _read(lambda rows, told: [*rows, *rows[-1:]])),
    Rule("records that come later are lost", "completeness", "model", _read(_no_newcomers)),
    Rule("ids change from sync to sync", "identity", "model", _read(_ids_of_each_connection)),
    Rule("its denial is not told", "access honesty", "field", _said(lambda one, place, told: None)),
    Rule("its denial is told without the permission's name", "access honesty", "field", _said(lambda one, place, told: replace(one, missing_permissions=()))),
    Rule("its denial names another permission", "access honesty", "field", _said(_other_permission)),
    Rule("its denial is told of the whole model", "access honesty", "field", _said(lambda one, place, told: replace(one, field=None))),
    Rule("its denial is told once", "access honesty", "field", _said(lambda one, place, told: None if told.outcomes else one)),
    Rule("its denial is not told", "access honesty", "model", _said(lambda one, place, told: None)),
    Rule("its denial names another permission", "access honesty", "model", _said(_other_permission)),
    Rule("its denial is told once", "access honesty", "model", _said(lambda one, place, told: None if told.outcomes else one)),
    Rule("it is called denied in later syncs", "access honesty", "field", _denied_later, silent=False),
    Rule("the probe calls it readable", "access honesty", "field", _probed(lambda one, place: replace(one, readable=True, diagnostic=None))),
    Rule("the probe calls it unreadable", "access honesty", "field", _probed(lambda one, place: replace(one, readable=False)), silent=False),
    Rule("the probe names another permission", "access honesty", "field", _probed(_probe_names_another)),
    Rule("it is not sent", "writes", "input", _given(lambda value: None)),
    Rule("its end is cut off", "writes", "input", _given(_cut)),
    Rule("what is not ASCII is lost", "writes", "input", _given(_plain)),
    Rule("it is done twice", "writes", "action", _twice),
    Rule("a failure is reported as done", "writes", "action", _ended(lambda one: replace(one, ok=True, code=None, message=None))),
    Rule("every failure has the code of bad input", "errors", "action", _ended(lambda one: _other_words(one, code="REMOTE.INPUT_INVALID")), silent=False),
    Rule("failures bear no message", "errors", "action", _ended(lambda one: _other_words(one, message=None)), silent=False),
    Rule("warnings are not told", "errors", "action", _ended(lambda one: replace(one, warnings=()))),
    Rule("switched off it is read all the same", "configuration", "field", _scope_without("fields")),
    Rule("switched off it is read all the same", "configuration", "model", _scope_without("models")),
    Rule("switched off it is done all the same", "configuration", "action", _scope_without("actions")),
    Rule("it promises fewer permissions", "configuration", "model", _manifest(_fewer), silent=False),
    Rule("it promises more permissions", "configuration", "model", _manifest(_more), silent=False),
    Rule("it promises fewer permissions", "configuration", "field", _manifest(_fewer), silent=False),
    Rule("it promises more permissions", "configuration", "field", _manifest(_more), silent=False),
    Rule("it promises fewer permissions", "configuration", "action", _manifest(_fewer), silent=False),
    Rule("it promises more permissions", "configuration", "action", _manifest(_more), silent=False),
    Rule("it is not promised", "configuration", "field", _manifest(_unpromised), silent=False),
)  # fmt: skip


def _places(vendor: str, manifest: Mapping[str, Any], of: str) -> Iterator[Place]:
    permissions = tuple(manifest["permissions"])
    for name, own in manifest["models" if of in ("model", "field") else "actions"].items():
        if of in ("model", "action"):
            yield Place(vendor, name, None, permissions)
        else:
            yield from (Place(vendor, name, part, permissions) for part in own["fields"])


def by_rule_named(manifests: Mapping[str, Mapping[str, Any]], name: str) -> ByRule:
    """The defect of this name. Raises StopIteration."""
    every = (ByRule(rule, place) for rule in RULES for vendor in manifests for place in _places(vendor, manifests[vendor], rule.of))
    return next(one for one in every if one.name == name)


def drawn_by_rule(manifests: Mapping[str, Mapping[str, Any]], each: int, seed: int) -> list[ByRule]:
    """So many of each rule, drawn over all vendors' places: the same ones for the same seed and manifests."""
    dice = random.Random(seed)
    found = []
    for rule in RULES:
        places = [place for vendor in sorted(manifests) for place in _places(vendor, manifests[vendor], rule.of)]
        found += [ByRule(rule, place) for place in dice.sample(places, min(each, len(places)))]
    return found
