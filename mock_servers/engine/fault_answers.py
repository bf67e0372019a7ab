"""Faults that answer something else: errors in the vendor's own words, and bodies that are no JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import formatdate
from math import ceil
from typing import TYPE_CHECKING, Literal

from mock_servers.engine.fault_base import CARRY_ON, BadFault, Fault, Memory, Outcome
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MAINTENANCE = "<!DOCTYPE html><html><head><title>Service temporarily unavailable</title></head><body><h1>Back soon</h1></body></html>"


@dataclass(frozen=True)
class Status(Fault):
    """An error of any status, in the vendor's own body."""

    name = "status"
    inside = True
    status: int
    detail: str | None = None

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise BadFault(f"status {self.status} is no error: give one from 400 to 599")

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        return exchange.vendor.errors.error(exchange, self.status, self.detail)


@dataclass(frozen=True)
class RateLimited(Fault):
    """429 in the vendor's own body. The wait is told as this vendor tells it (`form` is "vendor"), by Retry-After in
    "seconds" or as a "date" of the tenant's clock, or, with `retry_after` null, not at all."""

    name = "rate_limit"
    inside = True
    retry_after: float | None = 1.0
    form: Literal["vendor", "seconds", "date"] = "vendor"

    def __post_init__(self) -> None:
        if self.retry_after is not None and not 0 <= self.retry_after <= 10_000_000:
            raise BadFault("retry_after is zero seconds or more (at most 10,000,000), or null")
        if self.retry_after is None and self.form != "vendor":
            raise BadFault(f"the form {self.form} needs retry_after: how many seconds to wait")

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        told = exchange.vendor.errors.rate_limited(exchange, self.retry_after)
        if self.retry_after is None or self.form == "vendor":
            return told
        hint = formatdate(ceil(exchange.now + self.retry_after), usegmt=True) if self.form == "date" else str(ceil(self.retry_after))
        others = tuple(header for header in told.headers if header[0] != b"retry-after")
        return replace(told, headers=(*others, (b"retry-after", hint.encode("ascii"))))


@dataclass(frozen=True)
class NotJson(Fault):
    """Something in front of the vendor answers: an HTML page (or any `text`), with any status, even 200."""

    name = "not_json"
    status: int = 200
    text: str = MAINTENANCE
    content_type: str = "text/html; charset=utf-8"

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:
            raise BadFault(f"status {self.status} is no answer: give one from 200 to 599")
        if not (self.content_type.isascii() and self.content_type.isprintable()):
            raise BadFault("content_type is a header: printable ASCII")

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        return Reply(self.status, self.text.encode(), self.content_type.encode())


@dataclass(frozen=True)
class TruncatedBody(Fault):
    """A whole HTTP answer, with the right length, whose JSON stops in the middle; CSV stops behind a row, where it still looks whole."""

    name = "truncated_body"
    phases = ("after",)

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        if reply is None:
            return CARRY_ON
        half = reply.body[: len(reply.body) // 2]
        return replace(reply, body=half[: half.rfind(b"\n") + 1] if reply.content_type.startswith(b"text/csv") else half)
