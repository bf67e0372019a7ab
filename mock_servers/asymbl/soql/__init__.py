"""SOQL: text → tree (parsing) → names resolved against what the caller sees → SQL on the store → records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.asymbl import quirks, security, tables, wire
from mock_servers.asymbl.security import access_of
from mock_servers.asymbl.soql.binds import Running, resolved
from mock_servers.asymbl.soql.compiling import plan_of
from mock_servers.asymbl.soql.dates import Calendar
from mock_servers.asymbl.soql.parsing import parse
from mock_servers.asymbl.soql.plans import MOST_IN_PAGE, Habits, Plan
from mock_servers.asymbl.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MOST_PLANS = 512
RECYCLE_BIN_SECONDS = 15 * 24 * 3600
Raw = tuple[Any, ...]


@dataclass(frozen=True)
class Result:
    """What a statement found. Iterating gives each record as a dict in SELECT order, `attributes` first, as REST sends it."""

    plan: Plan
    raw: Sequence[Raw]
    total: int
    """All matching rows, after LIMIT."""
    _asked: Asked

    @property
    def sobject(self) -> str:
        return self.plan.sobject

    @property
    def columns(self) -> tuple[str, ...]:
        """The selected paths in SELECT order, canonical spelling: Id, Account.Name, …"""
        return self.plan.columns

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        return self._asked.records(self.plan, self.raw)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.records)

    def flat(self) -> Iterator[tuple[Any, ...]]:
        """Each row as the plain values of `columns`, parents' among them: booleans are bool, the rest as stored."""
        places = [(index, type == "boolean") for index, type in self.plan.flat]
        for row in self.raw:
            yield tuple(bool(row[index]) if truth and row[index] is not None else row[index] for index, truth in places)


@dataclass(frozen=True)
class Asked:
    """One request's way of running statements."""

    exchange: Exchange
    version: str
    running: Running
    binds: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def rows(self, plan: Plan, *, limit: int | None, offset: int = 0) -> list[Raw]:
        """Raw rows of a plan, in its order."""
        return self._run(f"{plan.select} {plan.source} WHERE {plan.where} {plan.order}{_bounds(limit, offset)}", plan)

    def rows_by_id(self, plan: Plan, wanted: list[str]) -> list[Raw]:
        """Raw rows with these ids, whether or not they (still) meet the statement's conditions, in no order."""
        found = "SELECT value FROM json_each(:wanted)"
        return self._run(f"{plan.select} {plan.source} WHERE {plan.alias}.id IN ({found})", plan, {"wanted": orjson.dumps(wanted).decode()})

    def count(self, plan: Plan) -> int:
        return int(self._run(f"SELECT count(*) {plan.source} WHERE {plan.where}", plan)[0][0])

    def ids(self, plan: Plan, *, limit: int | None, offset: int) -> list[str]:
        sql = f"SELECT {plan.alias}.id {plan.source} WHERE {plan.where} {plan.order}{_bounds(limit, offset)}"
        return [row[0] for row in self._run(sql, plan)]

    def records(self, plan: Plan, raw: Sequence[Raw]) -> list[dict[str, Any]]:
        """Raw rows as records, with their children."""
        children = [self._children(child, [row[0] for row in raw]) for child in plan.children]
        return plan.make(raw, self.version, children)

    def _children(self, plan: Plan, parents: list[str]) -> dict[str, Any]:
        """What a subquery shows for each parent that has any."""
        sql = f"{plan.select} {plan.source} WHERE {plan.where} {plan.order}"
        raw = self._run(sql, plan, {"parents": orjson.dumps(parents).decode()})
        groups: dict[str, list[Raw]] = {}
        for row in raw:
            groups.setdefault(row[-1], []).append(row)
        end = None if plan.limit is None else plan.offset + plan.limit
        groups = {parent: chosen for parent, rows in groups.items() if (chosen := rows[plan.offset : end])}
        made = iter(self.records(plan, [row for rows in groups.values() for row in rows]))
        return {parent: {"totalSize": len(rows), "done": True, "records": [next(made) for _ in rows]} for parent, rows in groups.items()}

    def _run(self, sql: str, plan: Plan, more: Mapping[str, Any] | None = None) -> list[Raw]:
        known = self.binds.get(id(plan))
        if known is None:
            known = self.binds[id(plan)] = resolved(plan.binds, self.running)
        return self.exchange.store.read(sql, {**known, **more} if more else known)


