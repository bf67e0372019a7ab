"""Faults: passing failures that a test schedules for one tenant, counted or seeded, then gone.

To add a kind, write its class in one of the fault_*.py files and list it in KINDS; the admin API, its checks, its
documentation and the marks in data follow.
"""

from __future__ import annotations

import random
import re
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from mock_servers.engine.fault_answers import NotJson, RateLimited, Status, TruncatedBody
from mock_servers.engine.fault_base import BadFault, Fault, Memory, Phase
from mock_servers.engine.fault_connections import CutBeforeHeaders, CutMidBody, Latency, LostAnswer, SlowBody, WrongLength
from mock_servers.engine.fault_credentials import ExpireCredential, ExpireToken, RevokeCredential
from mock_servers.engine.fault_pages import MovedItems, RepeatedItems, Stale
from mock_servers.engine.vendors import Operation

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.tenant import Tenant

KINDS: dict[str, type[Fault]] = {
    kind.name: kind
    for kind in (
        Status,
        RateLimited,
        Latency,
        SlowBody,
        CutBeforeHeaders,
        CutMidBody,
        LostAnswer,
        WrongLength,
        TruncatedBody,
        NotJson,
        RepeatedItems,
        MovedItems,
        Stale,
        ExpireCredential,
        RevokeCredential,
        ExpireToken,
    )
}
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Aim:
    """Which requests a rule is for, and how often it strikes them."""

    operation: str | None = None
    """An operation's id, or a pattern of ids like "jobs.*"."""
    method: str | None = None
    path: str | None = None
    """A pattern of paths below the vendor's root, like "/api/v1/jobs/*"."""
    record: str | None = None
    """An id in the path; in phase after also that of a record which the request changed."""
    skip: int = 0
    """So many matching requests are let through first."""
    times: int | None = 1
    """How often it strikes; None: always."""
    chance: float = 1.0
    """How probable it is that a matching request is struck, drawn from `seed`: the same requests, the same strikes."""
    seed: int = 0
    expires_at: float | None = None
    """The moment of the tenant's clock at which the rule is gone; None: it stays until it is used up."""

    def __post_init__(self) -> None:
        if self.skip < 0 or (self.times is not None and self.times < 1):
            raise BadFault("skip is zero or more; times is one or more, or null for always")
        if not 0 < self.chance <= 1:
            raise BadFault("chance is above 0 and at most 1")
        if self.method is not None and self.method not in METHODS:
            raise BadFault(f"no operation is called by {self.method!r}; methods are {', '.join(METHODS)}")
        if self.path is not None and self.path[:1] not in ("/", "*", "?", "["):
            raise BadFault(f"no path is like {self.path!r}: paths begin with /")


@dataclass(slots=True, eq=False)
class Rule:
    """A fault and when it strikes. Mutable: it counts."""

    id: str
    fault: Fault
    phase: Phase
    aim: Aim
    skipped: int = 0
    struck: int = 0
    drawn: int = 0
    memory: Memory = field(default_factory=dict)

    @property
    def remaining(self) -> int | None:
        return None if self.aim.times is None else self.aim.times - self.struck

    def gone(self, now: float) -> bool:
        return self.remaining == 0 or (self.aim.expires_at is not None and now >= self.aim.expires_at)

    def is_for(self, exchange: Exchange) -> bool:
        """Whether it aims at this request. What a request changes is known after its work only: see `is_about`."""
        aim = self.aim
        if aim.method is not None and aim.method != exchange.method:
            return False
        if aim.path is not None and not fnmatchcase(exchange.path, aim.path):
            return False
        if aim.record is not None and self.phase == "before" and aim.record not in exchange.params.values():
            return False
        if aim.operation is None:
            return True
        return exchange.operation is not None and fnmatchcase(exchange.operation.id, aim.operation)

    def is_about(self, exchange: Exchange) -> bool:
        """After the work: whether the record that it is for was named in the path, or was changed."""
        record = self.aim.record
        return record is None or record in exchange.params.values() or any(record == str(id) for _, _, id in exchange.changes)

    def draw(self) -> bool:
        """Whether the next request has the bad luck. A pure function of seed and count, so that a snapshot can go on with it."""
        self.drawn += 1
        return self.aim.chance == 1.0 or random.Random(f"{self.aim.seed}/{self.drawn}").random() < self.aim.chance


@dataclass(frozen=True, slots=True)
class FaultsState:
    """Rules as a snapshot keeps them."""

    armed: int
    """How many there have ever been: ids are never used twice."""
    rules: tuple[dict[str, Any], ...]
    """The fields of Rule, with the fault's `kind` and `settings` in its place."""
    marks: dict[str, int] = field(default_factory=dict)
    """How often each counted mark in data has struck."""


