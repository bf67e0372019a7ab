"""How sure we are of a vendor's behaviour; every operation, quirk and refusal carries one of these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Documented:
    """The vendor's own text says so."""

    source: str
    checked: str
    """When somebody last read the source, as YYYY-MM or YYYY-MM-DD."""

    @property
    def kind(self) -> str:
        return "documented"

    @property
    def text(self) -> str:
        return f"{self.source} (checked {self.checked})"


@dataclass(frozen=True, slots=True)
class SeenInCode:
    """A public client, integration or framework behaves so."""

    source: str

    @property
    def kind(self) -> str:
        return "seen in code"

    @property
    def text(self) -> str:
        return self.source


@dataclass(frozen=True, slots=True)
class Assumed:
    """Nobody outside the vendor knows; we chose what an integrator would expect, and say why."""

    reason: str

    @property
    def kind(self) -> str:
        return "assumed"

    @property
    def text(self) -> str:
        return self.reason


Evidence = Documented | SeenInCode | Assumed
KINDS = ("documented", "seen in code", "assumed")