def _bounds(limit: int | None, offset: int) -> str:
    return "" if limit is None and not offset else f" LIMIT {-1 if limit is None else limit} OFFSET {offset}"


def rows_of(asked: Asked, plan: Plan, wanted: list[str]) -> list[Raw]:
    """Raw rows with these ids, in their order; what is no longer there is left out."""
    by_id = {row[0]: row for row in asked.rows_by_id(plan, wanted)}
    return [by_id[id] for id in wanted if id in by_id]


def asked_by(exchange: Exchange) -> Asked:
    user = security.running_user(exchange)
    return Asked(
        exchange, wire.version_of(exchange), Running(user, wire.moment(exchange.now - RECYCLE_BIN_SECONDS), _Calendars(exchange, user))
    )


class _Calendars:
    """The running user's calendar, looked up when a statement first needs it."""

    def __init__(self, exchange: Exchange, user: str) -> None:
        self._exchange, self._user = exchange, user
        self._known: Calendar | None = None

    def __call__(self) -> Calendar:
        if self._known is None:
            store = self._exchange.store
            zone = store.get("User", self._user)["TimeZoneSidKey"]
            organization = next(store.where("Organization"), None)
            month = (organization or {}).get("FiscalYearStartMonth") or 1
            self._known = Calendar.at(self._exchange.now, zone, int(month))
        return self._known


def plan(exchange: Exchange, text: str, *, all_rows: bool = False) -> Plan:
    """The compiled statement as this caller may run it. Raises ApiError (400 MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE, …)."""
    access = access_of(exchange)
    habits = _habits(exchange)
    key = (text, all_rows, habits)
    known = access.plans.get(key)
    if known is None:
        if len(access.plans) >= MOST_PLANS:
            access.plans.clear()
        known = access.plans[key] = plan_of(access, parse(text), text, all_rows=all_rows, habits=habits)
    return known


def _habits(exchange: Exchange) -> Habits:
    return Habits(
        two_valued=exchange.quirk(quirks.TwoValuedNulls) is not None,
        nulls_first_descending=exchange.quirk(quirks.NullsFirstDescending) is not None,
    )


def run(exchange: Exchange, text: str, all_rows: bool = False) -> Result:
    """Run a statement as the caller may; `all_rows` also finds what is in the recycle bin.

    Raises ApiError (400 MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE, …) in Salesforce's words.
    """
    found = plan(exchange, text, all_rows=all_rows)
    asked = asked_by(exchange)
    if found.kind == "count":
        return Result(found, [], counted(asked, found), asked)
    raw = asked.rows(found, limit=found.limit, offset=found.offset)
    return Result(found, check_size(found, raw), len(raw), asked)


def counted(asked: Asked, plan: Plan) -> int:
    """What COUNT() tells: LIMIT and OFFSET bound it, too."""
    total = max(0, asked.count(plan) - plan.offset)
    return total if plan.limit is None else min(total, plan.limit)


def check_size(plan: Plan, raw: list[Raw]) -> list[Raw]:
    """Aggregates come in one page or not at all."""
    if plan.kind == "aggregate" and len(raw) > MOST_IN_PAGE:
        message = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
        raise refuse(400, "EXCEEDED_ID_LIMIT", message)
    return raw


def mark_viewed(exchange: Exchange, plan: Plan, raw: Sequence[Raw]) -> None:
    """FOR VIEW and FOR REFERENCE leave their date on what they found."""
    columns = {"VIEW": ("LastViewedDate", "LastReferencedDate"), "REFERENCE": ("LastReferencedDate",)}
    sobject = access_of(exchange).schema[plan.sobject]
    names = {name for view in plan.views for name in columns[view] if name.lower() in sobject.fields and not sobject.own}
    if names and plan.kind == "rows":
        now = wire.moment(exchange.now)
        for row in raw:
            exchange.store.update(tables.table_of(sobject), row[0], **dict.fromkeys(names, now))
