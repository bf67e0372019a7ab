"""What a kind of fault is, and how a struck answer goes over the wire."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.tenant import Tenant

Phase = Literal["before", "after"]
Memory = dict[str, Any]
"""What a rule remembers from one request to the next. Members whose name begins with "_" are not kept in snapshots."""


class BadFault(ValueError):
    """A rule that could never act as it says."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a reply goes over the wire when not simply whole and at once."""

    reply: Reply | None
    """None: the connection ends without a byte."""
    cut_after: int | None = None
    """Close the connection after so many bytes of the body, of which the header announced more."""
    length_off_by: int = 0
    """How much more (or, below zero, less) than the body's length the header announces; the connection is closed afterwards."""
    pieces: int = 1
    """The body comes in so many parts, evenly."""
    pause: float = 0
    """Seconds of real time before each part."""
    reset: bool = False
    """A closed connection is reset (RST) instead of ended in order (FIN)."""


class Decision(Enum):
    """Instead of another answer."""

    CARRY_ON = "carry on as if nothing were"
    NOT_THIS_ONE = "the request was none that the fault can strike: it still has all its times"


Outcome = Reply | Delivery | Decision
CARRY_ON, NOT_THIS_ONE = Decision.CARRY_ON, Decision.NOT_THIS_ONE


@dataclass(frozen=True)
class Fault:
    """Base of all kinds. A kind's docstring says what a client sees, its fields are its settings."""

    name: ClassVar[str]
    phases: ClassVar[tuple[Phase, ...]] = ("before", "after")
    """When it can act; the first is the default. Before: instead of the work. After: the work is done, its answer is spoiled."""

    inside: ClassVar[bool] = False
    """Whether it can strike a request that came inside another one, which has an answer of its own and no connection."""

    by_mark: ClassVar[bool] = True
    """Whether a mark in one request's data can ask for it; False for what needs something from before."""

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

    @property
    def wait(self) -> float:
        """Seconds of real time that pass before it strikes."""
        return 0

    def armed(self, tenant: Tenant, memory: Memory) -> None:
        """Called once when a rule with it is set."""

    def ended(self, memory: Memory) -> None:
        """Called once when its rule is gone."""

    def strike(self, exchange: Exchange, reply: Reply | None, memory: Memory) -> Outcome:
        """What goes out instead. Called for each request that the rule is for; `reply` is None before the work."""
        raise NotImplementedError
