"""Where Salesforce is odd, or where nobody outside knows how it behaves: one switch each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from mock_servers.engine.evidence import Documented, Evidence, SeenInCode
from mock_servers.engine.quirks import Quirk

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

CHECKED = "2026-11"
Q = TypeVar("Q", bound=Quirk)


@dataclass(frozen=True)
class TwoValuedNulls(Quirk):
    """A comparison with null is false and its negation true: `!= 'x'`, NOT IN and (NOT …) also find rows without a value; off: they do not."""

    name: ClassVar[str] = "two_valued_nulls"
    evidence: ClassVar[Evidence] = SeenInCode("another emulator, checked against orgs, has it; a blog claims that NOT IN drops nulls")


@dataclass(frozen=True)
class NullsFirstDescending(Quirk):
    """Without NULLS FIRST or LAST, nulls come first in either direction; off: last under DESC."""

    name: ClassVar[str] = "nulls_first_descending"
    evidence: ClassVar[Evidence] = Documented(
        "SOQL reference, ORDER BY: nulls come first; tutorials and an emulator differ for DESC", CHECKED
    )


@dataclass(frozen=True)
class CompositeEscapesText(Quirk):
    """Texts inside the answers of /composite come with the characters & < > " ' written as in HTML."""

    name: ClassVar[str] = "composite_escapes_text"
    evidence: ClassVar[Evidence] = SeenInCode(
        "aiosalesforce undoes it; simple-salesforce and jsforce know nothing of it, so it is off by default"
    )
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class ContactDuplicateRule(Quirk):
    """The standard duplicate rule of contacts is active: who has the e-mail and the last name of another contact is not saved,
    unless the rule only alerts ("alert" rather than "block") and the request says Sforce-Duplicate-Rule-Header: allowSave=true.
    """

    name: ClassVar[str] = "contact_duplicate_rule"
    evidence: ClassVar[Evidence] = Documented(
        "Salesforce help, standard duplicate rules; REST API Developer Guide, Duplicate Rule Header", CHECKED
    )
    action: str = "alert"
    message: str = "Use one of these records?"


@dataclass(frozen=True)
class OpenCursors(Quirk):
    """A user has at most so many results open: the next one closes the oldest. They end after so many seconds."""

    name: ClassVar[str] = "open_cursors"
    evidence: ClassVar[Evidence] = Documented("SOAP API guide, queryMore(): ten cursors, two days (fifteen minutes once)", CHECKED)
    most: int = 10
    lifetime_seconds: int = 2 * 24 * 3600


def settings(exchange: Exchange, kind: type[Q]) -> Q:
    """The tenant's settings of a quirk; its defaults when it is off, for what must have some value."""
    found = exchange.quirk(kind)
    return found if found is not None else kind()


QUIRKS: tuple[type[Quirk], ...] = (TwoValuedNulls, NullsFirstDescending, OpenCursors, CompositeEscapesText, ContactDuplicateRule)