class Faults:
    """One tenant's rules. The first set wins: a request is struck by one rule at most."""

    def __init__(self, tenant: Tenant | None = None) -> None:
        self.rules: list[Rule] = []
        self._tenant, self._armed = tenant, 0
        self._marks: dict[str, int] = {}

    def add(self, fault: Fault, aim: Aim | None = None, *, phase: Phase | None = None) -> Rule:
        """Arm one. Raises BadFault."""
        if phase is not None and phase not in fault.phases:
            raise BadFault(f"{fault.name} acts in phase {' or '.join(fault.phases)}, not {phase!r}")
        rule = Rule(f"fault-{self._armed + 1}", fault, phase if phase is not None else fault.phases[0], aim if aim is not None else Aim())
        if self._tenant is not None:
            fault.armed(self._tenant, rule.memory)
        self._armed += 1
        self.rules.append(rule)
        return rule

    def living(self, now: float) -> list[Rule]:
        """The rules that can still strike; the others are forgotten."""
        if any(rule.gone(now) for rule in self.rules):
            self._keep([rule for rule in self.rules if not rule.gone(now)])
        return self.rules

    def remove(self, id: str) -> bool:
        """Disarm one; False if there is none of that id."""
        kept = [rule for rule in self.rules if rule.id != id]
        found = len(kept) != len(self.rules)
        self._keep(kept)
        return found

    def clear(self) -> None:
        self._keep([])

    def _keep(self, kept: list[Rule]) -> None:
        for rule in self.rules:
            if rule not in kept:
                rule.fault.ended(rule.memory)
        self.rules = kept

    def take(self, exchange: Exchange) -> Rule | None:
        """The rule that strikes this request; it has been counted."""
        return _first_due(self.living(exchange.now), exchange)

    def take_inside(self, exchange: Exchange) -> Rule | None:
        """The same for a request that came inside another one: by rules only that name its operation and can strike there."""
        rules = [rule for rule in self.living(exchange.now) if rule.aim.operation and rule.fault.inside and rule.phase == "before"]
        return _first_due(rules, exchange)

    def marked(self, exchange: Exchange) -> Rule | None:
        """The rule that a mark in the request's own data asks for. Raises BadFault for a mark that means nothing."""
        found = find_mark(exchange)
        if found is None:
            return None
        text, fault, times = found
        struck = self._marks.get(text, 0)
        if times is not None:
            if struck >= times:
                return None
            self._marks[text] = struck + 1
        return Rule(text, fault, fault.phases[0], Aim())

    def dump(self) -> FaultsState:
        return FaultsState(self._armed, tuple(_dumped(rule) for rule in self.rules), dict(self._marks))

    def load(self, state: FaultsState) -> None:
        """Have exactly these rules. Raises KeyError, TypeError or BadFault for one that cannot be; nothing has changed then."""
        self._keep([_loaded(told) for told in state.rules])
        self._armed, self._marks = state.armed, dict(state.marks)


def _first_due(rules: list[Rule], exchange: Exchange) -> Rule | None:
    for rule in rules:
        if not rule.is_for(exchange):
            continue
        if rule.skipped < rule.aim.skip:
            rule.skipped += 1
        elif rule.draw():
            rule.struck += 1
            return rule
    return None


def _dumped(rule: Rule) -> dict[str, Any]:
    told = {field.name: getattr(rule, field.name) for field in fields(Rule) if field.name not in ("fault", "aim", "memory")}
    memory = {name: value for name, value in rule.memory.items() if not name.startswith("_")}
    return {"kind": rule.fault.name, "settings": asdict(rule.fault), "aim": asdict(rule.aim), "memory": memory, **told}


def _loaded(told: dict[str, Any]) -> Rule:
    rest = dict(told)
    fault, aim = KINDS[rest.pop("kind")](**rest.pop("settings")), Aim(**rest.pop("aim"))
    return Rule(fault=fault, aim=aim, **rest)


def check_operation(operations: tuple[Operation, ...], pattern: str) -> None:
    """Raises BadFault when no operation has such an id: the rule could never strike."""
    if not any(fnmatchcase(operation.id, pattern) for operation in operations):
        raise BadFault(f"no operation is called {pattern!r}; there are {', '.join(operation.id for operation in operations)}")


# -- marks in data ----------------------------------------------------------------------------------------------------

MARK = "sandbox-fault-"
_MARK_BYTES = MARK.encode()
_MARK = re.compile(rf"{MARK}(?P<kind>[a-z]+(?:_[a-z]+)*)(?:-(?P<value>[0-9]+(?:\.[0-9]+)?))?(?:-x(?P<times>[0-9]+))?")


def carries_mark(exchange: Exchange) -> bool:
    """Asked of every request: a client that cannot call the admin API puts the mark into any value that it sends."""
    return _MARK_BYTES in exchange.body or _MARK_BYTES in exchange.raw_query or MARK in exchange.path


def find_mark(exchange: Exchange) -> tuple[str, Fault, int | None] | None:
    """(the mark, its fault, how often it strikes) of "sandbox-fault-KIND", "…-KIND-VALUE", "…-KIND-VALUE-xTIMES" in a request.

    VALUE is the kind's first setting. Marks are made of characters that need no encoding in a URL, an e-mail address or
    JSON. Raises BadFault.
    """
    for text in (exchange.body.decode("utf-8", "replace"), exchange.raw_query.decode("latin-1"), exchange.path):
        match = _MARK.search(text)
        if match is not None:
            times = None if match["times"] is None else int(match["times"])
            return match[0], _fault_of(match["kind"], match["value"]), times
    return None


def _fault_of(kind: str, value: str | None) -> Fault:
    from pydantic import TypeAdapter, ValidationError

    if kind not in KINDS:
        raise BadFault(f"{MARK}{kind}: no such kind of fault; there are {', '.join(KINDS)}")
    if not KINDS[kind].by_mark:
        raise BadFault(f"{MARK}{kind}: {kind} needs more than one request; set it by the admin API")
    settings = fields(KINDS[kind])
    if value is not None and not settings:
        raise BadFault(f"{MARK}{kind}-{value}: {kind} has no settings")
    try:
        fault: Fault = TypeAdapter(KINDS[kind]).validate_python({} if value is None else {settings[0].name: value})
    except ValidationError as error:
        raise BadFault(f"{MARK}{kind}{'' if value is None else f'-{value}'}: {error.errors()[0]['msg']}") from error
    return fault
