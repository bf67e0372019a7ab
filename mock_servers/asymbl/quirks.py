"""Where Salesforce is odd, or where nobody outside knows how it behaves: one switch each."""

from __future__ import annotations

from mock_servers.engine.quirks import Quirk

QUIRKS: tuple[type[Quirk], ...] = ()
