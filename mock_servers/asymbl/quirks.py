"""Where Salesforce is odd, or where nobody outside knows how it behaves: one switch each."""

from __future__ import annotations

from dataclasses import dataclass

from mock_servers.engine.evidence import Documented, SeenInCode
from mock_servers.engine.quirks import Quirk

CHECKED = "2026-11"


@dataclass(frozen=True)
class CompositeEscapesText(Quirk):
    """Texts inside the answers of /composite come with the characters & < > " ' written as in HTML."""

    name = "composite_escapes_text"
    evidence = SeenInCode("aiosalesforce undoes it; simple-salesforce and jsforce know nothing of it, so it is off by default")
    on_by_default = False


@dataclass(frozen=True)
class ContactDuplicateRule(Quirk):
    """The standard duplicate rule of contacts is active: who has the e-mail and the last name of another contact is not saved,
    unless the rule only alerts ("alert" rather than "block") and the request says Sforce-Duplicate-Rule-Header: allowSave=true.
    """

    name = "contact_duplicate_rule"
    evidence = Documented("Salesforce help, standard duplicate rules; REST API Developer Guide, Duplicate Rule Header", CHECKED)
    action: str = "alert"
    message: str = "Use one of these records?"


QUIRKS: tuple[type[Quirk], ...] = (CompositeEscapesText, ContactDuplicateRule)
