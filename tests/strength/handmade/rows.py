"""A defect as somebody would have made it by hand: a few lines of a connector or of the hub, written otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.strength.mutants import source_of

if TYPE_CHECKING:
    # Nothing of the connectors may be imported before a defect is in place, and the miniatures import them all.
    from tests.conformance.miniatures import Defect

JUDGED_AT = "pinpoint"
"""The vendor whose suite judges a defect of the hub or of the transport, unless its row names another."""
SHARED = frozenset({"hub", "transport", "unified"})


@dataclass(frozen=True)
class HandMade:
    """One defect. The old text stands exactly once in the module."""

    what: str
    """What a user of the connector would get."""
    where: str
    """Module below connectors, "asymbl.mapping"."""
    old: str
    new: str
    silent: bool = True
    """Whether what comes out looks right."""
    at: str | None = None
    """The vendor whose suite judges it, where the module does not tell."""
    also: tuple[str, str] | None = None
    """A second place (old, new) without which the first would not work."""

    @property
    def module(self) -> str:
        return f"connectors.{self.where}"

    @property
    def name(self) -> str:
        """Where and what, the same after other rows came."""
        return f"{self.where}: {self.what}" + (f" (at {self.at})" if self.at is not None else "")

    @property
    def shared(self) -> bool:
        """Whether all vendors' connectors have it."""
        return self.where.partition(".")[0] in SHARED

    @property
    def vendor(self) -> str:
        package = self.where.partition(".")[0]
        return self.at or (JUDGED_AT if package in SHARED else package)

    def edits(self) -> Iterator[tuple[str, str]]:
        """(old, new) of each place."""
        yield self.old, self.new
        if self.also is not None:
            yield self.also

    def applied(self, text: str) -> str:
        """The module's text with the defect in it. Raises LookupError for a row that does not fit the text any more."""
        for old, new in self.edits():
            if text.count(old) != 1:
                raise LookupError(f"{self.where}: {self.what!r}: stands {text.count(old)} times in the module: {old!r}")
            text = text.replace(old, new)
        return text

    def source(self) -> str:
        """The module as it is now, with the defect in it. Raises LookupError."""
        return self.applied(source_of(self.module).read_text("utf-8"))


@dataclass(frozen=True)
class Chapter:
    """The defects of one class."""

    defect: Defect
    rows: tuple[HandMade, ...]
