"""Where Salesforce is odd, or where nobody outside knows how it behaves: one switch each."""

from __future__ import annotations

from dataclasses import dataclass

from mock_servers.engine.evidence import SeenInCode
from mock_servers.engine.quirks import Quirk


@dataclass(frozen=True)
class CompositeEscapesText(Quirk):
    """Texts inside the answers of /composite come with the characters & < > " ' written as in HTML."""

    name = "composite_escapes_text"
    evidence = SeenInCode("aiosalesforce undoes it; simple-salesforce and jsforce know nothing of it, so it is off by default")
    on_by_default = False


QUIRKS: tuple[type[Quirk], ...] = (CompositeEscapesText,)
