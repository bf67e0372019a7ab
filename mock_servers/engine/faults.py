"""Faults: passing failures that a test schedules for one tenant, counted, then gone.

A kind of fault is a small frozen dataclass: its docstring says what a client sees, its fields are its settings.
To add one, write the class and list it in KINDS; the admin API, its checks and its documentation follow.
"""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from mock_servers.engine.vendors import Operation, Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

Phase = Literal["before", "after"]


class BadFault(ValueError):
    """A rule that could never act as it says."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply goes over the wire when not simply whole."""

    reply: Reply | None
    """None: the connection ends without a byte."""
    cut_after: int | None = None
    """Close the connection after so many bytes of the body, of which the header announced more."""


Outcome = Reply | Delivery | None


@dataclass(frozen=True)
class Fault:
    """Base of all kinds. `strike` is called once for each request that the rule is for."""

    name: ClassVar[str]
    phases: ClassVar[tuple[Phase, ...]] = ("before", "after")
    """When it can act; the first is the default. Before: instead of the work. After: the work is done, its answer is spoiled."""

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """What a person or the admin API needs to know of this kind."""
        settings = {field.name: str(field.type) for field in fields(cls)}
        return {
            "kind": cls.name,
            "text": inspect.cleandoc(cls.__doc__) if cls.__doc__ is not None else None,
            "phases": cls.phases,
            "settings": settings,
        }

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        """What goes out instead; None: carry on as if nothing were. `reply` is None before the work."""
        raise NotImplementedError


@dataclass(frozen=True)
class Status(Fault):
    """An error of any status, in the vendor's own body."""

    name = "status"
    status: int
    detail: str | None = None

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise BadFault(f"status {self.status} is no error: give one from 400 to 599")

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        return exchange.vendor.errors.error(exchange, self.status, self.detail)


@dataclass(frozen=True)
class RateLimited(Fault):
    """429 in the vendor's own body, with Retry-After in seconds or, with null, without any hint."""

    name = "rate_limit"
    retry_after: float | None = 1.0

    def __post_init__(self) -> None:
        if self.retry_after is not None and not 0 <= self.retry_after < float("inf"):
            raise BadFault("retry_after is zero seconds or more, or null")

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        return exchange.vendor.errors.rate_limited(exchange, self.retry_after)


@dataclass(frozen=True)
class CutBeforeHeaders(Fault):
    """The connection is closed without a byte of answer."""

    name = "cut_before_headers"

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        return Delivery(None)


@dataclass(frozen=True)
class LostAnswer(Fault):
    """The work is done, but the connection is closed before the answer."""

    name = "lost_answer"
    phases = ("after",)

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        return Delivery(None)


@dataclass(frozen=True)
class CutMidBody(Fault):
    """Status, headers and the first bytes of the body arrive (half of it by default), then the connection is closed."""

    name = "cut_mid_body"
    phases = ("after",)
    after_bytes: int | None = None

    def __post_init__(self) -> None:
        if self.after_bytes is not None and self.after_bytes < 0:
            raise BadFault("after_bytes is zero or more")

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        if reply is None or not reply.body:
            return Delivery(None)
        wanted = len(reply.body) // 2 if self.after_bytes is None else self.after_bytes
        return Delivery(reply, cut_after=min(wanted, len(reply.body) - 1))


@dataclass(frozen=True)
class TruncatedBody(Fault):
    """A whole HTTP answer, with the right length, whose JSON stops in the middle."""

    name = "truncated_body"
    phases = ("after",)

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        if reply is None:
            return None
        return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.content_type, reply.headers, reply.why)


@dataclass(frozen=True)
class ExpireCredential(Fault):
    """The credential of the request ends at this moment of the tenant's clock: before its work, or just after."""

    name = "expire_credential"

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        if exchange.credential is not None:
            exchange.credential.expires_at = exchange.now
        return reply


@dataclass(frozen=True)
class RevokeCredential(Fault):
    """The credential of the request is revoked: before its work, or just after."""

    name = "revoke_credential"

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        if exchange.credential is not None:
            exchange.credential.revoked = True
        return reply


