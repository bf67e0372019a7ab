"""Faults of the connection: it is slow, it ends too early, it announces another length than it brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_servers.engine.fault_base import CARRY_ON, BadFault, Delivery, Fault, Memory, Outcome
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

LONGEST_SECONDS = 600


def _check_seconds(seconds: float) -> None:
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise BadFault(f"seconds of real time, from zero to {LONGEST_SECONDS}")


@dataclass(frozen=True)
class Latency(Fault):
    """The answer comes so many seconds of real time later; the work is done after them or, in phase after, before them."""

    name = "latency"
    seconds: float

    def __post_init__(self) -> None:
        _check_seconds(self.seconds)

    @property
    def wait(self) -> float:
        return self.seconds

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        return CARRY_ON


@dataclass(frozen=True)
class SlowBody(Fault):
    """The headers come at once, the body in `pieces` that take so many seconds of real time together."""

    name = "slow_body"
    phases = ("after",)
    seconds: float
    pieces: int = 10

    def __post_init__(self) -> None:
        _check_seconds(self.seconds)
        if not 2 <= self.pieces <= 10_000:
            raise BadFault("pieces: from 2 to 10,000")

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        return Delivery(reply, pieces=self.pieces, pause=self.seconds / self.pieces)


@dataclass(frozen=True)
class CutBeforeHeaders(Fault):
    """The connection is closed without a byte of answer; in phase before, nothing was done."""

    name = "cut_before_headers"
    reset: bool = False

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        return Delivery(None, reset=self.reset)


@dataclass(frozen=True)
class LostAnswer(Fault):
    """The work is done, but the connection is closed before the answer."""

    name = "lost_answer"
    phases = ("after",)
    reset: bool = False

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        return Delivery(None, reset=self.reset)


@dataclass(frozen=True)
class CutMidBody(Fault):
    """Status, headers and the first bytes of the body arrive (half of it by default), then the connection is closed."""

    name = "cut_mid_body"
    phases = ("after",)
    after_bytes: int | None = None
    reset: bool = False

    def __post_init__(self) -> None:
        if self.after_bytes is not None and self.after_bytes < 0:
            raise BadFault("after_bytes is zero or more")

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        if reply is None or not reply.body:
            return Delivery(None, reset=self.reset)
        wanted = len(reply.body) // 2 if self.after_bytes is None else self.after_bytes
        return Delivery(reply, cut_after=min(wanted, len(reply.body) - 1), reset=self.reset)


@dataclass(frozen=True)
class WrongLength(Fault):
    """Content-Length announces so many bytes more than the body has, or, below zero, fewer; then the connection is closed."""

    name = "wrong_length"
    phases = ("after",)
    off_by: int = 10

    def __post_init__(self) -> None:
        if self.off_by == 0:
            raise BadFault("off_by is not zero: that would be the right length")

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        if reply is None or not reply.body:
            return CARRY_ON
        return Delivery(reply, length_off_by=max(self.off_by, -len(reply.body)))