@dataclass(frozen=True)
class ExpireToken(Fault):
    """The token of the request ends, its credential lives on: before its work, or just after. Signing in again helps.

    At a vendor that issues no tokens, or when a request comes without one, nothing happens.
    """

    name = "expire_token"

    def strike(self, exchange: Exchange, reply: Reply | None) -> Outcome:
        if exchange.token is not None:
            exchange.token.expires_at = exchange.now
        return reply


KINDS: dict[str, type[Fault]] = {
    kind.name: kind
    for kind in (
        Status,
        RateLimited,
        CutBeforeHeaders,
        CutMidBody,
        TruncatedBody,
        LostAnswer,
        ExpireCredential,
        RevokeCredential,
        ExpireToken,
    )
}


@dataclass(slots=True)
class Rule:
    """When a fault strikes. Mutable: it counts down."""

    id: str
    fault: Fault
    phase: Phase
    operation: str | None = None
    """An operation's id, or a pattern of ids like "jobs.*"."""
    method: str | None = None
    path: str | None = None
    """A pattern of paths below the vendor's root, like "/api/v1/jobs/*"."""
    skip: int = 0
    """So many matching requests are let through first."""
    times: int | None = 1
    """How often it strikes; None: always."""

    def matches(self, exchange: Exchange) -> bool:
        if self.method is not None and self.method != exchange.method:
            return False
        if self.path is not None and not fnmatchcase(exchange.path, self.path):
            return False
        if self.operation is None:
            return True
        return exchange.operation is not None and fnmatchcase(exchange.operation.id, self.operation)


@dataclass(frozen=True, slots=True)
class FaultsState:
    """Rules as a snapshot keeps them."""

    armed: int
    """How many there have ever been: ids are never used twice."""
    rules: tuple[dict[str, Any], ...]
    """The fields of Rule, with the fault's `kind` and `settings` in its place."""


class Faults:
    """One tenant's rules. The first set wins: a request is struck by one rule at most."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._armed = 0

    def add(
        self,
        fault: Fault,
        *,
        operation: str | None = None,
        method: str | None = None,
        path: str | None = None,
        phase: Phase | None = None,
        skip: int = 0,
        times: int | None = 1,
    ) -> Rule:
        """Arm one. Raises BadFault."""
        if phase is not None and phase not in fault.phases:
            raise BadFault(f"{fault.name} acts in phase {' or '.join(fault.phases)}, not {phase!r}")
        if skip < 0 or (times is not None and times < 1):
            raise BadFault("skip is zero or more; times is one or more, or null for always")
        chosen = phase if phase is not None else fault.phases[0]
        self._armed += 1
        rule = Rule(f"fault-{self._armed}", fault, chosen, operation, method.upper() if method else None, path, skip, times)
        self.rules.append(rule)
        return rule

    def remove(self, id: str) -> bool:
        """Disarm one; False if there is none of that id."""
        kept = [rule for rule in self.rules if rule.id != id]
        found = len(kept) != len(self.rules)
        self.rules = kept
        return found

    def clear(self) -> None:
        self.rules = []

    def dump(self) -> FaultsState:
        others = [field.name for field in fields(Rule) if field.name != "fault"]
        told = [
            {"kind": rule.fault.name, "settings": asdict(rule.fault), **{name: getattr(rule, name) for name in others}}
            for rule in self.rules
        ]
        return FaultsState(self._armed, tuple(told))

    def load(self, state: FaultsState) -> None:
        """Have exactly these rules. Raises KeyError, TypeError or BadFault for one that cannot be; nothing has changed then."""
        rules = []
        for told in state.rules:
            rest = dict(told)
            fault = KINDS[rest.pop("kind")](**rest.pop("settings"))
            rules.append(Rule(fault=fault, **rest))
        self.rules, self._armed = rules, state.armed

    def take(self, exchange: Exchange) -> Rule | None:
        """The rule that strikes this request, counted down; used up ones are gone."""
        for rule in self.rules:
            if not rule.matches(exchange):
                continue
            if rule.skip > 0:
                rule.skip -= 1
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times == 0:
                    self.remove(rule.id)
            return rule
        return None


def check_operation(operations: tuple[Operation, ...], pattern: str) -> None:
    """Raises BadFault when no operation has such an id: the rule could never strike."""
    if not any(fnmatchcase(operation.id, pattern) for operation in operations):
        raise BadFault(f"no operation is called {pattern!r}; there are {', '.join(operation.id for operation in operations)}")
